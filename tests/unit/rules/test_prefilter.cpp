// What is told of a text before rules look at it: never that something is not there which is.
#include <doctest/doctest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/limits/regexes.hpp"
#include "rules/pattern_book.hpp"
#include "rules/regexes.hpp"
#include "rules/text_pieces.hpp"
#include "rules/trial.hpp"
#include "rules/xpath.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using trial::Trial;

namespace {

constexpr const char* expressions[] = {
    R"(\d{4,})",
    R"(\d{1,2}:\d{2})",
    R"(^\s*$)",
    R"([a-f0-9]{8}-[a-f0-9]{4})",
    R"(unsubscri|opt.?out|abbestell)",
    R"((?:send|share|forward)(?:\S* ){0,4}(?:api[- ]?keys?|passwords?))",
    R"(pay ?pal|pa[iy]ment)",
    R"(\$ ?\d|€ ?\d|£)",
    R"(\bv[o0]ice ?mail\b)",
    R"(k[oö]nnen|stra(?:ss|ß)e)",
    R"((\x{200B}|\x{200C}|\x{200D}|\x{FEFF}){2})",
    R"((?:<br\s*/?>\s*){3,})",
    R"(a?b?c?)",
    R"(x(?:yz|zy){2}x)",
    R"(\pL[ ]\pL[ ]\pL)",
    R"([^\n]{0,20}(?:verif|valid)[^\n]{0,20}(?:wallet|account))",
};

constexpr const char* words[] = {"send",   "me",     "the",           "API-key",      "password",   "12:30",
                                 "2024",   "PayPal", "pament",        "v0icemail",    "STRASSE",    "können",
                                 "€ 5",    "<br>",   "<BR />",        "opt-out",      "xyzzyx",     "a b c",
                                 "verify", "WALLET", "deadbeef-0abc", "\u200B\u200C", "\n",         "K",
                                 "\u212A", "ab",     "account",       "share",        "unsubscribe"};

PatternGroup add(PatternBook& book, const char* expression, Case letters, TextKind kind) {
    const std::string_view one = expression;
    const Result<PatternGroup> group = book.add(MatchMode::regex_contains, letters, kind, std::span(&one, 1));
    REQUIRE(group.has_value());
    return *group;
}

}  // namespace

TEST_CASE("an expression that matches is never sorted out, among others of any kind of text") {
    struct Tried {
        PatternGroup group;
        Regex alone;
    };
    PatternBook book;
    std::vector<Tried> all;
    for (const char* expression : expressions)
        for (const Case letters : {Case::exact, Case::folded})
            for (const TextKind kind : {TextKind::name, TextKind::prose, TextKind::page}) {
                Result<Regex> alone = Regex::compile(expression, letters);
                REQUIRE(alone.has_value());
                all.push_back({add(book, expression, letters, kind), std::move(*alone)});
            }
    REQUIRE(book.finish().has_value());
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::size_t matched = 0, sorted_out = 0;
    for (int round = 0; round < 300; ++round) {
        std::string text;
        for (unsigned left = random() % 8; left > 0; --left)
            (text += words[random() % std::size(words)]) += random() % 3 == 0 ? "" : " ";
        CAPTURE(text);
        ProbedText probed(text);
        for (const Tried& tried : all) {
            const bool may = book.may_match(tried.group, probed);
            const bool does = tried.alone.matches(text, RegexPart::anywhere);
            CHECK((may || !does));
            CHECK(book.matches(tried.group, probed, [](const RegexCost&) { return true; }) == does);
            matched += does ? 1 : 0;
            sorted_out += may ? 0 : 1;
        }
    }
    CHECK(matched > 100);
    CHECK(sorted_out > matched);
}

