#include "config/outside_strings.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/limits.hpp"

namespace tocsin::config {

namespace {

enum class Quote : std::uint8_t { none, basic, literal, long_basic, long_literal };

/// Follows strings as TOML 1.0 has them. Where the text is no TOML it may lose its way, but only behind the place where toml++
/// stops.
class Walk {
public:
    explicit Walk(std::string_view text) : text_(text) {}

    bool check(Problems& problems) {
        for (at_ = 0; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\n') {
                ++line_;
                line_begin_ = at_ + 1;
            }
            if (quote_ != Quote::none) {
                inside();
            } else if (static_cast<unsigned char>(text_[at_]) >= 0x80) {
                problems.add(place(), "", "a letter that must stand in quotes",
                             "put the text into double quotes");
                return false;
            } else if (text_[at_] == '.' && ++dots_ > limits::config_dots) {
                problems.add(place(), "", "too many dots outside quotes", "put texts into double quotes");
                return false;
            } else {
                outside();
            }
        }
        return true;
    }

private:
    Place place() const {
        const std::string_view before = text_.substr(line_begin_, at_ - line_begin_);
        const auto letters = std::ranges::count_if(
            before, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; });
        return {line_, static_cast<std::uint32_t>(letters + 1)};
    }

    bool three(char mark) const {
        return text_.size() - at_ >= 3 && text_[at_] == mark && text_[at_ + 1] == mark &&
               text_[at_ + 2] == mark;
    }

    void open(char mark, Quote one, Quote many) {
        quote_ = three(mark) ? many : one;
        if (quote_ == many) at_ += 2;
    }

    void outside() {
        switch (text_[at_]) {
            case '\n': dots_ = 0; break;
            case '"': open('"', Quote::basic, Quote::long_basic); break;
            case '\'': open('\'', Quote::literal, Quote::long_literal); break;
            case '#': at_ = std::min(text_.find('\n', at_), text_.size()) - 1; break;
            default: break;
        }
    }

    void inside() {
        const char c = text_[at_];
        const bool basic = quote_ == Quote::basic || quote_ == Quote::long_basic;
        const char mark = basic ? '"' : '\'';
        if (basic && c == '\\') {
            if (at_ + 1 < text_.size() && text_[at_ + 1] != '\n') ++at_;
        } else if (quote_ == Quote::basic || quote_ == Quote::literal) {
            if (c == mark || c == '\n') quote_ = Quote::none;  // a line end here is an error to toml++
        } else if (three(mark)) {
            at_ += 2;
            // One or two quotation marks may stand directly before the closing three.
            for (int more = 0; more < 2 && at_ + 1 < text_.size() && text_[at_ + 1] == mark; ++more) ++at_;
            quote_ = Quote::none;
        }
    }

    std::string_view text_;
    std::size_t at_ = 0, line_begin_ = 0, dots_ = 0;
    std::uint32_t line_ = 1;
    Quote quote_ = Quote::none;
};

}  // namespace

bool check_outside_strings(std::string_view text, Problems& problems) {
    return Walk(text).check(problems);
}

}  // namespace tocsin::config
