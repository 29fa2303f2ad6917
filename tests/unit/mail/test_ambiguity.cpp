// Each kind of ambiguity: one mail that raises it, and its ordinary neighbour that does not.
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "mail/ambiguity.hpp"
#include "support/encoders.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using namespace tocsin::testing;

namespace {

struct Row {
    AmbiguityKind kind;
    std::string disputed;
    std::string ordinary;
};

// A multipart with boundary "boundary" around `body`.
std::string mixed(const std::string& body, const std::string& parameters = "boundary=boundary") {
    return "MIME-Version: 1.0\nContent-Type: multipart/mixed; " + parameters + "\n\n" + body;
}
std::string one_part(const std::string& boundary) {
    return "--" + boundary + "\nContent-Type: text/html\n\n<p>\n--" + boundary + "--\n";
}
std::string base64(const std::string& body) {
    return "Content-Transfer-Encoding: base64\n\n" + body;
}
std::string quoted(const std::string& body) {
    return "Content-Transfer-Encoding: quoted-printable\n\n" + body;
}
std::string attachment(const std::string& parameters) {
    return "Content-Disposition: attachment; " + parameters + "\n\nx";
}

std::vector<Row> header_rows() {
    using enum AmbiguityKind;
    const std::string html = "Content-Type: text/html";
    return {
        {duplicate_transfer_encoding, "Content-Transfer-Encoding: 7bit\n" + base64("QUJD"),
         "Content-Transfer-Encoding: base64\n" + base64("QUJD")},
        {several_transfer_encodings, "Content-Transfer-Encoding: base64, quoted-printable\n\nQUJD",
         base64("QUJD")},
        {duplicate_content_type, html + "\nContent-Type: text/plain\n\nx", html + "\n" + html + "\n\nx"},
        {several_content_types, "Content-Type: text/plain, text/html\n\nx", html + "\n\nx"},
        {duplicate_content_disposition, "Content-Disposition: inline\n" + attachment("filename=a"),
         "Content-Disposition: attachment\n" + attachment("filename=a")},
        {transfer_encoding_on_multipart,
         "Content-Transfer-Encoding: base64\n" + mixed(base64_encode(one_part("boundary"))),
         "Content-Transfer-Encoding: 8bit\n" + mixed(one_part("boundary"))},
        {space_before_header_name, "X: y\n Content-Type: text/html\n\nx", "X: y\n Content-Language: de\n\nx"},
        {space_before_colon, "Content-Type : text/html\n\nx", html + "\n\nx"},
        {malformed_header_line, "X: y\njunk\n" + html + "\n\nx", "X: y\n" + html + "\n\nx"},
        {control_in_header, html + "\x01\n\nx", html + "\t\n\nx"},
        {folded_inside_token, "Content-Type: text/ht\n ml\n\nx", "Content-Type:\n text/html\n\nx"},
        {comment_in_header, "Content-Transfer-Encoding: base(x)64\n\nQUJD", base64("QUJD")},
        {encoded_word_in_parameter, mixed(one_part("ab"), "boundary=\"=?us-ascii?q?ab?=\""),
         mixed(one_part("ab"), "boundary=\"ab\"")},
        {quoted_token, "Content-Transfer-Encoding: \"base64\"\n\nQUJD", base64("QUJD")},
        {unknown_transfer_encoding, "Content-Transfer-Encoding: b64\n\nQUJDREVG", base64("QUJDREVG")},
        {guessed_content_type, "Content-Type: multipart; boundary=x\n\n" + one_part("x"),
         "Content-Type: text/plain\n\nhello"},
        {junk_before_headers, "junk\n" + html + "\n\nx", "From a@example.org Mon\n" + html + "\n\nx"},
        {bare_cr_in_header, "X: y\r" + html + "\n\nx", "X: y\r\n" + html + "\r\n\r\nx"},
        {mixed_line_endings, "X: y\r\nContent-Type: text/plain\n" + html + "\r\n\r\nx",
         "X: y\r\nContent-Type: text/plain\r\n\r\nx"},
        {blank_line_with_spaces, "X: y\n \n" + html + "\n\nx", "X: y\n \n z\n\nx"},
        {header_after_blank_line, "X: y\n\n" + html + "\n\nx", "X: y\n\nDear all:\n\nx"},
        {filename_conflict, attachment("filename=a.txt; filename=b.exe"),
         attachment("filename=a.txt; filename=b.txt")},
        {filename_encoding, attachment("filename*=utf-8''a%2Eexe; filename=a.txt"),
         attachment("filename*=utf-8''%61.txt; filename=a.txt")},
        {filename_control, attachment("filename=\"a\xE2\x80\xAEtxt.exe\""),
         attachment("filename=\"\xC3\xA4.exe\"")},
    };
}

std::vector<Row> boundary_rows() {
    using enum AmbiguityKind;
    const std::string ordinary = mixed(one_part("boundary"));
    const std::string inner = "--outer\nContent-Type: multipart/mixed; boundary=inner\n\n--inner\n\n1\n";
    return {
        {duplicate_boundary, mixed(one_part("a1") + one_part("b1"), "boundary=a1; boundary=b1"), ordinary},
        {boundary_encoded, mixed(one_part("ab") + one_part("a"), "boundary*0=a; boundary*1=b"),
         mixed(one_part("ab"), "boundary=ab")},
        {boundary_empty_or_missing, mixed(one_part("x"), "charset=x"), ordinary},
        {boundary_whitespace, mixed(one_part("a b") + one_part("a"), "boundary=\"a b\""),
         mixed(one_part("a b"), "boundary=\"a b\"")},
        {boundary_quoting, mixed(one_part("a\"b") + one_part("ab"), "boundary=a\"b"),
         mixed(one_part("ab"), "boundary=\"ab\"")},
        {boundary_illegal_character, mixed(one_part("a,b") + one_part("a"), "boundary=a,b"),
         mixed(one_part("a,b"), "boundary=\"a,b\"")},
        {boundary_in_other_field, mixed(one_part("a1") + one_part("b1"), "x=\"boundary=b1\"; boundary=a1"),
         mixed(one_part("a1"), "x=\"border=b1\"; boundary=a1")},
        {boundary_on_single_part, "Content-Type: text/plain; boundary=b\n\n" + one_part("b"),
         "Content-Type: text/plain; boundary=b\n\nx"},
        {boundary_prefix, mixed("--boundary\n\n1\n--boundaryX\n\n2\n--boundary--\n"), ordinary},
        {boundary_not_at_line_start, mixed("--boundary\n\n1 --boundary\n\n2\n--boundary--\n"), ordinary},
        {boundary_reused, mixed(inner + "--outer\n\n2\n--inner\n\n3\n--outer--\n", "boundary=outer"),
         mixed(inner + "--inner--\n--outer--\n", "boundary=outer")},
        {boundary_unused, mixed(one_part("other")), ordinary},
        {part_outside_boundaries, mixed(one_part("other") + one_part("boundary")),
         mixed("In MIME.\n" + one_part("boundary"))},
        {end_boundary_in_headers, mixed("--boundary\nContent-Type: text/html\n--boundary--\n\n<p>\n"),
         ordinary},
        {encoded_message, "Content-Type: message/rfc822\n" + base64(base64_encode("Subject: x\n\nhello")),
         "Content-Type: message/rfc822\n\nSubject: x\n\nhello"},
        {message_in_text,
         "X: y\n\nhello\n\nSubject: z\nContent-Transfer-Encoding: base64\n\n" +
             base64_encode("<p>hello</p>", 76, "\n"),
         "X: y\n\nhello\n\nSubject: z\nFrom: a@example.com\nDate: today\n\nhello\n"},
        {partial_message, "Content-Type: message/partial; id=x; number=1\n\nSubject: y\n\nz",
         "Content-Type: message/rfc822\n\nSubject: y\n\nz"},
        {external_body, "Content-Type: message/external-body; access-type=URL\n\nContent-Type: a/b\n\n",
         "Content-Type: message/rfc822\n\nContent-Type: a/b\n\n"},
    };
}

std::vector<Row> encoding_rows() {
    using enum AmbiguityKind;
    std::string bent = "A\n\n";
    for (int i = 0; i < 20; ++i) bent += "QUI=\nQ-UJDREVG\nR0h=JSktM\n\n" + std::to_string(i);
    return {
        {base64_foreign_characters, base64("QUJD*REVG"), base64("QUJD\nREVG")},
        {base64_padding, base64("QUI=REVG"), base64("QUI=")},
        {base64_length, base64("QUJDX\nREVGX\n"), base64("QUJD\nREVG\n")},
        {base64_preceded_by_text, base64("QUJD\n\nREVG"), base64("\nQUJDREVG\n\n")},
        {quoted_printable_illegal_escape, quoted("a=zz"), quoted("a=3Dzz")},
        {quoted_printable_soft_break, quoted("a=\n\rb"), quoted("a=\nb")},
        {quoted_printable_raw_bytes, quoted("a\x01z"), quoted("a\xC3\xA4z")},
        {legacy_encoding, "\n" + uu_lines(std::string(60, 'x')) + "end\n",
         "\nbegin 644 x\n" + uu_lines(std::string(60, 'x')) + "end\n"},
        {too_many_readings, base64(bent), base64("QUJD")},
    };
}

}  // namespace

