// `data:` URIs (RFC 2397), read as browsers do (WHATWG Fetch, "data: URL processor"): white space inside is
// dropped, escapes are decoded before base64.
#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
#include "mail/embedded_text.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

// Longest "type/subtype;parameters" that is looked at. Browsers have no limit; real ones stay below 100.
constexpr std::size_t head_bytes_max = 1024;
/// "type/subtype" alone (RFC 6838 section 4.2: at most 127 characters each).
constexpr std::size_t media_type_bytes_max = 256;

struct Head {
    std::string media_type;
    bool base64 = false;
};

bool is_media_type(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    const std::string_view type = text.substr(0, slash), subtype = text.substr(slash + 1);
    return !type.empty() && !subtype.empty() && std::ranges::all_of(type, is_token_character) &&
           std::ranges::all_of(subtype, is_token_character);
}

// What stands between "data:" and the comma. Prose ("data: one, two") must not pass: there is a type with a
// slash, or ";base64", or nothing at all before the comma or the parameters.
std::optional<Head> read_head(std::string_view text) {
    Head head;
    const std::size_t parameters = std::min(text.find(';'), text.size());
    if (parameters > media_type_bytes_max) return std::nullopt;
    head.media_type = to_lower(trim(text.substr(0, parameters)));
    if (parameters != text.size()) {
        const std::size_t last = text.rfind(';');
        head.base64 = equals_ignoring_case(trim(text.substr(last + 1)), "base64");
    }
    if (head.media_type.empty()) {
        if (!head.base64 && parameters != 0) return std::nullopt;  // only blanks before the comma
        return head;
    }
    if (is_media_type(head.media_type)) return head;
    if (!head.base64) return std::nullopt;
    // Browsers decode the body whatever the type; a bad one counts as none.
    head.media_type.clear();
    return head;
}

// Percent-decoding (RFC 3986 section 2.1), and the white space that a browser drops from a URL.
std::string unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '\r' || c == '\n' || c == '\t') continue;
        if (c == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
            i += 2;
        } else {
            out += c;
        }
    }
    return out;
}

class Finder {
public:
    explicit Finder(std::string_view text) : text_(text) {
        for (std::size_t i = 0; i < closers.size(); ++i) last_closer_[i] = text.rfind(closers[i]);
    }

    std::vector<DataUri> run(std::size_t uris_max) {
        std::vector<DataUri> uris;
        std::size_t at = 0;
        while (uris.size() < uris_max) {
            const std::size_t colon = text_.find(':', at);
            if (colon == std::string_view::npos) break;
            at = colon + 1;
            constexpr std::size_t scheme_length = 4;
            if (colon < scheme_length) continue;
            const std::size_t offset = colon - scheme_length;
            if (!equals_ignoring_case(text_.substr(offset, scheme_length), "data")) continue;
            if (offset > 0 && continues_word(text_[offset - 1])) continue;
            if (auto uri = uri_at(offset, at)) uris.push_back(std::move(*uri));
        }
        return uris;
    }

private:
    static constexpr std::array<char, 4> closers{'"', '\'', ')', '>'};

    // "metadata:" is no scheme `data`.
    static bool continues_word(char c) {
        return is_ascii_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '+';
    }

    // `at` stands behind the colon, and is moved behind the URI when there is one.
    std::optional<DataUri> uri_at(std::size_t offset, std::size_t& at) {
        // Remembered, so that many colons before one far comma do not each search for it.
        if (next_comma_ < at) next_comma_ = std::min(text_.find(',', at), text_.size());
        const std::size_t head_length = next_comma_ - at;
        if (next_comma_ == text_.size() || head_length > head_bytes_max) return std::nullopt;
        auto head = read_head(text_.substr(at, head_length));
        if (!head) return std::nullopt;
        const std::size_t body = at + head_length + 1;
        const std::size_t end = end_of(offset, body);
        at = end;
        std::string content = unescape(text_.substr(body, end - body));
        DataUri uri{std::move(head->media_type), {}, offset};
        if (head->base64) {
            uri.bytes = decode_base64(as_bytes(content), 0).bytes;
        } else {
            const ByteView bytes = as_bytes(content);
            uri.bytes.assign(bytes.begin(), bytes.end());
        }
        return uri;
    }

    // A URI in quotes, in url( ) or in < > goes up to the closing character, if there is one; any other up to
    // white space or a character that cannot stand in a URI (RFC 3986 section 2).
    [[nodiscard]] std::size_t end_of(std::size_t offset, std::size_t body) const {
        std::size_t opener = offset;
        while (opener > 0 && is_ascii_space(text_[opener - 1]) && offset - opener < 16) --opener;
        const char before = opener > 0 ? text_[opener - 1] : ' ';
        const char closer = before == '(' ? ')' : before == '<' ? '>' : before;
        for (std::size_t i = 0; i < closers.size(); ++i) {
            // Knowing the last one keeps many unclosed URIs from each searching to the end of the text.
            if (closers[i] != closer || last_closer_[i] == std::string_view::npos || last_closer_[i] < body)
                continue;
            return text_.find(closer, body);
        }
        return std::min(text_.find_first_of(" \t\r\n\"'<>)`\\", body), text_.size());
    }

    std::string_view text_;
    std::array<std::size_t, closers.size()> last_closer_{};
    std::size_t next_comma_ = 0;
};

}  // namespace

std::vector<DataUri> find_data_uris(ByteView text, std::size_t uris_max) {
    return Finder(as_text(text)).run(uris_max);
}

}  // namespace tocsin::mail
