#include "rules/html_pages.hpp"
#include "rules/xpath_questions.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::xpath_test;

TEST_CASE("xpath: simple queries of the feed") {
    check_found({
        {"//*[local-name() = 'admin']", "<p>x<admin>y</admin>", "<admin>y</admin>"},
        {"//a", "<a href=1>x</a><p><a>y</a>", R"(<a href="1">x</a>|<a>y</a>)"},
        {"//script", "<script>if (a<b && c) x()</script>", "<script>if (a<b && c) x()</script>"},
        {"//script/text()", "<script>a&amp;b</script>", "a&amp;b"},  // scripts know no references
        {"/html/body/script[2]", "<body><script>1</script><p><script>no</script></p><script>2</script>",
         "<script>2</script>"},
        {"//*", "<p>",
         "<html><head></head><body><p></p></body></html>|<head></head>|<body><p></p></body>|<p></p>"},
        {"//*/@class", "<p class=a><b id=x class='b c'>", "a|b c"},
        {"//b", "<b>x</b><B>y</B>", "<b>x</b>|<b>y</b>"},
        {"//h1", "<h1>x</h1>", "<h1>x</h1>"},
        {"//h2", "<h1>x</h1>", ""},
        {"//strong", "<strong>x</strong>", "<strong>x</strong>"},
        {"//title", "<title>a &lt; b</title>", "<title>a &lt; b</title>"},
        {"//img", "<img src=x><image src=y>", R"(<img src="x">|<img src="y">)"},
        {"//img/@alt", "<img alt='a &quot;b&quot;'><img><img alt=''>", "a \"b\"|"},
        {"//img/@src", "<img src='http://x.example/?a=1&amp;b=2'>", "http://x.example/?a=1&b=2"},
        {"//comment()", "<p><!-- CTA Button --><!--x-->", "<!-- CTA Button -->|<!--x-->"},
        {"//a[@href]", "<a>x</a><a href>y</a>", R"(<a href="">y</a>)"},
        {"//a[@href=\"#\"]", "<a href='#'>x</a><a href='#a'>y</a>", "<a href=\"#\">x</a>"},
        {"//a[./b]", "<a><b>x</b></a><a><i><b>y</b></i></a>", "<a><b>x</b></a>"},
        {"//h2[@aria-label]", "<h2 aria-label=x>a</h2><h2>b</h2>", "<h2 aria-label=\"x\">a</h2>"},
        {R"(//span[@class="file-name"])", "<span class=file-name>a</span><span class='file-name x'>b</span>",
         R"(<span class="file-name">a</span>)"},
        {R"(//div[@id="emailContainer"])", "<div id=emailContainer>", R"(<div id="emailContainer"></div>)"},
        {R"(//span[@id="condensedEmailMessageSectionContentWebPlayer"])", "<span id=x>", ""},
        {R"(//div[@class="logo"])", "<div class=logo>a</div>", R"(<div class="logo">a</div>)"},
        {R"(//div[@class="mlr22"])", "<div class=mlr22>a</div>", R"(<div class="mlr22">a</div>)"},
        {R"(//tr[@class="email-center"])", "<table><tr class=email-center>",
         R"(<tr class="email-center"></tr>)"},
        {R"(//tr[@class="email-header"])", "<table><tr class=email-header>",
         R"(<tr class="email-header"></tr>)"},
        {R"(//table[@class="shippingAndCustomLayout width100"])", "<table class='shippingAndCustomLayout'>",
         ""},
    });
}

