// Compound files made by hand, and VBA as Office packs it.
#include <doctest/doctest.h>

#include "ole_builder.hpp"
#include "scan/ole.hpp"
#include "scan/vba.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

TEST_CASE("streams of a compound file are found with their paths and bytes") {
    const std::string large(6000, 'L');
    const ExactBuffer file(
        make_ole({{"Macros", "", true}, {"small", "few bytes", false, 1}, {"large", large}}));
    const std::optional<OleFile> ole = OleFile::open(file.view());
    REQUIRE(ole);
    REQUIRE(ole->entries().size() >= 4);
    const auto find = [&](std::string_view name) {
        return std::ranges::find(ole->entries(), name, &OleEntry::name);
    };
    REQUIRE(find("small") != ole->entries().end());
    CHECK(find("small")->path == "Macros/");
    CHECK(as_text(ole->read(*find("small"))) == "few bytes");
    CHECK(as_text(ole->read(*find("large"))) == large);
    CHECK_FALSE(ole->damaged());
}

TEST_CASE("cut or scribbled compound files never lead outside") {
    const std::string whole =
        make_ole({{"Macros", "", true}, {"small", "few bytes", false, 1}, {"large", std::string(6000, 'L')}});
    for (std::size_t size = 0; size < whole.size(); size += 37) {
        const ExactBuffer cut(std::string_view(whole).substr(0, size));
        if (const std::optional<OleFile> ole = OleFile::open(cut.view()))
            for (const OleEntry& entry : ole->entries()) CHECK(ole->read(entry).size() <= whole.size());
    }
    // Every 4-byte field in turn points at itself, at the end, nowhere: chains may loop.
    for (std::size_t at = 8; at + 4 <= whole.size() && at < 4096; at += 4) {
        for (const std::uint32_t value : {0U, 1U, 0xFFFFFFF0U}) {
            std::string scribbled = whole;
            scribbled.replace(at, 4, le(value, 4));
            const ExactBuffer file(scribbled);
            if (const std::optional<OleFile> ole = OleFile::open(file.view()))
                for (const OleEntry& entry : ole->entries()) CHECK(ole->read(entry).size() <= whole.size());
        }
    }
}

TEST_CASE("VBA's compression: literal tokens, copies, raw chunks") {
    // [MS-OVBA] section 3.2: the examples "no compression", "normal", "maximum compression".
    const std::string none = std::string("\x01\x19\xB0\x00", 4) + "abcdefgh" + std::string("\x00", 1) +
                             "ijklmnop" + std::string("\x00", 1) + "qrstuv.";
    CHECK(decompress_vba(as_bytes(none), 4096) == "abcdefghijklmnopqrstuv.");
    const std::string normal = std::string("\x01\x2F\xB0\x00#aaabcde\x82"
                                           "f\x00"
                                           "ahijkl\x01"
                                           "0",
                                           22);
    CHECK(decompress_vba(as_bytes(normal), 4096).has_value());
    const std::string maximum("\x01\x03\xB0\x02\x61\x45\x00", 7);
    CHECK(decompress_vba(as_bytes(maximum), 4096) == std::string(73, 'a'));
    CHECK_FALSE(decompress_vba(as_bytes("no container"), 4096).has_value());
    CHECK_FALSE(decompress_vba({}, 4096).has_value());
}

TEST_CASE("macro source: what runs by itself, what is dangerous") {
    CHECK(auto_exec_procedure("Sub AutoOpen()\n") == "autoopen");
    CHECK(auto_exec_procedure("Private Sub Workbook_Open()") == "workbook_open");
    CHECK(auto_exec_procedure("Sub MyAutoOpener()").empty());
    CHECK(dangerous_words("x = CreateObject(\"WScript.Shell\")").size() == 1);
    CHECK(dangerous_words("a plain sum").empty());
}

TEST_CASE("a macro that runs by itself is told, through the engines") {
    const std::string source =
        "Attribute VB_Name = \"M\"\r\nSub AutoOpen()\r\nShell \"powershell\"\r\nEnd Sub\r\n";
    const std::string file = make_ole({{"Macros", "", true},
                                       {"VBA", "", true, 1},
                                       {"dir", "\x01", false, 2},
                                       {"Module1", "junk before" + pack_vba(source), false, 2},
                                       {"WordDocument", std::string(64, '\0')}});
    const ScanReport report = scan_text(file, "letter.doc");
    CHECK(report.parts[0].file_type == "doc");
    CHECK(has_flag(report, PartFlag::macro));
    CHECK(has_flag(report, PartFlag::macro_auto_exec));
    CHECK(has_rule(report, "macro_auto_exec"));
    CHECK(has_rule(report, "macro_starts_programs"));
    CHECK(report.verdict == Verdict::suspicious);
}

TEST_CASE("an object packed into a document is unpacked and scanned") {
    const std::string payload = eicar();
    const std::string native = le(0, 4) + le(2, 2) + std::string("a.txt\0c:\\a.txt\0", 15) + le(0x30000, 4) +
                               le(4, 4) + std::string("tmp\0", 4) + le(payload.size(), 4) + payload;
    const std::optional<OlePackage> package = read_ole10_native(as_bytes(native));
    REQUIRE(package);
    CHECK(package->name == "a.txt");
    CHECK(as_text(package->bytes) == payload);
    const ScanReport report =
        scan_text(make_ole({{"\1Ole10Native", native}, {"WordDocument", std::string(64, '\0')}}), "x.doc");
    CHECK(has_flag(report, PartFlag::embedded_object));
    CHECK(report.verdict == Verdict::malware);
}

TEST_CASE("an encrypted document is told") {
    const ScanReport report =
        scan_text(make_ole({{"EncryptedPackage", std::string(64, 'x')}, {"EncryptionInfo", "x"}}), "x.docx");
    CHECK(has_flag(report, PartFlag::encrypted_archive));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("a directory that cannot be read is a damaged container") {
    const ScanReport report =
        scan_text("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + std::string(600, '\xFF'), "x.doc");
    CHECK(has_limit(report, ScanLimit::damaged_container));
    CHECK(report.verdict == Verdict::unscannable);
}
