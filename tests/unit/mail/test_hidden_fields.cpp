// MIME fields that only some programs see: control bytes in their names, values behind an empty line.
#include <string>

#include <doctest/doctest.h>

#include "support/encoders.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using namespace tocsin::testing;

namespace {

const std::string payload = "PK\x03\x04 the payload of this test";

std::string with_part(const std::string& encoding_field) {
    return "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=XX\n\n--XX\n\nhello\n--XX\n"
           "Content-Type: application/zip; name=a.zip\n" +
           encoding_field + "Content-Disposition: attachment; filename=a.zip\n\n" +
           base64_encode(payload, 76, "\n") + "\n--XX--\n";
}

}  // namespace

TEST_CASE("hidden fields: a control or foreign byte anywhere in the name is another reading") {
    const std::string name = "Content-Transfer-Encoding";
    const std::vector<std::string> dropped = {
        std::string(1, '\0'), "\x01", "\v", "\f", "\x1b", "\x7f", "\x80", "\xC2\xAD", "\xFF"};
    for (const std::string& bytes : dropped)
        for (std::size_t at = 0; at <= name.size(); ++at) {
            CAPTURE(at);
            CAPTURE(static_cast<int>(bytes.front()));
            const ParsedMail mail(with_part(std::string(name).insert(at, bytes) + ": base64\n"));
            CHECK(mail->ambiguous());
            CHECK(mail.has_content(payload));
        }
    CHECK(!ParsedMail(with_part(name + ": base64\n"))->ambiguous());
    // A name that stays another one.
    CHECK(!ParsedMail(with_part(name + ": base64\nX-\x01Other: y\n"))->ambiguous());
}

TEST_CASE("hidden fields: a name cut off by NUL, and one with a great many control bytes") {
    for (const std::string& name : {std::string("Content-Transfer-Encoding\0x-more", 32),
                                    "Content-Trans" + std::string(5000, '\0') + "fer-Encoding"}) {
        const ParsedMail mail(with_part(name + ": base64\n"));
        CHECK(mail.raises(AmbiguityKind::control_in_header));
        CHECK(mail.has_content(payload));
    }
    const ParsedMail typed("MIME-Version: 1.0\nCont\x1b"
                           "ent-Type: text/html\n\n<p>\n");
    CHECK(typed.raises(AmbiguityKind::control_in_header));
    CHECK(typed.outline(1) == "text/html");
}

TEST_CASE("hidden fields: a value that goes on behind an empty line") {
    for (const char* spaces : {" ", "\t", "   "}) {
        const std::string field = std::string("Content-Transfer-Encoding:\n\n") + spaces + "base64\n";
        for (const std::string& text : {with_part(field), crlf(with_part(field))}) {
            const ParsedMail mail(text);
            CAPTURE(mail.ambiguities());
            CHECK(mail.raises(AmbiguityKind::header_after_blank_line));
            CHECK(mail.has_content(payload));
        }
    }
    // A field that is empty before a body that is indented: nothing of MIME.
    CHECK(!ParsedMail("X-Empty:\n\n  indented text\n")->ambiguous());
    CHECK(!ParsedMail("Content-Type:\n\ntext\n")->ambiguous());
}

TEST_CASE("hidden fields: base64 in a file without a field that says so") {
    for (const char* field :
         {"", "Content-Transfe=r-Encoding: base64\n", "-Transfer-Encoding: base64\n",
          "Content-Transfer-Encoding: \n\nbase64\n", "Content-Transf\n\nr-Encoding: base64\n"}) {
        CAPTURE(field);
        CHECK(ParsedMail(with_part(field)).has_content(payload));
    }
}

TEST_CASE("two Content-Type fields: the reason is that there are two, not how the boundary is written") {
    const std::string body = "--XX\nContent-Type: text/html\n\n<p>\n--XX--\n";
    const ParsedMail second("Content-Type: text/plain\nContent-Type: multipart/mixed; boundary=XX\n\n" +
                            body);
    CHECK(second.ambiguities() == "duplicate_content_type ");
    const ParsedMail first("Content-Type: multipart/mixed; boundary=XX\nContent-Type: text/plain\n\n" + body);
    CHECK(first.ambiguities() == "duplicate_content_type ");
    const ParsedMail late("Subject: x\n\nContent-Type: multipart/mixed; boundary=XX\n\n" + body);
    CHECK(late.ambiguities() == "header_after_blank_line ");
}