TEST_CASE("xpath: queries of the feed with predicates") {
    check_found({
        {"//a//img[(number(@width) > 5 or not(@width)) and (number(@height) > 5 or not(@height))]",
         "<a><img id=1 width=1><p><img id=2><img id=3 width=6 height=' 7 '><img id=4 width=6px></p></a><img "
         "id=5>",
         R"(<img id="2">|<img id="3" width="6" height=" 7 ">)"},
        {"//div[@class='grecaptcha-badge' and @data-style='bottomright']",
         "<div class=grecaptcha-badge data-style=bottomright></div><div class=grecaptcha-badge></div>",
         R"(<div class="grecaptcha-badge" data-style="bottomright"></div>)"},
        {"//form[@method='POST']//input[@name='zone' and @type='hidden']",
         "<form method=POST><p><input name=zone type=hidden><input name=zone></p></form><input name=zone "
         "type=hidden>",
         R"(<input name="zone" type="hidden">)"},
        {"//h2[contains(@class, 'rio-header')]", "<h2 class='a rio-header b'>x</h2><h2>y</h2>",
         R"(<h2 class="a rio-header b">x</h2>)"},
        {"//img[contains(@src, 'https://api-cdn.figma.com/resize/thumbnails')]",
         "<img src='https://api-cdn.figma.com/resize/thumbnails/1'><img src=x>",
         R"(<img src="https://api-cdn.figma.com/resize/thumbnails/1">)"},
        {"//td[contains(@style, 'padding: 20px 40px')]//font[@style='']",
         "<table><tr><td style='padding: 20px 40px; color: red'><p><font style=''>x</font><font>y</font>",
         R"(<font style="">x</font>)"},
        {"//a[@href][@style or .//@style]",
         "<a href=1 style=s>a</a><a href=2><b><i style=s>b</i></b></a><a href=3>c</a><a style=s>d</a>",
         R"(<a href="1" style="s">a</a>|<a href="2"><b><i style="s">b</i></b></a>)"},
        {R"(//a[img[@src] or .//img[@src]][.//div[contains(@style, "border:1px)"
         R"( solid")] or ancestor::div[contains(@style, "border:1px solid")]])",
         "<a id=1><img src=x><div style='border:1px solid'></div></a><div style='border:1px solid red'><p><a "
         "id=2><b><img src=y></b></a></p>"
         "<a id=3><img></a></div><a id=4><img src=z></a>",
         R"(<a id="1"><img src="x"><div style="border:1px solid"></div></a>|<a id="2"><b><img src="y"></b></a>)"},
        {"//div/ul[count(li) = 4]/li", "<div><ul><li>1<li>2<li>3<li>4</ul></div><div><ul><li>5</ul></div>",
         "<li>1</li>|<li>2</li>|<li>3</li>|<li>4</li>"},
        {R"(//div[img[@class="trello-member-avatar"]]/parent::div)",
         "<div id=o><div id=i><img class=trello-member-avatar></div><div><img "
         "class=trello-member-avatar></div></div><div><p><img class=trello-member-avatar></div>",
         "<div id=\"o\"><div id=\"i\"><img class=\"trello-member-avatar\"></div><div><img "
         "class=\"trello-member-avatar\"></div></div>"},
        {R"(//h2[contains(text(), "App Description")]/ancestor::tr/following-sibling::tr//pre)",
         "<table><tr><td><pre>no</pre><tr><td><h2>An App "
         "Description</h2><tr><td><pre>yes</pre><tr><td><pre>too</pre></table>",
         "<pre>yes</pre>|<pre>too</pre>"},
        {R"(//img[@alt="PayPal"]/following::table[not(descendant::table) and)"
         R"( count(following::hr[@class="footerDivider"]) > 0]//text()[normalize-space()])",
         "<table><tr><td>before</table><img alt=PayPal><table><tr><td>outer<table><tr><td>a<br> "
         "<b>b</b></table></table><hr class=footerDivider><table><tr><td>after</table>",
         "a|b"},
        {R"(//script[@id="software-application"][@type="application/ld+json"])",
         R"(<script id=software-application type="application/ld+json">{"a":)"
         R"( "<b>"}</script><script id=software-application>x</script>)",
         R"(<script id="software-application" type="application/ld+json">{"a": "<b>"}</script>)"},
        {R"(//script[contains(text(), "window.form")])",
         "<script>window.form = {}</script><script>x</script>", "<script>window.form = {}</script>"},
        {"//table//table//a", "<table><tr><td><a>1</a><table><tr><td><a>2</a></table></table>", "<a>2</a>"},
        {R"(//table//td[contains(@style, "border-style: dashed") and contains(@style, "border-width: 1pt")]//a[./b])",
         "<table><tr><td style='border-style: dashed; border-width: 1pt'><p><a "
         "href=x><b>Org</b></a></td><td><a><b>no</b></a></table>",
         R"(<a href="x"><b>Org</b></a>)"},
        {R"(//table[@role="presentation"]//tr[last()]//text())",
         "<table role=presentation><tr><td>1<tr><td>2<table><tr><td>3<tr><td>4</table></table>", "2|3|4"},
        {R"(//table[@width="700"][1]//tr/td)",
         "<table width=700><tr><td>1<td>2</table><table width=700><tr><td>3</table>",
         "<td>1</td>|<td>2</td>"},
        {R"(//td[@class="itemDesc"]//div)", "<table><tr><td class=itemDesc><div>1</div>", "<div>1</div>"},
        {R"(//td[@class="shippingContent"]//div)", "<table><tr><td class=shippingContent><b><div>1</div></b>",
         "<div>1</div>"},
    });
}

