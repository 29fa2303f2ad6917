#include <doctest/doctest.h>

#include "explode_fixture.hpp"
#include "rules/exif.hpp"
#include "scan/ole_builder.hpp"
#include "scan/qr_fixture.hpp"
#include "scan/scan_fixture.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::test;
using scan::test::le;
using scan::test::make_ole;
using scan::test::make_zip;
using namespace std::string_literals;

namespace {

std::string be(std::uint64_t value, std::size_t width) {
    const std::string little = le(value, width);
    return {little.rbegin(), little.rend()};
}

std::string value_of(const ExiftoolScan& scan, std::string_view key) {
    for (const KeyValue& field : scan.fields)
        if (field.key == key) return field.value;
    return "(absent)";
}

std::string png_chunk(const std::string& type, const std::string& data) {
    return be(data.size(), 4) + type + data + be(0, 4);
}

std::string png_head(std::uint32_t width, std::uint32_t height) {
    return "\x89PNG\r\n\x1A\n" + png_chunk("IHDR", be(width, 4) + be(height, 4) + "\x08\x02\0\0\0"s);
}

std::string jpeg_segment(std::uint8_t marker, const std::string& body) {
    return "\xFF" + std::string(1, static_cast<char>(marker)) + be(body.size() + 2, 2) + body;
}

/// An EXIF block with the model of a camera.
std::string exif_block() {
    const std::string model = "Camera 1\0"s;
    return "Exif\0\0"s + "II*\0"s + le(8, 4) + le(1, 2) + le(0x0110, 2) + le(2, 2) + le(model.size(), 4) +
           le(26, 4) + le(0, 4) + model;
}

/// A property set with one text and one time, as old Office files keep them.
std::string summary_set(std::uint32_t sets = 1) {
    const std::string author = le(30, 4) + le(5, 4) + "root\0"s + std::string(3, '\0');
    const std::string created = le(64, 4) + le(116444736000000000ULL, 8);  // 1970-01-01
    const std::string edited = le(64, 4) + le(0, 8);
    const std::string set = le(0, 4) + le(3, 4) + le(4, 4) + le(32, 4) + le(12, 4) +
                            le(32 + author.size(), 4) + le(10, 4) +
                            le(32 + author.size() + created.size(), 4) + author + created + edited;
    return le(0xFFFE, 2) + le(0, 2) + le(0, 4) + std::string(16, '\0') + le(sets, 4) + std::string(16, '\0') +
           le(48, 4) + set;
}

}  // namespace

TEST_CASE("exif: what a PDF says of itself") {
    const std::string info =
        "<</Title(untitled)/Author(anonymous)/Creator()/Producer(ReportLab PDF Library - \\(opensource\\))"
        "/Subject(unspecified)/CreationDate(D:20240102030405+01'00')>>";
    const std::string xmp = "<x:xmpmeta x:xmptk=\"DynaPDF 4\"><rdf:RDF><rdf:Description "
                            "xmp:CreatorTool=\"Acrobat PDFMaker 24 for Word\">"
                            "<dc:title><rdf:Alt><rdf:li>Other</rdf:li></rdf:Alt></dc:title></"
                            "rdf:Description></rdf:RDF></x:xmpmeta>";
    const std::string signature = "<</Type/Sig /Reason(Certified by Adobe Acrobat Sign)/Name(A)>>";
    Exploded pdf(make_pdf({info, pdf_stream("/Type/Metadata/Subtype/XML", xmp), signature},
                          "/Metadata 6 0 R/Perms<</DocMDP 7 0 R>>", "/Info 5 0 R"),
                 "a.pdf");
    const ExiftoolScan* scan = parse_exif(*pdf);
    REQUIRE(scan != nullptr);
    CHECK(scan->producer == "ReportLab PDF Library - (opensource)");
    CHECK(scan->title == "untitled");
    CHECK(scan->author == "anonymous");
    CHECK(scan->creator == "");  // there, and empty: rules tell that from absent
    CHECK(scan->page_count == 1);
    CHECK(value_of(*scan, "Subject") == "unspecified");
    CHECK(value_of(*scan, "CreateDate") == "2024:01:02 03:04:05+01:00");
    CHECK(value_of(*scan, "XMPToolkit") == "DynaPDF 4");
    CHECK(value_of(*scan, "CreatorTool") == "Acrobat PDFMaker 24 for Word");
    CHECK(value_of(*scan, "SigningReason") == "Certified by Adobe Acrobat Sign");
    CHECK(value_of(*scan, "Encryption") == "(absent)");
}

