#include "mail/dkim_canonical.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/signature.hpp"

namespace tocsin::mail {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

/// Cuts the first line, without its line end (CRLF or LF), off `text`.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

/// Runs of blanks become one space, none stays at the end.
void append_relaxed(std::string& out, std::string_view line) {
    bool blank = false;
    for (const char c : line) {
        if (is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank) out += ' ';
        blank = false;
        out += c;
    }
}

/// Takes lines, and forgets empty ones at the end.
class BodyWriter {
public:
    explicit BodyWriter(Canonicalization form) : form_(form) {}

    void line(std::string_view text) {
        line_.clear();
        if (form_ == Canonicalization::relaxed) append_relaxed(line_, text);
        const std::string_view shown = form_ == Canonicalization::relaxed ? std::string_view(line_) : text;
        if (shown.empty()) {
            ++empty_lines_;
            return;
        }
        for (; empty_lines_ > 0; --empty_lines_) write("\r\n");
        write(shown);
        write("\r\n");
    }

    BodyDigest finish() {
        // An empty body is one line end in the simple form, and nothing in the relaxed one.
        if (bytes_ == 0 && form_ == Canonicalization::simple) write("\r\n");
        sha256_.add(as_bytes(waiting_));
        return {sha256_.finish(), bytes_};
    }

private:
    void write(std::string_view text) {
        constexpr std::size_t piece_bytes = 64U << 10;
        bytes_ += text.size();
        waiting_ += text;
        if (waiting_.size() < piece_bytes) return;
        sha256_.add(as_bytes(waiting_));
        waiting_.clear();
    }

    Canonicalization form_;
    Sha256 sha256_;
    std::string line_, waiting_;
    std::uint64_t bytes_ = 0, empty_lines_ = 0;
};

/// True for a line that begins a field: a name of printable characters (RFC 5322 section 2.2), then a colon.
bool begins_field(std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    std::string_view name = line.substr(0, colon);
    while (!name.empty() && is_blank(name.back())) name.remove_suffix(1);
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

RawMessage split_message(ByteView message) {
    RawMessage out;
    std::string_view rest = as_text(message);
    while (!rest.empty()) {
        const std::string_view before = rest;
        const std::string_view line = next_line(rest);
        const auto upto = [&](std::string_view last) {
            return static_cast<std::size_t>(last.data() + last.size() - before.data());
        };
        if (line.empty()) break;
        if (!begins_field(line) || out.fields.size() == limits::header_fields) {
            rest = before;
            break;
        }
        std::string_view last = line;
        while (!rest.empty() && is_blank(rest.front())) last = next_line(rest);
        std::string_view name = line.substr(0, line.find(':'));
        while (is_blank(name.back())) name.remove_suffix(1);
        out.fields.push_back({name, before.substr(0, upto(last))});
    }
    out.body = rest;
    return out;
}

std::string canonical_field(std::string_view text, Canonicalization form) {
    std::string out;
    if (form == Canonicalization::simple) {
        while (!text.empty()) {
            if (!out.empty()) out += "\r\n";
            out += next_line(text);
        }
        return out;
    }
    const std::size_t colon = std::min(text.find(':'), text.size());
    for (const char c : text.substr(0, colon)) out += ascii_lower(c);
    while (!out.empty() && is_blank(out.back())) out.pop_back();
    out += ':';
    std::string unfolded;
    for (std::string_view rest = text.substr(std::min(colon + 1, text.size())); !rest.empty();)
        unfolded += next_line(rest);
    std::string_view value = unfolded;
    while (!value.empty() && is_blank(value.front())) value.remove_prefix(1);
    append_relaxed(out, value);
    return out;
}

BodyDigest digest_body(std::string_view body, Canonicalization form) {
    BodyWriter writer(form);
    while (!body.empty()) writer.line(next_line(body));
    return writer.finish();
}

}  // namespace tocsin::mail
