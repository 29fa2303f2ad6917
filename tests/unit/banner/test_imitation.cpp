#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "banner/imitation.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::banner;
using scan::BannerCopy;

namespace {

const rules::Confusables& confusables() {
    static const rules::Confusables table = *rules::Confusables::build();
    return table;
}

BannerCopy copy_of(const std::string& message) {
    const std::vector<std::string> texts{"Be careful with this message", "Grüner Kakadu fliegt", "short"};
    mail::MailTools tools;
    return copy_in(testing::ParsedMail(testing::crlf(message)).tree(), texts, &confusables(), tools);
}

std::string page(const std::string& html) {
    return "Subject: s\nContent-Type: text/html; charset=utf-8\n\n" + html;
}

}  // namespace

TEST_CASE("a message that shows the banner's texts itself") {
    for (const std::string& message : {
             std::string("Subject: s\n\nHello\n# BE CAREFUL WITH THIS MESSAGE\nmore"),
             std::string("Subject: s\n\nbe  careful,\nwith this    message"),
             std::string("Subject: be careful with this message!\n\nx"),
             std::string("From: Be careful with this message <a@b.example>\n\nx"),
             std::string("Subject: =?utf-8?q?Be_careful_with_this_message?=\n\nx"),
             page("<table><tr><td>B<td>e <b>care</b><i>ful</i> with<br>this<p>message</table>"),
             page("Be care&shy;ful with th&#x200b;is mess&zwnj;age"),
             page("Bе cаrеful wіth thіs mеssаgе"),  // Cyrillic
             page("<p style='display:none'>Be careful with this message</p>x"),
             page("grüner kakadu FLIEGT"),
             std::string("Subject: s\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: "
                         "text/plain\n\nBe careful "
                         "with this message\n--b\nContent-Type: text/html\n\nHello\n--b--\n"),
         }) {
        CAPTURE(message);
        CHECK(copy_of(message) == BannerCopy::in_text);
    }
    for (const std::string& message : {
             std::string("Subject: s\n\nBe careful with that message"),
             std::string("Subject: s\n\nshort"),
             std::string("Subject: s\nX-Note: Be careful with this message\n\nx"),
             std::string(""),
         }) {
        CAPTURE(message);
        CHECK(copy_of(message) == BannerCopy::none);
    }
}

TEST_CASE("a quotation of it is told apart, unless there is nothing else") {
    const std::string quotation = "On Mon, 2 Mar 2026 at 10:00, Bob <bob@home.example> wrote:\n> Be careful "
                                  "with this message\n> Hello\n";
    CHECK(copy_of("Subject: s\n\nThank you!\n\n" + quotation) == BannerCopy::in_quotation);
    CHECK(copy_of("Subject: s\n\n" + quotation) == BannerCopy::in_text);
    CHECK(copy_of(page("<p>Thank you!</p><blockquote type=cite>Be careful with this message</blockquote>")) ==
          BannerCopy::in_quotation);
    CHECK(copy_of(page("<blockquote type=cite>Be careful with this message</blockquote>")) ==
          BannerCopy::in_text);
}
