#include "rules/xpath.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "rules/xpath_evaluator.hpp"
#include "rules/xpath_page.hpp"
#include "rules/xpath_syntax.hpp"

namespace tocsin::rules {
namespace {

std::string cut_text(std::string_view text, std::string_view& limit) {
    if (text.size() <= limits::xpath_result_bytes) return std::string(text);
    limit = "xpath_result_bytes";
    return mail::repair_utf8(text.substr(0, limits::xpath_result_bytes));
}

XPathNodes nodes_of(const HtmlDocument::Page& page, const xpath::NodeSet& set, std::string_view& limit) {
    XPathNodes nodes;
    nodes.reserve(std::min(set.size(), limits::xpath_result_nodes));
    for (const NodeIndex index : set) {
        if (index == root_node) continue;  // the document itself is no node of the rules
        if (nodes.size() == limits::xpath_result_nodes) {
            limit = "xpath_result_nodes";
            break;
        }
        nodes.push_back(page.node(index));
    }
    return nodes;
}

}  // namespace

struct XPathQuery::Compiled {
    xpath::Query query;
};

XPathQuery::XPathQuery(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
XPathQuery::~XPathQuery() = default;
XPathQuery::XPathQuery(XPathQuery&&) noexcept = default;
XPathQuery& XPathQuery::operator=(XPathQuery&&) noexcept = default;

Result<XPathQuery> XPathQuery::compile(std::string_view text) {
    if (text.size() > limits::xpath_query_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("an XPath query has more than {} bytes", limits::xpath_query_bytes));
    if (!mail::is_valid_utf8(text)) return fail(ErrorCode::invalid_input, "an XPath query is not UTF-8");
    return XPathQuery(std::make_unique<Compiled>(TRY(xpath::parse(text))));
}

Result<XPathResult> evaluate(const XPathQuery& query, HtmlDocument& document) {
    HtmlDocument::Page& page = *document.page_;
    const std::size_t allowed = std::min(limits::xpath_operations, page.operations_left);
    xpath::Evaluator evaluator(query.compiled_->query, page, allowed);
    std::optional<xpath::Value> value = evaluator.run();
    page.operations_left -= allowed - evaluator.operations_left();
    if (!value) {
        const bool by_page = allowed < limits::xpath_operations;
        return fail(ErrorCode::limit,
                    fmt::format("XPath needs more than {} operations on one page ({})", allowed,
                                by_page ? "xpath_document_operations" : "xpath_operations"));
    }
    XPathResult result{.value = XPathNodes(), .limit = page.limit};
    if (const auto* set = std::get_if<xpath::NodeSet>(&*value))
        result.value = nodes_of(page, *set, result.limit);
    if (const auto* number = std::get_if<double>(&*value)) result.value = *number;
    if (const auto* text = std::get_if<xpath::TextValue>(&*value))
        result.value = cut_text(text->view(), result.limit);
    if (const auto* truth = std::get_if<bool>(&*value)) result.value = *truth;
    return result;
}

}  // namespace tocsin::rules
