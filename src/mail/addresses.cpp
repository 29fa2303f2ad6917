#include "mail/addresses.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"

namespace tocsin::mail {
namespace {

/// RFC 5322 section 3.2.3 atext, the dot of dot-atom, and everything of RFC 6532.
bool is_local_atom(char c) {
    constexpr std::string_view marks = "!#$%&'*+-/=?^_`{|}~.";
    return is_ascii_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80 ||
           marks.find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out += '"';
}

/// The text of a quoted string whose opening quote stands at `at`; `at` moves behind the closing one. One
/// that never ends is taken for an ordinary character, so that it cannot hide the rest: nullopt, and `at`
/// stays.
std::optional<std::string> read_quoted(std::string_view text, std::size_t& at) {
    std::string out;
    for (std::size_t here = at + 1; here < text.size(); ++here) {
        if (text[here] == '"') {
            at = here + 1;
            return out;
        }
        if (text[here] == '\\' && here + 1 < text.size()) ++here;
        out += text[here];
    }
    return std::nullopt;
}

/// The text of a comment (RFC 5322 section 3.2.2), nested ones flattened, whose `(` stands at `at`. One that
/// never ends is taken for an ordinary character: nullopt, and `at` stays.
std::optional<std::string> read_comment(std::string_view text, std::size_t& at) {
    std::string out;
    std::size_t depth = 0;
    for (std::size_t here = at; here < text.size(); ++here) {
        const char c = text[here];
        if (c == '\\' && here + 1 < text.size()) {
            out += text[++here];
        } else if (c == '(') {
            if (depth++ > 0) out += c;
        } else if (c == ')') {
            if (--depth == 0) {
                at = here + 1;
                return out;
            }
            out += c;
        } else {
            out += c;
        }
    }
    return std::nullopt;
}

std::string collapse_spaces(std::string_view text) {
    std::string out;
    for (const char c : trim(text)) {
        const char shown = is_ascii_space(c) ? ' ' : c;
        if (shown == ' ' && out.ends_with(' ')) continue;
        out += shown;
    }
    return out;
}

bool means_undisclosed(std::string_view name) {
    std::string lower = to_lower(name);
    std::ranges::replace(lower, '-', ' ');
    return lower == "undisclosed recipients" || lower == "undisclosed recipient" ||
           lower == "recipients undisclosed";
}

class MailboxParser {
public:
    MailboxParser(std::string_view text, CharsetConverters& converters, DomainNames& domain_names)
        : text_(text), converters_(converters), domain_names_(domain_names),
          last_word_end_(text.rfind("?=")) {}

    std::vector<Mailbox> parse() {
        while (at_ < text_.size() && mailboxes_.size() < limits::mailboxes) step();
        flush();
        end_group();
        return std::move(mailboxes_);
    }

private:
    void step() {
        switch (text_[at_]) {
            case '"': quotes(); return;
            case '(': comment(); return;
            case '<': angle(); return;
            case ',':
                ++at_;
                flush();
                return;
            case ';':
                ++at_;
                flush();
                end_group();
                return;
            case ':': colon(); return;
            case '=': word(); return;
            case '\\':
                if (++at_ < text_.size()) phrase_ += text_[at_++];
                return;
            default: phrase_ += text_[at_++]; return;
        }
    }

    // Quotes or comments that are unbalanced once are ordinary characters from there on: telling again would
    // take quadratic time.
    void quotes() {
        if (!quotes_broken_) {
            if (const auto text = read_quoted(text_, at_)) {
                phrase_ += *text;
                saw_quotes_ = true;
                return;
            }
            quotes_broken_ = true;
        }
        phrase_ += text_[at_++];
    }

    void comment() {
        if (!comments_broken_) {
            if (auto text = read_comment(text_, at_)) {
                comment_ = std::move(*text);
                phrase_ += ' ';
                return;
            }
            comments_broken_ = true;
        }
        phrase_ += text_[at_++];
    }

