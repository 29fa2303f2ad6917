// XPath: what is refused, what is cut, and hostile queries and pages.
#include "rules/xpath_questions.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::xpath_test;

TEST_CASE("xpath: what is no query is an error with its place") {
    struct Bad {
        std::string query, told;
    };
    const std::vector<Bad> cases = {
        {"", "is missing"},
        {"//", "is missing"},
        {"//a]", "too much at byte 3"},  // one query of the feed has such a bracket
        {"//a[", "is missing"},
        {"//a[]", "is missing"},
        {"//a[@href", "\"]\" is missing"},
        {"//a[@]", "is missing"},
        {"//a[contains(@href)]", "arguments"},
        {"count(1)", "of nodes"},
        {"count()", "arguments"},
        {"matches(., 'x')", "unknown function"},
        {"id('x')", "unknown function"},
        {"lang('en')", "unknown function"},
        {"//x:a", "name spaces"},
        {"//a[$x]", "variables"},
        {"//sideways::a", "unknown axis"},
        {"namespace::x", "unknown axis"},
        {"'abc", "second quote"},
        {"1 2", "too much"},
        {"//a b", "operator"},
        {"//a#", "strange character"},
        {"'x' | //a", "joins nodes"},
        {"'x'/a", "only nodes"},
        {"(1)[1]", "only nodes"},
        {"//a//", "is missing"},
        {"//a/text", ""},
        {"//a/text(1)", "is missing"},
        {"//a = ", "is missing"},
        {"a and", "is missing"},
        {"!a", "strange character"},
        {"//a[.='\xFF']", "UTF-8"},
        {std::string("//a\0b", 5), "strange character"},
    };
    for (const Bad& c : cases) {
        CAPTURE(c.query);
        const Result<XPathQuery> query = XPathQuery::compile(c.query);
        if (c.told.empty()) {
            CHECK(query.has_value());
            continue;
        }
        REQUIRE_FALSE(query.has_value());
        CHECK(query.error().code == ErrorCode::invalid_input);
        CHECK(query.error().message.find(c.told) != std::string::npos);
    }
}

TEST_CASE("xpath: every piece of a query is refused or compiled, never more") {
    const std::string whole = R"(//img[@alt="PayPal"]/following::table[not(descendant::table))"
                              R"( and count(following::hr[@class='x']) > 0.5]//text()[1] | a)";
    for (std::size_t begin = 0; begin < whole.size(); ++begin)
        for (std::size_t end = begin; end <= whole.size(); end += 3) {
            const ExactBuffer piece(std::string_view(whole).substr(begin, end - begin));
            std::ignore = XPathQuery::compile(piece.text());
        }
    CHECK(XPathQuery::compile(whole).has_value());
}

