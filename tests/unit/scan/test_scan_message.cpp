// The way of one message: every part once, facts, memory of parts, what is scanned as received.
#include <doctest/doctest.h>

#include <set>

#include "base/limits.hpp"
#include "scan/raw_text.hpp"
#include "scan_fixture.hpp"
#include "support/encoders.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

std::string mail_with_parts(const std::vector<std::pair<std::string, std::string>>& parts) {
    std::string mail = "From: \"Anna Example\" <anna@example.com>\r\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n"
                       "Message-ID: <1@example.com>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
                       "boundary=b\r\n\r\n";
    for (const auto& [head, body] : parts) mail += "--b\r\n" + head + "\r\n\r\n" + body + "\r\n";
    return mail + "--b--\r\n";
}

const std::string base64_head =
    "Content-Type: application/pdf; name=\"a.pdf\"\r\nContent-Transfer-Encoding: base64";
const std::string attachment_head =
    "Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt";

}  // namespace

TEST_CASE("facts for the journal") {
    const std::string mail =
        mail_with_parts({{"Content-Type: text/plain", "hello"}, {attachment_head, "abc"}});
    const ScanReport report = scan_message(engines(), as_bytes(mail), {});
    CHECK(report.verdict == Verdict::clean);
    CHECK(report.facts.header_from == "anna@example.com");
    CHECK(report.facts.header_from_name == "Anna Example");
    CHECK(report.facts.subject == "Grüße");
    CHECK(report.facts.message_id == "<1@example.com>");
    REQUIRE(report.facts.attachment_sha256.size() == 1);
    CHECK(report.facts.attachment_sha256[0] ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(report.parts[0].origin == "page");
    CHECK(report.engine_version == engines().version());
}

TEST_CASE("what stands in headers and between parts is scanned too") {
    const std::string in_header = "X-Note: " + eicar() + "\r\nSubject: x\r\n\r\nhello\r\n";
    CHECK(scan_message(engines(), as_bytes(in_header), {}).verdict == Verdict::malware);
    std::string mail = mail_with_parts({{"Content-Type: text/plain", "hello"}});
    mail.insert(mail.find("--b\r\n"), eicar() + "\r\n");
    CHECK(scan_message(engines(), as_bytes(mail), {}).verdict == Verdict::malware);
    CHECK(scan_message(engines(), as_bytes(mail + eicar()), {}).verdict == Verdict::malware);
}

TEST_CASE("long bodies are left out of the scan as received, all else is in it") {
    const std::string body(long_body_bytes + 100, 'x');
    const std::string mail =
        mail_with_parts({{"Content-Type: text/plain", "hello"}, {attachment_head, body}});
    const mail::MimeTree tree = mail::parse_mime(as_bytes(mail));
    const std::string kept = join(bytes_beside_long_bodies(tree));
    CHECK(kept.size() < 2000);
    CHECK(kept.find("Subject:") != std::string::npos);
    CHECK(kept.find("hello") != std::string::npos);
    CHECK(kept.ends_with("--b--\r\n\r\n"));
    // base64 that nobody disputes is left out when it is shorter; disputed base64 is not.
    const std::string letters(long_base64_bytes + 100, 'A');
    const std::string clean = mail_with_parts({{base64_head, letters}});
    CHECK(join(bytes_beside_long_bodies(mail::parse_mime(as_bytes(clean)))).size() < 2000);
    const std::string disputed = mail_with_parts({{base64_head, letters + "=AAAA*" + letters}});
    const mail::MimeTree disputed_tree = mail::parse_mime(as_bytes(disputed));
    REQUIRE(disputed_tree.ambiguous());
    CHECK(join(bytes_beside_long_bodies(disputed_tree)).size() > 2 * long_base64_bytes);
    const std::string small = mail_with_parts({{"Content-Type: text/plain", "hello"}});
    const mail::MimeTree whole = mail::parse_mime(as_bytes(small));
    REQUIRE(bytes_beside_long_bodies(whole).size() == 1);
    CHECK(bytes_beside_long_bodies(whole)[0].size() == small.size());
}

TEST_CASE("larger parts are asked for in one question and not scanned again when remembered") {
    const std::string body(4096, 'q');
    const std::string mail =
        mail_with_parts({{"Content-Type: text/plain", "too small to ask"}, {attachment_head, body}});
    const HashKey key = random_hash_key();
    std::size_t questions = 0, exported = 0;
    RememberedPart answer;
    ScanOptions options;
    options.hash_key = &key;
    options.lookup = [&](const std::vector<Hash256>& hashes) {
        ++questions;
        CHECK(hashes == std::vector{keyed_hash(key, as_bytes(body))});
        return std::vector{answer};
    };
    options.export_part = [&](const Hash256& hash, ByteView bytes) {
        ++exported;
        CHECK(hash == keyed_hash(key, bytes));
    };

    answer.wants_bytes = true;
    const ScanReport fresh = scan_message(engines(), as_bytes(mail), options);
    CHECK(questions == 1);
    CHECK(exported == 1);
    CHECK(fresh.verdict == Verdict::clean);

    answer = {};
    answer.known = true;
    answer.file_type = "txt";
    answer.flags = {PartFlag::macro, PartFlag::double_extension};
    answer.findings = {{"clamav", "Remembered.Thing", Severity::malware, "This file is bad", 0}};
    answer.limits_hit = {{ScanLimit::damaged_container, 0, "x"}};
    answer.urls = {{"https://a.example/", "text", 0}};
    const ScanReport recalled = scan_message(engines(), as_bytes(mail), options);
    CHECK(exported == 1);
    CHECK(recalled.verdict == Verdict::malware);
    REQUIRE(has_rule(recalled, "Remembered.Thing"));
    CHECK(recalled.findings[0].text == "The attachment “a.txt” is bad");
    CHECK(has_flag(recalled, PartFlag::macro));
    CHECK_FALSE(has_flag(recalled, PartFlag::double_extension));  // of another message's name
    CHECK(has_limit(recalled, ScanLimit::damaged_container));
    CHECK(has_url(recalled, "https://a.example/", "text"));
    CHECK(std::ranges::count(recalled.parts, true, &PartSummary::remembered) == 1);
}

TEST_CASE("an answer that does not fit the question is not believed") {
    const std::string mail = mail_with_parts({{attachment_head, eicar() + std::string(4096, ' ')}});
    const HashKey key = random_hash_key();
    ScanOptions options;
    options.hash_key = &key;
    options.lookup = [](const std::vector<Hash256>&) { return std::vector<RememberedPart>{}; };
    CHECK(scan_message(engines(), as_bytes(mail), options).verdict == Verdict::malware);
}

TEST_CASE("the same bytes in several readings are one part") {
    const std::string mail =
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=a; boundary=b\r\n\r\n"
        "--a\r\nContent-Type: text/plain\r\n\r\none\r\n--a--\r\n--b\r\nContent-Type: "
        "text/plain\r\n\r\ntwo\r\n--b--\r\n";
    const ScanReport report = scan_message(engines(), as_bytes(mail), {});
    CHECK(report.ambiguous());
    std::set<std::pair<std::string, std::uint64_t>> seen;
    for (const PartSummary& part : report.parts) CHECK(part.parent <= report.parts.size() + whole_message);
    CHECK(report.parts.size() >= 3);
}

TEST_CASE("an empty message and noise are some message") {
    CHECK(scan_message(engines(), {}, {}).verdict == Verdict::clean);
    const std::string noise = "\x01\x02\x03 no header at all";
    CHECK(scan_message(engines(), as_bytes(noise), {}).verdict != Verdict::malware);
}

TEST_CASE("the same message gives the same report twice") {
    const std::string mail =
        mail_with_parts({{"Content-Type: text/html", "<a href='https://a.example/'>x</a>"},
                         {attachment_head, make_zip({{"a.txt", eicar()}})}});
    const ScanReport one = scan_message(engines(), as_bytes(mail), {}),
                     two = scan_message(engines(), as_bytes(mail), {});
    CHECK(one.verdict == two.verdict);
    REQUIRE(one.findings.size() == two.findings.size());
    for (std::size_t i = 0; i < one.findings.size(); ++i) CHECK(one.findings[i].text == two.findings[i].text);
    CHECK(one.parts.size() == two.parts.size());
}

TEST_CASE("a text in which a file was found is still scanned itself") {
    const std::string picture = "<img src=\"data:image/gif;base64,R0lGODlh\">";
    const std::string mail =
        "MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
        testing::base64_encode(picture + eicar());
    const ScanReport report = scan_message(engines(), as_bytes(mail), {});
    CHECK(report.verdict == Verdict::malware);
    REQUIRE(report.parts.size() == 3);
    CHECK(report.parts[1].media_type == "text/html");
    CHECK(report.parts[2].media_type == "image/gif");
    CHECK(report.parts[2].parent == 1);
}

TEST_CASE("a piece of a message and a body that lies elsewhere are never clean") {
    const auto scanned = [](const std::string& type) {
        return scan_message(engines(), as_bytes("Content-Type: " + type + "\r\n\r\nSubject: y\r\n\r\nz"), {});
    };
    const ScanReport piece = scanned("message/partial; id=x; number=1; total=2");
    CHECK(piece.verdict == Verdict::suspicious);
    CHECK(has_rule(piece, "message_piece"));
    const ScanReport elsewhere =
        scanned("message/external-body; access-type=URL; URL=\"https://example.com/x\"");
    CHECK(elsewhere.verdict == Verdict::suspicious);
    CHECK(has_rule(elsewhere, "external_body"));
    CHECK(scanned("message/rfc822").verdict == Verdict::clean);
    // Inside a container, too.
    const ScanReport packed = scan_text(
        make_zip({{"a.eml", "From: a@example.com\nSubject: x\nDate: x\nContent-Type: message/partial; id=x; "
                            "number=1\n\nSubject: y\n\nz"}}),
        "a.zip");
    CHECK(packed.verdict == Verdict::suspicious);
    CHECK(has_rule(packed, "message_piece"));
}

TEST_CASE("several readings are only counted where an ambiguity is named") {
    const std::string sloppy = "Content-Transfer-Encoding: quoted-printable\r\n\r\na=c3=a4b\r\n";
    CHECK(scan_message(engines(), as_bytes(sloppy), {}).readings == 1);
    const std::string disputed = "Content-Type: text/html\r\nContent-Type: text/plain\r\n\r\nx\r\n";
    const ScanReport report = scan_message(engines(), as_bytes(disputed), {});
    CHECK(report.ambiguous());
    CHECK(report.readings == 2);
}