TEST_CASE("xpath: axes, places, sets") {
    const std::string page =
        "<div id=r><p id=a><i id=b></i><i id=c><b id=d></b></i></p><!--k--><p id=e>t<i id=f></i></p></div>";
    check_found({
        {"//b/ancestor::*/@id", page, "r|a|c"},
        {"//b/ancestor::*[1]/@id", page, "c"},    // counted from the nearest
        {"(//b/ancestor::*)[3]/@id", page, "r"},  // counted from the root: html, body, div
        {"//b/ancestor-or-self::*[@id][last()]/@id", page, "r"},
        {"//i/ancestor::p/@id", page, "a|e"},
        {"//*[@id='a']/following-sibling::node()", page, R"(<!--k-->|<p id="e">t<i id="f"></i></p>)"},
        {"//*[@id='e']/preceding-sibling::*[1]/@id", page, "a"},
        {"//*[@id='f']/preceding-sibling::node()", page, "t"},
        {"//b/following::*/@id", page, "e|f"},
        {"//*[@id='f']/preceding::*/@id", page, "a|b|c|d"},  // not r and e, in which it stands
        {"//*[@id='f']/preceding::*[1]/@id", page, "d"},
        {"//*[@id='c']/preceding::*/@id", page, "b"},
        {"//i[2]/@id", page, "c"},
        {"(//i)[2]/@id", page, "c"},
        {"(//i)[last()]/@id", page, "f"},
        {"//i[position() = last()]/@id", page, "c|f"},
        {"//p/i[1]/@id", page, "b|f"},
        {"//p[i][2]/@id", page, "e"},
        {"//p[2][@id='a']/@id", page, ""},
        {"//b/../../@id", page, "a"},
        {"//b/parent::i/@id", page, "c"},
        {"//b/parent::p/@id", page, ""},
        {"//div/descendant::i/@id", page, "b|c|f"},
        {"//p/descendant-or-self::*/@id | //b/@id", page, "a|b|c|d|e|f"},
        {"//i/self::i[@id='f']/@id", page, "f"},
        {"//attribute::id[. > 'a']", page, ""},  // texts that are no numbers stand in no order
        {"//@id/..", "<p id=x>", "<p id=\"x\"></p>"},
        {"//p/@*", "<p b=1 a=2 b=3>", "1|2"},  // the first of a name counts
        {"//node()[self::comment()]", page, "<!--k-->"},
        {"//processing-instruction()", "<?php x ?><p>", ""},
        {"/", page, ""},
        {"/..", page, ""},
        {"/html/body/*/*[1]/@id", page, "a"},
        {"html//b/@id", page, "d"},
        {"//.//b/@id", page, "d"},
        {"//*[count(ancestor::*) = 3]/@id", page, "a|e"},
        {"//*[not(*)][starts-with(@id, 'b') or @id = 'f']/@id", page, "b|f"},
        {"(//p | //i)[2]/@id", page, "b"},
        {"//div[.//b]//i[not(b)]/@id", page, "b|f"},
        {"//p[@id = //i/@id]/@id", "<p id=1><p id=2><i id=2>", "2"},
        {"//p[@id != 1]/@id", "<p id=1><p id=2><p>", "2"},
        {"//p[i]", "<p>a<i>b</i><p>c", "<p>a<i>b</i></p>"},
    });
}

