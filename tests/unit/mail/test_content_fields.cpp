#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail/content_fields.hpp"
#include "support/exact_buffer.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::crlf;

namespace {

ContentFields read(const std::string& headers) {
    const ExactBuffer buffer(crlf(headers + "\n\n"));
    return read_content_fields(read_header_block(buffer.view()), buffer.view());
}

// "text/plain multipart/mixed base64": all types, then all encodings.
std::string shown(const ContentFields& fields) {
    std::string out;
    for (const ContentType& type : fields.types) out += type.type + "/" + type.subtype + " ";
    for (const EncodingChoice& one : fields.encodings) out += std::string(to_string(one.encoding)) + " ";
    out.pop_back();
    return out;
}

}  // namespace

TEST_CASE("content fields: ordinary ones have one meaning") {
    struct Row {
        const char* headers;
        const char* expected;
    };
    const std::vector<Row> rows = {
        {"Subject: x", "text/plain identity"},
        {"Content-Type: TEXT/Html; charset=UTF-8", "text/html identity"},
        {"Content-Type: text/plain\nContent-Transfer-Encoding: BASE64", "text/plain base64"},
        {"Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable",
         "text/plain quoted-printable"},
        {"Content-Type: multipart/mixed;\n boundary=\"x y\"", "multipart/mixed identity"},
        {"Content-Transfer-Encoding: x-uuencode", "text/plain uuencode"},
        {"Content-Transfer-Encoding: 8bit", "text/plain identity"},
        {"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: 7bit", "text/plain identity"},
        {"DKIM-Signature: h=a:\n content-type:b", "text/plain identity"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.headers);
        const ContentFields fields = read(row.headers);
        CHECK(shown(fields) == row.expected);
        CHECK(fields.ambiguities.empty());
    }
}

TEST_CASE("content fields: every name of an encoding") {
    struct Row {
        std::vector<std::string> tokens;
        TransferEncoding encoding;
    };
    using enum TransferEncoding;
    const std::vector<Row> rows = {
        {{"7bit", "8bit", "binary", "8BIT"}, identity},
        {{"base64", "Base64"}, base64},
        {{"quoted-printable"}, quoted_printable},
        {{"uuencode", "uuencoded", "uue", "uu", "x-uuencode", "x-uuencoded", "x-uue", "x-uu", "X-UUE"},
         uuencode},
        {{"yenc", "x-yenc"}, yenc},
        {{"binhex", "x-binhex", "mac-binhex40"}, binhex},
        {{"x-gzip64"}, gzip64},
    };
    for (const Row& row : rows)
        for (const std::string& token : row.tokens) {
            CAPTURE(token);
            const ContentFields fields = read("Content-Transfer-Encoding: " + token);
            REQUIRE(fields.encodings.size() == 1);
            CHECK(fields.encodings[0].encoding == row.encoding);
        }
}

TEST_CASE("content fields: words that are no encoding are guesses, which the body must bear out") {
    for (const char* token : {"q", "qp", "b", "b64", "nonsense", "x-none"}) {
        CAPTURE(token);
        const ContentFields fields = read(std::string("Content-Transfer-Encoding: ") + token);
        REQUIRE(fields.encodings.size() >= 2);
        CHECK(fields.encodings[0].encoding == TransferEncoding::identity);
        for (std::size_t guess = 1; guess < fields.encodings.size(); ++guess) {
            CHECK(fields.encodings[guess].only_if_body_fits);
            CHECK(fields.encodings[guess].reason == AmbiguityKind::unknown_transfer_encoding);
        }
    }
    for (const char* token : {"base64xx", "xx base64", "base64,"}) {
        CAPTURE(token);
        const ContentFields fields = read(std::string("Content-Transfer-Encoding: ") + token);
        REQUIRE(fields.encodings.size() >= 2);
        CHECK(fields.encodings[1].encoding == TransferEncoding::base64);
        CHECK(!fields.encodings[1].only_if_body_fits);
    }
    for (const char* token : {"7-bit", "8 bit", "utf-8"}) {
        CAPTURE(token);
        CHECK(shown(read(std::string("Content-Transfer-Encoding: ") + token)) == "text/plain identity");
    }
}

