#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "mail/psl.hpp"
#include "mail/urls.hpp"

namespace tocsin::mail {
namespace {

/// RFC 1035 section 2.3.4; also bounds how far back a host is looked for.
constexpr std::size_t host_bytes_max = 253;

/// Bytes at which a URL could be recognised.
constexpr std::array<bool, 256> make_triggers() {
    std::array<bool, 256> triggers{};
    for (const char c : {':', '/', 'w', 'W'}) triggers[static_cast<unsigned char>(c)] = true;
    return triggers;
}
constexpr std::array<bool, 256> triggers = make_triggers();

bool is_host_character(char c) {
    return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}

/// Unicode spaces, quotes, brackets and full stops that end a URL in running text.
bool ends_url(char32_t c) {
    if (c <= ' ' || c == 0x7F) return true;
    if (c < 0x80) return std::string_view("<>\"`{}|^").find(static_cast<char>(c)) != std::string_view::npos;
    constexpr std::array<char32_t, 11> marks = {0x85,   0xA0,   0xAB,   0xBB,   0x1680, 0xFEFF,
                                                0xFF08, 0xFF09, 0xFF0C, 0xFF1E, 0xFFFD};
    return (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x3011) ||
           std::ranges::find(marks, c) != marks.end();
}

bool is_slash(char c) {
    return c == '/' || c == '\\';
}

/// What stands at the place from which on a URL is read.
enum class Before { authority, path };

/// Where the URL that began before `at` ends, punctuation and unbalanced brackets left out; never before
/// `at`. A path is read up to the limit; where a host ends decides who is visited, so it is looked for without one.
std::size_t end_of_url(std::string_view text, std::size_t at, Before before) {
    const std::size_t start = at;
    const std::size_t limit = std::min(text.size(), at + limits::url_bytes);
    bool in_authority = before == Before::authority;
    while (in_authority && at < text.size() && is_slash(text[at])) ++at;
    std::ptrdiff_t round = 0;
    std::ptrdiff_t square = 0;
    while (at < limit || (in_authority && at < text.size())) {
        std::size_t next = at;
        const char32_t c = next_code_point(text, next);
        if (ends_url(c) || (!in_authority && next > limit)) break;
        if (is_slash(text[at]) || c == '?' || c == '#') in_authority = false;
        round += c == '(' ? 1 : c == ')' ? -1 : 0;
        square += c == '[' ? 1 : c == ']' ? -1 : 0;
        at = next;
    }
    for (; at > start; --at) {
        const char c = text[at - 1];
        if (c == ')' && round < 0) {
            ++round;
        } else if (c == ']' && square < 0) {
            ++square;
        } else if (std::string_view(".,;:!?'*").find(c) == std::string_view::npos) {
            break;
        }
    }
    return at;
}

class UrlFinder {
public:
    UrlFinder(std::string_view text, std::size_t urls_max) : text_(text), urls_max_(urls_max) {}

    std::vector<FoundInText> find() {
        while (at_ < text_.size() && found_.size() < urls_max_) {
            const char c = text_[at_];
            if (!triggers[static_cast<unsigned char>(c)]) {
                ++at_;
            } else if (!(c == ':' ? scheme() : c == '/' ? bare_host() : www())) {
                ++at_;
            }
        }
        return std::move(found_);
    }

private:
    [[nodiscard]] bool word_starts_at(std::size_t at) const {
        return at == done_ || (at > done_ && !is_ascii_alphanumeric(text_[at - 1]));
    }

    /// `at_` stands on the colon.
    bool scheme() {
        for (const std::string_view name : {"https", "http", "ftp", "mailto"}) {
            if (at_ - done_ < name.size() || !word_starts_at(at_ - name.size())) continue;
            if (!equals_ignoring_case(text_.substr(at_ - name.size(), name.size()), name)) continue;
            const std::string_view rest = text_.substr(at_ + 1);
            const bool is_mailto = name == "mailto";
            if (!is_mailto && !rest.starts_with("//") && !rest.starts_with("\\\\")) return false;
            const std::size_t authority = at_ + (is_mailto ? 1 : 3);
            if (is_mailto && !may_reach_at(authority)) return false;
            const std::size_t end =
                end_of_url(text_, authority, is_mailto ? Before::path : Before::authority);
            // What ends this one, before the next @, ends those that begin inside it too.
            if (is_mailto && end <= next_at_) no_at_before_ = end;
            if (end == authority || (is_mailto && end <= next_at_)) return false;
            take(at_ - name.size(), end, "");
            return true;
        }
        return false;
    }

    /// Is there an @ as near as an address that begins at `start` may be long? Remembers where none is, so that
    /// "mailto:mailto:mailto:" is not searched again and again.
    bool may_reach_at(std::size_t start) {
        if (start < no_at_before_) return false;
        if (next_at_ < start) next_at_ = std::min(text_.find('@', start), text_.size());
        return next_at_ < text_.size() && next_at_ - start < limits::url_bytes;
    }

    /// `at_` stands on a w.
    bool www() {
        if (!word_starts_at(at_) || !starts_with_ignoring_case(text_.substr(at_), "www.")) return false;
        if (at_ > done_ && (text_[at_ - 1] == '@' || text_[at_ - 1] == '/')) return false;
        const std::size_t end = end_of_url(text_, at_ + 4, Before::authority);
        if (end == at_ + 4 || text_.substr(at_ + 4, end - at_ - 4).find('.') == std::string_view::npos)
            return false;
        take(at_, end, "http://");
        return true;
    }

    /// `at_` stands on a slash: is there a host in front?
    bool bare_host() {
        std::size_t start = at_;
        bool has_dot = false;
        while (start > done_ && at_ - start <= host_bytes_max && is_host_character(text_[start - 1])) {
            --start;
            has_dot = has_dot || text_[start] == '.';
        }
        if (!has_dot || at_ - start > host_bytes_max) return false;
        if (start > done_ && std::string_view("@/\\:=&?%#").find(text_[start - 1]) != std::string_view::npos)
            return false;
        if (start > done_ && static_cast<unsigned char>(text_[start - 1]) >= 0x80) return false;
        const std::string host = to_lower(text_.substr(start, at_ - start));
        const std::size_t dot = host.rfind('.');
        if (!is_ascii_alphanumeric(host.front()) || dot + 2 >= host.size() ||
            host.find("..") != std::string::npos)
            return false;
        if (!public_suffix(host).listed) return false;
        take(start, end_of_url(text_, at_ + 1, Before::path), "http://");
        return true;
    }

    void take(std::size_t start, std::size_t end, std::string_view scheme) {
        const std::string_view written = text_.substr(start, end - start);
        // What reached the limit may have gone on.
        const bool cut = written.size() >= limits::url_bytes;
        found_.push_back({start, written.size(), std::string(scheme) + std::string(written), cut});
        at_ = end;
        done_ = end;
    }

    std::string_view text_;
    std::size_t urls_max_;
    std::size_t at_ = 0;
    std::size_t done_ = 0;          ///< end of the last URL: what stands before belongs to it
    std::size_t no_at_before_ = 0;  ///< an address that begins before here has no @
    std::size_t next_at_ = 0;       ///< the first @ from some address on, or the size of the text
    std::vector<FoundInText> found_;
};

}  // namespace

std::vector<FoundInText> find_urls(std::string_view text, std::size_t urls_max) {
    return UrlFinder(text, urls_max).find();
}

}  // namespace tocsin::mail
