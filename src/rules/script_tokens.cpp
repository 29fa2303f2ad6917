#include "rules/script_tokens.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <unordered_set>
#include <vector>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"

namespace tocsin::rules {

namespace {

// ECMA-262 section 12.7.2, with the words that are reserved in strict mode.
constexpr auto keywords = std::to_array<std::string_view>(
    {"break",      "case",      "catch",    "class", "const",      "continue", "debugger",
     "default",    "delete",    "do",       "else",  "enum",       "export",   "extends",
     "finally",    "for",       "function", "if",    "implements", "import",   "in",
     "instanceof", "interface", "let",      "new",   "package",    "private",  "protected",
     "public",     "return",    "static",   "super", "switch",     "this",     "throw",
     "try",        "typeof",    "var",      "void",  "while",      "with",     "yield"});
/// Words that are neither names nor keywords.
constexpr auto literals = std::to_array<std::string_view>({"true", "false", "null"});
/// Keywords behind which an expression begins, so that a slash begins a regular expression.
constexpr auto before_expression =
    std::to_array<std::string_view>({"return", "typeof", "case", "in", "of", "delete", "void", "throw", "new",
                                     "instanceof", "do", "else", "yield"});

template <std::size_t N>
bool holds(const std::array<std::string_view, N>& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

bool begins_name(char c) {
    return (mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c)) || c == '_' || c == '$' ||
           c == '\\' || c == '#' || static_cast<unsigned char>(c) >= 0x80;
}

/// A list in which every text is once.
class WordList {
public:
    explicit WordList(std::vector<std::string>& words) : words_(words), seen_(words.begin(), words.end()) {}
    /// False: the list is full.
    bool add(std::string_view word) {
        if (seen_.contains(std::string(word))) return true;
        if (words_.size() >= limits::script_words) return false;
        seen_.emplace(word);
        words_.emplace_back(word);
        return true;
    }

private:
    std::vector<std::string>& words_;
    std::unordered_set<std::string> seen_;
};

class Tokenizer {
public:
    Tokenizer(std::string_view source, JavascriptScan& result)
        : source_(source), result_(result), identifiers_(result.identifiers), strings_(result.strings),
          keywords_(result.keywords), expressions_(result.regular_expressions) {}

    void run() {
        while (at_ < source_.size() && !result_.cut) step();
    }

private:
    void step();
    void comment_to_line_end();
    void comment_to(std::string_view end);
    void word();
    void number();
    void text(char quote);
    void template_text();
    void regular_expression();
    void punctuation(char c);
    void keep(WordList& list, std::string_view word) {
        if (!list.add(word)) result_.cut = true;
    }
    [[nodiscard]] bool starts(std::string_view prefix) const {
        return source_.substr(at_).starts_with(prefix);
    }
    /// Over one character of a text, or over an escape; a line end of two characters is one (section 12.3).
    void skip_character() {
        const bool escaped = source_[at_] == '\\';
        at_ += escaped && source_.substr(at_ + 1).starts_with("\r\n") ? 3U : escaped ? 2U : 1U;
    }

    std::string_view source_;
    JavascriptScan& result_;
    WordList identifiers_, strings_, keywords_, expressions_;
    std::size_t at_ = 0;
    std::size_t no_expression_before_ = 0;
    bool value_before_ = false;  ///< what stands before is a value: a slash divides it
    /// Curly brackets open inside each `${` that is not closed yet.
    std::vector<std::size_t> templates_;
};

void Tokenizer::step() {
    const char c = source_[at_];
    if (mail::is_ascii_space(c) || c == '\0')
        ++at_;
    else if (starts("//") || starts("<!--") || starts("#!"))
        comment_to_line_end();
    else if (starts("/*"))
        comment_to("*/");
    else if (starts("<![CDATA["))
        at_ += std::string_view("<![CDATA[").size();
    else if (begins_name(c))
        word();
    else if (mail::is_ascii_digit(c))
        number();
    else if (c == '"' || c == '\'')
        text(c);
    else if (c == '`') {
        ++at_;
        template_text();
    } else if (c == '/' && !value_before_)
        regular_expression();
    else
        punctuation(c);
}

void Tokenizer::comment_to_line_end() {
    at_ = mail::find_line_end(source_, at_);
}

void Tokenizer::comment_to(std::string_view end) {
    const std::size_t found = source_.find(end, at_ + 2);
    at_ = found == std::string_view::npos ? source_.size() : found + end.size();
}

void Tokenizer::word() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && (begins_name(source_[at_]) || mail::is_ascii_digit(source_[at_]))) {
        // An escape in a name: \u0062 or \u{62} (section 12.7.1).
        constexpr std::size_t escape_bytes_max = 12;
        const std::size_t end =
            starts("\\u{") ? source_.substr(at_, escape_bytes_max).find('}') : std::string_view::npos;
        at_ += end != std::string_view::npos ? end + 1 : 1;
    }
    const std::string_view found = source_.substr(begin, at_ - begin);
    value_before_ = !holds(before_expression, found);
    if (holds(literals, found)) return;
    keep(holds(keywords, found) ? keywords_ : identifiers_, found);
}

