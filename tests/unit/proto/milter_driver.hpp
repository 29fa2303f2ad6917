// Drives a MilterMachine as a gate would, writes down what happened, and makes the frames of an MTA.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "proto/milter_machine.hpp"
#include "support/exact_buffer.hpp"

namespace tocsin::test {

/// A literal with its NULs.
template <std::size_t size>
std::string bytes_of(const char (&literal)[size]) {
    return {literal, size - 1};
}

inline std::string milter_u32(std::uint32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(value >> shift & 0xFF));
    return bytes;
}

inline std::string milter_frame(char command, std::string_view data = {}) {
    return milter_u32(static_cast<std::uint32_t>(data.size() + 1)) + command + std::string(data);
}

/// A frame of strings, each with its NUL.
inline std::string milter_strings(char command, const std::vector<std::string>& strings,
                                  std::string_view prefix = {}) {
    std::string data(prefix);
    for (const auto& text : strings) data += text + '\0';
    return milter_frame(command, data);
}

inline std::string milter_offer(std::uint32_t version, std::uint32_t actions, std::uint32_t protocol) {
    return milter_frame('O', milter_u32(version) + milter_u32(actions) + milter_u32(protocol));
}

inline std::string milter_client(std::string_view host, char family, std::uint16_t port,
                                 std::string_view address) {
    std::string data(host);
    data += '\0';
    data += family;
    data += static_cast<char>(port >> 8);
    data += static_cast<char>(port & 0xFF);
    data += std::string(address) + '\0';
    return milter_frame('C', data);
}

/// Frames written for reading: `c`, `y(550 5.7.1 no\0)`; NUL as \0, other unprintable bytes as \xHH.
inline std::string milter_readable(std::string_view output) {
    std::string text;
    while (output.size() >= 5) {
        const std::size_t length = proto::milter_integer(output);
        if (length == 0 || length > output.size() - 4) return text + " BROKEN";
        const std::string_view data = output.substr(5, length - 1);
        if (!text.empty()) text += ' ';
        text += output[4];
        if (!data.empty()) text += '(';
        for (const char c : data) {
            const auto byte = static_cast<unsigned char>(c);
            constexpr const char* digits = "0123456789abcdef";
            if (byte == 0)
                text += "\\0";
            else if (byte < 0x20 || byte >= 0x7F)
                text += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            else
                text += c;
        }
        if (!data.empty()) text += ')';
        output.remove_prefix(4 + length);
    }
    return output.empty() ? text : text + " BROKEN";
}

enum class Chunks { whole, byte_by_byte };

class MilterDriver {
public:
    explicit MilterDriver(proto::MilterOptions options = {}) : machine(options) {}

    proto::MilterMachine machine;
    std::string events;   ///< one word each: `connect(...) hello(x) mail(a@b) …`
    std::string content;  ///< header and body of the message, as the gate builds it
    std::string output;
    bool closed = false;
    /// What the gate answers; replaced by the tests that need another.
    std::function<void(proto::MilterMachine&, const proto::MilterEvent&)> decide =
        [](proto::MilterMachine& asked, const proto::MilterEvent&) {
            asked.answer(proto::MilterAnswer::proceed);
        };

    MilterDriver& send(std::string_view bytes, Chunks chunks = Chunks::whole) {
        const std::size_t step = chunks == Chunks::whole ? bytes.size() : 1;
        for (std::size_t at = 0; at < bytes.size() && !closed; at += step) {
            const ExactBuffer piece(bytes.substr(at, step));
            machine.feed(piece.view());
            run();
        }
        return *this;
    }
    std::string take_events() { return std::exchange(events, {}); }
    std::string take_output() { return milter_readable(std::exchange(output, {})); }

private:
    void run() {
        for (;;) {
            const auto event = machine.next();
            const bool ended = event.kind == proto::MilterEventKind::closed;
            const bool hungry = event.kind == proto::MilterEventKind::need_input;
            if (ended || hungry) output += machine.take_output();
            if (hungry) return;
            note(event);
            closed = ended;
            if (ended) return;
            if (event.wants_answer) decide(machine, event);
        }
    }
    void note(const proto::MilterEvent& event) {
        using enum proto::MilterEventKind;
        switch (event.kind) {
            case need_input: break;
            case negotiated: add("negotiated(" + std::to_string(event.negotiation.version) + ")"); break;
            case connect:
                add("connect(" + event.client.host + "|" + std::string(to_string(event.client.family)) + "|" +
                    std::to_string(event.client.port) + "|" + event.client.address + ")");
                break;
            case hello: add("hello(" + event.text + ")"); break;
            case unknown_command: add("unknown(" + event.text + ")"); break;
            case mail:
                content.clear();
                add("mail(" + path(event) + ")");
                break;
            case recipient: add("rcpt(" + path(event) + ")"); break;
            case data: add("data"); break;
            case header: content += proto::milter_header_line(event.text, event.value); break;
            case end_of_headers:
                content += "\r\n";
                add("eoh");
                break;
            case body: content += as_text(event.content); break;
            case message_too_large: add("too_large(" + event.text + ")"); break;
            case end_of_message: add("end"); break;
            case abort: add("abort"); break;
            case quit_new_connection: add("again"); break;
            case quit: add("quit"); break;
            case violation: add("violation(" + std::string(to_string(event.violation)) + ")"); break;
            case proto::MilterEventKind::closed: add("closed"); break;
        }
    }
    static std::string path(const proto::MilterEvent& event) {
        std::string text = event.text;
        for (const auto& argument : event.arguments) text += " " + argument;
        return text;
    }
    void add(const std::string& word) { events += (events.empty() ? "" : " ") + word; }
};

}  // namespace tocsin::test
