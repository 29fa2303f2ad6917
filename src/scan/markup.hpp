// Looking things up in XML and HTML source without building a tree: bounded, linear, tolerant of anything.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::scan {

/// One tag as it stands in the source: "<a href=x>".
struct Tag {
    std::string
        name;  ///< lower case, without prefix ("w:instrText" → "instrtext"); closing tags begin with '/'
    std::string_view text;  ///< all between '<' and '>'
};

/// Steps through the tags of a text.
class TagWalk {
public:
    explicit TagWalk(std::string_view text) : text_(text) {}
    /// False at the end.
    bool next(Tag& tag);
    /// The text between this tag and the next '<'.
    [[nodiscard]] std::string_view text_after() const;

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t close_ = 0;
};

/// The value of an attribute (name in lower case, without prefix) with its character references resolved; empty when absent.
[[nodiscard]] std::string attribute(const Tag& tag, std::string_view name);

}  // namespace tocsin::scan