TEST_CASE("xpath: limits of a query") {
    const auto code = [](const std::string& query) {
        const Result<XPathQuery> compiled = XPathQuery::compile(query);
        return compiled ? "good" : to_string(compiled.error().code);
    };
    const std::string limit = to_string(ErrorCode::limit);
    const auto nested = [](std::size_t depth) { return repeated("(", depth) + "1" + repeated(")", depth); };
    CHECK(code(nested(limits::xpath_query_depth - 1)) == std::string("good"));
    CHECK(code(nested(limits::xpath_query_depth)) == limit);
    CHECK(code(repeated("a[", 100'000)) == limit);
    CHECK(code(repeated("a[", limits::xpath_query_bytes / 2)) == limit);
    CHECK(code(repeated("-", limits::xpath_query_bytes - 1) + "1") == std::string("good"));
    CHECK(code("1" + repeated(" ", limits::xpath_query_bytes)) == limit);
    CHECK(code("1" + repeated("+1", limits::xpath_query_parts / 2 - 1)) == std::string("good"));
    CHECK(code("1" + repeated("+1", limits::xpath_query_parts)) == limit);
    CHECK(code("a" + repeated("/a", limits::xpath_query_parts)) == limit);
}

TEST_CASE("xpath: limits of a page") {
    struct Large {
        std::string html, limit;
    };
    const std::vector<Large> cases = {
        {"<p>" + std::string(limits::html_bytes, 'x'), "html_bytes"},
        {repeated("<div>", limits::html_depth + 10) + "x", "html_depth"},
        {repeated("x<br>", limits::xpath_document_nodes / 2 + 10), "xpath_document_nodes"},
        {"<p><b style='" + std::string(60'000, 'x') + "'>" + repeated("</p><p>x", 400),
         "xpath_document_bytes"},
        {"<p " + repeated("a", 3) +
             [] {
                 std::string names;
                 for (std::size_t index = 0; index <= limits::xpath_attributes; ++index)
                     names += " n" + std::to_string(index);
                 return names;
             }() +
             ">",
         "xpath_attributes"},
        {repeated("<a href=x>y</a>", limits::links + 1), "links"},
        {"<p>" + repeated("word ", limits::text_bytes / 5 + 10), "text_bytes"},
        {"<p>short", ""},
    };
    for (const Large& c : cases) {
        CAPTURE(c.limit);
        HtmlDocument page = parse(c.html);
        CHECK(page.limit() == c.limit);
        CHECK(page.nodes() <= limits::xpath_document_nodes);
        const Result<XPathResult> result = ask("//p | //div | //a | //br", page);
        REQUIRE(result.has_value());
        CHECK((result->limit == c.limit || result->limit == "xpath_result_nodes"));
        CHECK_FALSE(std::get<XPathNodes>(result->value).empty());
    }
}

TEST_CASE("xpath: limits of a result") {
    HtmlDocument many = parse(repeated("<br>", limits::xpath_result_nodes + 5));
    const Result<XPathResult> nodes = ask("//br", many);
    REQUIRE(nodes.has_value());
    CHECK(std::get<XPathNodes>(nodes->value).size() == limits::xpath_result_nodes);
    CHECK(nodes->limit == "xpath_result_nodes");
    CHECK(std::get<double>(ask("count(//br)", many)->value) == double(limits::xpath_result_nodes + 5));

    HtmlDocument text = parse("<p>x" + repeated("ü", limits::xpath_result_bytes));
    const Result<XPathResult> cut = ask("string(//p)", text);
    REQUIRE(cut.has_value());
    CHECK(cut->limit == "xpath_result_bytes");
    CHECK(std::get<std::string>(cut->value).size() <= limits::xpath_result_bytes + 3);
    CHECK(mail::is_valid_utf8(std::get<std::string>(cut->value)));
}

TEST_CASE("xpath: hostile pages cost no more than the limit") {
    // Quadratic for an evaluator that joins sets of nodes one by one; here each is linear, and far from the limit.
    const std::vector<Case> linear = {
        {R"(//h2[contains(text(), "App")]/ancestor::tr/following-sibling::tr//pre)",
         "<table>" + repeated("<tr><td><h2>App</h2></td></tr><tr><td><pre>x</pre></td></tr>", 10'000), ""},
        {"//table//td//a[./b]",
         repeated(repeated("<table><tr><td>", 20) + repeated("<a>x</a>", 50) + repeated("</table>", 20), 500),
         ""},
        {"//p/preceding-sibling::p/following::p/preceding::p", repeated("<p>", 20'000), ""},
        {"//comment()", repeated("<!--x-->", 100'000), ""},
        {"//*[@id = //@id]", repeated("<p id=x>", 300), ""},
    };
    for (const Case& c : linear) {
        CAPTURE(c.query);
        HtmlDocument page = parse(c.html);
        CHECK(ask(c.query, page).has_value());
    }
    // These ask a question about all nodes for each node.
    const std::vector<Case> quadratic = {
        {"//p[count(following::p) > 0]", repeated("<p>", 20'000), ""},
        {"//p[preceding::p[1 = last()]]", repeated("<p>", 20'000), ""},
        {"//p[contains(//body, 'y')]", "<body>" + repeated("<p>xxxxxxxxxxxxxxxxxxxxxxxxx", 20'000), ""},
        {"//p[//p != 1]/preceding::node()[position() = last()]", repeated("<p>1", 20'000), ""},
        {"//p[translate(//body, 'x', 'y') = 'z']",
         "<body>" + repeated("<p>xxxxxxxxxxxxxxxxxxxxxxxxx", 20'000), ""},
    };
    for (const Case& c : quadratic) {
        CAPTURE(c.query);
        HtmlDocument page = parse(c.html);
        const Result<XPathResult> result = ask(c.query, page);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == ErrorCode::limit);
        CHECK(result.error().message.find("xpath_operations") != std::string::npos);
        CHECK(ask("//p", page).has_value());  // others still get their answer
    }
    HtmlDocument page = parse(repeated("<p>", 20'000));
    const std::size_t tries = limits::xpath_document_operations / limits::xpath_operations + 1;
    for (std::size_t number = 0; number < tries; ++number)
        CHECK_FALSE(ask("//p[count(following::p) > 0]", page).has_value());
    const Result<XPathResult> last = ask("//p", page);
    REQUIRE_FALSE(last.has_value());
    CHECK(last.error().message.find("xpath_document_operations") != std::string::npos);
}

TEST_CASE("xpath: bytes that are no HTML and no UTF-8") {
    const std::vector<std::string> pages = {
        "",
        "\0",
        "\xFF\xFE<p>\xC3</p>",
        "<p \xFF=\xFF>\xE2\x82</p><\xFF>",
        "<!--\xFF",
        "<![CDATA[x]]><p>",
        "</p></div>",
        "<svg><title>t</title><style>s</style></svg>",
        "<template><p>x</template>",
        "<p>&#0;&#xD800;&#x110000;",
        "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>",
        "<table>text<tr>more",
        "<frameset><frame src=x>",
        std::string("<p>a\0b</p>", 10),
        "<plaintext><p>x",
        "<select><option>a<p>b",
        "<math><mi>x</mi></math>",
    };
    for (const std::string& html : pages) {
        CAPTURE(html);
        const ExactBuffer bytes(html);
        HtmlDocument page = parse(bytes.text());
        CHECK(page.limit().empty());
        for (const XPathNode& node : nodes_of("//node() | //@*", page)) {
            CHECK(mail::is_valid_utf8(node.raw));
            CHECK(mail::is_valid_utf8(node.inner_text));
            CHECK(mail::is_valid_utf8(node.display_text));
        }
    }
    CHECK(found("//p/text()", "<!DOCTYPE html [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><p>&x;</p>")
              .find("root") == std::string::npos);
    CHECK(found("//p/text()", std::string("<p>a\0b</p>", 10)) == "ab");
}

TEST_CASE("xpath: pages and queries can be moved, and asked again") {
    const Result<XPathQuery> query = XPathQuery::compile("//p[2]");
    REQUIRE(query.has_value());
    HtmlDocument first = parse("<p>1<p>2");
    HtmlDocument second = std::move(first);
    for (int time = 0; time < 3; ++time) {
        const Result<XPathResult> result = evaluate(*query, second);
        REQUIRE(result.has_value());
        CHECK(std::get<XPathNodes>(result->value).at(0).raw == "<p>2</p>");
    }
    second = parse("<p>1<p>3");
    CHECK(std::get<XPathNodes>(evaluate(*query, second)->value).at(0).raw == "<p>3</p>");
}
