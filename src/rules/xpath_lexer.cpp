#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules::xpath {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
    const char letter = ascii_lower(c);
    return (letter >= 'a' && letter <= 'z') || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) {
    return is_name_start(c) || is_digit(c) || c == '-' || c == '.';
}
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Result<std::vector<Token>> run() {
        for (skip_space(); at_ < text_.size(); skip_space()) {
            const char c = text_[at_];
            if (c == '"' || c == '\'') {
                TRY(literal(c));
            } else if (is_digit(c) || (c == '.' && is_digit(peek(1)))) {
                number();
            } else if (is_name_start(c)) {
                TRY(name());
            } else {
                TRY(symbol());
            }
        }
        add(TokenKind::end, at_);
        return std::move(tokens_);
    }

private:
    [[nodiscard]] char peek(std::size_t distance) const {
        return at_ + distance < text_.size() ? text_[at_ + distance] : '\0';
    }
    void skip_space() {
        while (at_ < text_.size() && is_xml_space(text_[at_])) ++at_;
    }
    void add(TokenKind kind, std::size_t begin) {
        tokens_.push_back({kind, text_.substr(begin, at_ - begin), begin});
    }
    [[nodiscard]] std::unexpected<Error> wrong(std::string_view what) const {
        return fail(ErrorCode::invalid_input, fmt::format("XPath: {} at byte {} of {}", what, at_, text_));
    }

    Result<void> literal(char quote) {
        const std::size_t end = text_.find(quote, at_ + 1);
        if (end == std::string_view::npos) return wrong("a text without its second quote");
        tokens_.push_back({TokenKind::literal, text_.substr(at_ + 1, end - at_ - 1), at_});
        at_ = end + 1;
        return {};
    }

    void number() {
        const std::size_t begin = at_;
        while (is_digit(peek(0))) ++at_;
        if (peek(0) == '.') ++at_;
        while (is_digit(peek(0))) ++at_;
        add(TokenKind::number, begin);
    }

    /// Whether what comes now is an operand; otherwise "*" and names are operators.
    [[nodiscard]] bool wants_operand() const {
        if (tokens_.empty()) return true;
        const Token& last = tokens_.back();
        return last.kind == TokenKind::symbol && last.text != ")" && last.text != "]" && last.text != "." &&
               last.text != "..";
    }

    Result<void> name() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_name_part(text_[at_])) ++at_;
        const std::string_view word = text_.substr(begin, at_ - begin);
        if (!wants_operand()) {
            constexpr auto operators = std::to_array<std::string_view>({"and", "or", "mod", "div"});
            if (std::ranges::find(operators, word) == operators.end()) return wrong("an operator is missing");
            add(TokenKind::symbol, begin);
            return {};
        }
        const std::size_t end = at_;
        skip_space();
        const bool axis = peek(0) == ':' && peek(1) == ':';
        if (peek(0) == ':' && !axis) return wrong("a prefix, but HTML has no name spaces");
        const TokenKind kind = axis             ? TokenKind::axis
                               : peek(0) == '(' ? TokenKind::function
                                                : TokenKind::name;
        tokens_.push_back({kind, text_.substr(begin, end - begin), begin});
        return {};
    }

    Result<void> symbol() {
        constexpr auto symbols =
            std::to_array<std::string_view>({"..", "::", "//", "!=", "<=", ">=", "(", ")", "[", "]", ".",
                                             "@",  ",",  "/",  "|",  "+",  "-",  "=", "<", ">", "*"});
        const auto found = std::ranges::find_if(
            symbols, [&](std::string_view symbol) { return text_.substr(at_).starts_with(symbol); });
        if (found == symbols.end())
            return wrong(text_[at_] == '$' ? "there are no variables" : "a strange character");
        const bool test = *found == "*" && wants_operand();
        const std::size_t begin = at_;
        at_ += found->size();
        add(test ? TokenKind::name : TokenKind::symbol, begin);
        return {};
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> tokenize(std::string_view text) {
    return Lexer(text).run();
}

}  // namespace tocsin::rules::xpath