TEST_CASE("exif: a PDF that is locked or broken says so") {
    const std::string encrypt =
        "<</Filter/Standard/V 1/R 2/P -4/O<" + std::string(64, '1') + ">/U<" + std::string(64, '2') + ">>>";
    Exploded locked(make_pdf({encrypt}, "", "/Encrypt 5 0 R/ID[<00><00>]"), "a.pdf");
    CHECK(value_of(*parse_exif(*locked), "Warning").find("password protected") != std::string::npos);
    CHECK(value_of(*parse_exif(*locked), "Encryption") == "Standard");
    CHECK(locked.has_limit("locked", false) == false);  // nothing was unpacked yet
    CHECK(locked.scan(0, Section::pdf_obj_hash).pdf_obj_hash->hash_string.size() > 0);
    CHECK(locked->size() == 1);
    CHECK(locked.has_limit("locked", false));
    Exploded broken("%PDF-1.7\nnothing", "a.pdf");
    CHECK(value_of(*parse_exif(*broken), "Warning") == "Invalid xref table");
}

TEST_CASE("exif: pictures") {
    mail::CharsetConverters converters;
    const auto read = [&](const std::string& bytes, std::string_view type) {
        return read_exif(
            {.bytes = as_bytes(bytes), .file_type = type, .mime = "image/x", .parts = {}, .passwords = {}},
            converters);
    };
    const std::string end = png_chunk("IEND", "");
    CHECK(read(png_head(148, 149) + end, "png").image_width == 148);
    CHECK(read(png_head(148, 149) + end, "png").image_height == 149);
    CHECK(value_of(read(png_head(1, 1) + png_chunk("tEXt", "Software\0Shop"s) + end, "png"), "Software") ==
          "Shop");
    CHECK(value_of(read(png_head(1, 1) + png_chunk("tEXt", "Software"), "png"), "Warning") ==
          "Truncated PNG image");
    CHECK(value_of(read(png_head(1, 1) + be(0x7FFFFFFF, 4) + "IDAT", "png"), "Warning") ==
          "Truncated PNG image");
    CHECK(value_of(read(png_head(1, 1) + end, "png"), "Warning") == "(absent)");

    std::string profile(128, '\0');
    profile.replace(36, 4, "acsp").replace(40, 4, "APPL").replace(48, 4, "APPL");
    const std::string jpeg = "\xFF\xD8" + jpeg_segment(0xE1, exif_block()) +
                             jpeg_segment(0xE2, "ICC_PROFILE\0\1\1"s + profile) +
                             jpeg_segment(0xFE, "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62)") +
                             jpeg_segment(0xC0, "\x08" + be(30, 2) + be(40, 2) + "\3");
    const ExiftoolScan photo = read(jpeg, "jpg");
    CHECK(photo.image_width == 40);
    CHECK(photo.image_height == 30);
    CHECK(value_of(photo, "Model") == "Camera 1");
    CHECK(value_of(photo, "DeviceManufacturer") == "Apple Computer Inc.");
    CHECK(value_of(photo, "Comment") == "CREATOR: gd-jpeg v1.0 (using IJG JPEG v62)");

    CHECK(read("GIF89a" + le(7, 2) + le(8, 2) + "\0\0\0"s, "gif").image_width == 7);
    // Every cut of a good picture is read without harm.
    for (std::size_t i = 0; i < jpeg.size(); ++i) (void)read(jpeg.substr(0, i), "jpg");
    const std::string png = png_head(1, 1) + png_chunk("iTXt", "a\0\0\0b\0c\0d"s) +
                            png_chunk("eXIf", "MM\0*\0\0\0\x08\xFF\xFF"s) + end;
    for (std::size_t i = 0; i < png.size(); ++i) (void)read(png.substr(0, i), "png");
}

