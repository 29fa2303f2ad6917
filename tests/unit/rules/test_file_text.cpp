#include <doctest/doctest.h>

#include <algorithm>

#include "base/limits.hpp"
#include "rules/file_flavors.hpp"
#include "rules/file_text.hpp"
#include "rules/pdf_hash.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace std::string_view_literals;

namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

Words kinds(std::string_view bytes, std::string_view type) {
    return read_flavors(as_bytes(bytes), type).yara;
}

}  // namespace

TEST_CASE("Strings: runs of printable characters, each once") {
    struct Row {
        std::string_view bytes;
        Words strings;
        bool raw;
    };
    const std::vector<Row> rows = {
        {"abc\nabcd\nabcd\nabcde", {"abcd", "abcde"}, true},
        {"/URI (http://a.example)\r/URI (x)", {"/URI (http://a.example)", "/URI (x)"}, true},
        {"caf\xC3\xA9 noir", {" noir"}, true},
        // In a binary file short runs must look like something.
        {"\xFF\0ab1!\0abc!\0x}{y\0(abc)\0)abc(\0a-b-c-d\0"sv, {"abc!", "(abc)", "a-b-c-d"}, false},
        {"", {}, true},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bytes);
        const StringsScan scan = read_strings(as_bytes(row.bytes));
        CHECK(scan.strings == row.strings);
        CHECK(scan.raw.has_value() == row.raw);
        if (row.raw) CHECK(*scan.raw == row.bytes);
    }
}

TEST_CASE("Strings end at named limits") {
    std::string many;
    for (std::size_t i = 0; i <= limits::exploded_strings; ++i) many += "word" + std::to_string(i) + "\n";
    const StringsScan scan = read_strings(as_bytes(many));
    CHECK(scan.cut);
    CHECK(scan.strings.size() == limits::exploded_strings);
    const StringsScan large = read_strings(as_bytes(std::string(limits::exploded_text_bytes + 1, 'a')));
    CHECK(large.cut);
    CHECK(large.raw->size() == limits::exploded_text_bytes);
}

TEST_CASE("Entropy in bits per byte") {
    CHECK(read_entropy(as_bytes("")).entropy == 0);
    CHECK(read_entropy(as_bytes("aaaa")).entropy == 0);
    CHECK(read_entropy(as_bytes("abab")).entropy == doctest::Approx(1));
    std::string all;
    for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
    CHECK(read_entropy(as_bytes(all)).entropy == doctest::Approx(8));
}

TEST_CASE("Links in bytes") {
    mail::MailTools tools;
    struct Row {
        std::string_view bytes;
        Words urls;
    };
    const std::vector<Row> rows = {
        {"<a href=\"https://a.example/x?y=1\">", {"https://a.example/x?y=1"}},
        {"URL=file://192.0.2.1/share/x.vbs\r\n", {"file://192.0.2.1/share/x.vbs"}},
        {"\0\xFF(http://a.example/b)\xFE\x80"sv, {"http://a.example/b"}},
        {"mailto:a@b.example mailto:a@b.example", {"mailto:a@b.example"}},
        {"\xFF\xFEh\0t\0t\0p\0:\0/\0/\0w\0.\0e\0x\0a\0m\0p\0l\0e\0/\0"sv, {"http://w.example/"}},
        {"no link", {}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.bytes);
        const UrlScan scan = read_urls(as_bytes(row.bytes), tools);
        Words urls;
        for (const mail::Url& url : scan.urls) urls.push_back(url.url);
        CHECK(urls == row.urls);
    }
    std::string many;
    for (std::size_t i = 0; i <= limits::exploded_urls; ++i)
        many += "http://a.example/" + std::to_string(i) + " ";
    CHECK(read_urls(as_bytes(many), tools).cut);
    CHECK(read_urls(as_bytes(many), tools).urls.size() == limits::exploded_urls);
}

