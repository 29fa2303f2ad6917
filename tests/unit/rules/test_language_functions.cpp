// Functions and fields of the language, on one sample mail and on texts.
#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "rules/language.hpp"

using tocsin::rules::test::Asker;

TEST_CASE("fields of the message") {
    Asker ask;
    struct {
        std::string expression, value;
    } const table[] = {
        {"type.inbound", "true"},
        {"type.outbound", "false"},
        {"sender.display_name", "\"Anna Smith\""},
        {"sender.email.email", "\"anna@mail.sender.example\""},
        {"sender.email.local_part", "\"anna\""},
        {"sender.email.domain.root_domain", "\"sender.example\""},
        {"sender.email.domain.sld", "\"sender\""},
        {"sender.email.domain.subdomain", "\"mail\""},
        {"sender.email.domain.valid", "false"},  // .example is no public suffix
        {"strings.parse_domain('a.example.com').valid", "true"},
        {"map(recipients.to, .email.email)", "[\"bob@example.net\", \"carol@example.org\"]"},
        {"map(recipients.to, .display_name)", "[\"Bob\", null]"},
        {"mailbox.email.email", "\"bob@example.net\""},
        {"mailbox.first_name", "null"},
        {"subject.subject", "\"Re: [EXTERNAL] Your Invoice\""},
        {"subject.base", "\"Your Invoice\""},
        {"subject.is_reply", "true"},
        {"subject.is_forward", "false"},
        {"headers.message_id", "\"<1@sender.example>\""},
        {"headers.reply_to[0].email.domain.domain", "\"elsewhere.example\""},
        {"length(headers.hops)", "1"},
        {"headers.hops[0].received.server.raw", "\"mx.example.net\""},
        {"headers.hops[0].authentication_results.dmarc", "\"pass\""},
        {"headers.hops[0].authentication_results.spf_details.designator", "\"bounce@sender.example\""},
        {"headers.hops[0].authentication_results.dkim_details[0].domain", "\"sender.example\""},
        {"headers.hops[0].authentication_results.dmarc_details.from.domain", "\"sender.example\""},
        {"any(headers.hops[0].fields, .name == 'Message-ID')", "true"},
        {"headers.ips[0].ip", "\"192.0.2.7\""},
        {"length(body.links)", "2"},
        {"body.links[0].href_url.domain.domain", "\"pay.evil.example\""},
        {"body.links[0].href_url.path", "\"/login\""},
        {"body.links[0].href_url.query_params_decoded['id'][0]", "\"7\""},
        {"keys(body.links[0].href_url.query_params_decoded)", "[\"id\"]"},
        {"flatten(values(body.links[0].href_url.query_params_decoded))", "[\"7\"]"},
        {"body.links[0].display_url.domain.root_domain", "\"bank.example\""},
        {"body.links[0].display_text", "null"},
        {"body.links[0].mismatched", "true"},
        {"body.links[0].parser", "\"hyperlink\""},
        {"body.links[1].display_text", "\"our site\""},
        {"body.links[0].href_url.rewrite", "null"},
        {"strings.contains(body.current_thread.text, 'Please pay')", "true"},
        {"strings.contains(body.html.display_text, 'hidden')", "false"},
        {"strings.contains(body.html.inner_text, 'hidden')", "true"},
        {"length(body.previous_threads)", "0"},
        {"length(attachments)", "0"},
        {"html.xpath(body.html, '//title').nodes[0].display_text", "\"Invoice\""},
        {"map(html.xpath(body.html, '//a/@href').nodes, .raw)",
         "[\"https://pay.evil.example/login?id=7\", \"https://www.sender.example/\"]"},
        {"html.xpath(body.html, '//a').nodes[0].links[0].href_url.domain.sld", "\"evil\""},
    };
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

TEST_CASE("outgoing mail can be seen as its recipient does") {
    Asker ask(tocsin::rules::test::sample_mail, tocsin::mail::Direction::outbound);
    CHECK(ask("type.inbound") == "false");
    CHECK(ask("type.outbound") == "true");
    ask.view = tocsin::rules::View::recipient;
    CHECK(ask("type.inbound") == "true");
    CHECK(ask("type.outbound") == "true");
    Asker internal(tocsin::rules::test::sample_mail, tocsin::mail::Direction::internal);
    CHECK(internal("type.internal") == "true");
    CHECK(internal("type.inbound") == "false");
}

TEST_CASE("JSON that is nested too deep is not read, and that is told") {
    const auto nested = [](std::size_t depth) {
        return "strings.parse_json('" + std::string(depth, '[') + std::string(depth, ']') + "')";
    };
    Asker ask;
    CHECK(ask("length(" + nested(tocsin::limits::rule_json_depth) + ")") == "1");
    CHECK(ask(nested(tocsin::limits::rule_json_depth + 1)) == "null ? cut_off");
    CHECK(ask("strings.parse_json('[[')") == "null");
}

TEST_CASE("functions of texts") {
    Asker ask;
    struct {
        std::string expression, value;
    } const table[] = {
        {"strings.contains('Hello', 'hello')", "false"},
        {"strings.icontains('Hello', 'x', 'LLO')", "true"},
        {"strings.icontains('Stra\u00dfe \u00c4rger', '\u00e4RGER')", "true"},
        {"strings.starts_with('abc', 'ab')", "true"},
        {"strings.istarts_with('ABC', 'b', 'ab')", "true"},
        {"strings.ends_with('abc', 'bc')", "true"},
        {"strings.iends_with('ABC', 'bc')", "true"},
        {"strings.like('abc', 'a*c')", "true"},
        {"strings.like('abc', 'A*')", "false"},
        {"strings.ilike('abc', 'A*')", "true"},
        {"strings.ilike('a\nb', 'a?b')", "true"},
        {"strings.ilike('abcd', '*b?d')", "true"},
        {"strings.ilike('abc', '*ABC*')", "true"},
        {"ilike('abc', '*b*')", "true"},
        {"strings.ilike('abc', 'b')", "false"},
        {"strings.count('aXaXa', 'aX')", "2"},
        {"strings.icount('aXaxa', 'AX')", "2"},
        {"strings.levenshtein('kitten', 'sitting')", "3"},
        {"strings.ilevenshtein('KITTEN', 'kitten')", "0"},
        {"length('\u00e4\u00f6')", "2"},
        {"strings.replace_confusables('\u0440\u0430ypal')", "\"paypal\""},
        {"strings.parse_url('https://a.example.com/b?c=d#e').fragment", "\"e\""},
        {"strings.parse_url('a.example.com/b')", "null"},
        {"strings.parse_url('www.example.com/b', strict=false).domain.root_domain", "\"example.com\""},
        {"strings.parse_domain('a.b.co.uk').root_domain", "\"b.co.uk\""},
        {"strings.parse_email('x@example.org').domain.domain", "\"example.org\""},
        {"strings.parse_json('{\"a\": {\"b\": [1, \"x\"]}}')['a']['b'][1] == 'x'", "true"},
        {"strings.parse_json('{\"a\": 1}')['a'] == 'x'", "null"},
        {"strings.parse_json('{\"a\": true}')['a'] == true", "true"},
        {"length(strings.parse_json('[1,2]'))", "2"},
        {"any(strings.parse_json('[1,2]'), . == 2)", "true"},
        {"strings.scan_base64('x aGVsbG8gd29ybGQ= y')", "[\"hello world\"]"},
        {"strings.scan_base64('aGVsbG8gd29ybGQ', ignore_padding=true)", "[\"hello world\"]"},
        {"beta.scan_base64('nothing here')", "[]"},
        {"strings.decode_base64('aGVsbG8=')", "\"hello\""},
        {"strings.parse_html('<p>a<b style=\"display:none\">c</b></p>').display_text", "\"a\""},
        {"hash.sha256('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""},
        {"beta.ip_in('10.1.2.3', '192.0.2.0/24', '10.0.0.0/8')", "true"},
        {"beta.ip_in('2001:db8::1', '2001:db8::/32')", "true"},
        {"beta.ip_in('no address', '10.0.0.0/8')", "false"},
        {"'b' < 'c'", "true"},
        {"1 < 2 <= 2", "true"},
        {"1 < 1 <= 2", "false"},
    };
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

TEST_CASE("regular expressions") {
    Asker ask;
    struct {
        std::string expression, value;
    } const table[] = {
        {"regex.contains('order 12345', '\\d{5}')", "true"},
        {"regex.contains('ABC', 'abc')", "false"},
        {"regex.icontains('ABC', 'abc')", "true"},
        {"regex.contains('ABC', '(?i)abc')", "true"},
        {"regex.match('abc', 'b')", "false"},
        {"regex.match('abc', 'a.c')", "true"},
        {"regex.imatch('ABC', 'x', 'a.c')", "true"},
        {"regex.contains('a\nb', 'a.b')", "false"},
        {"regex.contains('a\nb', '^b')", "false"},
        {"regex.contains('a\nb', '(?m)^b')", "true"},
        {"regex.contains('', '^$')", "true"},
        {"regex.icontains('\u00c4rger', '\u00e4RG')", "true"},
        {"regex.contains('x', subject.subject)", "false"},
        {"regex.contains('Your Invoice', subject.base)", "true"},
        {"regex.count('a1b22c', '\\d+')", "2"},
        {"regex.icount('aAa', 'A')", "3"},
        {"regex.count('abc', 'x*')", "4"},
        {"map(regex.extract('a1b22', '[a-z](\\d+)'), .groups[0])", "[\"1\", \"22\"]"},
        {"map(regex.extract('a1b22', '[a-z](\\d+)'), .full_match)", "[\"a1\", \"b22\"]"},
        {"regex.iextract('To: x@y.example', 'to: (?P<user>\\w+)@')[0].named_groups['user']", "\"x\""},
        {"regex.iextract('To: x@y.example', 'to: (?<user>\\w+)@')[0].named_groups['user']", "\"x\""},
        {"regex.extract('ab', '(a)|(b)')[1].groups[0]", "\"\""},
        {"regex.extract('ab', 'x')", "[]"},
    };
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

TEST_CASE("many patterns on a long text: the one pass finds what each by itself finds") {
    std::string text;
    for (int at = 0; at < 200; ++at)
        text += "word" + std::to_string(at) + " Kontoauszug \u00dcberpr\u00fcfung \u212aelvin ";
    const std::string mail = "From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + text;
    Asker ask(mail);
    struct {
        std::string expression, value;
    } const table[] = {
        {"strings.icontains(body.plain.raw, 'kontoAUSZUG')", "true"},
        {"strings.contains(body.plain.raw, 'kontoAUSZUG')", "false"},
        {"strings.contains(body.plain.raw, 'Kontoauszug')", "true"},
        {"strings.icontains(body.plain.raw, '\u00fcberpr\u00dcfung')", "true"},
        {"strings.icontains(body.plain.raw, 'kelvin')", "true"},
        {"strings.ilike(body.plain.raw, '*word19? KONTO*')", "true"},
        {"strings.ilike(body.plain.raw, '*word200*')", "false"},
        {"strings.icontains(body.plain.raw, 'zz')", "false"},
        {"strings.icontains(body.plain.raw, 'a')", "true"},
        {"regex.icontains(body.plain.raw, 'WORD1(88|99) ')", "true"},
        {"regex.icontains(body.plain.raw, '(?:kelvin|celsius) w')", "true"},
        {"regex.contains(body.plain.raw, 'WORD1(88|99) ')", "false"},
        {"regex.icontains(body.plain.raw, '.')", "true"},
        {"regex.icontains(body.plain.raw, '\u00dcberpr\u00fcfung')", "true"},
        {"regex.icontains(body.plain.raw, 'celsius', 'fahrenheit', 'word77')", "true"},
    };
    for (const auto& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

// Asked as link_ipv4_in_ipv6.yml, open_redirect_indeed.yml, link_gcal_invite_open_redirect.yml and malformed_url_prefix.yml do.
TEST_CASE("links that are rewritten, and addresses that are disguised") {
    const auto page = [](std::string_view target) {
        return "From: a@b.example\r\nContent-Type: text/html\r\n\r\n<a href=\"" + std::string(target) +
               "\">x</a>\r\n";
    };
    struct {
        std::string target, expression, value;
    } const table[] = {
        {"http://[::ffff:203.0.113.9]/", "any(body.links, .href_url.ip.translation.v4_to_v6)", "true"},
        {"http://203.0.113.9/", "any(body.links, .href_url.ip.translation.v4_to_v6)", "null"},
        {"http://3405803785/", "body.links[0].href_url.ip.translation.original", "\"3405803785\""},
        {"http://3405803785/", "'decimal_integer' in body.links[0].href_url.ip.translation.encoders", "true"},
        {"https://t.indeed.com/r?target=https%3A%2F%2Fevil.example%2F",
         "any(body.links, \"indeed_open_redirect\" in .href_url.rewrite.encoders)", "true"},
        {"https://www.indeed.com/jobs",
         "any(body.links, \"indeed_open_redirect\" in .href_url.rewrite.encoders)", "null"},
        {"https://www.google.com/url?q=https://evil.example/",
         "any(body.links, any(.href_url.rewrite.encoders, strings.icontains(., \"open_redirect\")))", "true"},
        {"https://www.google.com/url?q=https://evil.example/", "body.links[0].href_url.domain.domain",
         "\"evil.example\""},
        {"https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.example%2F",
         "length(filter(body.current_thread.links, strings.icontains(.href_url.rewrite.original, "
         "\"safelinks.protection.outlook.com\")))",
         "1"},
        {"https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fbank.example%2F",
         "any(html.xpath(body.html, '//a').nodes, any(.links, .href_url.domain.domain == 'bank.example'))",
         "true"},
        {"https://bank.example/", "body.links[0].href_url.rewrite.original", "null"},
    };
    for (const auto& row : table) {
        CAPTURE(row.target);
        CAPTURE(row.expression);
        CHECK(Asker(page(row.target))(row.expression) == row.value);
    }
}

TEST_CASE("what a rule needs is known when it is loaded") {
    using namespace tocsin::rules;
    using Names = std::vector<std::string>;
    struct {
        std::string source;
        Names needs;
    } const table[] = {
        {"type.inbound", {}},
        {"profile.by_sender().solicited", {"history"}},
        {"beta.profile.by_reply_to().prevalence == 'new'", {"history"}},
        {"sender.email.email in $recipient_emails", {"history"}},
        {"any(attachments, any(file.explode(.), .depth > 0))", {}},
        {"any(attachments, any(file.explode(.), strings.icontains(.scan.ocr.raw, 'x')))",
         {"text_in_pictures"}},
        {"strings.icontains(beta.ocr(file.message_screenshot()).text, 'x')",
         {"screenshots", "text_in_pictures"}},
        {"sender.email.domain.root_domain in $tranco_1m", {"$tranco_1m"}},
    };
    for (const auto& row : table) {
        CAPTURE(row.source);
        const Lists lists;
        RuleSet set(lists);
        set.add("name: a\nsource: |\n  " + row.source + "\n", "a.yml");
        REQUIRE(set.rules().size() == 1);
        CHECK(set.names_of(set.rules()[0].needs) == row.needs);
    }
}

TEST_CASE("of a list that is not there, a part that is says yes and never no") {
    struct {
        const char* source;
        const char* worth;
    } const table[] = {
        {"sender.email.domain.root_domain in $tranco_1m", "true"},
        {"sender.email.domain.root_domain not in $tranco_1m", "false"},
        {"strings.concat('EXAMPLE', '.com') in~ $tranco_1m", "true"},
        {"'other.example' in $tranco_1m", "null ? $tranco_1m"},
        {"'other.example' not in $tranco_1m", "null ? $tranco_1m"},
        {"sender.email.domain.root_domain in $umbrella_1m", "null ? $umbrella_1m"},
        {"any($tranco_1m, . == 'example.com')", "null ? $tranco_1m"},
    };
    for (const auto& row : table) {
        CAPTURE(row.source);
        Asker ask("From: a@example.com\r\n\r\nhello\r\n");
        REQUIRE(ask.lists.set("tranco_50k", std::vector<std::string>{"example.com"}).has_value());
        CHECK(ask(row.source) == row.worth);
    }
}
