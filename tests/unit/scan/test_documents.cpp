// Document formats, each with the smallest file that shows the behaviour.
#include <doctest/doctest.h>

#include "qr_fixture.hpp"
#include "scan/markup.hpp"
#include "scan/rtf.hpp"
#include "scan/tnef.hpp"
#include "scan_fixture.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

std::string hex(std::string_view bytes) {
    return to_hex(as_bytes(bytes));
}

/// A PDF whose objects are given; the cross-reference table is left to the reader's recovery.
std::string make_pdf(const std::vector<std::string>& objects, const std::string& root_extra = "") {
    std::string pdf = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R" + root_extra +
                      ">>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R>>endobj\n"
                      "4 0 obj<</Length 0>>stream\n\nendstream endobj\n";
    std::size_t number = 5;
    for (const std::string& object : objects)
        pdf += std::to_string(number++) + " 0 obj" + object + "endobj\n";
    return pdf + "trailer<</Root 1 0 R>>\n%%EOF\n";
}

std::string pdf_stream(const std::string& dictionary, const std::string& data) {
    return "<<" + dictionary + "/Length " + std::to_string(data.size()) + ">>stream\n" + data +
           "\nendstream ";
}

std::string ole1_object(std::string_view class_name, const std::string& data) {
    return le(0x501, 4) + le(2, 4) + le(class_name.size() + 1, 4) + std::string(class_name) + '\0' +
           le(0, 4) + le(0, 4) + le(data.size(), 4) + data;
}

std::string tnef_attribute(int level, std::uint32_t number, const std::string& data) {
    // The checksum is wrong on purpose: Outlook does not care.
    return static_cast<char>(level) + le(number, 4) + le(data.size(), 4) + data + le(0, 2);
}

}  // namespace

// ---- RTF ---------------------------------------------------------------------------------------------------------------

TEST_CASE("RTF objects come out of hexadecimal, also when it is broken up") {
    const std::string object = ole1_object("Blob", "the data inside");
    std::string broken;
    for (const char c : hex(object))
        broken += std::string(1, c) + (broken.size() % 7 == 0   ? "\r\n"
                                       : broken.size() % 5 == 0 ? "\\par "
                                                                : "");
    for (const std::string& digits : {hex(object), broken}) {
        const ExactBuffer buffer("{\\rtf1{\\object\\objemb\\objupdate{\\*\\objdata " + digits + "}}}");
        const RtfFindings rtf = read_rtf(buffer.view());
        REQUIRE(rtf.objects.size() == 1);
        CHECK(rtf.objects[0].class_name == "Blob");
        CHECK(as_text(rtf.objects[0].data) == "the data inside");
        CHECK(rtf.updates_itself);
    }
}

TEST_CASE("cut RTF is read without harm, and objects are bounded") {
    const std::string whole = "{\\rtf1{\\object{\\*\\objdata " + hex(ole1_object("Package", "x")) +
                              "}}{\\*\\template http://a.example/t}}";
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const ExactBuffer cut(std::string_view(whole).substr(0, size));
        CHECK(read_rtf(cut.view()).objects.size() <= 1);
    }
    std::string many = "{\\rtf1";
    for (std::size_t i = 0; i <= rtf_objects_max; ++i) many += "{\\objdata 4142}";
    CHECK(read_rtf(as_bytes(many)).more_objects);
    CHECK(has_limit(scan_text(many + "}", "many.rtf"), ScanLimit::container_members));
}

TEST_CASE("what an RTF does is told") {
    const std::string native = le(2, 2) + std::string("run.txt\0c:\\run.txt\0", 19) + le(0x30000, 4) +
                               le(2, 4) + std::string("t\0", 2) + le(eicar().size(), 4) + eicar();
    const ScanReport package = scan_text(
        "{\\rtf1{\\object\\objupdate{\\*\\objdata " + hex(ole1_object("Package", native)) + "}}}", "a.rtf");
    CHECK(package.verdict == Verdict::malware);
    CHECK(has_flag(package, PartFlag::embedded_object));
    CHECK(has_rule(package, "rtf_object_update"));
    REQUIRE(package.parts.size() == 2);
    CHECK(package.parts[1].file_name == "run.txt");

    const ScanReport equation =
        scan_text("{\\rtf1{\\objdata " + hex(ole1_object("Equation.3", "payload")) + "}}", "a.doc");
    CHECK(has_rule(equation, "equation_object"));
    const ScanReport fetching = scan_text("{\\rtf1{\\*\\template http://a.example/t.dotm}}", "a.rtf");
    CHECK(has_flag(fetching, PartFlag::external_template));
    CHECK(has_url(fetching, "http://a.example/t.dotm", "document"));
}

