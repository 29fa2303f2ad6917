// Queries asked of pages, in a line each.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "rules/xpath.hpp"
#include "support/exact_buffer.hpp"

namespace tocsin::rules::xpath_test {

inline HtmlDocument parse(std::string_view html) {
    mail::HtmlTrees trees;
    return HtmlDocument::parse(html, trees);
}

inline Result<XPathResult> ask(std::string_view query, HtmlDocument& page) {
    const Result<XPathQuery> compiled = XPathQuery::compile(query);
    REQUIRE_MESSAGE(compiled.has_value(), (compiled ? "" : compiled.error().message));
    return evaluate(*compiled, page);
}

inline XPathNodes nodes_of(std::string_view query, HtmlDocument& page) {
    const Result<XPathResult> result = ask(query, page);
    REQUIRE(result.has_value());
    REQUIRE(std::holds_alternative<XPathNodes>(result->value));
    return std::get<XPathNodes>(result->value);
}

/// Attributes and texts by their value, elements and comments by their markup, with a bar between them.
inline std::string found(std::string_view query, std::string_view html) {
    HtmlDocument page = parse(html);
    std::string all;
    for (const XPathNode& node : nodes_of(query, page))
        all += (all.empty() ? "" : "|") + std::string(node.raw);
    return all;
}

/// What a query that yields no nodes is worth, as text.
inline std::string worth(std::string_view query, std::string_view html) {
    HtmlDocument page = parse(html);
    const Result<XPathResult> result = ask(query, page);
    REQUIRE(result.has_value());
    if (const auto* truth = std::get_if<bool>(&result->value)) return *truth ? "true" : "false";
    if (const auto* text = std::get_if<std::string>(&result->value)) return *text;
    if (std::holds_alternative<double>(result->value)) {
        const Result<XPathResult> text = ask("string(" + std::string(query) + ")", page);
        return std::get<std::string>(text->value);
    }
    return "nodes";
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t time = 0; time < times; ++time) all += text;
    return all;
}

struct Case {
    std::string query, html, expected;
};

inline void check_found(const std::vector<Case>& cases) {
    for (const Case& c : cases) {
        CAPTURE(c.query);
        CAPTURE(c.html);
        CHECK(found(c.query, c.html) == c.expected);
    }
}

}  // namespace tocsin::rules::xpath_test
