#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"
#include "mail/urls.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

HtmlReading read(const std::string& html) {
    HtmlTrees trees;
    return read_html(html, trees);
}

std::vector<std::string> targets(const HtmlReading& reading) {
    std::vector<std::string> out;
    for (const HtmlLink& link : reading.links) out.push_back(link.target);
    return out;
}

}  // namespace

TEST_CASE("html: visible text as a renderer lays it out") {
    struct Case {
        std::string html, expected;
    };
    const std::vector<Case> cases = {
        {"<p>Hello   <b>W</b>orld</p><p>two</p>", "Hello World\n\ntwo"},
        {"a<br>b<br/>c", "a\nb\nc"},
        {"<div>a</div><div>b</div>c", "a\nb\nc"},
        {"<table><tr><td>1</td><td>2</td></tr><tr><td>3</table>", "1 2\n3"},
        {"<pre>a  b\r\n c</pre>", "a  b\n c"},
        {"x&nbsp;y &lt;z&gt; &#x41;&eacute;", "x\u00A0y <z> Aé"},
        {"<ul><li>a<li>b</ul>", "a\nb"},
        {"<title>t</title><script>s</script><style>c</style>v", "v"},
        {"Pay\u200BPal s\u00ADecure", "Pay Pal s ecure"},  // characters that nobody sees become blanks
        {std::string("<b>a\0b\0c &#xD800;</b>", 22), "abc \uFFFD"},
        {"", ""},
    };
    for (const Case& c : cases) {
        CAPTURE(c.html);
        CHECK(read(c.html).facts.display_text == c.expected);
    }
}

TEST_CASE("html: what a person does not see") {
    const std::vector<std::string> hidden = {
        "<div style='display:none'>X</div>",
        "<div style='display : NONE !important'>X</div>",
        "<p style='visibility:hidden'>X</p>",
        "<span style='font-size:0'>X</span>",
        "<span style='font-size:1px'>X</span>",
        "<span style='font:0px/0 arial'>X</span>",
        "<span style='opacity:0'>X</span>",
        "<span style='color:#ffffff'>X</span>",
        "<span style='color:rgb(255,254,255)'>X</span>",
        "<font color=white>X</font>",
        "<div style='background:#123'><span style='color:#112233'>X</span></div>",
        "<table bgcolor=black><tr><td><font color='#000'>X</font></table>",
        "<span style='color:transparent'>X</span>",
        "<span style='color:rgba(0,0,0,0)'>X</span>",
        "<div style='position:absolute;left:-9999px'>X</div>",
        "<div style='text-indent:-9999px'>X</div>",
        "<div style='max-height:0;overflow:hidden'>X</div>",
        "<div style='height:0px;overflow:hidden'>X</div>",
        "<div style='width:0;overflow:hidden'>X</div>",
        "<div style='mso-hide:all'>X</div>",
        "<div hidden>X</div>",
        "<noscript>X</noscript>",
        "<template>X</template>",
        "<style>.h{display:none}</style><p class='a h'>X</p>",
        "<p class=h>X</p><style>.h{display:none}</style>",
        "<style>#i{font-size:0}</style><p id=i>X</p>",
        "<style>b{display:none}</style><b>X</b>",
        "<style>b.k{display:none}</style><b class=k>X</b>",
        "<style>@media screen{.h{display:none}}</style><b class=h>X</b>",
        "<style>/* .h{} */ .z, .h { color: #fff }</style><b class=h>X</b>",
        "<div style='font-size:10px'><b style='font-size:0.1em'>X</b></div>",
    };
    for (const std::string& html : hidden) {
        CAPTURE(html);
        const HtmlReading reading = read("A " + html + " B");
        CHECK(reading.facts.display_text.find('X') == std::string::npos);
        CHECK(reading.facts.hidden_text == "X");
        CHECK(reading.facts.inner_text.find('X') != std::string::npos);
    }
    const std::vector<std::string> shown = {
        "<span aria-hidden=true>X</span>",
        "<div style='visibility:hidden'><b style='visibility:visible'>X</b></div>",
        "<div style='font-size:0'><b style='font-size:12px'>X</b></div>",
        "<div style='background:black'><b style='color:white'>X</b></div>",
        "<div style='background:url(p.png)'><b style='color:white'>X</b></div>",
        "<td background=p.png style='color:#fff'>X</td>",
        "<style>@media (max-width:600px){.h{display:none}}</style><b class=h>X</b>",
        "<style>.a .h{display:none}</style><b class=h>X</b>",
        "<style>.h{display:none}</style><b class=h style='display:block!important'>X</b>",
        "<style>i.k{display:none}</style><b class=k>X</b>",
        "<div style='height:0'>X</div>",
        "<a href=http://x.com style='background:white'>X</a>",
        "<div style='display:none'>&nbsp;</div>X",
    };
    for (const std::string& html : shown) {
        CAPTURE(html);
        CHECK(read("<table><tr>" + html).facts.display_text.find('X') != std::string::npos);
    }
}