// ---- Office packages ----------------------------------------------------------------------------------------------------

TEST_CASE("Office packages: macros, templates from elsewhere, DDE, links") {
    const std::string types = "<?xml version=\"1.0\"?><Types/>";
    const auto docx = [&](std::vector<ZipPart> more) {
        std::vector<ZipPart> parts = {{"[Content_Types].xml", types}, {"word/document.xml", "<w:document/>"}};
        for (ZipPart& part : more) parts.push_back(std::move(part));
        return make_zip(parts);
    };
    const ScanReport plain = scan_text(docx({}), "a.docx");
    CHECK(plain.parts[0].file_type == "docx");
    CHECK(plain.verdict == Verdict::clean);

    CHECK(has_flag(scan_text(docx({{"word/vbaProject.bin", "x"}}), "a.docm"), PartFlag::macro));
    CHECK(has_flag(scan_text(docx({{"word/embeddings/oleObject1.bin", "x"}}), "a.docx"),
                   PartFlag::embedded_object));

    const std::string rels = "<Relationships><Relationship Id='r1' Type='http://schemas/attachedTemplate' "
                             "Target='http://a.example/t.dotm?a=1&amp;b=2' TargetMode='External'/>"
                             "<Relationship Id='r2' Type='http://schemas/hyperlink' "
                             "Target='http://b.example/' TargetMode='External'/>"
                             "</Relationships>";
    const ScanReport fetching = scan_text(docx({{"word/_rels/settings.xml.rels", rels}}), "a.docx");
    CHECK(has_flag(fetching, PartFlag::external_template));
    CHECK(has_url(fetching, "http://a.example/t.dotm?a=1&b=2", "document"));
    CHECK(has_url(fetching, "http://b.example/", "document"));

    const std::string dde =
        "<w:document><w:instrText> DDE</w:instrText><w:instrText>AUTO c:\\\\x</w:instrText></w:document>";
    const ScanReport field = scan_text(docx({{"word/footer.xml", dde}}), "a.docx");
    CHECK(has_rule(field, "dde"));
    CHECK(field.verdict == Verdict::suspicious);
}

// ---- pages --------------------------------------------------------------------------------------------------------------

TEST_CASE("pages that build files, ask for passwords, carry scripts") {
    struct Case {
        const char* name;
        std::string page;
        PartFlag flag;
        bool expected;
    };
    const std::string packed(3000, 'Q');
    const std::vector<Case> cases = {
        {"a.html",
         "<html><script>var b=atob('" + packed +
             "');var x=new Blob([b]);a.href=URL.createObjectURL(x);a.download='i.zip'</script>",
         PartFlag::html_smuggling, true},
        {"b.html", "<html><a href='data:application/zip;base64,UEsDBA==' download='i.zip'>open</a></html>",
         PartFlag::html_smuggling, true},
        {"c.html",
         "<html><script>var total = 1 + 2;</script><img src='data:image/png;base64," + packed + "'></html>",
         PartFlag::html_smuggling, false},
        {"d.html", "<html><form action='https://a.example/p'><input name=p type=\"password\"></form></html>",
         PartFlag::html_password_form, true},
        {"e.html", "<html><form><input type=text></form></html>", PartFlag::html_password_form, false},
        {"f.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
         PartFlag::svg_script, true},
        {"g.svg", "<svg xmlns='http://www.w3.org/2000/svg'><rect width='1'/></svg>", PartFlag::svg_script,
         false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.name);
        CHECK(has_flag(scan_text(c.page, c.name), c.flag) == c.expected);
    }
    const ScanReport form = scan_text(cases[3].page, "d.html");
    CHECK(has_url(form, "https://a.example/p", "form"));
    const ScanReport image = scan_text(
        "<html><form><input type=password><input type=image formaction='https://b.example/p'></form></html>",
        "d.html");
    CHECK(has_url(image, "https://b.example/p", "form"));
    CHECK(has_flag(image, PartFlag::html_password_form));
    CHECK(has_rule(scan_text("<script><hta:application id=x></script>", "a.hta"), "hta"));
}