    /// Senders put unencoded `,` and `<` into encoded words; the word is one piece all the same.
    void word() {
        const bool may_be_word = last_word_end_ != std::string_view::npos && at_ < last_word_end_;
        const std::size_t length = may_be_word ? encoded_word_length(text_, at_) : 0;
        phrase_.append(text_.substr(at_, std::max<std::size_t>(length, 1)));
        at_ += std::max<std::size_t>(length, 1);
    }

    void colon() {
        ++at_;
        if (angle_ || trim(phrase_).empty() || phrase_.find('@') != std::string::npos) {
            phrase_ += ':';
            return;
        }
        end_group();
        group_ = display(phrase_);
        phrase_.clear();
        group_is_empty_ = true;
    }

    enum class Quotes { hide, ordinary };

    /// The first `>` or `<` at or behind `start`, or the end.
    [[nodiscard]] std::size_t end_of_angle(std::size_t start, Quotes quotes) const {
        bool hidden = false;
        for (std::size_t end = start; end < text_.size(); ++end) {
            const char c = text_[end];
            if (c == '\\' && hidden) {
                ++end;
            } else if (c == '"' && quotes == Quotes::hide) {
                hidden = !hidden;
            } else if (!hidden && (c == '>' || c == '<')) {
                return end;
            }
        }
        return text_.size();
    }

    void angle() {
        if (angle_) flush();
        const std::size_t start = ++at_;
        std::size_t end = end_of_angle(start, quotes_broken_ ? Quotes::ordinary : Quotes::hide);
        if (end == text_.size() && !quotes_broken_) {
            quotes_broken_ = true;
            end = end_of_angle(start, Quotes::ordinary);
        }
        const bool closed = end < text_.size() && text_[end] == '>';
        if (end == text_.size()) end = std::min(text_.find(',', start), end);
        angle_ = std::string(text_.substr(start, end - start));
        at_ = closed ? end + 1 : end;
    }

    std::string display(std::string_view raw) {
        return collapse_spaces(decode_encoded_words(trim(raw), converters_));
    }

    void flush() {
        if (angle_) {
            const std::string_view phrase = trim(phrase_);
            add({display(phrase.empty() ? std::string_view(comment_) : phrase),
                 parse_email(*angle_, domain_names_)});
        } else if (!trim(phrase_).empty()) {
            flush_bare();
        }
        phrase_.clear();
        comment_.clear();
        angle_.reset();
        saw_quotes_ = false;
    }

    /// RFC 5322 section 4.4: blanks and comments may stand around the `@` and the dots of an address.
    static std::string with_closed_address(std::string_view text) {
        std::string out;
        const std::size_t last_mark = text.rfind('@');
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (text.substr(at, 3) == " . " && last_mark != std::string_view::npos && at < last_mark) {
                out += '.';
                at += 2;
            } else if (!(text[at] == ' ' && (text.substr(at, 2) == " @" || out.ends_with('@')))) {
                out += text[at];
            }
        }
        return out;
    }

    /// No angle brackets: an address, an address with words around it, or words.
    void flush_bare() {
        const std::string shown = with_closed_address(display(phrase_));
        const std::size_t mark = shown.rfind('@');
        if (mark == std::string::npos || mark == 0 || mark + 1 == shown.size()) {
            add({means_undisclosed(shown) ? "Undisclosed recipients" : shown, {}});
            return;
        }
        if (saw_quotes_ && shown.find(' ') < mark) {  // "john doe"@example.com
            add({display(comment_),
                 parse_email(quoted(shown.substr(0, mark)) + shown.substr(mark), domain_names_)});
            return;
        }
        const std::size_t before = shown.rfind(' ', mark);
        const std::size_t start = before == std::string::npos ? 0 : before + 1;
        const std::size_t end = std::min(shown.find(' ', mark), shown.size());
        std::string_view address = std::string_view(shown).substr(start, end - start);
        while (address.ends_with('>')) address.remove_suffix(1);
        while (address.starts_with('<')) address.remove_prefix(1);
        if (address.starts_with('[') && address.ends_with(']'))
            address = address.substr(1, address.size() - 2);
        const std::string around = shown.substr(0, start) + shown.substr(end);
        add({around.empty() ? display(comment_) : collapse_spaces(around),
             parse_email(address, domain_names_)});
    }