TEST_CASE("html: comments are hidden text, Outlook's conditional ones are not") {
    CHECK(read("a<!-- secret -->b").facts.hidden_text == "secret");
    const HtmlReading reading = read("a<!--[if mso]><v:roundrect href=\"https://m.com/x\"><![endif]-->b");
    CHECK(reading.facts.hidden_text.empty());
    CHECK(targets(reading) == std::vector<std::string>{"https://m.com/x"});
    CHECK(read("a<!--[if !mso]><!-->seen<!--<![endif]-->").facts.display_text == "aseen");
}

TEST_CASE("html: links and whether they can be seen") {
    struct Case {
        std::string html, target, text;
        LinkParser parser;
        bool visible;
    };
    const std::vector<Case> cases = {
        {"<a href='http://x.com'>click <b>here</b></a>", "http://x.com", "click here", LinkParser::hyperlink,
         true},
        {"<a href='http://x.com'></a>", "http://x.com", "", LinkParser::hyperlink, false},
        {"<a href='http://x.com' style='display:none'>h</a>", "http://x.com", "", LinkParser::hyperlink,
         false},
        {"<map><area href=http://x.com></map>", "http://x.com", "", LinkParser::hyperlink, true},
        {"<form action=http://x.com></form>", "http://x.com", "", LinkParser::form, true},
        {"<button formaction=http://x.com>b</button>", "http://x.com", "", LinkParser::form, true},
        {"<input type=image formaction=http://x.com>", "http://x.com", "", LinkParser::form, true},
        {"<input formaction=http://x.com>", "http://x.com", "", LinkParser::form, true},
        {"<meta http-equiv=Refresh content='0; URL=\"http://x.com\"'>", "http://x.com", "", LinkParser::other,
         true},
        {"<iframe src=http://x.com></iframe>", "http://x.com", "", LinkParser::other, true},
        {"<embed src=http://x.com>", "http://x.com", "", LinkParser::other, true},
        {"<object data=http://x.com></object>", "http://x.com", "", LinkParser::other, true},
        {"<div onclick=\"location.href='http://x.com/a'\">d</div>", "http://x.com/a", "", LinkParser::other,
         true},
        {"<p style='background:url(http://x.com/p.png)'>", "http://x.com/p.png", "", LinkParser::other, true},
        {"<style>p{background:url('http://x.com/p')}</style>", "http://x.com/p", "", LinkParser::other, true},
    };
    for (const Case& c : cases) {
        CAPTURE(c.html);
        const HtmlReading reading = read(c.html);
        REQUIRE(reading.links.size() == 1);
        CHECK(reading.links[0].target == c.target);
        CHECK(reading.links[0].text == c.text);
        CHECK(reading.links[0].parser == c.parser);
        CHECK(reading.links[0].visible == c.visible);
    }
    const HtmlReading picture = read("<a href=http://x.com><img src=http://i.com/p></a><a "
                                     "href=http://y.com><img width=1 src=http://i.com/q></a>");
    REQUIRE(picture.links.size() == 4);
    CHECK(picture.links[0].parser == LinkParser::image);
    CHECK(picture.links[1].visible);
    CHECK_FALSE(picture.links[3].visible);
    CHECK(read("<base href=http://b.com/><a href=x>x</a>").base_href == "http://b.com/");
}