TEST_CASE("ambiguity: each kind is raised by its case, and not by the ordinary neighbour") {
    std::set<AmbiguityKind> seen{AmbiguityKind::container_conflict};  // raised where containers are opened
    for (const auto& rows : {header_rows(), boundary_rows(), encoding_rows()})
        for (const Row& row : rows) {
            CAPTURE(info(row.kind).name);
            seen.insert(row.kind);
            const ParsedMail disputed(row.disputed);
            CAPTURE(disputed.ambiguities());
            CHECK(disputed.raises(row.kind));
            CHECK(broken_invariant(disputed.tree()).empty());
            for (const Ambiguity& one : disputed->ambiguities) CHECK(one.offset <= row.disputed.size());
            const ParsedMail ordinary(row.ordinary);
            CAPTURE(ordinary.ambiguities());
            CHECK(!ordinary->ambiguous());
        }
    CHECK(seen.size() == static_cast<std::size_t>(AmbiguityKind::count_));
}

TEST_CASE("ambiguity: what is fixed about each kind") {
    std::set<std::string_view> names;
    for (std::uint8_t number = 0; number < static_cast<std::uint8_t>(AmbiguityKind::count_); ++number) {
        const auto kind = ambiguity_kind_from(number);
        REQUIRE(kind);
        const AmbiguityInfo& fixed = info(*kind);
        CAPTURE(fixed.name);
        CHECK(names.insert(fixed.name).second);
        CHECK(fixed.evasion_class >= 'A');
        CHECK(fixed.evasion_class <= 'J');
        CHECK(!fixed.rfc.empty());
        CHECK(fixed.text.ends_with('.'));
    }
    CHECK(!ambiguity_kind_from(static_cast<std::uint8_t>(AmbiguityKind::count_)));
    CHECK(!ambiguity_kind_from(255));
}