TEST_CASE("of an expression with too many pieces nothing is learnt when it is loaded, and it is sorted out "
          "all the same") {
    std::string expression, text;
    for (std::size_t at = 0; at <= limits::regex_pieces_learnt; ++at) {
        const std::string word = "word" + std::to_string(100'000 + at);
        expression += (at == 0 ? "" : "[xyz]") + word;
        text += (at == 0 ? "" : "y") + word;
    }
    Regexes regexes;
    const Result<std::uint32_t> number = regexes.add(expression, Case::folded);
    REQUIRE(number.has_value());
    REQUIRE(regexes.pieces(*number).size() > limits::regex_pieces_learnt);
    CHECK(regexes.needs(*number).clauses.empty());
    PatternBook book;
    const PatternGroup group = add(book, expression.c_str(), Case::folded, TextKind::prose);
    REQUIRE(book.finish().has_value());
    const auto spend = [](const RegexCost&) { return true; };
    ProbedText whole(text), shorter(std::string_view(text).substr(0, text.size() - 1));
    CHECK(book.matches(group, whole, spend) == true);
    CHECK(book.may_match(group, whole));
    CHECK_FALSE(book.may_match(group, shorter));
    CHECK(book.matches(group, shorter, spend) == false);
}

TEST_CASE("pieces of a text are told, and most others are not") {
    const std::string text = "The quick brown fox, k\xC3\xB6nnen, 12:30";
    const TextPieces pieces(text);
    for (std::size_t length = 1; length <= 6; ++length)
        for (std::size_t at = 0; at + length <= text.size(); ++at)
            CHECK(pieces.may_hold(text.substr(at, length)));
    std::size_t wrong = 0;
    for (char a = 'a'; a <= 'z'; ++a)
        for (char b = 'a'; b <= 'z'; ++b) {
            const std::string piece = {a, b, a};
            wrong += pieces.may_hold(piece) && text.find(piece) == std::string::npos ? std::size_t{1} : 0;
        }
    CHECK(wrong < 26 * 26 / 3);
    CHECK_FALSE(TextPieces("").may_hold("a"));
    CHECK_FALSE(TextPieces("a").may_hold("aa"));
}

TEST_CASE("a loop whose items cannot fit is not gone through, and answers as if it were") {
    const std::string mail = trial::page_mail(
        "<a href='https://www.one.example/path?q=1'>One</a><a href='https://two.example/Login'>Two</a>"
        "<a href='mailto:a@three.example'>Three</a>");
    struct {
        const char* rule;
        const char* answer;
    } const table[] = {
        {"any(body.links, .href_url.domain.root_domain == 'one.example')", "match"},
        {"any(body.links, .href_url.domain.root_domain == 'One.example')", "no_match"},
        {"any(body.links, .href_url.domain.root_domain =~ 'One.example')", "match"},
        {"any(body.links, .href_url.domain.root_domain in ('none.example', 'two.example'))", "match"},
        {"any(body.links, .href_url.domain.root_domain in~ ('none.example', 'TWO.example'))", "match"},
        {"any(body.links, .href_url.domain.root_domain in ('none.example', 'TWO.example'))", "no_match"},
        {"any(body.links, .display_text == 'One' and .href_url.domain.root_domain == 'two.example')",
         "no_match"},
        {"any(body.links, .display_text == 'Two' and .href_url.domain.root_domain == 'two.example')",
         "match"},
        {"any(body.links, .display_text == 'None' or .display_text == 'Two')", "match"},
        {"any(body.links, .display_text == 'None' or .display_text == 'Nobody')", "no_match"},
        {"any(body.links, strings.icontains(.display_text, 'WO'))", "match"},
        {"any(body.links, strings.icontains(.display_text, 'onetwo', 'One Two'))", "no_match"},
        {"any(body.links, regex.icontains(.display_text, '^t[wx]o$'))", "match"},
        {"any(body.links, regex.icontains(.display_text, '^onet'))", "no_match"},
        {"length(filter(body.links, .display_text == 'None')) == 0", "match"},
        {"length(filter(body.links, .display_text == 'Two')) == 1", "match"},
        {"not any(body.links, .display_text == 'None')", "match"},
        // What is null for some item leaves the answer open, and nothing is told beforehand.
        {"any(body.links, .href_url.query_params == 'q=1')", "match"},
        {"any(body.links, .href_url.query_params == 'q=2') is null", "match"},
        {"any(body.links, any(body.links, .display_text == 'Two'))", "match"},
        {"any(body.links, any(body.links, ..display_text == 'Two' and .display_text == 'One'))", "match"},
        {"any(attachments, .file_name == 'x')", "no_match"},
        // Loops inside are looked at as one list.
        {"any(headers.hops, any(.fields, .name == 'Subject'))", "match"},
        {"any(headers.hops, any(.fields, .name == 'subject'))", "no_match"},
        {"any(headers.hops, any(.fields, .name =~ 'subject' and .value == 'hello'))", "match"},
        {"any(headers.hops, any(.fields, .name =~ 'subject' and .value == 'other'))", "no_match"},
        {"any(headers.hops, any(.fields, .name =~ 'List-Id') or any(.fields, .name =~ 'Subject'))", "match"},
        {"any(headers.hops, any(.fields, .name =~ 'List-Id') or any(.fields, .name =~ 'List-Post'))",
         "no_match"},
        {"any(headers.hops, any(.fields, .name =~ 'List-Id') or .index == 0)", "match"},
        {"not any(headers.hops, any(.fields, .name =~ 'List-Id'))", "match"},
        {"length(filter(headers.hops, any(.fields, strings.icontains(.name, 'ubjec')))) == 1", "match"},
        {"any(headers.hops, any(.fields, regex.imatch(.name, 'list-(id|post)')))", "no_match"},
        {"any(headers.hops, any(.fields, regex.imatch(.name, 'list-(id|post)|subject')))", "match"},
        {"any(headers.hops, any(.fields, any(body.links, .display_text == 'Two' and ..name == 'Subject')))",
         "match"},
    };
    for (const auto& row : table) {
        CAPTURE(row.rule);
        Trial ask(mail);
        CHECK(ask(row.rule) == row.answer);
    }
}

TEST_CASE("a query that yields nodes is never left out because of the page's tags") {
    struct {
        const char* query;
        const char* page;
        bool may_hold;
    } const table[] = {
        {"//*[local-name() = 'admin']", "<p>x<admin>y</admin>", true},
        {"//*[local-name() = 'admin']", "<p>x<b>y</b>", false},
        {"//@*[local-name() = 'href']", "<a href=x>y</a>", true},
        {"//*[local-name() = 'x:y']", "<x:y>z</x:y>", true},
        {"//*[local-name() = 'tbody']", "<table><tr><td>z</table>", true},
        {"//a[descendant::img]", "<a><image></a>", true},
        {"//a[descendant::svg]", "<a><img></a>", false},
        {"//a[descendant::svg or @href]", "<a href=x>y</a>", true},
        {"//a[not(descendant::svg)]", "<a>y</a>", true},
        {"//a[descendant::svg and @href]", "<a href=x>y</a>", false},
        {"//a[count(b) = 0]", "<a>y</a>", true},
        {"//b | //i", "<i>y</i>", true},
    };
    mail::HtmlTrees trees;
    for (const auto& row : table) {
        CAPTURE(row.query);
        const Result<XPathQuery> query = XPathQuery::compile(row.query);
        REQUIRE(query.has_value());
        CHECK(PageTags(row.page).may_hold(*query) == row.may_hold);
        HtmlDocument page = HtmlDocument::parse(row.page, trees);
        const Result<XPathResult> result = evaluate(*query, page);
        REQUIRE(result.has_value());
        CHECK(std::get<XPathNodes>(result->value).empty() == !row.may_hold);
    }
}