TEST_CASE("html: forms and fields beyond those that are described still name their links") {
    std::string forms, fields = "<form>";
    for (std::size_t count = 0; count < limits::html_forms; ++count) forms += "<form></form>";
    for (std::size_t count = 0; count < limits::html_fields; ++count) fields += "<input name=a>";
    for (const std::string& html :
         {forms + "<form action=http://x.com></form>", forms + "<form><input formaction=http://x.com></form>",
          fields + "<button formaction=http://x.com>b</button></form>"}) {
        const HtmlReading reading = read(html);
        REQUIRE(reading.links.size() == 1);
        CHECK(reading.links[0].target == "http://x.com");
        CHECK(reading.facts.forms.size() <= limits::html_forms);
    }
}

TEST_CASE("html: forms, scripts, title") {
    const HtmlFacts facts = read("<title> T </title><form action=/a method=POST><input name=u><input "
                                 "type=PASSWORD name=p><select name=s></select></form>"
                                 "<input name=late><script>var a = '<b>';</script>")
                                .facts;
    REQUIRE(facts.forms.size() == 2);
    CHECK(facts.forms[0].method == "post");
    REQUIRE(facts.forms[0].fields.size() == 3);
    CHECK(facts.forms[0].fields[1].type == "password");
    CHECK(facts.forms[1].action.empty());
    CHECK(facts.scripts == std::vector<std::string>{"var a = '<b>';"});
    CHECK(facts.title == "T");
    CHECK(facts.element_count > 8);
}

TEST_CASE("html: declared charset") {
    CHECK(declared_html_charset("<META charset='GBK'>") == "gbk");
    CHECK(
        declared_html_charset("<meta http-equiv=content-type content=\"text/html; charset=windows-1251\">") ==
        "windows-1251");
    CHECK(declared_html_charset("<meta name=charset><p>charset=x").empty());
    CHECK(declared_html_charset(std::string(1100, ' ') + "<meta charset=gbk>").empty());
    CHECK(declared_html_charset("<meta charset") == "");
}

