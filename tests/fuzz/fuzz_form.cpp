// Forms of browsers on arbitrary bytes: the first line is the Content-Type. Relations: what is given out lies in the body, in its
// order; a form that was taken, written again and read again is the same.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits/report_form.hpp"
#include "proto/form.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) out += c == '"' ? std::string("%22") : std::string(1, c);
    return out;
}

/// As a browser writes it; `boundary` stands in none of the contents.
std::string written(const std::vector<FormPart>& parts, const std::string& boundary) {
    std::string out;
    for (const FormPart& part : parts) {
        out += "--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + escaped(part.name) + "\"";
        if (part.file_name) out += "; filename=\"" + escaped(*part.file_name) + "\"";
        out += "\r\n\r\n" + std::string(part.content) + "\r\n";
    }
    return out + "--" + boundary + "--\r\n";
}

void check_again(const std::vector<FormPart>& parts, std::string_view body) {
    const std::string boundary = "0123456789abcdef0123456789abcdef";
    if (body.find(boundary) != std::string_view::npos) return;
    for (const FormPart& part : parts) {
        const std::string names = part.name + part.file_name.value_or("");
        // Names that no browser writes: they would end their line, or read as an escape, or be too long once escaped.
        if (names.find_first_of("\r\n%") != std::string::npos || names.size() > 1000) return;
    }
    const std::string text = written(parts, boundary);
    const auto again = parse_form("multipart/form-data; boundary=" + boundary, text);
    require(again.has_value() && again->size() == parts.size());
    for (std::size_t at = 0; at < parts.size(); ++at) {
        require((*again)[at].name == parts[at].name && (*again)[at].file_name == parts[at].file_name);
        require((*again)[at].content == parts[at].content);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string type(input.substr(0, end));
    const std::string_view rest = input.substr(std::min(end + 1, input.size()));
    // Exactly as large as it is: what is read behind it is seen.
    const auto exact = std::make_unique<char[]>(rest.size());
    std::copy(rest.begin(), rest.end(), exact.get());
    const std::string_view body(exact.get(), rest.size());
    const auto parts = parse_form(type, body);
    if (!parts) {
        require(!parts.error().message.empty());
        return 0;
    }
    require(parts->size() <= limits::form_parts);
    const char* from = body.data();
    for (const FormPart& part : *parts) {
        require(part.content.data() >= from &&
                part.content.data() + part.content.size() <= body.data() + body.size());
        from = part.content.data() + part.content.size();
    }
    check_again(*parts, body);
    return 0;
}
