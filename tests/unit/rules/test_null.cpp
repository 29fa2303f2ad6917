// Null and what is missing: one check for each cell of the tables in docs/manual/rules.md, "Null".
#include <doctest/doctest.h>

#include "rules/language.hpp"

using tocsin::rules::test::Asker;

namespace {

struct Row {
    std::string expression, value;
};

void check(Asker& ask, std::span<const Row> table) {
    for (const Row& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

}  // namespace

TEST_CASE("three-valued logic") {
    Asker ask;
    const Row table[] = {
        {"true and true", "true"},
        {"true and false", "false"},
        {"true and null", "null"},
        {"false and true", "false"},
        {"false and false", "false"},
        {"false and null", "false"},
        {"null and true", "null"},
        {"null and false", "false"},
        {"null and null", "null"},
        {"true or true", "true"},
        {"true or false", "true"},
        {"true or null", "true"},
        {"false or true", "true"},
        {"false or false", "false"},
        {"false or null", "null"},
        {"null or true", "true"},
        {"null or false", "null"},
        {"null or null", "null"},
        {"not true", "false"},
        {"not false", "true"},
        {"not null", "null"},
        {"null and null and false", "false"},
        {"null or null or true", "true"},
        {"1 of (true, false)", "true"},
        {"2 of (true, false)", "false"},
        {"1 of (null, false)", "null"},
        {"1 of (null, true)", "true"},
        {"2 of (null, true)", "null"},
        {"2 of (null, true, true)", "true"},
        {"0 of (false)", "true"},
        {"15 of (true)", "false"},
    };
    check(ask, table);
}

TEST_CASE("operators over null are null, except is null") {
    Asker ask;
    const Row table[] = {
        {"null == null", "null"},
        {"null != null", "null"},
        {"headers.in_reply_to == 'x'", "null"},
        {"headers.in_reply_to != 'x'", "null"},
        {"headers.in_reply_to =~ 'x'", "null"},
        {"headers.in_reply_to !~ 'x'", "null"},
        {"headers.in_reply_to in ('x')", "null"},
        {"headers.in_reply_to not in ('x')", "null"},
        {"headers.in_reply_to in~ ('x')", "null"},
        {"length(headers.in_reply_to) < 1", "null"},
        {"length(headers.in_reply_to) + 1", "null"},
        {"-length(headers.in_reply_to)", "null"},
        {"0 < length(headers.in_reply_to) < 5", "null"},
        {"3 < length(headers.in_reply_to) < 2", "null"},
        {"headers.in_reply_to is null", "true"},
        {"headers.in_reply_to is not null", "false"},
        {"headers.message_id is null", "false"},
        {"null is null", "true"},
        {"body.plain is null", "true"},
        {"body.html is null", "false"},
        {"body.plain.raw is null", "true"},
        {"headers.hops[7].received.server.raw", "null"},
        {"headers.hops[-1].index", "null"},
        {"body.links[0].href_url.query_params_decoded['nothing']", "null"},
        {"coalesce(null, 2, 3)", "2"},
        {"coalesce(null, null)", "null"},
        {"coalesce(headers.in_reply_to == 'x', false)", "false"},
        {"1 / 0", "null"},
        {"1 % 0", "null"},
        {"1.0 / 0", "null"},
        {"9223372036854775807 + 1", "null"},
        {"5 / 2", "2"},
        {"-5 / 2", "-2"},
        {"5 / 2.0", "2.5"},
        {"5 % 3", "2"},
        {"1 == 1.0", "true"},
    };
    check(ask, table);
}

// headers.hops[9].fields is an array of something that is not there: null. recipients.cc is one that is empty.
TEST_CASE("functions over an array that is null, and over one that is empty") {
    Asker ask;
    const Row table[] = {
        {"any(headers.hops[9].fields, true)", "null"},
        {"any(recipients.cc, true)", "false"},
        {"all(headers.hops[9].fields, false)", "true"},
        {"all(recipients.cc, false)", "true"},
        {"filter(headers.hops[9].fields, true)", "[]"},
        {"filter(recipients.cc, true)", "[]"},
        {"distinct(headers.hops[9].fields, .name)", "[]"},
        {"distinct(recipients.cc)", "[]"},
        {"flatten(headers.hops[9].fields)", "[]"},
        {"flatten(recipients.cc)", "[]"},
        {"map(headers.hops[9].fields, .name)", "null"},
        {"map(recipients.cc, .display_name)", "[]"},
        {"length(headers.hops[9].fields)", "null"},
        {"length(recipients.cc)", "0"},
        {"ratio(headers.hops[9].fields, true)", "null"},
        {"ratio(recipients.cc, true)", "null"},
        {"sum(map(headers.hops[9].fields, .position))", "0"},
        {"sum(map(recipients.cc, 1))", "0"},
        {"headers.hops[9].fields[0]", "null"},
        {"recipients.cc[0]", "null"},
    };
    check(ask, table);
}

TEST_CASE("nulls among the items") {
    Asker ask;
    const Row table[] = {
        {"any([true, null], .)", "true"},
        {"any([false, null], .)", "null"},
        {"any([null, true], .)", "true"},
        {"all([true, null], .)", "null"},
        {"all([false, null], .)", "false"},
        {"all([null, false], .)", "false"},
        {"filter([true, null, false], .)", "[true]"},
        {"map([1, null], . + 1)", "[2, null]"},
        {"ratio([true, null, false, true], .)", "0.5"},
        {"sum([1, null, 2])", "3"},
        {"sum([1, 2.5])", "3.5"},
        {"length([1, null])", "2"},
        {"distinct([1, null, 1, null, 2])", "[1, null, 2]"},
        {"distinct([1, 2, 3, 4], . > 2)", "[1, 3]"},
        {"'a' in ['a', null]", "true"},
        {"'b' in ['a', null]", "null"},
        {"'b' not in ['a', null]", "null"},
        {"'b' in ['a']", "false"},
        {"'A' in~ ['a']", "true"},
        {"'A' not in~ ('a', 'b')", "false"},
        {"flatten([[1, 2], [3]])", "[1, 2, 3]"},
        {"[1, 2, 3][1:]", "[2, 3]"},
        {"[1, 2, 3][:2]", "[1, 2]"},
        {"[1, 2, 3][2:1]", "[]"},
        {"[1, 2, 3][0:99]", "[1, 2, 3]"},
    };
    check(ask, table);
}

TEST_CASE("functions over null") {
    Asker ask;
    const Row table[] = {
        {"strings.contains(headers.in_reply_to, 'a')", "null"},
        {"strings.contains('abc', headers.in_reply_to)", "null"},
        {"strings.contains('abc', headers.in_reply_to, 'b')", "true"},
        {"strings.contains('abc', headers.in_reply_to, 'x')", "false"},
        {"strings.ilike(headers.in_reply_to, '*')", "null"},
        {"regex.contains(headers.in_reply_to, 'a')", "null"},
        {"strings.concat('a', headers.in_reply_to)", "null"},
        {"strings.concat('a', 'b')", "\"ab\""},
        {"strings.ilevenshtein('a', headers.in_reply_to)", "null"},
        {"strings.parse_url(headers.in_reply_to)", "null"},
        {"strings.parse_url('not a link').domain.domain", "null"},
        {"strings.parse_domain('no domain')", "null"},
        {"strings.parse_email('nobody')", "null"},
        {"strings.parse_json('{broken')", "null"},
        {"strings.replace_confusables(headers.in_reply_to)", "null"},
        {"regex.iextract(headers.in_reply_to, 'a')", "null"},
        {"hash.sha256(headers.in_reply_to)", "null"},
        {"html.xpath(body.plain.raw, '//a')", "null"},
        {"html.xpath(body.html, '//a[').nodes", "null"},  // no XPath: this call is null, the rule goes on
        {"length(headers.in_reply_to)", "null"},
    };
    check(ask, table);
}

TEST_CASE("what cannot be told is remembered, unless it does not matter") {
    Asker ask;
    const Row table[] = {
        {"ml.link_analysis(body.links[0]).credphish.disposition", "null ? link_analysis"},
        {"ml.link_analysis(body.links[0]).credphish.disposition == 'phishing'", "null ? link_analysis"},
        {"not ml.link_analysis(body.links[0]).submitted", "null ? link_analysis"},
        {"ml.link_analysis(body.links[0]).submitted is null", "true ? link_analysis"},
        {"ml.link_analysis(body.links[0]).submitted is not null", "false ? link_analysis"},
        // What was never asked is not missing.
        {"ml.link_analysis(body.links[9]).submitted", "null"},
        // A certain answer beside it decides.
        {"ml.link_analysis(body.links[0]).submitted and false", "false"},
        {"ml.link_analysis(body.links[0]).submitted or true", "true"},
        {"ml.link_analysis(body.links[0]).submitted and true", "null ? link_analysis"},
        {"ml.link_analysis(body.links[0]).submitted or false", "null ? link_analysis"},
        {"(ml.link_analysis(body.links[0]).submitted is null) and false", "false"},
        {"(ml.link_analysis(body.links[0]).submitted is null) or true", "true"},
        {"(ml.link_analysis(body.links[0]).submitted is null) and true", "true ? link_analysis"},
        {"1 of (ml.link_analysis(body.links[0]).submitted, true)", "true"},
        {"2 of (ml.link_analysis(body.links[0]).submitted, true)", "null ? link_analysis"},
        // Null arrays of what is missing: the odd cells of the table stay uncertain.
        {"all(ml.link_analysis(body.links[0]).redirect_history, false)", "true ? link_analysis"},
        {"any(ml.link_analysis(body.links[0]).redirect_history, true)", "null ? link_analysis"},
        {"not any(ml.link_analysis(body.links[0]).redirect_history, true)", "null ? link_analysis"},
        {"length(filter(ml.link_analysis(body.links[0]).redirect_history, true)) == 0",
         "true ? link_analysis"},
        {"length(distinct(ml.link_analysis(body.links[0]).redirect_history)) == 0", "true ? link_analysis"},
        {"any(body.links, ml.link_analysis(.).submitted)", "null ? link_analysis"},
        {"any(body.links, ml.link_analysis(.).submitted or .href_url.scheme == 'https')", "true"},
        {"all(body.links, ml.link_analysis(.).submitted and .href_url.scheme == 'http')", "false"},
        {"any(filter(body.links, ml.link_analysis(.).submitted is null), .href_url.scheme == 'https')",
         "true ? link_analysis"},
        {"any(filter(body.links, ml.link_analysis(.).submitted or .href_url.path == '/'), .href_url.scheme "
         "== 'https')",
         "true"},
        {"map(body.links, ml.link_analysis(.).submitted)[0]", "null ? link_analysis"},
        {"coalesce(ml.link_analysis(body.links[0]).submitted, false)", "false ? link_analysis"},
        {"coalesce(true, ml.link_analysis(body.links[0]).submitted)", "true"},
        {"'x' in [ml.link_analysis(body.links[0]).effective_url.url]", "null ? link_analysis"},
        {"'x' in ['x', ml.link_analysis(body.links[0]).effective_url.url]", "true"},
        {"strings.contains(ml.link_analysis(body.links[0]).final_dom.raw, 'x')", "null ? link_analysis"},
        // A needle that may have been another one makes no certain hit of the next.
        {"strings.contains('abc', coalesce(ml.link_analysis(body.links[0]).final_dom.raw, 'b'), "
         "sender.email.local_part)",
         "true ? link_analysis"},
        {"3 < length(coalesce(ml.link_analysis(body.links[0]).final_dom.raw, 'a')) < 5",
         "false ? link_analysis"},
        {"9 < length('abc') < length(ml.link_analysis(body.links[0]).final_dom.raw)", "false"},
        {"headers.in_reply_to == ml.link_analysis(body.links[0]).final_dom.raw", "null"},
        {"ml.link_analysis(body.links[0]).final_dom.raw == headers.in_reply_to", "null"},
        // An expression that only the mail makes, and that is none: nobody knows.
        {"regex.contains('abc', strings.concat('(', sender.email.local_part))", "false ? cut_off"},
        {"profile.by_sender().solicited", "null ? history"},
        {"sender.email.email in $recipient_emails", "null ? history"},
        {"sender.email.domain.root_domain in $tranco_1m", "null ? $tranco_1m"},
        {"network.whois(sender.email.domain).days_old < 30", "null ? domain_age"},
        {"ml.logo_detect(file.message_screenshot()).brands", "null ? screenshots"},
    };
    check(ask, table);
}

TEST_CASE("a list that is not there is missing, an empty one is not") {
    Asker ask;
    CHECK(ask("'a' in $org_domains") == "null ? $org_domains");
    CHECK(ask("'a' not in $org_domains") == "null ? $org_domains");
    CHECK(ask("any($suspicious_subjects, strings.icontains(subject.subject, .))") ==
          "null ? $suspicious_subjects");
    REQUIRE(ask.lists.set("org_domains", std::vector<std::string>{}).has_value());
    REQUIRE(ask.lists.set("suspicious_subjects", std::vector<std::string>{"your invoice"}).has_value());
    CHECK(ask("'a' in $org_domains") == "false");
    CHECK(ask("any($suspicious_subjects, strings.icontains(subject.subject, .))") == "true");
    REQUIRE(ask.lists.set_vips({{"Anna Smith", "boss@example.net"}}).has_value());
    CHECK(ask("any($org_vips, .display_name =~ sender.display_name and .email != sender.email.email)") ==
          "true");
    CHECK(ask("any($org_vips, .nickname == 'x')") == "1:16: VIP has no field 'nickname'");
}
