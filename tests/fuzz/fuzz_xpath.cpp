// Any query over any page: refused, or answered within every limit with nodes of that page. The first line is the query; what is
// behind it, the page.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "rules/xpath.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const XPathResult& result, const HtmlDocument& page) {
    if (const auto* nodes = std::get_if<XPathNodes>(&result.value)) {
        require(nodes->size() <= limits::xpath_result_nodes && nodes->size() <= page.nodes() + 1);
        for (const XPathNode& node : *nodes) {
            require(mail::is_valid_utf8(node.raw) && mail::is_valid_utf8(node.inner_text));
            require(mail::is_valid_utf8(node.display_text));
            for (const std::string& href : node.hrefs) require(mail::is_valid_utf8(href));
        }
    }
    if (const auto* text = std::get_if<std::string>(&result.value))
        require(text->size() <= limits::xpath_result_bytes && mail::is_valid_utf8(*text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static mail::HtmlTrees trees;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view html = end < text.size() ? text.substr(end + 1) : std::string_view();
    HtmlDocument page = HtmlDocument::parse(html, trees);
    require(page.nodes() <= limits::xpath_document_nodes + 1);
    const Result<XPathQuery> query = XPathQuery::compile(text.substr(0, end));
    if (!query) return 0;
    const Result<XPathResult> first = evaluate(*query, page);
    if (!first) return 0;
    check(*first, page);
    // Asked again, it says the same.
    if (const Result<XPathResult> again = evaluate(*query, page))
        require(again->value.index() == first->value.index());
    return 0;
}
