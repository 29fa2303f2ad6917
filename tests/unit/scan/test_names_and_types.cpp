#include <doctest/doctest.h>

#include "qr_fixture.hpp"
#include "scan/file_names.hpp"
#include "scan/file_type.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

using namespace std::string_literals;
using namespace std::string_view_literals;

TEST_CASE("types by content") {
    struct Case {
        std::string bytes;
        std::string_view type;
    };
    const std::string iso = std::string(0x8001, '\0') + "CD001" + std::string(100, '\0');
    for (const Case& c : std::vector<Case>{
             {"%PDF-1.4", "pdf"},
             {"junk before %PDF-1.4", "pdf"},
             {"{\\rtf1 x}", "rtf"},
             {"MZ" + std::string(100, '\0'), "exe"},
             {"MZ is how this text begins"s.substr(0, 26), "txt"},
             {std::string("L\0\0\0\1\x14\2\0\0", 9), "lnk"},
             {iso, "iso"},
             {"Rar!\x1A\7\0", "rar"},
             {"7z\xBC\xAF\x27\x1C", "7z"},
             {"BEGIN:VCALENDAR\r\n", "ics"},
             {"<!DOCTYPE html><html>", "html"},
             {"\xEF\xBB\xBF \n<html>", "html"},
             {"<?xml version='1.0'?><svg>", "svg"},
             {"<?xml version='1.0'?><x/>", "xml"},
             {"From: a\r\nSubject: b\r\n\r\nc", "eml"},
             {"From here on it is only text\r\n", "txt"},
             {"@echo off\r\ndir", "bat"},
             {"#!/bin/sh\n", "sh"},
             {"plain words", "txt"},
             {"", "txt"},
             {make_zip({{"a", "b"}}), "zip"},
             {make_zip({{"word/document.xml", "b"}}), "docx"},
             {make_zip({{"xl/workbook.xml", "b"}, {"xl/vbaProject.bin", "c"}}), "xlsm"},
             {make_zip({{"ppt/presentation.xml", "b"}}), "pptx"},
             {make_zip({{"META-INF/MANIFEST.MF", "b"}}), "jar"},
             {make_zip({{"mimetype", "application/vnd.oasis.opendocument.text", false}}), "odt"},
             {as_png(qr_image(2)), "png"},
         }) {
        CAPTURE(c.bytes.substr(0, 40));
        const ExactBuffer buffer(c.bytes);
        CHECK(known_file_type(buffer.view()) == c.type);
    }
}

TEST_CASE("libmagic answers for the rest, and nobody knows noise") {
    const FileTyper typer = FileTyper::load().value();
    CHECK(typer.identify(as_bytes("\xED\xAB\xEE\xDB\3\0\0\0"sv)) == "rpm");
    CHECK(typer.identify(as_bytes("\x01\x02\x03\x04\x81\x82 noise"sv)) == "unknown");
    CHECK(words_for_type("exe") == "a program (exe)");
    CHECK(class_of_type("never heard of") == TypeClass::unknown);
}

TEST_CASE("endings and what they hide") {
    CHECK(extension_of("a.tar.GZ") == "gz");
    CHECK(extension_of("a.exe. . ") == "exe");
    CHECK(extension_of("none").empty());
    CHECK(extension_of("a.dir/b").empty());
    CHECK(has_double_extension("invoice.pdf.exe"));
    CHECK(has_double_extension("invoice.pdf          .js"));
    CHECK_FALSE(has_double_extension("archive.tar.gz"));
    CHECK_FALSE(has_double_extension("report.v2.pdf"));
    CHECK(has_bidi_control("invoice\xE2\x80\xAE"
                           "fdp.exe"));
    CHECK_FALSE(has_bidi_control("Rechnung für März.pdf"));
}

TEST_CASE("names are told apart from contents") {
    const ScanReport twice = scan_text("MZ" + std::string(200, '\0'), "invoice.pdf.exe");
    CHECK(has_flag(twice, PartFlag::double_extension));
    CHECK(has_flag(twice, PartFlag::executable));
    CHECK(twice.verdict == Verdict::suspicious);
    CHECK(has_flag(scan_text("x", "in\xE2\x80\xAE"
                                  "fdp.exe"),
                   PartFlag::bidi_name));

    const ScanReport hidden = scan_text("MZ" + std::string(200, '\0'), "invoice.pdf");
    CHECK(has_flag(hidden, PartFlag::type_mismatch));
    CHECK(hidden.parts[0].note.find("invoice.pdf") != std::string::npos);
    CHECK(has_rule(hidden, "name_hides_program"));
    const ScanReport honest = scan_text(as_png(qr_image(2)), "photo.jpg");  // pictures are often misnamed
    CHECK_FALSE(has_flag(honest, PartFlag::type_mismatch));
}

TEST_CASE("a declared type that the content contradicts is told") {
    const std::string mail = "MIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n"
                             "Content-Transfer-Encoding: binary\r\n\r\nMZ" +
                             std::string(200, '\1');
    const ScanReport report = scan_message(engines(), as_bytes(mail), {});
    CHECK(has_flag(report, PartFlag::type_mismatch));
}

TEST_CASE("shortcut, disk image, notebook and script by name alone") {
    CHECK(has_flag(scan_text("x", "a.lnk"), PartFlag::shortcut));
    CHECK(has_flag(scan_text("x", "a.iso"), PartFlag::disk_image));
    CHECK(has_flag(scan_text("x", "a.one"), PartFlag::onenote));
    CHECK(has_flag(scan_text("x", "a.js"), PartFlag::script));
    CHECK(has_flag(scan_text("x", "a.scr"), PartFlag::executable));
}
