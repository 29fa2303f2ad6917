#include <memory>
#include <optional>

#include "mail/html_facts.hpp"
#include "mail/link_rewriters.hpp"
#include "mail/urls.hpp"
#include "rules/functions.hpp"
#include "rules/html_pages.hpp"
#include "rules/message_bindings.hpp"
#include "rules/record.hpp"

namespace tocsin::rules {

namespace {

/// The query, or nothing when it is no XPath: then the call is null, and the rule is good for the rest.
using Query = std::optional<XPathQuery>;

Result<std::shared_ptr<const void>> prepare_query(std::span<const std::optional<Value>> constants) {
    if (!constants[1] || constants[1]->kind != Kind::text)
        return fail(ErrorCode::invalid_input, "the query must be a text that stands in the rule");
    auto query = std::make_shared<Query>();
    if (Result<XPathQuery> compiled = XPathQuery::compile(constants[1]->text()))
        *query = std::move(*compiled);
    return query;
}

Value link_of(Evaluation& evaluation, const std::string& href) {
    auto& tools = evaluation.surroundings().tools;
    mail::Link link;
    link.parser = mail::LinkParser::hyperlink;
    std::optional<mail::Url> url = mail::resolve_url(href, std::nullopt, tools.domain_names);
    if (!url) return Value::null();
    mail::unravel(*url, tools.domain_names);
    link.href_url = *std::move(url);
    return Value::of_object(&evaluation.arena().keep(std::move(link)));
}

Value node_of(Evaluation& evaluation, const XPathNode& node) {
    const std::span<Value> links = evaluation.arena().values(node.hrefs.size());
    std::size_t count = 0;
    for (const std::string& href : node.hrefs) {
        evaluation.spend_bytes(href.size());
        if (const Value link = link_of(evaluation, href); !link.is_null()) links[count++] = link;
    }
    return make_record(evaluation,
                       {Value::of(node.raw), Value::of(node.inner_text), Value::of(node.display_text),
                        Value::of(std::span<const Value>(links.first(count)))});
}

/// A query may look at every node of the page.
constexpr std::uint64_t steps_for_each_node = 4;

Value xpath(Evaluation& evaluation, const Arguments& arguments) {
    const Query& query = *static_cast<const Query*>(arguments.prepared);
    HtmlPages* const pages = evaluation.surroundings().pages;
    if (arguments[0].kind != Kind::text || !query || pages == nullptr) return Value::null();
    if (!evaluation.spend_bytes(4 * std::size_t{arguments[0].size})) return Value::null();
    if (!pages->may_hold(arguments[0].text(), *query))
        return make_record(evaluation, {Value::of(std::span<const Value>())});
    HtmlDocument& page = pages->page(arguments[0].text());
    if (!evaluation.spend(steps_for_each_node * page.nodes())) return Value::null();
    const Result<XPathResult> result = evaluate(*query, page);
    if (!result) return Value::null(result.error().code == ErrorCode::limit ? bit(Capability::cut_off) : 0);
    const bool cut = !result->limit.empty() || !page.limit().empty();
    const auto* const nodes = std::get_if<XPathNodes>(&result->value);
    const std::span<Value> items = evaluation.arena().values(nodes == nullptr ? 0 : nodes->size());
    for (std::size_t at = 0; at < items.size(); ++at) items[at] = node_of(evaluation, (*nodes)[at]);
    const Missing missing = cut ? bit(Capability::cut_off) : 0;
    return make_record(evaluation, {Value::of(std::span<const Value>(items), missing)});
}

Value parse_html(Evaluation& evaluation, const Arguments& arguments) {
    if (arguments[0].kind != Kind::text || !evaluation.spend_bytes(16 * std::size_t{arguments[0].size}))
        return Value::null();
    mail::HtmlFacts facts =
        mail::read_html(std::string(arguments[0].text()), evaluation.surroundings().tools.html_trees).facts;
    const Missing cut = facts.truncated ? bit(Capability::cut_off) : 0;
    return Value::of_object(&evaluation.arena().keep(std::move(facts)), cut);
}

}  // namespace

void add_html_functions(Functions& functions, Types& types) {
    const Type* const text = types.text();
    ObjectType& node = types.named("HTMLNode");
    node.fields = {long_text(slot<0>("raw", text), page_steps), long_text(slot<1>("inner_text", text)),
                   long_text(slot<2>("display_text", text)),
                   slot<3>("links", types.array_of(bind::type_of<mail::Link>(types)))};
    ObjectType& nodes = types.named("HTMLNodes");
    nodes.fields = {slot<0>("nodes", types.array_of(types.object(&node)))};
    functions.add({.name = "html.xpath",
                   .parameters = {{"", {text}, false, "raw"}, {"", {text}}},
                   .result = types.object(&nodes),
                   .body = xpath,
                   .cost = 3000,
                   .worth_remembering = true,
                   .prepare = prepare_query,
                   .arguments_passed = 1});
    functions.add({.name = "strings.parse_html",
                   .parameters = {{"", {text}}},
                   .result = bind::type_of<mail::HtmlFacts>(types),
                   .body = parse_html,
                   .cost = 3000,
                   .worth_remembering = true});
}

}  // namespace tocsin::rules