    void add(Mailbox mailbox) {
        group_is_empty_ = false;
        if (mailboxes_.size() < limits::mailboxes) mailboxes_.push_back(std::move(mailbox));
    }

    void end_group() {
        if (group_ && group_is_empty_)
            add({means_undisclosed(*group_) ? "Undisclosed recipients" : *group_, {}});
        group_.reset();
        group_is_empty_ = false;
    }

    std::string_view text_;
    CharsetConverters& converters_;
    DomainNames& domain_names_;
    std::size_t last_word_end_;
    std::size_t at_ = 0;
    std::string phrase_;
    std::string comment_;
    std::optional<std::string> angle_;
    std::optional<std::string> group_;
    bool group_is_empty_ = false;
    bool saw_quotes_ = false;
    bool quotes_broken_ = false;
    bool comments_broken_ = false;
    std::vector<Mailbox> mailboxes_;
};

/// An addr-spec with its pieces told apart: RFC 5322 sections 3.4.1 and 4.4.
struct AddrSpec {
    std::string local_part;  ///< unquoted
    std::string domain;
    bool has_at = false;
};

AddrSpec split_addr_spec(std::string_view text) {
    AddrSpec parts;
    std::string current;
    bool ends_route = text.starts_with('@') && text.find(':') != std::string_view::npos;
    bool quotes_broken = false;
    bool comments_broken = false;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"' && !quotes_broken) {
            const auto quoted_text = read_quoted(text, at);
            if (quoted_text) current += *quoted_text;
            quotes_broken = !quoted_text;
        } else if (c == '(' && !comments_broken) {
            comments_broken = !read_comment(text, at);
        } else if (c == '@') {
            if (parts.has_at) parts.local_part += '@';
            parts.local_part += std::exchange(current, {});
            parts.has_at = true;
            ++at;
        } else if (c == ':' && ends_route) {
            parts = {};
            current.clear();
            ends_route = false;
            ++at;
        } else {
            if (!is_ascii_space(c)) current += c;
            ++at;
        }
    }
    (parts.has_at ? parts.domain : parts.local_part) = std::move(current);
    return parts;
}

}  // namespace

EmailAddress parse_email(std::string_view addr_spec, DomainNames& domain_names) {
    const AddrSpec parts = split_addr_spec(trim(addr_spec));
    EmailAddress address;
    address.local_part = utf8_or_windows_1252(parts.local_part);
    if (parts.has_at) address.domain = domain_names.parse(utf8_or_windows_1252(parts.domain));
    if (address.local_part.empty() && !parts.has_at) return address;
    const bool is_dot_atom =
        !address.local_part.empty() && std::ranges::all_of(address.local_part, is_local_atom);
    address.email = is_dot_atom ? address.local_part : quoted(address.local_part);
    if (parts.has_at) address.email += '@' + address.domain.domain;
    return address;
}

std::vector<Mailbox> parse_mailboxes(std::string_view raw_value, CharsetConverters& converters,
                                     DomainNames& domain_names) {
    const std::string text = unfold(raw_value);
    return MailboxParser(text, converters, domain_names).parse();
}

std::string to_address_text(const Mailbox& mailbox) {
    if (mailbox.email.email.empty()) return quoted(mailbox.display_name);
    if (mailbox.display_name.empty()) return '<' + mailbox.email.email + '>';
    return quoted(mailbox.display_name) + " <" + mailbox.email.email + '>';
}

}  // namespace tocsin::mail
