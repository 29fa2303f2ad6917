#include "rules/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/limits.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

constexpr std::array keywords = {"and", "or", "not", "in", "is", "of", "null", "true", "false"};
// Longest first: `<=` is not `<` and `=`.
constexpr std::array symbols = {"==", "!=", "=~", "!~", "<=", ">=", "in~", "<", ">", "+", "-",
                                "*",  "/",  "%",  "(",  ")",  "[",  "]",   ",", ":", "=", "~"};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : source_(source) {}

    std::expected<std::vector<Token>, Problem> run() {
        if (source_.size() > limits::rule_source_bytes)
            return stop(limits::rule_source_bytes,
                        "the rule is longer than " + std::to_string(limits::rule_source_bytes) + " bytes");
        if (const std::size_t nul = source_.find('\0'); nul != std::string_view::npos)
            return stop(nul, "a NUL byte");
        while (skip_blanks()) {
            token_ = {};
            token_.offset = static_cast<std::uint32_t>(at_);
            if (!read_token()) return std::unexpected(std::move(problem_));
            tokens_.push_back(std::move(token_));
        }
        if (!problem_.message.empty()) return std::unexpected(std::move(problem_));
        tokens_.push_back({.kind = TokenKind::end, .offset = static_cast<std::uint32_t>(at_), .value = {}});
        return std::move(tokens_);
    }