TEST_CASE("content fields: disputed ones, with the reason of the second meaning") {
    struct Row {
        const char* headers;
        const char* expected;
        AmbiguityKind reason;
    };
    using enum AmbiguityKind;
    const std::vector<Row> types = {
        {"Content-Type: text/plain\nContent-Type: text/html", "text/plain text/html identity",
         duplicate_content_type},
        {"Content-Type: text/plain, text/html", "text/plain text/html identity", several_content_types},
        {"Content-Type: \"text\"/html", "text/plain text/html identity", quoted_token},
        {"Content-Type: text/h(x)tml", "text/html text/plain identity", comment_in_header},
        {"Content-Type: text/ht\n ml", "text/plain text/html identity", folded_inside_token},
        {"Content-Type: multipart; boundary=x", "text/plain multipart/mixed identity", guessed_content_type},
        {"Content-Type: text/plain; boundary=x", "text/plain multipart/mixed identity",
         boundary_on_single_part},
        {"X: y\n\tContent-Type: text/html", "text/plain text/html identity", space_before_header_name},
    };
    for (const Row& row : types) {
        CAPTURE(row.headers);
        const ContentFields fields = read(row.headers);
        REQUIRE(fields.types.size() >= 2);
        CHECK(fields.odd);
        const bool given =
            std::ranges::any_of(fields.types, [&](const auto& one) { return one.reason == row.reason; });
        CHECK(given);
    }
    const std::vector<Row> encodings = {
        {"Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64", "text/plain identity base64",
         duplicate_transfer_encoding},
        {"Content-Transfer-Encoding: base64, quoted-printable", "text/plain identity base64 quoted-printable",
         several_transfer_encodings},
        {"Content-Transfer-Encoding: \"base64\"", "text/plain identity base64", quoted_token},
        {"Content-Transfer-Encoding: (x) base64", "text/plain identity base64", comment_in_header},
    };
    for (const Row& row : encodings) {
        CAPTURE(row.headers);
        const ContentFields fields = read(row.headers);
        CHECK(shown(fields) == row.expected);
        REQUIRE(fields.encodings.size() >= 2);
        CHECK(fields.encodings[1].reason == row.reason);
    }
}

TEST_CASE("content fields: disposition, names, identifiers") {
    const ContentFields fields = read("Content-Type: application/zip; name=a.zip\n"
                                      "Content-Disposition: Attachment; filename=\"a.zip\"\n"
                                      "Content-ID: <x@example.org>\nContent-Description: =?utf-8?q?=C3=A4?=");
    CHECK(fields.disposition == "attachment");
    REQUIRE(fields.file_names.size() == 1);
    CHECK(fields.file_names[0].value == "a.zip");
    CHECK(fields.content_id == "x@example.org");
    CHECK(fields.description == "\xC3\xA4");
    CHECK(fields.ambiguities.empty());
    struct Row {
        const char* headers;
        AmbiguityKind kind;
    };
    using enum AmbiguityKind;
    const std::vector<Row> rows = {
        {"Content-Disposition: inline; filename=a.txt; filename=b.exe", filename_conflict},
        {"Content-Type: a/b; name=a.exe\nContent-Disposition: inline; filename=a.txt", filename_conflict},
        {"Content-Disposition: inline; filename*=utf-8''a%2Eexe; filename=a.txt", filename_encoding},
        {"Content-Disposition: inline; filename=\"a\".exe", filename_encoding},
        {"Content-Disposition: inline; filename=a;.exe", filename_encoding},
        {"Content-Disposition: inline; filename=\"a\xE2\x80\xAEtxt.exe\"", filename_control},
        {"Content-Disposition: inline\nContent-Disposition: attachment", duplicate_content_disposition},
        {"Content-Type : text/html", space_before_colon},
        {"Content-Type: text/html\x01", control_in_header},
    };
    for (const Row& row : rows) {
        CAPTURE(row.headers);
        const auto found = read(row.headers).ambiguities;
        const bool raised =
            std::ranges::any_of(found, [&](const Ambiguity& one) { return one.kind == row.kind; });
        CHECK(raised);
    }
    CHECK(read("Content-Type: a/b; name=b.txt\nContent-Disposition: inline; filename=a.txt")
              .ambiguities.empty());
}