TEST_CASE("exif: Office packages") {
    const std::string core =
        "<?xml "
        "version=\"1.0\"?><cp:coreProperties><dc:title></dc:title><dc:creator>Administrator</dc:creator>"
        "<cp:revision>2</cp:revision><dcterms:created>2024-01-02T03:04:05Z</dcterms:created></"
        "cp:coreProperties>";
    const std::string app =
        "<Properties><TotalTime>0</TotalTime><TotalEditTime>0</TotalEditTime><TitlesOfParts><vt:vector>"
        "<vt:lpstr>A &amp; B</vt:lpstr><vt:lpstr>C</vt:lpstr></vt:vector></TitlesOfParts></Properties>";
    const std::string custom =
        "<Properties><property name=\"_AssemblyLocation\"><vt:lpwstr>https://a.example/x.vsto</vt:lpwstr>"
        "</property></Properties>";
    Exploded docx(make_zip({{"[Content_Types].xml", "<Types/>"},
                            {"word/document.xml", "<w:document/>"},
                            {"docProps/core.xml", core},
                            {"docProps/app.xml", app},
                            {"docProps/custom.xml", custom}}),
                  "a.docx");
    const ExiftoolScan* scan = parse_exif(*docx);
    REQUIRE(scan != nullptr);
    CHECK(scan->creator == "Administrator");
    CHECK(scan->title == "");
    CHECK(value_of(*scan, "TotalEditTime") == "0");
    CHECK(value_of(*scan, "TitlesOfParts") == "A & B, C");
    CHECK(value_of(*scan, "RevisionNumber") == "2");
    CHECK(value_of(*scan, "CreateDate") == "2024:01:02 03:04:05Z");
    CHECK(value_of(*scan, "Tag_AssemblyLocation") == "https://a.example/x.vsto");
    CHECK(scan->zip_file_name == "[Content_Types].xml");
    CHECK(scan->zip_uncompressed_size == 8);
}

TEST_CASE("exif: property sets of old Office files") {
    Exploded doc(make_ole({{"WordDocument", std::string(64, 'x')}, {"\5SummaryInformation", summary_set()}}),
                 "a.doc");
    const ExiftoolScan* scan = parse_exif(*doc);
    REQUIRE(scan != nullptr);
    CHECK(scan->author == "root");
    CHECK(value_of(*scan, "CreateDate") == "1970:01:01 00:00:00");
    CHECK(value_of(*scan, "TotalEditTime") == "0");
    // Every cut, and every wrong byte, is read without harm.
    const std::string set = summary_set(2);
    mail::CharsetConverters converters;
    for (std::size_t i = 0; i < set.size(); ++i) {
        std::string wrong = set;
        wrong[i] = '\xFF';
        const std::string ole = make_ole({{"WordDocument", "x"},
                                          {"\5SummaryInformation", set.substr(0, i)},
                                          {"\5DocumentSummaryInformation", wrong}});
        (void)read_exif(
            {.bytes = as_bytes(ole), .file_type = "doc", .mime = "", .parts = {}, .passwords = {}},
            converters);
    }
}

TEST_CASE("exif: names in a rar, one field each; limits") {
    mail::CharsetConverters converters;
    std::vector<PackagePart> parts(limits::exif_fields + 1, PackagePart{"run.exe", {}});
    const ExiftoolScan scan = read_exif(
        {.bytes = as_bytes("Rar!"), .file_type = "rar", .mime = "", .parts = parts, .passwords = {}},
        converters);
    CHECK(value_of(scan, "ArchivedFileName") == "run.exe");
    CHECK(scan.fields.size() == limits::exif_fields);
    CHECK(scan.cut);
    ExiftoolScan one;
    ExifFields(one).add("Comment", std::string(limits::exif_value_bytes + 1, 'a'));
    CHECK(one.cut);
    CHECK(one.fields[0].value.size() == limits::exif_value_bytes);
}

TEST_CASE("exif: dates") {
    CHECK(exif_date("D:20240102030405Z") == "2024:01:02 03:04:05Z");
    CHECK(exif_date("D:20240102030405-08'00'") == "2024:01:02 03:04:05-08:00");
    CHECK(exif_date("2024-01-02T03:04:05+02:00") == "2024:01:02 03:04:05+02:00");
    CHECK(exif_date("yesterday") == "yesterday");
    CHECK(exif_date("") == "");
    CHECK(exif_date("D:20240102030405+") == "2024:01:02 03:04:05");
}