private:
    std::unexpected<Problem> stop(std::size_t offset, std::string message) {
        return std::unexpected(problem_at(source_, offset, std::move(message)));
    }
    bool fail_at(std::size_t offset, std::string message) {
        problem_ = problem_at(source_, offset, std::move(message));
        return false;
    }

    /// To the next token; false: there is none.
    bool skip_blanks() {
        while (at_ < source_.size()) {
            const std::string_view rest = source_.substr(at_);
            if (rest.starts_with("//")) {
                at_ = std::min(source_.find('\n', at_), source_.size());
            } else if (rest.starts_with("/*")) {
                const std::size_t end = source_.find("*/", at_ + 2);
                if (end == std::string_view::npos) return fail_at(at_, "a comment that does not end");
                at_ = end + 2;
            } else if (std::string_view(" \t\r\n\f\v").contains(rest.front())) {
                ++at_;
            } else {
                return true;
            }
        }
        return false;
    }

    bool read_token() {
        const char c = source_[at_];
        if (c == '"') return read_string();
        if (c == '\'') return read_raw();
        if (c == '$') return read_list();
        if (c == '.') return read_dots();
        if (is_digit(c)) return read_number();
        if (is_letter(c)) return read_name();
        return read_symbol();
    }

    bool read_name() {
        const std::size_t begin = at_;
        while (at_ < source_.size() && (is_letter(source_[at_]) || is_digit(source_[at_]))) ++at_;
        token_.kind = TokenKind::name;
        token_.value = source_.substr(begin, at_ - begin);
        if (token_.value == "in" && source_.substr(at_).starts_with('~')) {
            token_.value = "in~";
            token_.kind = TokenKind::symbol;
            ++at_;
        }
        return true;
    }

    bool read_list() {
        const std::size_t begin = ++at_;
        const auto read_word = [&] {
            if (at_ >= source_.size() || !is_letter(source_[at_])) return false;
            while (at_ < source_.size() && (is_letter(source_[at_]) || is_digit(source_[at_]))) ++at_;
            return true;
        };
        if (!read_word()) return fail_at(token_.offset, "a list's name is expected behind '$'");
        while (at_ + 1 < source_.size() && source_[at_] == '.' && is_letter(source_[at_ + 1])) {
            ++at_;
            read_word();
        }
        token_.kind = TokenKind::list;
        token_.value = source_.substr(begin, at_ - begin);
        return true;
    }

    bool read_dots() {
        std::size_t count = 0;
        while (at_ < source_.size() && source_[at_] == '.') ++count, ++at_;
        if (count > 3) return fail_at(token_.offset, "more than three dots");
        token_.kind = TokenKind::dots;
        token_.number = static_cast<std::int64_t>(count);
        return true;
    }

    bool read_number() {
        const char* begin = source_.data() + at_;
        const char* const end = source_.data() + source_.size();
        const char* stop = begin;
        while (stop < end && is_digit(*stop)) ++stop;
        const bool real = stop + 1 < end && *stop == '.' && is_digit(stop[1]);
        if (real)
            for (++stop; stop < end && is_digit(*stop);) ++stop;
        if (stop < end && is_letter(*stop)) return fail_at(at_, "a number that goes on as a name");
        const auto parsed = real ? std::from_chars(begin, stop, token_.real_number, std::chars_format::fixed)
                                 : std::from_chars(begin, stop, token_.number);
        if (parsed.ec != std::errc()) return fail_at(at_, "the number is too large");
        token_.kind = real ? TokenKind::real : TokenKind::integer;
        at_ = static_cast<std::size_t>(stop - source_.data());
        return true;
    }

    bool read_raw() {
        token_.kind = TokenKind::text;
        for (++at_; at_ < source_.size(); ++at_) {
            if (source_[at_] != '\'') {
                token_.value += source_[at_];
            } else if (at_ + 1 < source_.size() && source_[at_ + 1] == '\'') {
                token_.value += '\'';
                ++at_;
            } else {
                ++at_;
                return true;
            }
        }
        return fail_at(token_.offset, "a string that does not end: its closing ' is missing");
    }

    bool read_string() {
        token_.kind = TokenKind::text;
        for (++at_; at_ < source_.size();) {
            const char c = source_[at_++];
            if (c == '"') return true;
            if (c != '\\')
                token_.value += c;
            else if (!read_escape())
                return false;
        }
        return fail_at(token_.offset, "a string that does not end: its closing \" is missing");
    }

    bool read_escape() {
        const std::size_t backslash = at_ - 1;
        if (at_ >= source_.size())
            return fail_at(token_.offset, "a string that does not end: its closing \" is missing");
        switch (const char c = source_[at_++]; c) {
            case 't': token_.value += '\t'; return true;
            case 'r': token_.value += '\r'; return true;
            case 'n': token_.value += '\n'; return true;
            case '"':
            case '\'':
            case '\\': token_.value += c; return true;
            case 'u': return read_code_point(backslash);
            default:
                return fail_at(
                    backslash,
                    "an unknown escape: \\t \\r \\n \\\" \\' \\\\ and \\u{hex} are known; in '…' a "
                    "backslash stands for itself");
        }
    }

    /// \u{hh} to \u{hhhhhhhh}
    bool read_code_point(std::size_t backslash) {
        const std::size_t close = source_.find('}', at_);
        const char* const wanted = "\\u{…} with 2 to 8 hexadecimal digits of a Unicode character is expected";
        if (!source_.substr(at_).starts_with('{') || close == std::string_view::npos || close - at_ < 3 ||
            close - at_ > 9)
            return fail_at(backslash, wanted);
        std::uint32_t point = 0;
        const char* const begin = source_.data() + at_ + 1;
        const char* const end = source_.data() + close;
        const auto parsed = std::from_chars(begin, end, point, 16);
        const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        if (parsed.ec != std::errc() || parsed.ptr != end || point > 0x10FFFF || surrogate || point == 0)
            return fail_at(backslash, wanted);
        mail::append_utf8(token_.value, static_cast<char32_t>(point));
        at_ = close + 1;
        return true;
    }

    bool read_symbol() {
        const std::string_view rest = source_.substr(at_);
        const auto* const found =
            std::ranges::find_if(symbols, [&](const char* symbol) { return rest.starts_with(symbol); });
        if (found == symbols.end()) {
            if (rest.front() == '#') return fail_at(at_, "'#' begins no comment here; use //");
            return fail_at(at_, "a character that has no meaning here");
        }
        token_.kind = TokenKind::symbol;
        token_.value = *found;
        at_ += token_.value.size();
        return true;
    }

    std::string_view source_;
    std::size_t at_ = 0;
    Token token_;
    std::vector<Token> tokens_;
    Problem problem_;
};

}  // namespace

bool is_keyword(std::string_view name) {
    return std::ranges::find(keywords, name) != keywords.end();
}

std::expected<std::vector<Token>, Problem> lex(std::string_view source) {
    return Lexer(source).run();
}

Problem problem_at(std::string_view source, std::size_t offset, std::string message) {
    const std::string_view before = source.substr(0, std::min(offset, source.size()));
    const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
    return {.line = static_cast<std::size_t>(std::ranges::count(before, '\n')) + 1,
            .column = before.size() - line_begin + 1,
            .message = std::move(message)};
}

}  // namespace tocsin::rules
