// XPath 1.0 (W3C Recommendation of 16 November 1999) over a page, as rules ask it with html.xpath.
//
// The page is built by mail::HtmlTrees, as for everything else that we say about it: the same tree as in a browser, in linear
// time. The evaluation is our own because the page is hostile. libxml2 (2.9.14) was tried: 240 kB of attributes keep its HTML
// parser busy for six seconds, and queries of the feed keep its XPath busy for a minute on a page of 50,000 nodes, whatever its
// own limit of operations. Here a step from any set of nodes visits no node twice, and every operation is counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "mail/html_tree.hpp"

namespace tocsin::rules {

enum class XPathNodeKind : std::uint8_t { element, attribute, text, comment };

/// A node that a query found. All views last as long as the page.
struct XPathNode {
    XPathNodeKind kind = XPathNodeKind::element;
    /// Element: its markup, written as HTML asks for it (WHATWG HTML section 13.3), but characters that take no visible space
    /// or an odd one as decimal references ("&#173;"), so that rules can count them however the sender wrote them. Attribute:
    /// its value. Text: itself. Comment: with its "<!--" and "-->".
    std::string_view raw;
    /// The text inside with hidden text, laid out in lines. Of a script, style sheet or comment: its own text.
    std::string_view inner_text;
    /// What a person can see of it, on this page: what hides the elements around it hides it, too. Of a title: its text.
    std::string_view display_text;
    /// Targets of the links inside, of the node itself if it is one, as written, in the order of the page.
    std::span<const std::string> hrefs;
};

using XPathNodes = std::vector<XPathNode>;

struct XPathResult {
    /// Nodes are in the order of the page, each once.
    std::variant<XPathNodes, double, std::string, bool> value;
    /// Empty, or the limit because of which this is not all that there is: a name of base/limits.hpp. What was found is there;
    /// what was not found is *undecided*.
    std::string_view limit;
};

class XPathQuery;

/// A page, ready to be asked. Used by one thread at a time.
class HtmlDocument {
public:
    /// Reads `html` (any bytes; what is no UTF-8 is replaced). Never fails: what lies beyond limits::html_bytes, html_depth,
    /// html_nodes, xpath_document_nodes, xpath_document_bytes, xpath_attributes, links or text_bytes is left out, and limit()
    /// says so. Loads nothing: no entities, no schemes, no network. Linear.
    [[nodiscard]] static HtmlDocument parse(std::string_view html, mail::HtmlTrees& trees);
    ~HtmlDocument();
    HtmlDocument(HtmlDocument&&) noexcept;
    HtmlDocument& operator=(HtmlDocument&&) noexcept;

    /// Empty, or the name of the limit that cut the page.
    [[nodiscard]] std::string_view limit() const;
    /// Elements, attributes, texts and comments that can be found.
    [[nodiscard]] std::size_t nodes() const;

    struct Page;  ///< for the implementation (xpath_page.hpp)

private:
    friend Result<XPathResult> evaluate(const XPathQuery& query, HtmlDocument& document);
    class Builder;
    explicit HtmlDocument(std::unique_ptr<Page> page);
    std::unique_ptr<Page> page_;
};

/// A query, compiled once for all pages.
class XPathQuery {
public:
    /// Errors: invalid_input when `text` is no XPath 1.0, with the byte; limit (limits::xpath_query_bytes, xpath_query_depth,
    /// xpath_query_parts). There are no variables and no prefixes, and no id() and lang().
    [[nodiscard]] static Result<XPathQuery> compile(std::string_view text);
    ~XPathQuery();
    XPathQuery(XPathQuery&&) noexcept;
    XPathQuery& operator=(XPathQuery&&) noexcept;

private:
    friend Result<XPathResult> evaluate(const XPathQuery& query, HtmlDocument& document);
    friend class PageTags;
    struct Compiled;
    explicit XPathQuery(std::unique_ptr<Compiled> compiled);
    std::unique_ptr<Compiled> compiled_;
};

/// The names of the tags that begin in a page's source: what costs little to know before the page is built.
class PageTags {
public:
    explicit PageTags(std::string_view html);
    /// False if `query` is a path to elements that cannot be on the page, because no tag in the source makes one of them (WHATWG
    /// HTML section 13.2.6 says which elements come without their tag): it yields no nodes.
    [[nodiscard]] bool may_hold(const XPathQuery& query) const;

private:
    class Question;
    [[nodiscard]] bool may_be(std::string_view name) const;

    std::set<std::string, std::less<>> names_;  ///< in lower case
    bool all_ = false;                          ///< too many to tell, or one that makes others
};

/// Asks `document` from its root. Nodes beyond limits::xpath_result_nodes and bytes of a text beyond xpath_result_bytes are
/// left out, and the result says so. Errors: limit when the query needs more than limits::xpath_operations, or all queries on
/// this page together more than xpath_document_operations.
[[nodiscard]] Result<XPathResult> evaluate(const XPathQuery& query, HtmlDocument& document);

}  // namespace tocsin::rules
