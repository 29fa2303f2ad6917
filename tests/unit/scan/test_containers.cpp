// Archives through libarchive, packed streams, passwords, attached messages.
#include <archive.h>
#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "scan/inflate.hpp"
#include "scan/password_words.hpp"
#include "scan_fixture.hpp"
#include "support/archive_builder.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;
using tocsin::test::archive_of;

namespace {

std::string locked_zip(const char* password) {
    return archive_of(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "run.txt", eicar() + std::string(50, ' '),
                      "zip:encryption=zipcrypt", password);
}

std::string mail_of(const std::string& text, const std::string& zip) {
    return "From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
           "boundary=b\r\n\r\n--b\r\n"
           "Content-Type: text/plain\r\n\r\n" +
           text +
           "\r\n--b\r\nContent-Type: application/zip; name=a.zip\r\n"
           "Content-Transfer-Encoding: binary\r\n\r\n" +
           zip + "\r\n--b--\r\n";
}

}  // namespace

TEST_CASE("members of every archive format and packed stream are scanned under their names") {
    struct Case {
        const char* name;
        int format, filter;
    };
    for (const Case& c : {Case{"a.tar", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_NONE},
                          {"a.tar.gz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_GZIP},
                          {"a.tar.bz2", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_BZIP2},
                          {"a.tar.xz", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_XZ},
                          {"a.tar.zst", ARCHIVE_FORMAT_TAR_USTAR, ARCHIVE_FILTER_ZSTD},
                          {"a.7z", ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
                          {"a.iso", ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE},
                          {"a.cpio", ARCHIVE_FORMAT_CPIO_POSIX, ARCHIVE_FILTER_NONE}}) {
        CAPTURE(std::string(c.name));
        std::string out = archive_of(c.format, c.filter, "run.txt", eicar());
        const ScanReport report = scan_text(out, c.name);
        CHECK(report.verdict == Verdict::malware);
        CHECK(std::ranges::any_of(report.parts, [](const PartSummary& part) {
            return part.origin == "member" && part.file_name == "run.txt";
        }));
    }
    CHECK(
        has_flag(scan_text(archive_of(ARCHIVE_FORMAT_ISO9660, ARCHIVE_FILTER_NONE, "run.txt", "x"), "a.iso"),
                 PartFlag::disk_image));
}

TEST_CASE("a locked zip is told, and opened when its password stands in the message") {
    const ScanReport locked = scan_text(locked_zip("s3cret!"), "a.zip");
    CHECK(has_flag(locked, PartFlag::encrypted_archive));
    CHECK_FALSE(has_flag(locked, PartFlag::password_in_message));
    CHECK(has_limit(locked, ScanLimit::locked));
    CHECK(locked.verdict == Verdict::unscannable);

    const std::string silent = mail_of("please look at this", locked_zip("s3cret!"));
    CHECK(scan_message(engines(), as_bytes(silent), {}).verdict == Verdict::unscannable);

    const std::string told = mail_of("The password is: s3cret! Please hurry.", locked_zip("s3cret!"));
    const ScanReport opened = scan_message(engines(), as_bytes(told), {});
    CHECK(has_flag(opened, PartFlag::password_in_message));
    CHECK(has_rule(opened, "password_in_message"));
    CHECK(opened.verdict == Verdict::malware);
}

TEST_CASE("the best guesses at a password come first, and there are few of them") {
    CHECK(password_words("Hello, the password is: s3cret! bye")[1] == "s3cret!");
    CHECK(password_words("Passwort: Rechnung7")[0] == "Rechnung7");
    CHECK(password_words("<p>password:<b>infected</b></p>")[0] == "infected");
    CHECK(password_words("call 12345 now")[0] == "12345");
    CHECK(password_words("").empty());
    std::string long_text;
    for (int i = 0; i < 10'000; ++i) long_text += "word" + std::to_string(i) + " ";
    CHECK(password_words(long_text).size() <= password_words_max);
}

TEST_CASE("an attached message, as a member or as a file, is taken apart") {
    const std::string message =
        "From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: "
        "text/plain\r\n\r\nhello\r\n--b\r\n"
        "Content-Type: text/plain; name=run.txt\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "aGlkZGVuIGluIGJhc2U2NA==\r\n--b--\r\n";
    const ScanReport bare = scan_text(message, "a.eml");
    CHECK(bare.parts[0].file_type == "eml");
    CHECK(std::ranges::any_of(
        bare.parts, [](const PartSummary& part) { return part.file_name == "run.txt" && part.size == 16; }));
    const ScanReport packed = scan_text(make_zip({{"a.eml", message}}), "a.zip");
    CHECK(std::ranges::any_of(packed.parts, [](const PartSummary& part) {
        return part.file_name == "run.txt" && part.depth == 2;
    }));
}

TEST_CASE("deflate within a bound") {
    const std::string data(100'000, 'x');
    const ExactBuffer packed(deflate_raw(data));
    const Inflated whole = inflate_bytes(packed.view(), DeflateForm::raw, 200'000);
    CHECK(whole.complete);
    CHECK(whole.consumed == packed.view().size());
    CHECK(as_text(whole.bytes) == data);
    const Inflated bounded = inflate_bytes(packed.view(), DeflateForm::raw, 1000);
    CHECK(bounded.too_large);
    CHECK(bounded.bytes.size() == 1000);
    const Inflated exact = inflate_bytes(packed.view(), DeflateForm::raw, 100'000);
    CHECK(exact.complete);
    CHECK_FALSE(exact.too_large);
    CHECK_FALSE(inflate_bytes(packed.view().first(20), DeflateForm::raw, 200'000).complete);
    CHECK_FALSE(inflate_bytes(as_bytes("no deflate"), DeflateForm::raw, 1000).complete);
    CHECK(inflate_bytes({}, DeflateForm::raw, 1000).bytes.empty());
}

TEST_CASE("every message of a mailbox is scanned, wherever the mailbox lies") {
    const std::string clean = "From a@b Mon\nFrom: a@b.example\nSubject: x\nDate: x\n\nhello\n\n";
    const std::string infected =
        "From a@b Mon\nFrom: a@b.example\nSubject: x\nContent-Type: application/zip\n"
        "Content-Transfer-Encoding: base64\n\n" +
        testing::base64_encode(make_zip({{"a.com", eicar()}}), 76, "\n") + "\n";
    const std::string box = clean + infected + clean;
    CHECK(scan_text(box, "box").verdict == Verdict::malware);
    CHECK(scan_message(engines(), as_bytes(box), {}).verdict == Verdict::malware);
    CHECK(scan_text(make_zip({{"box", box}}), "a.zip").verdict == Verdict::malware);
    const std::string body = "Content-Transfer-Encoding: base64\n\n" + testing::base64_encode(box, 76, "\n");
    for (const char* type : {"application/mbox", "application/octet-stream", "text/plain; name=box"})
        CHECK(scan_message(engines(), as_bytes("Content-Type: " + std::string(type) + "\n" + body), {})
                  .verdict == Verdict::malware);
    CHECK(scan_text(clean + clean + clean, "box").verdict == Verdict::clean);
    CHECK(!scan_message(engines(), as_bytes(clean + clean), {}).ambiguous());
    std::string many = clean;
    for (std::size_t i = 0; i <= limits::container_members; ++i) many += "From a\nSubject: x\n\n";
    CHECK(has_limit(scan_text(many, "box"), ScanLimit::container_members));
    CHECK(has_limit(scan_message(engines(), as_bytes(many), {}), ScanLimit::container_members));
}