TEST_CASE("xpath: values") {
    const std::string page =
        "<title>T</title><p id=a> x  y </p><p id=b>12</p><p id=c>ü€😀</p><i>3</i><i>4.5</i>";
    const std::vector<Case> cases = {
        {"count(//p)", page, "3"},
        {"sum(//i)", page, "7.5"},
        {"sum(//p)", page, "NaN"},
        {"string(//p)", page, " x  y "},
        {"string(//table)", page, ""},
        {"normalize-space(//p)", page, "x y"},
        {"string-length(//p[3])", page, "3"},
        {"substring(//p[3], 2)", page, "€😀"},
        {"substring('12345', 2, 3)", page, "234"},
        {"substring('12345', 1.5, 2.6)", page, "234"},  // the examples of section 4.2
        {"substring('12345', 0 div 0, 3)", page, ""},
        {"substring('12345', -42, 1 div 0)", page, "12345"},
        {"substring('12345', -1 div 0, 1 div 0)", page, ""},
        {"substring-before('1999/04/01', '/')", page, "1999"},
        {"substring-after('1999/04/01', '/')", page, "04/01"},
        {"substring-after('abc', 'x')", page, ""},
        {"translate('bar', 'abc', 'AB')", page, "BAr"},
        {"translate('--aaa--', 'abc-', 'ABC')", page, "AAA"},
        {"translate(//p[3], '€ü', 'Eu')", page, "uE😀"},
        {"concat('a', 1, true(), //i)", page, "a1true3"},
        {"contains('abc', '')", page, "true"},
        {"starts-with(//p[2], 1)", page, "true"},
        {"name(//p/@id)", page, "id"},
        {"local-name(//p)", page, "p"},
        {"namespace-uri(//p)", page, ""},
        {"name(/)", page, ""},
        {"boolean('')", page, "false"},
        {"boolean(0 div 0)", page, "false"},
        {"not(//table)", page, "true"},
        {"//p = 12", page, "true"},
        {"//p != 12", page, "true"},
        {"//i > 4", page, "true"},
        {"4.5 < //i", page, "false"},
        {"//i >= //p", page, "false"},
        {"//p = //table", page, "false"},
        {"//table != //p", page, "false"},
        {"//p = true()", page, "true"},
        {"//table = false()", page, "true"},
        {"1 = '1.0'", page, "true"},
        {"'' = false()", page, "true"},
        {"true() > false()", page, "true"},
        {"1 < 2 < 3", page, "true"},
        {"3 > 2 > 1", page, "false"},
        {"1 + 2 * 3 - 4 div 2", page, "5"},
        {"7 mod -3", page, "1"},
        {"-7 mod 3", page, "-1"},
        {"--'2'", page, "2"},
        {"- - -2", page, "-2"},
        {"1 div 0", page, "Infinity"},
        {"-1 div 0", page, "-Infinity"},
        {"number('')", page, "NaN"},
        {"number('-')", page, "NaN"},
        {"number('1e3')", page, "NaN"},
        {"number(' -.5 ')", page, "-0.5"},
        {"number('+1')", page, "NaN"},
        {"1000000 * 1000000", page, "1000000000000"},
        {"0.1 + 0.2", page, "0.30000000000000004"},
        {"-0", page, "0"},
        {"floor(-1.5)", page, "-2"},
        {"ceiling(1.2)", page, "2"},
        {"round(2.5)", page, "3"},
        {"round(-2.5)", page, "-2"},
        {"\"it's\"", page, "it's"},
        {"true() or 1 div 0 = //p", page, "true"},
        {"number(concat('1', '" + std::string(400, '0') + "'))", page, "Infinity"},
        {"number('0." + std::string(400, '0') + "1')", page, "0"},
        {"//p", page, "nodes"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.query);
        CHECK(worth(c.query, c.html) == c.expected);
    }
}

TEST_CASE("xpath: names that are operators elsewhere") {
    check_found({
        {"//div[div]/div", "<div><div>x</div></div>", "<div>x</div>"},
        {"//div[* and p]//mod", "<div><p></p><mod>x</mod></div>", "<mod>x</mod>"},
        {"//*[count(*) * 2 = 4]/@id", "<ul id=u><li><li></ul>", "u"},
        {"//text", "<text>x</text>", "<text>x</text>"},
        {" // p [ @ id = 'x' ] ", "<p id=x>", "<p id=\"x\"></p>"},
        {"//a-b.c", "<a-b.c>x</a-b.c>", "<a-b.c>x</a-b.c>"},
        {"//child::comment", "<comment>x</comment>", "<comment>x</comment>"},
    });
}

