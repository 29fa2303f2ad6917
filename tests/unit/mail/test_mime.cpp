#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/tree_builder.hpp"
#include "support/encoders.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using namespace tocsin::testing;

namespace {

std::string multipart(const std::string& parts) {
    return "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n" + parts + "--b--\n";
}

std::string part(const std::string& headers, const std::string& body) {
    return "--b\n" + headers + "\n\n" + body + "\n";
}

MimeTree parse_within(const ExactBuffer& buffer, const TreeLimits& bounds) {
    return TreeBuilder(buffer.view(), bounds).build();
}

bool reaches(const MimeTree& tree, std::string_view limit) {
    return std::ranges::any_of(tree.limits_hit, [&](const MimeLimitHit& hit) { return hit.name == limit; });
}

}  // namespace

TEST_CASE("mime: ordinary mail has one reading and no ambiguity") {
    struct Row {
        const char* what;
        std::string mail;
        std::string outline;
    };
    const std::vector<Row> rows = {
        {"nothing", "", "text/plain"},
        {"no header", "\nhello\n", "text/plain"},
        {"plain", "Subject: x\n\nhello\n", "text/plain"},
        {"html",
         "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: "
         "quoted-printable\n\n<p>=C3=A4</p>\n",
         "text/html"},
        {"mixed",
         multipart(part("Content-Type: text/plain", "hello") +
                   part("Content-Type: application/zip\nContent-Transfer-Encoding: base64", "UEsDBA==")),
         "multipart/mixed text/plain application/zip"},
        {"nested",
         multipart(part("Content-Type: multipart/alternative; boundary=inner",
                        "--inner\n\nplain\n--inner\nContent-Type: text/html\n\n<p>\n--inner--") +
                   part("Content-Type: image/png\nContent-Transfer-Encoding: base64", "iVBORw==")),
         "multipart/mixed multipart/alternative text/plain text/html image/png"},
        {"message", "Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: text/html\n\n<p>\n",
         "message/rfc822 text/html"},
        {"digest",
         "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: one\n\n1\n--b\n\nSubject: "
         "two\n\n2\n--b--\n",
         "multipart/digest message/rfc822 text/plain message/rfc822 text/plain"},
        {"preamble and epilogue",
         "Content-Type: multipart/mixed; boundary=b\n\nIn MIME.\n--b\n\nx\n--b--\nbye\n",
         "multipart/mixed text/plain"},
        {"uuencode in text", "\nhello\n\nbegin 644 a.zip\n" + uu_lines("PK the payload") + "end\n",
         "text/plain application/octet-stream"},
        {"data: in HTML", "Content-Type: text/html\n\n<img src=\"data:image/gif;base64,R0lGODlh\">\n",
         "text/html image/gif"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        for (const std::string& text : {row.mail, crlf(row.mail)}) {
            const ParsedMail mail(text);
            CHECK(mail.ambiguities().empty());
            CHECK(mail->readings.size() == 1);
            CHECK(mail.outline() == row.outline);
            CHECK(mail->limits_hit.empty());
            CHECK(broken_invariant(mail.tree()).empty());
        }
    }
}

TEST_CASE("mime: what an entity knows") {
    const ParsedMail mail(
        crlf(multipart(part("Content-Type: Application/ZIP; name=a.zip\nContent-ID: <i@example.org>\n"
                            "Content-Disposition: attachment; filename=a.zip\n"
                            "Content-Transfer-Encoding: base64",
                            "UEsD\nBA=="))));
    REQUIRE(mail->readings[0].entities.size() == 2);
    const Entity& entity = mail->entities[mail->readings[0].entities[1]];
    CHECK(entity.media_type() == "application/zip");
    CHECK(entity.type_declared);
    CHECK(entity.disposition == "attachment");
    CHECK(entity.content_id == "i@example.org");
    CHECK(entity.file_names == std::vector<std::string>{"a.zip"});
    CHECK(entity.encoding == TransferEncoding::base64);
    CHECK(as_text(entity.raw_body) == "UEsD\r\nBA==");
    CHECK(as_text(entity.content) == "PK\3\4");
    CHECK(entity.parent == 0);
    CHECK(entity.depth == 1);
    CHECK(entity.origin == Origin::multipart);
    CHECK(as_text(mail->input).substr(entity.body_offset, 4) == "UEsD");
    CHECK(mail->root().is_multipart());
}

TEST_CASE("mime: uuencoded files whatever their begin line, end and line ends") {
    const std::string payload = "PK\3\4" + std::string(80, 'x') + "the payload";
    const std::string lines = uu_lines(payload);
    struct Row {
        const char* what;
        std::string text;
        bool flagged;
    };
    std::string carriage_returns = "hello\r\rbegin 644 a\r" + lines + "end\r";
    std::ranges::replace(carriage_returns, '\n', '\r');
    const std::vector<Row> rows = {
        {"proper", "\nhello\nbegin 644 a\n" + lines + "end\n", false},
        {"no end", "\nhello\nbegin 644 a\n" + lines, false},
        {"no mode", "\nhello\nbegin a.zip\n" + lines + "end\n", true},
        {"two blanks", "\nhello\nbegin  a.zip\n" + lines + "end\n", true},
        {"nothing but begin", "\nhello\nbegin\n" + lines + "end\n", true},
        {"upper case", "\nhello\nBEGIN 644 a\n" + lines + "END\n", true},
        {"no begin", "\nhello\n" + lines + "end\n", true},
        {"no begin, no end", "\nhello\n" + lines, true},
        {"old line ends", "\n" + carriage_returns, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const ParsedMail mail(row.text);
        CHECK(mail.has_content(payload));
        CHECK(mail.raises(AmbiguityKind::legacy_encoding) == row.flagged);
    }
    // One short line is enough where the end follows.
    const ParsedMail one_line("\nhello\n" + uu_lines("one short line") + "end\n");
    CHECK(one_line.has_content("one short line"));
    CHECK(one_line.raises(AmbiguityKind::legacy_encoding));
}

TEST_CASE("mime: ordinary text is no uuencoded file") {
    for (const char* text : {
             "begin with the end in mind\nMANY THANKS FOR ALL THAT YOU HAVE DONE FOR US IN THE PAST YEAR\n",
             "BEGIN TRANSACTION\nMOVE A TO B\nend\n",
             "MANY THANKS FOR ALL THAT YOU HAVE DONE FOR US IN THE PAST YEA\nSEE YOU\n",
             "begin  something\nelse\nend\n",
             "#SIGN\n`\n",
             "M\nend of it\n",
         }) {
        CAPTURE(text);
        const ParsedMail mail("\n" + std::string(text));
        CHECK(mail->entities.size() == 1);
        CHECK(!mail->ambiguous());
    }
}

TEST_CASE("mime: a body declared as uuencode may hold several files") {
    const std::string block =
        "begin 644 a\n" + uu_lines("first") + "end\nbegin 644 b\n" + uu_lines("second") + "end\n";
    const ParsedMail mail("Content-Transfer-Encoding: x-uuencode\nContent-Type: application/x\n\n" + block);
    CHECK(mail.has_content("first"));
    CHECK(mail.has_content("second"));
}

TEST_CASE("mime: guessed encodings, borne out by the body or not") {
    struct Row {
        const char* token;
        std::string body;
        std::string content;
        bool flagged;
    };
    const std::vector<Row> rows = {
        {"q", "a=3Db=\r\nc", "a=bc", true},
        {"qp", "a=3Db", "a=b", true},
        {"b", "UEsDBFBL\r\nAwQ=", "PK\3\4PK\3\4", true},
        {"b64", "UEsD\r\nBA==\r\n", "PK\3\4", true},
        {"base64xx", "UEsD\r\nBA==", "PK\3\4", true},
        {"base64xx", "#U#EsDBA==", "PK\3\4", true},
        {"q", "plain text", "plain text", false},
        {"b", "plain text", "plain text", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.token);
        CAPTURE(row.body);
        const ParsedMail mail("Content-Transfer-Encoding: " + std::string(row.token) + "\r\n\r\n" + row.body);
        CHECK(mail.has_content(row.content));
        CHECK(mail.has_content(row.body));
        CHECK(mail.raises(AmbiguityKind::unknown_transfer_encoding) == row.flagged);
    }
}

TEST_CASE("mime: soft line breaks of LF CR and CR LF LF are one line end for some") {
    for (const char* line_end : {"\n\r", "\r\n\n", "\n\r\n"}) {
        const ParsedMail mail(
            "Content-Transfer-Encoding: quoted-printable\r\n\r\none=" + std::string(line_end) + "word");
        CHECK(mail.raises(AmbiguityKind::quoted_printable_soft_break));
        if (std::string(line_end) != "\n\r\n") CHECK(mail.has_content("oneword"));
    }
    CHECK(!ParsedMail("Content-Transfer-Encoding: quoted-printable\n\none=\n\nword")->ambiguous());
    CHECK(!ParsedMail("Content-Transfer-Encoding: quoted-printable\r\n\r\none=\r\n\r\nword")->ambiguous());
}

TEST_CASE("mime: sloppy but honest quoted-printable is read both ways and not flagged") {
    const ParsedMail mail("Content-Transfer-Encoding: quoted-printable\r\n\r\nblanks  \r\nbehind=\r\n.\r\n");
    CHECK(mail.has_content("blanks  \r\nbehind.\r\n"));
    CHECK(mail.has_content("blanks\r\nbehind.\r\n"));
    CHECK(!mail->ambiguous());
}

// ---- limits: each is reached, has its name, and nothing beyond it is lost --------------------------------------

TEST_CASE("mime limits: nesting_depth") {
    std::string text = "Content-Type: message/rfc822\n\n";
    std::string nested;
    for (std::size_t depth = 0; depth < limits::nesting_depth - 1; ++depth) nested += text;
    const ParsedMail below(nested + "\ninnermost");
    CHECK(!below.reaches("nesting_depth"));
    const ParsedMail mail(nested + text + text + "\ninnermost");
    CHECK(mail.reaches("nesting_depth"));
    CHECK(mail.raises(AmbiguityKind::too_many_readings));
    const Entity& last = mail->entities.back();
    CHECK(last.origin == Origin::raw_rest);
    CHECK(as_text(last.content).ends_with("innermost"));
    CHECK(broken_invariant(mail.tree()).empty());
}

TEST_CASE("mime limits: parts") {
    std::string parts;
    for (std::size_t i = 0; i < limits::parts + 5; ++i) parts += "--b\n\n";
    const ParsedMail mail(multipart(parts + part("X: y", "the last one")));
    CHECK(mail.reaches("parts"));
    CHECK(mail.raises(AmbiguityKind::too_many_readings));
    CHECK(mail->entities.size() <= limits::parts + 1);
    CHECK(mail->entities.back().origin == Origin::raw_rest);
    CHECK(as_text(mail->entities.back().content).find("the last one") != std::string_view::npos);
    CHECK(broken_invariant(mail.tree()).empty());
}

TEST_CASE("mime limits: header_block_bytes and header_fields") {
    const ParsedMail bytes("A: " + std::string(limits::header_block_bytes, 'x') + "\n\nbody");
    CHECK(bytes.reaches("header_block_bytes"));
    CHECK(bytes.raises(AmbiguityKind::too_many_readings));
    std::string many;
    for (std::size_t i = 0; i < limits::header_fields + 1; ++i) many += "A: x\n";
    const ParsedMail fields(many + "\nbody");
    CHECK(fields.reaches("header_fields"));
    CHECK(as_text(fields->root().raw_body).ends_with("body"));
}

TEST_CASE("mime limits: alternatives") {
    std::string parts;
    const std::string disputed = "Content-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64";
    for (std::size_t i = 0; i < limits::alternatives; ++i) parts += part(disputed, "QUJD");
    CHECK(!ParsedMail(multipart(parts)).reaches("alternatives"));
    const ParsedMail mail(multipart(parts + part(disputed, "REVG")));
    CHECK(mail.reaches("alternatives"));
    CHECK(mail.raises(AmbiguityKind::too_many_readings));
    CHECK(mail.has_content("REVG"));  // the first reading of each place is always there
    CHECK(!mail.has_content("DEF"));
    // limits::ambiguities: the first ones are kept.
    CHECK(mail->ambiguities.size() <= limits::ambiguities);
    CHECK(broken_invariant(mail.tree()).empty());
}

// The last place is kept for too_many_readings.
TEST_CASE("mime limits: ambiguities") {
    std::string parts;
    for (std::size_t i = 0; i < 2 * limits::ambiguities; ++i) parts += part("Content-Type : text/html", "x");
    CHECK(ParsedMail(multipart(parts))->ambiguities.size() == limits::ambiguities - 1);
}

TEST_CASE("mime limits: alternatives_per_place") {
    // Each of five types with each of the decodings of one body that bends every rule of base64.
    std::string headers, body = "A\n\nQUI=\nQ-UJDREVG\nR0h=JSktM\n\n";
    for (const char* type : {"a/b", "c/d", "e/f", "g/h", "i/j"})
        headers += std::string("Content-Type: ") + type + "\n";
    const ParsedMail mail(headers + "Content-Transfer-Encoding: base64\n\n" + body);
    CHECK(mail.reaches("alternatives_per_place"));
    CHECK(mail.raises(AmbiguityKind::too_many_readings));
    for (const Slot& slot : mail->slots) CHECK(slot.alternatives.size() <= limits::alternatives_per_place);
    CHECK(broken_invariant(mail.tree()).empty());
}

TEST_CASE("mime limits: readings") {
    // Boundaries that are disputed at the root, and many readings of the part below each.
    std::string headers = "Content-Type: multipart/mixed", body;
    for (const char* boundary : {"aa", "bb", "cc", "dd"}) {
        headers += std::string("; boundary=") + boundary;
        body += std::string("--") + boundary +
                "\nContent-Transfer-Encoding: base64\n\nA\n\nQUI=\nQ-UJDREVG\nR0h=JSktM\n\n" + boundary +
                "Q=\n\n";
    }
    const ParsedMail mail(headers + "\n\n" + body);
    CHECK(mail.reaches("readings"));
    CHECK(mail.raises(AmbiguityKind::too_many_readings));
    CHECK(mail->readings.size() == limits::readings);
}

// The real bounds take hundreds of megabytes to reach; the builder is the same with smaller ones.
TEST_CASE("mime limits: message_bytes, decoded_bytes, reparsed_bytes") {
    const ExactBuffer whole("Subject: x\n\n0123456789");
    const MimeTree cut = parse_within(whole, {.message_bytes = 17});
    CHECK(reaches(cut, "message_bytes"));
    CHECK(as_text(cut.root().content) == "01234");
    CHECK(!reaches(parse_within(whole, {.message_bytes = 22}), "message_bytes"));

    const ExactBuffer encoded(multipart(part("Content-Transfer-Encoding: base64", "QUJDREVG") +
                                        part("Content-Transfer-Encoding: base64", "R0hJSktM")));
    CHECK(!reaches(parse_within(encoded, {.decoded_bytes = 100}), "decoded_bytes"));
    const MimeTree half = parse_within(encoded, {.decoded_bytes = 10});
    CHECK(reaches(half, "decoded_bytes"));
    CHECK(half.ambiguous());
    const bool kept_raw = std::ranges::any_of(half.entities, [](const Entity& entity) {
        return entity.is_leaf() && as_text(entity.content) == "R0hJSktM";
    });
    CHECK(kept_raw);

    const ExactBuffer twice("Content-Type: text/plain\nContent-Type: text/html\n\n" + std::string(100, 'x'));
    CHECK(!reaches(parse_within(twice, {.reparsed_bytes = 1000}), "reparsed_bytes"));
    const MimeTree once = parse_within(twice, {.reparsed_bytes = 50});
    CHECK(reaches(once, "reparsed_bytes"));
    CHECK(once.ambiguous());
}

TEST_CASE("mime limits: files inside text, in number and in bytes") {
    const auto file = [](const std::string& content) {
        return "begin 644 f\n" + uu_lines(content) + "end\n";
    };
    const auto uri = [](const std::string& content) {
        return "<img src=\"data:text/plain;base64," + base64_encode(content, 0) + "\">";
    };
    std::string files, uris;
    for (int i = 0; i < 1023; ++i) {
        files += file("harmless " + std::to_string(i));
        uris += uri("harmless " + std::to_string(i));
    }
    struct Row {
        std::string headers, within, beyond;
    };
    for (const Row& row :
         {Row{"Content-Type: text/plain", files + file("the last"), file("one more")},
          {"Content-Transfer-Encoding: x-uuencode", files + file("the last"), file("one more")},
          {"Content-Type: text/html", uris + uri("the last"), uri("one more")}}) {
        const ParsedMail within(row.headers + "\n\n" + row.within);
        CHECK(!within.reaches("parts"));
        CHECK(within.has_content("the last"));
        const ParsedMail beyond(row.headers + "\n\n" + row.within + row.beyond);
        CHECK(beyond.reaches("parts"));
        CHECK(beyond.has_content("the last"));
    }

    // Each pair of bytes stands for 63 zeros.
    std::string zeros = "begin 644 zeros\n" + uu_lines(std::string(45, 'x')).substr(0, 62);
    for (std::size_t i = 0; i < limits::embedded_bytes / 63 + 1000; ++i) zeros += "_\n";
    const ParsedMail grown("Content-Type: text/plain\n\n" + zeros);
    CHECK(grown.reaches("decoded_bytes"));
    CHECK(grown.raises(AmbiguityKind::too_many_readings));
}

TEST_CASE("mime: properties of any bytes") {
    CHECK(rc::check("views lie inside, all is covered, counts are bounded", [] {
        const auto pieces = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
            "Content-Type: multipart/mixed; boundary=b", "Content-Type: text/html",
            "Content-Type: message/rfc822", "Content-Transfer-Encoding: base64",
            "Content-Transfer-Encoding: qp", "\r\n", "\n", "\r\n\r\n", "--b", "--b--", "\r", " ", "QUJDREVG",
            "=3D", "boundary=c", "--c", "begin 644 x", "#86)C", "end", ":", "\0", "junk"));
        std::string text;
        for (const std::string& piece : pieces) text += piece + (piece.size() > 2 ? "\r\n" : "");
        const ParsedMail mail(text);
        RC_ASSERT(broken_invariant(mail.tree()).empty());
        RC_ASSERT(mail->readings.size() <= limits::readings);
        RC_ASSERT(mail->readings.size() <= 1 + mail->entities.size());
        RC_ASSERT(mail->ambiguities.size() <= limits::ambiguities);
    }));
}
