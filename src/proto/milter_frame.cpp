#include "proto/milter_frame.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "proto/smtp_path.hpp"

namespace tocsin::proto {
namespace {

constexpr std::size_t length_bytes = 4;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

bool is_control_byte(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

/// RFC 5322 section 2.2: printable ASCII without colon and blank.
bool is_field_name(std::string_view name) {
    return !name.empty() &&
           std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F && c != ':'; });
}

/// RFC 5322 section 2.2.3: a line of a folded value begins with a blank; it has more than blanks (section 3.2.2).
bool is_continuation(std::string_view line) {
    return !line.empty() && is_blank(line.front()) && !std::all_of(line.begin(), line.end(), is_blank);
}

}  // namespace

std::expected<std::optional<MilterFrame>, MilterViolation> peek_milter_frame(std::string_view input) {
    if (input.size() < length_bytes) return std::nullopt;
    const std::size_t length = milter_integer(input);
    if (length == 0) return std::unexpected(MilterViolation::empty_frame);
    if (length > limits::milter_frame_bytes) return std::unexpected(MilterViolation::frame_too_long);
    if (input.size() - length_bytes < length) return std::nullopt;
    return MilterFrame{input[length_bytes], input.substr(length_bytes + 1, length - 1),
                       length_bytes + length};
}

void put_milter_frame(std::string& output, char command, std::string_view data) {
    ASSERT(data.size() <= limits::milter_answer_bytes, "the MTA reads no longer frame");
    put_milter_integer(output, static_cast<std::uint32_t>(data.size() + 1));
    output.push_back(command);
    output.append(data);
}

std::uint32_t milter_integer(std::string_view data) {
    std::uint32_t value = 0;
    for (const char byte : data.substr(0, 4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
}

void put_milter_integer(std::string& output, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        output.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift & 0xFF)));
}

std::optional<std::vector<std::string_view>> split_milter_strings(std::string_view data) {
    std::vector<std::string_view> strings;
    while (!data.empty()) {
        const std::size_t end = data.find('\0');
        if (end == std::string_view::npos) return std::nullopt;
        strings.push_back(data.substr(0, end));
        data.remove_prefix(end + 1);
    }
    return strings;
}

Result<void> check_milter_header(std::string_view name, std::string_view value) {
    if (!is_field_name(name)) return fail(ErrorCode::invalid_input, "milter: not a name of a header field");
    const std::string_view all = value;
    for (;;) {
        const std::string_view line = value.substr(0, value.find('\n'));
        if (std::any_of(line.begin(), line.end(), [](char c) { return is_control_byte(c) && c != '\t'; }))
            return fail(ErrorCode::invalid_input, "milter: a control byte in the value of a header field");
        if (line.data() != all.data() && !is_continuation(line))
            return fail(ErrorCode::invalid_input, "milter: a line break that is no fold in a header field");
        if (line.size() == value.size()) return {};
        value.remove_prefix(line.size() + 1);
    }
}

Result<std::string> milter_path(std::string_view path) {
    if (!is_sendable_path(path))
        return fail(ErrorCode::invalid_input, "milter: the address cannot be handed to the MTA");
    return "<" + std::string(path) + ">";
}

Result<std::string> milter_arguments(const std::vector<std::string>& arguments) {
    std::string joined;
    for (const auto& argument : arguments) {
        if (argument.empty() ||
            !std::all_of(argument.begin(), argument.end(), [](char c) { return c > 0x20 && c < 0x7F; }))
            return fail(ErrorCode::invalid_input, "milter: a parameter of an address is not printable ASCII");
        if (!joined.empty()) joined.push_back(' ');
        joined += argument;
    }
    return joined;
}

}  // namespace tocsin::proto