TEST_CASE("xpath: what a node says") {
    HtmlDocument page = parse("<title> My\n Bank </title><style>.h{display:none}</style>"
                              "<div id=d><h2>Pay&#173;Pal &amp; <b>Co</b></h2><p>Hi&nbsp;<span "
                              "style='display:none'>hidden <i>x</i></span>there</p>"
                              "<p class=h>unseen</p><a href='http://a.example/'>one</a><map><area "
                              "href=b></map><a>none</a><script>s</script></div>"
                              "<a href=' http://c.example/?x=1&amp;y=2'>t<b>w</b>o</a>");
    const auto one = [&](std::string_view query) {
        const XPathNodes nodes = nodes_of(query, page);
        REQUIRE(nodes.size() == 1);
        return nodes.front();
    };
    CHECK(one("//h2").raw == "<h2>Pay&#173;Pal &amp; <b>Co</b></h2>");
    CHECK(one("//h2").display_text == "Pay Pal & Co");  // as in the text of the whole page
    CHECK(one("//h2").inner_text == "Pay\u00ADPal & Co");
    CHECK(one("//h2").kind == XPathNodeKind::element);
    CHECK(one("//h2/b").display_text == "Co");
    CHECK(one("//h2/text()").display_text == "Pay Pal &");
    CHECK(one("//h2/text()").raw == "Pay\u00ADPal & ");
    CHECK(one("//h2/text()").kind == XPathNodeKind::text);
    CHECK(one("//p[1]").display_text == "Hi\u00A0there");
    CHECK(one("//p[1]").inner_text == "Hi\u00A0hidden xthere");
    CHECK(one("//p[1]").raw.starts_with("<p>Hi&nbsp;<span style=\"display:none\">"));
    CHECK(one("//span/i").display_text.empty());  // hidden by what is around it
    CHECK(one("//span/i").inner_text == "x");
    CHECK(one("//p[2]").display_text.empty());  // hidden by a style sheet
    CHECK(one("//p[2]").inner_text == "unseen");
    CHECK(one("//title").display_text == "My Bank");
    CHECK(one("//title").inner_text == " My\n Bank ");
    CHECK(one("//title/text()").display_text == "My Bank");
    CHECK(one("//script").display_text.empty());
    CHECK(one("//script").inner_text == "s");
    CHECK(one("//script/text()").display_text.empty());
    CHECK(one("//style/text()").raw == ".h{display:none}");
    CHECK(one("//div").display_text == "Pay Pal & Co\n\nHi\u00A0there\n\nonenone");
    CHECK(one("//div/@id").kind == XPathNodeKind::attribute);
    CHECK(one("//div/@id").raw == "d");
    CHECK(one("//div/@id").display_text == "d");

    const auto hrefs = [&](std::string_view query) {
        const auto span = one(query).hrefs;
        return std::vector<std::string>(span.begin(), span.end());
    };
    CHECK(hrefs("//div") == std::vector<std::string>{"http://a.example/", "b"});
    CHECK(hrefs("//a[b]") == std::vector<std::string>{" http://c.example/?x=1&y=2"});
    CHECK(hrefs("//a[b]/b").empty());
    CHECK(hrefs("//a[not(@href)]").empty());
    CHECK(hrefs("/html").size() == 3);
}

TEST_CASE("xpath: characters that nobody sees can be counted, however they were written") {
    for (const std::string html : {"<p>a&#173;&shy;&#847;&#8199;</p>", "<p>a\u00AD\u00AD\u034F\u2007</p>",
                                   "<p>a&#xAD;&#xad;&#x34f;&#x2007;</p>"})
        CHECK(found("//p", html) == "<p>a&#173;&#173;&#847;&#8199;</p>");
    CHECK(found("//p", "<p title='&#847;\"<'>é 漢 😀</p>") == "<p title=\"&#847;&quot;<\">é 漢 😀</p>");
    CHECK(found("//p", "<p>&#8205;&zwnj;&nbsp;&lt;b&gt;&amp;") ==
          "<p>&#8205;&#8204;&nbsp;&lt;b&gt;&amp;</p>");
    CHECK(found("//body/*", "<br><img><xmp>&lt;</xmp>") == "<br>|<img>|<xmp>&lt;</xmp>");
}

TEST_CASE("a page is known by its place until rules begin anew") {
    mail::HtmlTrees trees;
    const std::string own = "<p>words</p>";
    std::string passing = own;
    const XPathQuery bold = *XPathQuery::compile("//b");
    HtmlPages pages(trees, own);
    const HtmlDocument* const kept = &pages.page(own);
    CHECK_FALSE(pages.may_hold(passing, bold));
    pages.begin();
    CHECK(&pages.page(own) == kept);
    // What the evaluation's memory does: another page in the same place.
    passing = "<b>words</b>";
    CHECK(pages.may_hold(passing, bold));
}