void Tokenizer::number() {
    while (at_ < source_.size() &&
           (mail::is_ascii_alphanumeric(source_[at_]) || source_[at_] == '.' || source_[at_] == '_'))
        ++at_;
    value_before_ = true;
}

/// A text ends at its quote, or at the end of its line: what is not closed there is broken, and the next line is read anew.
void Tokenizer::text(char quote) {
    const std::size_t begin = ++at_;
    while (at_ < source_.size() && source_[at_] != quote && source_[at_] != '\n' && source_[at_] != '\r')
        skip_character();
    at_ = std::min(at_, source_.size());
    keep(strings_, source_.substr(begin, at_ - begin));
    if (at_ < source_.size() && source_[at_] == quote) ++at_;
    value_before_ = true;
}

/// From behind ` or } to the next ` or ${.
void Tokenizer::template_text() {
    const std::size_t begin = at_;
    while (at_ < source_.size() && source_[at_] != '`' && !starts("${")) skip_character();
    at_ = std::min(at_, source_.size());
    if (at_ > begin) keep(strings_, source_.substr(begin, at_ - begin));
    value_before_ = true;
    if (at_ >= source_.size()) return;
    if (source_[at_] == '`') {
        ++at_;
        return;
    }
    at_ += 2;
    value_before_ = false;
    templates_.push_back(0);
    if (templates_.size() > limits::script_template_depth) result_.cut = true;
}

/// Section 12.9.5. Without an end on its line it is no regular expression but a lone slash, and so is every slash behind it on
/// that line: looking for the end again each time would take quadratic time.
void Tokenizer::regular_expression() {
    if (at_ < no_expression_before_) {
        ++at_;
        return;
    }
    bool in_class = false;
    std::size_t end = at_ + 1;
    for (; end < source_.size(); ++end) {
        const char c = source_[end];
        if (c == '\n' || c == '\r' || (c == '/' && !in_class)) break;
        if (c == '\\') ++end;
        if (c == '[') in_class = true;
        if (c == ']') in_class = false;
    }
    if (end >= source_.size() || source_[end] != '/') {
        no_expression_before_ = end;
        ++at_;
        return;
    }
    for (++end; end < source_.size() && mail::is_ascii_alphanumeric(source_[end]);) ++end;
    keep(expressions_, source_.substr(at_, end - at_));
    at_ = end;
    value_before_ = true;
}

void Tokenizer::punctuation(char c) {
    ++at_;
    value_before_ = c == ')' || c == ']' || c == '}';
    if (templates_.empty()) return;
    if (c == '{') ++templates_.back();
    if (c != '}') return;
    if (templates_.back() > 0) {
        --templates_.back();
        return;
    }
    templates_.pop_back();
    template_text();
}

}  // namespace

void tokenize_more(std::string_view source, JavascriptScan& scan) {
    if (source.size() > limits::exploded_text_bytes) scan.cut = true;
    const std::string text = mail::repair_utf8(source.substr(0, limits::exploded_text_bytes));
    const bool cut_before = scan.cut;
    scan.cut = false;
    Tokenizer(text, scan).run();
    scan.cut = scan.cut || cut_before;
}

JavascriptScan tokenize_script(std::string_view source) {
    JavascriptScan scan;
    tokenize_more(source, scan);
    return scan;
}

}  // namespace tocsin::rules
