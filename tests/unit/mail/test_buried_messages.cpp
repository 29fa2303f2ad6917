// Messages inside texts: bounces, pasted mails, what a broken boundary leaves behind.
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/buried_messages.hpp"
#include "mail/tree_builder.hpp"
#include "support/encoders.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using namespace tocsin::testing;

namespace {

const std::string payload = "PK\x03\x04 the payload of this test";

std::string infected() {
    return "From: Ann <ann@example.org>\nTo: bob@example.com\nSubject: Photos\nMIME-Version: 1.0\n"
           "Content-Type: multipart/mixed; boundary=XX\n\n--XX\nContent-Type: text/plain\n\nHello\n--XX\n"
           "Content-Type: application/zip; name=photos.zip\nContent-Transfer-Encoding: base64\n\n" +
           base64_encode(payload, 76, "\n") + "\n--XX--\n";
}

std::string without(std::string text, const std::string& piece) {
    return text.erase(text.find(piece), piece.size());
}

}  // namespace

TEST_CASE("buried messages: a text with a whole message in it is taken apart, and stays a text") {
    struct Row {
        const char* what;
        std::string body;
    };
    const std::vector<Row> rows = {
        {"bounce", "Could not be delivered.\n\n--- Below this line is a copy.\n\n" + infected()},
        {"bounce without a blank line", "--- Below this line is a copy.\n" + infected()},
        {"blank lines, then junk", "\n\nh <a@b>\n" + infected()},
        {"junk at once", "ov 2026 10:00:00 +0000\n" + infected()},
        {"mailbox line", "text\n\nFrom ann@example.org Mon Nov 23 10:00:00 2026\n" + infected()},
        {"only a part", "text\n--XX\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" +
                            base64_encode(payload, 76, "\n")},
        {"a decoy before",
         "text\n\nContent-Type: multipart/mixed; boundary=never\n\nnothing\n\n" + infected()},
        {"a part before", "text\n\nContent-Type: text/html\n\n<p>hello\n\n" + infected()},
        {"type field lost", without(infected(), "Content-Type: multipart/mixed; boundary=XX\n")},
        {"boundary line broken", "--ZZ\nContent-Type: text/plain\n\nHello\n-\n-ZZ\n" + infected()},
        {"junk before base64", "text\n\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"
                               "*** !!! ***\n" +
                                   base64_encode(payload, 76, "\n")},
        {"lower case", "text\n\ncontent-transfer-encoding : BASE64\ncontent-type: application/zip\n\n" +
                           base64_encode(payload, 76, "\n")},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        for (const std::string& head :
             {std::string("Subject: x\n\n"), std::string("Content-Type: text/plain\n\n")})
            for (const std::string& text : {head + row.body, crlf(head + row.body)}) {
                const ParsedMail mail(text);
                CHECK(mail.has_content(payload));
                CHECK(mail->ambiguous());
                CHECK(mail->root().media_type() == "text/plain");
                CHECK(mail->root().is_leaf());
                CHECK(broken_invariant(mail.tree()).empty());
            }
    }
}

TEST_CASE("buried messages: an encoded text and an attached one are searched, too") {
    const std::string bounce = "Returned:\n\n" + infected();
    const ParsedMail encoded("Content-Transfer-Encoding: base64\n\n" + base64_encode(bounce));
    CHECK(encoded.has_content(payload));
    const ParsedMail attached("MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
                              "Content-Type: application/octet-stream; name=a.eml\n\n" +
                              infected() + "\n--b--\n");
    CHECK(attached.has_content(payload));
    CHECK(!attached.raises(AmbiguityKind::message_in_text));
}

TEST_CASE("buried messages: ordinary texts are not flagged") {
    const std::vector<std::string> texts = {
        "hello\n\n-----Original Message-----\nFrom: a@example.com\nSent: Monday\nTo: b@example.com\n"
        "Subject: x\n\ntext\n",
        "I forward this.\n\nFrom: a@example.com\nSubject: x\nDate: today\nMIME-Version: 1.0\n"
        "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\nhello\n",
        "> Content-Type: multipart/mixed; boundary=x\n> Content-Transfer-Encoding: base64\n>\n> QUJD\n",
        "Content of this mail:\nContent-free words: none\n",
        "HTTP/1.1 200 OK\nServer: x\nContent-Type: text/html\n\n<p>hello\n",
        "See this:\n------=_NextPart\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n\n"
        "Should this not go "
        "above?\n\nhttps://lists.example.net/lists/listinfo/"
        "example-talk\nexample-talk-subscribers@lists.example.net\n--------------------------------\n\nIan\n",
        "See this:\n\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\nhello\n",
        "Set the Content-Type: multipart/mixed field.\n",
    };
    for (const std::string& text : texts) {
        CAPTURE(text);
        const ParsedMail mail("Subject: x\n\n" + text);
        CHECK(mail.ambiguities().empty());
        CHECK(mail->readings.size() == 1);
    }
}

TEST_CASE("buried messages: where they begin and end") {
    const std::string text =
        "a\n\nX: 1\n folded\nContent-Type: text/html\n\n1\nY: 2\nContent-Disposition: attachment\n\n2\n";
    const std::vector<BuriedMessage> found = find_buried_messages(ExactBuffer(text).text(), 10);
    REQUIRE(found.size() == 2);
    CHECK(text.substr(found[0].begin).starts_with("X: 1"));
    CHECK(found[0].end == found[1].begin);
    CHECK(text.substr(found[1].begin).starts_with("Y: 2"));
    CHECK(found[1].end == text.size());
    CHECK(find_buried_messages(text, 1).size() == 1);
    for (const char* edge :
         {"", "\n", "c", "Content-Type", "Content-Type:", "\r\r\rContent-Type:x/y", "\n\nContent-Type: a/b"})
        CHECK(find_buried_messages(ExactBuffer(edge).text(), 10).size() <= 1);
}

TEST_CASE("buried messages: their number and the work for them are bounded") {
    std::string many = "Subject: x\n\n";
    for (std::size_t i = 0; i <= limits::buried_messages; ++i) many += "Content-Type: text/html\n\n<p>\n\n";
    const ParsedMail flooded(many);
    CHECK(flooded.reaches("parts"));
    std::string nested = "Subject: x\n\n";
    for (int i = 0; i < 200; ++i) nested += "Content-Type: multipart/mixed; boundary=never\n\nx\n\n";
    CHECK(ParsedMail(nested).reaches("nesting_depth"));
    const ExactBuffer bounce("Subject: x\n\ntext\n\n" + infected());
    const MimeTree tree = TreeBuilder(bounce.view(), {.reparsed_bytes = 100}).build();
    REQUIRE(tree.limits_hit.size() == 1);
    CHECK(tree.limits_hit[0].name == "reparsed_bytes");
}

TEST_CASE("thousands of blocks are not each looked at: past a bound they count as encoded") {
    const std::string block = "Content-Transfer-Encoding: base64\n\nwords of a person\n\n";
    CHECK(find_buried_messages("hello\n\n" + block, 10).empty());
    std::string many = "hello\n\n";
    for (int number = 0; number < 2000; ++number) many += block;
    CHECK_FALSE(find_buried_messages(many, 10).empty());
}
