#include "rules/xpath.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.hpp"
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

namespace {

/// Elements that the tree builder makes without their tag: implied ones, <p> and <br> of their end tags, <img> of <image>.
constexpr std::array implied_elements = {"html", "head", "body", "colgroup", "tbody", "tr", "p", "br", "img"};

bool needs_tag(const xpath::Step& step) {
    const bool down = step.axis == xpath::Axis::child || step.axis == xpath::Axis::descendant;
    return down && step.test == xpath::NodeTest::name && step.name.size() <= limits::xpath_tag_bytes &&
           std::ranges::find(implied_elements, step.name) == implied_elements.end();
}

/// Its nodes are elements.
bool is_element(const xpath::Step& step) {
    return (step.axis == xpath::Axis::child || step.axis == xpath::Axis::descendant) &&
           (step.test == xpath::NodeTest::name || step.test == xpath::NodeTest::any_name);
}

/// Where a name that a query can ask for has ended, whatever else the tag's name has behind it.
bool is_in_name(char letter) {
    const char lower = ascii_lower(letter);
    return (lower >= 'a' && lower <= 'z') || (letter >= '0' && letter <= '9') || letter == '-' ||
           letter == '_' || letter == '.' || (letter & 0x80) != 0;
}

std::string to_lower_ascii(std::string_view text) {
    std::string out(text);
    for (char& letter : out) letter = ascii_lower(letter);
    return out;
}

}  // namespace

PageTags::PageTags(std::string_view html) {
    for (std::size_t at = html.find('<'); at != std::string_view::npos; at = html.find('<', at + 1)) {
        std::size_t end = at + 1;
        while (end < html.size() && end - at <= limits::xpath_tag_bytes && is_in_name(html[end])) ++end;
        std::string name = to_lower_ascii(html.substr(at + 1, end - at - 1));
        if (name.empty() || names_.contains(name)) continue;
        // <isindex> stood for a form of several elements.
        all_ = all_ || names_.size() == limits::xpath_tags || name == "isindex";
        if (all_) return;
        names_.insert(std::move(name));
    }
}

bool PageTags::may_be(std::string_view name) const {
    return name.size() > limits::xpath_tag_bytes || !std::ranges::all_of(name, is_in_name) ||
           names_.contains(to_lower_ascii(name)) ||
           std::ranges::find(implied_elements, name) != implied_elements.end();
}

/// False: no node of the page makes the expression true, or yields nodes where it stands for a path.
class PageTags::Question {
public:
    Question(const PageTags& tags, const xpath::Query& query) : tags_(tags), query_(query) {}

    [[nodiscard]] bool may_hold(xpath::ExpressionId id) const {
        const xpath::Expression& expression = query_.expressions[id];
        const auto operand_may = [this](xpath::ExpressionId operand) { return may_hold(operand); };
        switch (expression.operation) {
            case xpath::Operation::logical_or: return std::ranges::any_of(expression.operands, operand_may);
            case xpath::Operation::logical_and: return std::ranges::all_of(expression.operands, operand_may);
            case xpath::Operation::equal: return may_be_named(expression);
            case xpath::Operation::path:
                return !expression.operands.empty() ||
                       std::ranges::all_of(expression.steps,
                                           [this](const xpath::Step& step) { return may_be_there(step); });
            default: return true;
        }
    }

private:
    [[nodiscard]] bool may_be_there(const xpath::Step& step) const {
        if (needs_tag(step) && !tags_.may_be(step.name)) return false;
        if (!is_element(step)) return true;
        // Of a number it would be the node at that place, and not a truth: those always may.
        return std::ranges::all_of(step.predicates,
                                   [this](xpath::ExpressionId predicate) { return may_hold(predicate); });
    }
    /// `local-name() = 'svg'` of an element: the name of its tag.
    [[nodiscard]] bool may_be_named(const xpath::Expression& equal) const {
        const xpath::Expression& left = query_.expressions[equal.operands[0]];
        const xpath::Expression& right = query_.expressions[equal.operands[1]];
        const bool asks_name = left.operation == xpath::Operation::call &&
                               left.function == xpath::Function::local_name && left.operands.empty() &&
                               right.operation == xpath::Operation::literal;
        return !asks_name || tags_.may_be(right.text);
    }

    const PageTags& tags_;
    const xpath::Query& query_;
};

bool PageTags::may_hold(const XPathQuery& query) const {
    const xpath::Query& parsed = query.compiled_->query;
    const bool is_path = parsed.expressions[parsed.root].operation == xpath::Operation::path;
    return all_ || !is_path || Question(*this, parsed).may_hold(parsed.root);
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