TEST_CASE("links of pages and texts are reported with their source") {
    const ScanReport page = scan_text(
        "<html><a href=\"https://a.example/x?a=1&amp;b=2\">x</a><a href='#top'>y</a></html>", "a.html");
    CHECK(has_url(page, "https://a.example/x?a=1&b=2", "html"));
    CHECK(page.urls.size() == 1);
    CHECK(has_url(scan_text("see https://b.example/y for more", "a.txt"), "https://b.example/y", "text"));
}

TEST_CASE("tags are walked in linear time and attributes read in every quoting") {
    TagWalk walk("<A HREF = 'x'><w:b c:d=\"e&quot;\"></A>text<i j=k>");
    Tag tag;
    REQUIRE(walk.next(tag));
    CHECK(tag.name == "a");
    CHECK(attribute(tag, "href") == "x");
    REQUIRE(walk.next(tag));
    CHECK(tag.name == "b");
    CHECK(attribute(tag, "d") == "e\"");
    REQUIRE(walk.next(tag));
    CHECK(tag.name == "/a");
    CHECK(walk.text_after() == "text");
    REQUIRE(walk.next(tag));
    CHECK(attribute(tag, "j") == "k");
    CHECK(attribute(tag, "missing").empty());
    CHECK_FALSE(walk.next(tag));

    const std::string angles(1U << 20, '<'), equals = "<" + std::string(60'000, '=') + ">";
    TagWalk many(angles);
    std::size_t count = 0;
    while (many.next(tag)) ++count;
    CHECK(count == angles.size());
    TagWalk one(equals);
    REQUIRE(one.next(tag));
    CHECK(attribute(tag, "x").empty());
}

// ---- PDF ----------------------------------------------------------------------------------------------------------------

TEST_CASE("what a PDF does by itself, carries and links to") {
    const std::string script = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
    const ScanReport running = scan_text(make_pdf({script}, "/OpenAction 5 0 R"), "a.pdf");
    CHECK(running.parts[0].file_type == "pdf");
    CHECK(has_flag(running, PartFlag::pdf_script));
    CHECK(has_rule(running, "pdf_script_runs"));
    REQUIRE(running.parts.size() == 2);
    CHECK(running.parts[1].file_name == "script.js");

    const ScanReport launching =
        scan_text(make_pdf({"<</S/Launch/F(cmd.exe)>>"}, "/OpenAction 5 0 R"), "a.pdf");
    CHECK(has_flag(launching, PartFlag::pdf_launch));
    CHECK(launching.verdict == Verdict::suspicious);

    const ScanReport linking =
        scan_text(make_pdf({"<</Type/Annot/A<</S/URI/URI(https://a.example/pdf)>>>>"}), "a.pdf");
    CHECK(has_url(linking, "https://a.example/pdf", "pdf"));
    CHECK(linking.verdict == Verdict::clean);

    const ScanReport carrying = scan_text(
        make_pdf({"<</Type/Filespec/F(run.txt)/EF<</F 6 0 R>>>>", pdf_stream("/Type/EmbeddedFile", eicar())}),
        "a.pdf");
    CHECK(has_flag(carrying, PartFlag::pdf_embedded_file));
    CHECK(carrying.verdict == Verdict::malware);
}

TEST_CASE("QR codes in a PDF: as a picture, and drawn") {
    const GreyImage image = qr_image(4);
    const std::string pixels(reinterpret_cast<const char*>(image.pixels.data()), image.pixels.size());
    const std::string size = std::to_string(image.width);
    const ScanReport picture =
        scan_text(make_pdf({pdf_stream("/Subtype/Image/Width " + size + "/Height " + size +
                                           "/ColorSpace/DeviceGray/BitsPerComponent 8",
                                       pixels)}),
                  "a.pdf");
    CHECK(has_url(picture, qr_text, "qr"));

    std::string drawing;
    for (std::size_t row = 0; row < 21; ++row)
        for (std::size_t column = 0; column < 21; ++column)
            if (qr_modules[row][column] == '#')
                drawing +=
                    std::to_string(16 + column * 8) + " " + std::to_string(176 - row * 8) + " 8 8 re f\n";
    std::string pdf = make_pdf({});
    const std::string empty = "4 0 obj<</Length 0>>stream\n\nendstream ";
    pdf.replace(pdf.find(empty), empty.size(), "4 0 obj" + pdf_stream("", drawing));
    CHECK(has_url(scan_text(pdf, "a.pdf"), qr_text, "qr"));
}

TEST_CASE("a PDF that cannot be taken apart is told") {
    CHECK(has_limit(scan_text("%PDF-1.7\nnothing else", "a.pdf"), ScanLimit::damaged_container));
}

// ---- winmail.dat, shortcuts, OneNote --------------------------------------------------------------------------------------

TEST_CASE("attachments in winmail.dat, with wrong checksums, are read") {
    const std::string properties = le(1, 4) + le(0x1E, 2) + le(0x3707, 2) + le(1, 4) + le(14, 4) +
                                   std::string("long-name.txt\0\0\0", 16);
    const std::string tnef =
        std::string("\x78\x9F\x3E\x22\x01\x00", 6) + tnef_attribute(2, 0x00069002, std::string(14, '\0')) +
        tnef_attribute(2, 0x00018010, std::string("LONG-N~1.TXT\0", 13)) +
        tnef_attribute(2, 0x0006800F, eicar()) + tnef_attribute(2, 0x00069005, properties);
    const TnefFindings findings = read_tnef(as_bytes(tnef));
    REQUIRE(findings.attachments.size() == 1);
    CHECK(findings.attachments[0].name == "long-name.txt");
    CHECK(as_text(findings.attachments[0].bytes) == eicar());
    CHECK_FALSE(findings.damaged);
    CHECK(scan_text(tnef, "winmail.dat").verdict == Verdict::malware);
    for (std::size_t size = 0; size < tnef.size(); ++size) {
        const ExactBuffer cut(std::string_view(tnef).substr(0, size));
        CHECK(read_tnef(cut.view()).attachments.size() <= 1);
    }
}

TEST_CASE("shortcuts say what they start") {
    const auto wide = [](std::string_view text) {
        std::string out = le(text.size(), 2);
        for (const char c : text) out += {c, '\0'};
        return out;
    };
    std::string lnk =
        std::string("L\0\0\0\1\x14\2\0\0\0\0\0\xC0\0\0\0\0\0\0\x46", 20) + le(0x08 | 0x20 | 0x80, 4);
    lnk.resize(76, '\0');
    lnk += wide("..\\..\\cmd.exe") + wide("/c start x");
    const ScanReport report = scan_text(lnk, "invoice.lnk");
    CHECK(report.parts[0].file_type == "lnk");
    CHECK(has_flag(report, PartFlag::shortcut));
    CHECK(has_rule(report, "shortcut_starts_program"));
    CHECK(has_url(scan_text("[InternetShortcut]\r\nURL=file://a.example/x.exe\r\n", "a.url"),
                  "file://a.example/x.exe", "document"));
}

TEST_CASE("files inside OneNote notebooks are scanned") {
    const std::string one =
        std::string("\xE4\x52\x5C\x7B\x8C\xD8\xA7\x4D\xAE\xB1\x53\x78\xD0\x29\x96\xD3", 16) +
        std::string(100, '\0') +
        std::string("\xE7\x16\xE3\xBD\x65\x26\x11\x45\xA4\xC4\x8D\x4D\x0B\x7A\x9E\xAC", 16) +
        le(eicar().size(), 8) + le(0, 4) + le(0, 8) + eicar();
    const ScanReport report = scan_text(one, "notes.one");
    CHECK(has_flag(report, PartFlag::onenote));
    CHECK(has_flag(report, PartFlag::embedded_object));
    CHECK(report.parts.size() == 2);
    CHECK(report.verdict == Verdict::malware);
}

TEST_CASE("scripts by content, and polyglots") {
    const ScanReport script = scan_text(
        "Dim s\r\nSet s = CreateObject(\"WScript.Shell\")\r\ns.Run \"powershell -w hidden\"\r\n", "a.txt");
    CHECK(script.parts[0].file_type == "vbs");
    CHECK(has_flag(script, PartFlag::script));
    CHECK(has_rule(script, "script_starts_programs"));

    const ScanReport picture = scan_text(as_png(qr_image(3)) + make_zip({{"run.txt", eicar()}}), "a.png");
    CHECK(has_flag(picture, PartFlag::polyglot));
    CHECK(picture.verdict == Verdict::malware);
}