TEST_CASE("XML: names of elements and name spaces") {
    const XmlScan scan = read_xml(
        "<?xml version=\"1.0\"?><!DOCTYPE svg><w:Doc xmlns:w='urn:a' xmlns=\"urn:b\"><w:p/><p>x</p></w:Doc>");
    CHECK(scan.tags == Words{"Doc", "p"});
    CHECK(scan.namespaces == Words{"urn:a", "urn:b"});
    CHECK(scan.version == "1.0");
    CHECK(scan.doc_type == "<!DOCTYPE svg>");
    std::string many;
    for (std::size_t i = 0; i <= limits::xml_names; ++i) many += "<n" + std::to_string(i) + ">";
    CHECK(read_xml(many).cut);
    CHECK(read_xml("<").tags.empty());
    std::string circles = "<a ";
    for (int i = 0; i < 10'000; ++i) circles += "xmlns";
    CHECK(read_xml(circles + ">").tags == Words{"a"});
}

TEST_CASE("Pages: title and scripts") {
    mail::MailTools tools;
    const HtmlScan scan =
        read_page("<html><title>Sign in &amp; go</title><script language=JavaScript>var a</script>"
                  "<SCRIPT type='text/javascript' src=\"x.js\"></SCRIPT><scripted>",
                  tools);
    CHECK(scan.title == "Sign in & go");
    REQUIRE(scan.scripts.size() == 2);
    CHECK(scan.scripts[0].language == "JavaScript");
    CHECK(scan.scripts[1].src == "x.js");
    CHECK_FALSE(scan.scripts[1].language);

    const std::vector<InlineScript> found = find_scripts("<script>a<b</script>x<script>open");
    REQUIRE(found.size() == 2);
    CHECK(found[0].source == "a<b");
    CHECK(found[1].source == "open");
    std::string many;
    for (std::size_t i = 0; i <= limits::page_scripts; ++i) many += "<script></script>";
    CHECK(find_scripts(many).size() == limits::page_scripts + 1);
    CHECK(find_scripts("<script").empty());
}

TEST_CASE("Hashes") {
    const HashScan scan = read_hashes(as_bytes("abc"));
    CHECK(scan.md5 == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(scan.sha1 == "a9993e364706816aba3e25717850c26c9cd0d89d");
    CHECK(scan.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("Kinds of files under the names that rules know") {
    struct Row {
        std::string_view bytes, type, kind;
    };
    const std::string pe64 = "x TVqQAAMAAAAEAAAA//8AALgAAAA y";
    std::string wide;
    for (const char c : pe64) wide += {c, '\0'};
    const std::vector<Row> rows = {
        {"MZ\x90\0"sv, "exe", "mz_file"},
        {"\xCF\xFA\xED\xFE"sv, "macho", "macho_file"},
        {"<html><body>", "html", "html_file"},
        {"var _0x1=1;", "txt", "javascript_file"},
        {"(function(){})()", "txt", "javascript_file"},
        {"  window.location='x'", "txt", "javascript_file"},
        {"\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3"sv, "one", "onenote_file"},
        {pe64, "txt", "base64_pe"},
        {wide, "unknown", "base64_pe"},
        {"PK\3\4\x14\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a"sv, "zip", "encrypted_zip"},
        {"PK\3\4\x14\0\6\0"sv, "docx", "ooxml_file"},
        {"%PDF-1.7", "pdf", "pdf_file"},
        {"L\0\0\0"sv, "lnk", "lnk_file"},
        {"@echo off\r\n", "bat", "batch_file"},
        {"Received: x\nMessage-ID: <a>\n", "eml", "email_file"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.kind);
        CAPTURE(row.bytes);
        CHECK(has(kinds(row.bytes, row.type), row.kind));
    }
    CHECK_FALSE(has(kinds("PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0a"sv, "zip"),
                    "encrypted_zip"));
    CHECK_FALSE(has(kinds("Dear customer, var is a word", "txt"), "javascript_file"));
    CHECK_FALSE(has(kinds("MZ" + pe64, "exe"), "base64_pe"));
    CHECK(kinds("", "unknown").empty());
}

TEST_CASE("MIME types as libmagic names them") {
    CHECK(mime_of_type("html") == "text/html");
    CHECK(mime_of_type("exe") == "application/x-dosexec");
    CHECK(mime_of_type("svg") == "image/svg+xml");
    CHECK(mime_of_type("eml") == "message/rfc822");
    CHECK(mime_of_type("rtf") == "text/rtf");
    CHECK(mime_of_type("nonsense") == "application/octet-stream");
    CHECK(read_flavors(as_bytes("<?xml version=\"1.0\"?><TitlesOfParts/>"), "html").mime == "text/xml");
}

TEST_CASE("The fingerprint of a PDF's objects") {
    const std::string pdf =
        "%PDF-1.4\n1 0 obj <</Pages 2 0 R /Type /Catalog>> \nendobj\n"
        "2 0 obj <</Kids [<</Type/X>>] /Count 1>> \nendobj\n"
        "3 0 obj <</Subtype/Type1/Type/Font /N (a\\)>>)>> \nendobj\n"
        "4 0 obj <</Type/Sig>> \nendobj\n5 0 obj<</Type/Page>>endobj\n6 0 obj [1 2] \nendobj\n";
    std::vector<std::uint64_t> offsets;
    for (int i = 1; i <= 6; ++i) offsets.push_back(pdf.find(std::to_string(i) + " 0 obj"));
    offsets.push_back(1'000'000);
    const PdfObjectHash hash = read_pdf_hash(as_bytes(pdf), offsets);
    CHECK(hash.hash_string == "Catalog|Kids|Font/Type1|None|None|");
    CHECK(hash.object_hash.size() == 32);
    CHECK(read_pdf_hash(as_bytes("1 0 obj << /A (((("), std::vector<std::uint64_t>{0}).hash_string ==
          "None|");
    CHECK(read_pdf_hash({}, {}).object_hash.empty());

    offsets.pop_back();
    CHECK(find_pdf_objects(as_bytes(pdf)) == offsets);
    CHECK(find_pdf_objects(as_bytes("endobj x obj 1 obj  2 obj 12 0 obj")) == std::vector<std::uint64_t>{26});
}
