#include "cli/message_text.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/unique_fd.hpp"
#include "cli/daemon_call.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// Characters of a message's text, and links, that are shown; --json and --raw show all.
constexpr std::size_t read_text_characters = 20'000;
constexpr std::size_t read_links = 200;

const json& at(const json& object, const char* name) {
    static const json nothing;
    if (!object.is_object()) return nothing;
    const auto found = object.find(name);
    return found != object.end() ? *found : nothing;
}

/// Text of the message, as it is shown.
std::string shown(std::string text, Links links) {
    return links == Links::defanged ? with_dead_links(text) : std::move(text);
}

std::string address_text(const json& mailbox) {
    const std::string email =
        text(at(mailbox, "email").is_object() ? at(mailbox, "email") : mailbox, "email");
    const std::string name = text(mailbox, "display_name");
    return name.empty() ? email : "\"" + name + "\" <" + email + ">";
}

void print_links(const json& list, Links links) {
    if (!list.is_array() || list.empty()) return;
    fmt::print("\nLinks:\n");
    std::size_t printed = 0;
    for (const json& link : list) {
        if (++printed > read_links) {
            fmt::print("  {} more; --json shows them\n", list.size() - read_links);
            return;
        }
        const std::string label = short_text(link, "display_text");
        fmt::print("  {}{}{}\n", shown(text(at(link, "href_url"), "url"), links),
                   label.empty() ? "" : "  shown as: ", shown(label, links));
    }
}

void print_attachments(const json& attachments) {
    if (!attachments.is_array() || attachments.empty()) return;
    fmt::print("\nAttachments:\n");
    for (const json& one : attachments)
        fmt::print("  {}  {}  {} bytes  SHA-256 {}\n", text(one, "file_name"), text(one, "content_type"),
                   number(one, "size"), text(one, "sha256"));
}

/// No control character of the message reaches the terminal; line ends do.
void print_body(const std::string& body, Links links) {
    std::size_t begin = 0;
    const std::string cut = clipped(body, read_text_characters);
    while (begin <= cut.size()) {
        const std::size_t end = std::min(cut.find('\n', begin), cut.size());
        fmt::print("  {}\n", shown(for_terminal(std::string_view(cut).substr(begin, end - begin)), links));
        begin = end + 1;
    }
}

/// A character that the name of a host may have: letters of other scripts, too.
bool is_of_a_name(char c) {
    const char letter = ascii_lower(c);
    return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') ||
           (static_cast<unsigned char>(c) & 0x80U) != 0;
}

}  // namespace

void print_message(const json& model, Links links) {
    fmt::print("From:     {}\n", shown(address_text(at(model, "sender")), links));
    for (const char* kind : {"to", "cc"})
        if (const json& list = at(at(model, "recipients"), kind); list.is_array())
            for (const json& one : list)
                fmt::print("{}:       {}\n", kind[0] == 't' ? "To" : "Cc", shown(address_text(one), links));
    fmt::print("Subject:  {}\n", shown(text(at(model, "subject"), "subject"), links));
    fmt::print("Date:     {}\n\n", text(at(model, "headers"), "date"));
    const json& thread = at(at(model, "body"), "current_thread");
    const auto body = thread.is_object() ? thread.find("text") : thread.end();
    if (thread.is_object() && body != thread.end() && body->is_string())
        print_body(body->get<std::string>(), links);
    print_links(at(at(model, "body"), "links"), links);
    print_attachments(at(model, "attachments"));
}

std::string with_dead_links(std::string_view text) {
    constexpr std::string_view scheme = "http";
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const std::string_view rest = text.substr(at);
        const bool between_names =
            at > 0 && at + 1 < text.size() && is_of_a_name(text[at - 1]) && is_of_a_name(text[at + 1]);
        if (equals_ignoring_case(rest.substr(0, scheme.size()), scheme)) {
            out += "hxxp";
            at += scheme.size() - 1;
        } else if (text[at] == '.' && between_names) {
            out += "[.]";
        } else {
            out += text[at];
        }
    }
    return out;
}

Result<void> check_place(const std::string& file, const char* instead) {
    if (file != "-" || ::isatty(STDOUT_FILENO) != 1) return {};
    return fail(ErrorCode::invalid_input,
                std::string("a hostile message is not written to a terminal; ") + instead);
}

int write_raw(const std::string& file, const std::string& content) {
    const bool to_output = file == "-";
    // Never over something that is there, and never for others to read.
    UniqueFd fd(to_output ? ::dup(STDOUT_FILENO)
                          : ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!fd.valid()) return say(std::unexpected(errno_error("make " + file, errno)));
    for (std::size_t done = 0; done < content.size();) {
        const ssize_t written = ::write(fd.get(), content.data() + done, content.size() - done);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return say(std::unexpected(errno_error("write " + file, errno)));
        done += static_cast<std::size_t>(written);
    }
    return exit_nothing_found;
}

}  // namespace tocsin::cli