TEST_CASE("html: the limits cut, say so, and what lies beyond is still read") {
    const std::string end = "<p>the end <a href=http://end.com/x>e</a>";
    std::string deep;
    for (std::size_t i = 0; i < 50'000; ++i) deep += "<div>";
    std::string formats;
    for (std::size_t i = 0; i < 5'000; ++i) formats += "<b a=" + std::to_string(i) + ">";
    std::string nodes;
    for (std::size_t i = 0; i < limits::html_nodes + 10'000; ++i) nodes += "<i>";
    std::string many;
    while (many.size() < limits::html_bytes + 100) many += "<p>abcdefgh ";
    for (const std::string& html : {deep, formats, nodes, many}) {
        const HtmlReading reading = read(html + end);
        CHECK(reading.facts.truncated);
        CHECK(reading.links.size() == 1);
        CHECK(reading.links[0].target == "http://end.com/x");
        if (html.size() < limits::text_bytes)
            CHECK(reading.facts.display_text.find("the end") != std::string::npos);
        CHECK(reading.facts.display_text.size() <= limits::text_bytes + 64);
    }
    std::string nested;
    for (std::size_t i = 0; i < limits::html_depth + 50; ++i) nested += "<div>";
    const HtmlReading reading = read(nested + end);
    CHECK(reading.facts.truncated);
    CHECK(reading.facts.display_text == "the end e");
    CHECK(targets(reading) == std::vector<std::string>{"http://end.com/x"});
}

TEST_CASE("html: what lies deeper than browsers nest is shown, and so are its links and forms") {
    std::string nested;
    for (std::size_t i = 0; i < 600; ++i) nested += "<div>";
    const HtmlReading reading =
        read(nested +
             "<a href=http://deep.com/x>Sign <b>in</b></a><form action=http://f.com/><input type=password>");
    CHECK_FALSE(reading.facts.truncated);
    REQUIRE(targets(reading) == std::vector<std::string>{"http://deep.com/x", "http://f.com/"});
    CHECK(reading.links[0].text == "Sign in");
    CHECK(reading.links[0].visible);
    REQUIRE(reading.facts.forms.size() == 1);
    CHECK(reading.facts.forms[0].fields.size() == 1);
}

TEST_CASE("html: text behind the limit is told as cut, and links behind it are kept") {
    std::string html = "<p>";
    while (html.size() < limits::text_bytes + 100) html += "abcdefgh ";
    CHECK_FALSE(read(html.substr(0, limits::text_bytes / 2)).facts.truncated);
    const HtmlReading reading = read(html + "<a href=http://behind.com/>x</a>");
    CHECK(reading.facts.truncated);
    CHECK(reading.cut);
    CHECK(targets(reading) == std::vector<std::string>{"http://behind.com/"});
}

TEST_CASE("html: an overlong link leads where it leads") {
    const std::string user(2 * limits::url_bytes, 'u');
    const std::vector<std::string> pages = {
        "<a href='https://" + user + "@evil.example.com/x'>x</a>",
        "<a href='\n https:/\\/" + user + "@evil.example.com/x'>x</a>",
        "<area href='//" + user + "@evil.example.com/x'>",
        "<iframe src='https://" + user + "@evil.example.com/x'></iframe>",
        "<form action='https://" + user + "@evil.example.com/x'></form>",
        "<button formaction='https://" + user + "@evil.example.com/x'></button>",
        "<meta http-equiv=refresh content='0; url=https://" + user + "@evil.example.com/x'>",
        "<p onclick=\"location='https://" + user + "@evil.example.com/x'\">x</p>",
    };
    DomainNames domain_names;
    for (const std::string& html : pages) {
        CAPTURE(html.substr(0, 60));
        const HtmlReading reading = read(html);
        CHECK(reading.cut);
        CHECK(reading.facts.truncated);
        REQUIRE(reading.links.size() >= 1);
        CHECK(reading.links[0].target.size() <= limits::url_bytes);
        const std::optional<Url> url = resolve_url(reading.links[0].target, std::nullopt, domain_names);
        REQUIRE(url);
        CHECK(url->domain.domain == "evil.example.com");
        CHECK(url->path.starts_with("/"));  // of a URL in running text, the path is cut
    }
    // Pictures in their own links are ordinary.
    CHECK_FALSE(read("<a href=http://a.com/><img src='data:image/png;base64," + user + "'></a>").cut);
}

TEST_CASE("html: many links, forms and fields stay within their limits") {
    std::string html = "<form>";
    for (std::size_t i = 0; i < limits::links + 10; ++i)
        html += "<a href=http://x.com/" + std::to_string(i) + ">x</a>";
    for (std::size_t i = 0; i < limits::html_fields + 10; ++i) html += "<input name=n>";
    html += "</form>";
    for (std::size_t i = 0; i < limits::html_forms + 10; ++i) html += "<form action=x></form>";
    const HtmlReading reading = read(html);
    CHECK(reading.links.size() == limits::links);
    CHECK(reading.facts.forms.size() == limits::html_forms);
    CHECK(reading.facts.forms[0].fields.size() == limits::html_fields);
}

TEST_CASE("html: one reader serves many documents") {
    HtmlTrees trees;
    for (int round = 0; round < 3; ++round) {
        CHECK(read_html("<p>a</p>", trees).facts.display_text == "a");
        CHECK(read_html(std::string(2U << 20, 'x'), trees).facts.display_text.size() == 2U << 20);
        CHECK(read_html("<x-custom>b</x-custom><p>", trees).facts.display_text == "b");
        CHECK(read_html("", trees).facts.display_text.empty());
    }
}

TEST_CASE("html: hostile nesting takes little time and yields valid UTF-8") {
    for (const std::string unit :
         {"<b>", "<p><b a=1><b a=2><b a=3>x", "<table>", "<a href=x><p>", "<font size=1><p>x</p>", "<svg>",
          "<!--", "<a b=c d=e f", "<", "&amp", "&#xD800;", "<style>.a{color:#fff}", "<p style='color:red;'",
          "<table><b>", "</p>"}) {
        std::string html;
        while (html.size() < 400'000) html += unit;
        CHECK(is_valid_utf8(read(html).facts.inner_text));
    }
}
