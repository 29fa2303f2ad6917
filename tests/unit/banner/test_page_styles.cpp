#include <doctest/doctest.h>

#include <string>

#include "banner/page_styles.hpp"
#include "banner/selectors.hpp"

using namespace tocsin;
using namespace tocsin::banner;

TEST_CASE("style sheets as newsletters have them are harmless") {
    for (const std::string sheet : {
             "", "p{color:red}",
             "body{margin:0;padding:0;width:100% "
             "!important;-webkit-text-size-adjust:100%;-ms-text-size-adjust:100%;"
             "background:#fff url(http://a.example/x.png);font:14px/1.5 Arial, sans-serif}",
             "body,table,td,a{-webkit-text-size-adjust:100%} table,td{mso-table-lspace:0pt}",
             "html, body{height:100%!important;min-width:320px;margin:0 auto}",
             "@media only screen and (max-width:600px){.col{display:none!important;width:100%}body{padding:0 "
             "10px}}",
             "@font-face{font-family:x;src:url(x.woff)} @page{margin:1cm} @-ms-viewport{width:device-width}",
             "@charset \"utf-8\"; /* c */ td.hide{display:none} #outlook a{padding:0} .ExternalClass "
             "*{line-height:100%}",
             "<!-- p.MsoNormal{margin:0cm;font-size:11.0pt} div.WordSection1{page:WordSection1} -->",
             "a[x-apple-data-detectors]{color:inherit!important} p{position:absolute;top:-300px;z-index:99}",
             ".x::before{content:'y'} a:hover{color:red} td:after{content:''} #i::first-line{color:#fff}",
             "div{display:none!important} *{opacity:0!important}",  // the banner's own style wins
             "body{display:block;line-height:1.4",                  // never closed
         }) {
        CAPTURE(sheet);
        // "*" matches <body> too, where opacity counts.
        const bool star = sheet.find("*{opacity") != std::string::npos;
        CHECK(styles_of_sheet(sheet) == (star ? Styles::doubtful : Styles::harmless));
    }
}

TEST_CASE("style sheets that could hide, cover or rewrite a banner are doubtful") {
    for (const std::string sheet : {
             "body{display:none}",
             "html{visibility:hidden}",
             "BODY{Opacity:0}",
             "*{display:none}",
             ":root{transform:scale(0)}",
             "html>body{position:absolute;left:-9999px}",
             ":not(p){clip-path:inset(50%)}",
             ":is(body,p){height:0;overflow:hidden}",
             "[style]{filter:opacity(0)}",
             "body{margin-top:-500px}",
             "body{margin:calc(0px - 500px)}",
             "body{padding-top:5000px}",
             "body{padding-top:1e4px}",
             "body{margin:var(--x)}",
             "body{display:flex;flex-direction:column-reverse}",
             "body{mso-hide:all}",
             "body{zoom:0}",
             "@media screen{body{display:none}}",
             "@supports (display:grid){@media all{html{opacity:0}}}",
             "@import url(http://a.example/s.css);",
             "@layer a{p{color:red}}",
             "@starting-style{p{opacity:0}}",
             "@unknown{p{color:red}}",
             "p{z-index:2147483647}",
             "p{z-index:1e10}",
             "p{z-index:calc(2147483646 + 1)}",
             "p{z-index:var(--z)}",
             "*::before{content:'checked by IT'}",
             "div:after{content:'checked by IT'}",
             "body > :first-child::after{content:'x'}",
             "span::first-letter{font-size:0}",
             "::first-line{color:transparent}",
             "[style*='#fff3cd']::before{content:'x'}",
             "body::before{content:'x'}",
             "body{dis\\70lay:none}",
             "p{color:red}}body{display:none}",
             "p{color:red;body{display:none}}",
             "p{content:'}';} body{display:none}",
             "p{content:\"} body{display:none}",
             "/* never closed body{display:none}",
             "body{display:none",
             "body",
         }) {
        CAPTURE(sheet);
        CHECK(styles_of_sheet(sheet) == Styles::doubtful);
    }
}

TEST_CASE("whole pages") {
    mail::HtmlTrees trees;
    const auto doubtful = [&](const std::string& page) { return styles_of(page, trees) == Styles::doubtful; };
    CHECK_FALSE(
        doubtful("<html><body style='margin:0;color:#333'><p style='display:none'>x</p></body></html>"));
    CHECK_FALSE(doubtful("<html><body class=mail id=top><style>.other{display:none}#x{opacity:0}</style>x"));
    CHECK(doubtful("<html><body class='a MAIL'><style>.mail{display:none}</style>x"));
    CHECK(doubtful("<html class=h><body><style>.h.h{opacity:0}</style>x"));
    CHECK(doubtful("<html><body id=top><style>#top{opacity:0}</style>x"));
    CHECK(doubtful("<html style='opacity:0'><body>x"));
    CHECK(doubtful("<html><body style='display:none'>x"));
    CHECK(doubtful("<html><body>x<p style='position:fixed;z-index:9999999999'>y"));
    CHECK(doubtful("<html><body>x<link rel='stylesheet' href='http://a.example'>"));
    CHECK(doubtful("<html><body>x<p><style>body{display:none}</style>"));
    CHECK(doubtful("<html><body>x<svg><style>body{display:none}</style></svg>"));
    CHECK(doubtful("<html><head><!--[if mso]><style>body{mso-hide:all}</style><![endif]--></head><body>x"));
    CHECK_FALSE(
        doubtful("<html><head><!--[if mso]><style>td{mso-hide:all}</style><![endif]--></head><body>x"));
    CHECK_FALSE(doubtful(""));
    std::string deep = "<html><body>";
    for (int i = 0; i < 10'000; ++i) deep += "<div>";
    CHECK(doubtful(deep));
}

TEST_CASE("selectors are judged generously") {
    const PageElements page{{"c"}, {"i"}};
    for (const char* yes : {"body", "html", "*", ":root", "p body", "p>body", "x|body", ".c", "#i",
                            "body.c#i", "[a='>']", ":not(.x)", "div ~ *", ":has(p)", "p + [b=\") x\"]"})
        CHECK_MESSAGE(may_match_page(yes, page), yes);
    for (const char* no :
         {"p", "body p", "body>p", ".d", "body.d", "#j", "html body td", "p:not(body)", "[a] p", ".c.d"})
        CHECK_FALSE_MESSAGE(may_match_page(no, page), no);
    CHECK(may_match_banner("body > *"));
    CHECK(may_match_banner("p div"));
    CHECK_FALSE(may_match_banner("div.x"));
    CHECK_FALSE(may_match_banner("td"));
    CHECK(split_selectors("a, b:is(c,d),[e=','],f").size() == 4);
}
