// What an HtmlDocument holds: nodes in the order of the page, and the texts that they are pieces of. For xpath*.cpp only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "rules/xpath.hpp"

namespace tocsin::rules {

/// A piece of one of the page's texts. All pieces together take linear memory, however elements are nested.
struct Piece {
    enum class Of : std::uint8_t {
        markup,  ///< the whole page as HTML
        text,    ///< all texts as they are, one behind the other
        values,  ///< what is found in one place only: attributes, comments, titles
        shown,   ///< what a person sees, laid out
        all,     ///< the same with what is hidden
    };
    Of of = Of::values;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex root_node = 0;

enum class PageNodeKind : std::uint8_t { root, element, attribute, text, comment };

/// A node, its attributes behind it, its children behind them: what is inside `index` stands in (index, end).
struct PageNode {
    PageNodeKind kind = PageNodeKind::root;
    NodeIndex parent = root_node;
    NodeIndex end = 0;
    NodeIndex first_child = 0;       ///< behind the attributes; the same as `end` where there is none
    NodeIndex previous_sibling = 0;  ///< 0: none; the root is nobody's sibling
    std::uint32_t name = 0;          ///< of elements and attributes, a number in Page::names
    Piece value;                     ///< its string-value (section 5 of XPath)
    Piece raw, inner_text, display_text;
    std::uint32_t first_href = 0;
    std::uint32_t end_href = 0;
};

struct HtmlDocument::Page {
    Page() : nodes(1) {}

    [[nodiscard]] std::string_view text_of(const Piece& piece) const;
    [[nodiscard]] std::string_view value_of(NodeIndex index) const { return text_of(nodes[index].value); }
    [[nodiscard]] std::string_view name_of(NodeIndex index) const;
    [[nodiscard]] XPathNode node(NodeIndex index) const;

    std::vector<PageNode> nodes;
    std::map<std::string, std::uint32_t, std::less<>> names;  ///< numbers from 1
    std::vector<const std::string*>
        name_texts;  ///< of each number minus one; keys of `names` stay where they are
    std::string markup, text, values, shown, all;
    std::vector<std::string> hrefs;
    std::string_view limit;
    std::size_t operations_left = limits::xpath_document_operations;
};

}  // namespace tocsin::rules
