#include <doctest/doctest.h>

#include <string>

#include "banner/page_place.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::banner;

namespace {

/// What stands before the place; "-" when there is none.
std::string before_banner(std::string_view page) {
    const ExactBuffer exact(page);
    const auto at = behind_body_tag(exact.text());
    return at ? std::string(exact.text().substr(0, *at)) : "-";
}

}  // namespace

TEST_CASE("the way to <body> in ordinary pages") {
    for (const std::string head : {
             "<html><body>",
             "\xEF\xBB\xBF<!DOCTYPE html>\r\n<html lang=\"en\" xmlns:v='urn:x'>\r\n<head><title>a &lt; "
             "b</title></head><BODY>",
             "<html><head><meta charset=utf-8/><style type=\"text/css\">p{color:red}</style></head>\r\n<body "
             "bgcolor=#fff "
             "style=\"margin:0\">",
             "<!-- a comment --><html><head><!--[if mso]><xml><o:x/></xml><![endif]--></head><body "
             "class='x'>",
             "<head><!--[if !mso]><!--><meta http-equiv=x content=y><!--<![endif]--></head><body>",
             "<html><head><style><!-- p{color:red} --></style><base href='http://a.example/'></head><body "
             "dir=rtl>",
             "<body>",
         }) {
        CAPTURE(head);
        CHECK(before_banner(head + "text <b>more</b></body></html>") == head);
        CHECK(before_banner(head) == head);
    }
}

TEST_CASE("where parsers may differ there is no place behind <body>") {
    for (const std::string& page : std::initializer_list<std::string>{
             "",
             "plain text",
             "<p>no body</p>",
             "text before <html><body>x",
             "<html>text<body>x",
             "<div hidden><body>x",
             "<html><head></head><div style='display:none'><body>x",
             "<html><head><xml></xml></head><body>x",
             "<html><head><script>document.write('<body>')</script></head><body>x",
             "<html><head><noscript></head><body>x",
             "<html><head><template><body></template></head><body>x",
             "<html><head></head></head><body>x",
             "<html><head></head><title>late</title><body>x",
             "<html><head></head><style>x{}</style><body>x",
             "<html><html><body>x",
             "<head><html hidden><body>x",
             "<html hidden><body>x",
             "<html><body hidden>x",
             "<html><body inert>x",
             "<html><body popover>x",
             "<html><body onload=x>x",
             "<html><body>x<body style='display:none'>",
             "<html><body>x<BODY hidden>",
             "<html><body>x<html hidden>",
             "<html><body>x<frameset>",
             "<!-- <body>x",
             "<!--><body>x",
             "<!---><body>x-->",
             "<!-- a --!><body>x-->",
             "<!-- <!-- --><body>x-->",
             "<!--[if mso]><body hidden><![endif]--><body>x",
             "<!--[if mso]><html hidden><![endif]--><html><body>x",
             "<!--[if mso]><html hidden><![endif]--><body>x",
             "<html><body style=\"display:none>x</body>",
             "<html><body style=\"margin:0\"class=x>y",
             "<html><body style=a\"b>y",
             "<html><body <p>y",
             "<html><body a='x' \"b\">y",
             "<html><body =x>y",
             "<html><body a=>y",
             std::string("<html><body a\0b=c>y", 19),
             "<html><body",
             "<html><head><title>never ends<body>x",
             "<html><head><style>never ends<body>x",
             "<html><head><style>a{}</style x><body>x",
             "<html><head><style><!-- a{}</style><body>x</style>-->",
             "<html><head><link rel=StyleSheet href=http://a.example/s.css></head><body>x",
             "< body>x",
             "<?xml version=\"1.0\"?><html><body>x",
             "<![CDATA[<body>]]><body>x",
             "</br><body>x",
             "<html><!doctype html><body>x",
         }) {
        CAPTURE(page);
        CHECK(before_banner(page) == "-");
    }
}

TEST_CASE("every beginning of a page is read without looking beyond it") {
    const std::string page =
        "<!DOCTYPE html><!-- c --><html lang=\"e\"><head><title>t</title><style>a{}</style></head><body a=b "
        "class='c'>x";
    for (std::size_t size = 0; size <= page.size(); ++size) {
        const std::string place = before_banner(std::string_view(page).substr(0, size));
        CHECK(place == "-");
    }
    CHECK(before_banner("<html><body class='c'>x") == "<html><body class='c'>");
}

TEST_CASE("how a page is laid out, by its doctype") {
    using scan::PageMode;
    struct Case {
        const char* page;
        PageMode mode;
    };
    for (const Case& one : {
             Case{"<html>", PageMode::quirks},
             Case{"<!DOCTYPE html><html>", PageMode::standards},
             Case{"<!doctype HTML PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\" \"http://www.w3.org/x\">",
                  PageMode::limited_quirks},
             Case{"<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Strict//EN\" \"http://www.w3.org/x\">",
                  PageMode::standards},
             Case{"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\">", PageMode::quirks},
             Case{"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" \"http://www.w3.org/x\">",
                  PageMode::limited_quirks},
             Case{"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.0 Transitional//EN\">", PageMode::quirks},
             Case{"<!DOCTYPE", PageMode::standards},
         })
        CHECK_MESSAGE(mode_of(one.page) == one.mode, one.page);
}
