#include <doctest/doctest.h>

#include <fstream>

#include "explode_fixture.hpp"
#include "scan/ole_builder.hpp"
#include "scan/qr_fixture.hpp"
#include "scan/scan_fixture.hpp"
#include "support/archive_builder.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::test;
using scan::test::make_ole;
using scan::test::make_zip;

namespace {

using Words = std::vector<std::string>;

bool has(const Words& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

}  // namespace

TEST_CASE("The file itself comes first, then its members, level by level") {
    const std::string inner = make_zip({{"deep.txt", "deep words"}});
    Exploded zip(
        make_zip({{"folder/inner.zip", inner}, {"page.html", "<html><script>var a=1</script></html>"}}),
        "a.zip", "application/zip");
    REQUIRE(zip->size() == 5);
    CHECK(zip.names() == Words{"a.zip", "folder/inner.zip", "page.html", "deep.txt", "script_0"});
    CHECK(zip->file(0).depth == 0);
    CHECK(zip->file(0).parent == no_parent);
    CHECK(zip->file(1).depth == 1);
    CHECK(zip->file(1).file_extension == "zip");
    CHECK(zip->file(3).depth == 2);
    CHECK(zip->file(3).parent == 1);
    CHECK(zip->file(3).size == 10);
    CHECK(zip->file(4).parent == 2);
    CHECK(zip->with(2, Section::flavors).flavors.mime == "text/html");
    CHECK(zip->limits().empty());
    CHECK_FALSE(zip->members_cut());
}

TEST_CASE("A section is there where it applies, and computed once") {
    Exploded text("plain words and https://a.example/", "a.txt");
    CHECK(text.scan(0, Section::strings).strings->strings == Words{"plain words and https://a.example/"});
    CHECK(text.scan(0, Section::url).url->urls.at(0).domain.domain == "a.example");
    CHECK(text.scan(0, Section::hash).hash->sha256.size() == 64);
    CHECK(text.scan(0, Section::entropy).entropy->entropy > 3);
    for (const Section section :
         {Section::pdf, Section::zip, Section::html, Section::ics, Section::docx, Section::pptx, Section::vba,
          Section::encrypted_zip, Section::pdf_obj_hash, Section::qr, Section::javascript, Section::xml,
          Section::ocr, Section::yara})
        (void)text->with(0, section);
    const FileScan& scan = text->file(0).scan;
    CHECK_FALSE(scan.pdf);
    CHECK_FALSE(scan.zip);
    CHECK_FALSE(scan.html);
    CHECK_FALSE(scan.ics);
    CHECK_FALSE(scan.docx);
    CHECK_FALSE(scan.qr);
    CHECK_FALSE(scan.javascript);
    CHECK_FALSE(scan.ocr);
    CHECK_FALSE(scan.yara);
    CHECK_FALSE(text->available(Section::ocr));
    CHECK_FALSE(text->available(Section::yara));
    CHECK(text->available(Section::qr));
    const std::size_t left = text.budget.section_bytes_left;
    (void)text->with(0, Section::strings);
    CHECK(text.budget.section_bytes_left == left);
}

TEST_CASE("Pages: scripts are files of their own, and the page knows all their words") {
    Exploded page("<html><head><title>Sign in to your Microsoft "
                  "account</title></head><script>document.write(atob('x'))</script>"
                  "<script type=\"text/template\"><b>no</b></script></html>",
                  "a.html");
    REQUIRE(page->size() == 3);
    CHECK(page.scan(0, Section::html).html->title == "Sign in to your Microsoft account");
    CHECK(page.scan(0, Section::javascript).javascript->identifiers.size() >= 3);
    const std::size_t script = page.named("script_0");
    CHECK(has(page->with(script, Section::flavors).flavors.yara, "javascript_file"));
    CHECK(page.scan(script, Section::javascript).javascript->identifiers ==
          Words{"document", "write", "atob"});
    CHECK(page->with(script, Section::flavors).flavors.mime == "text/plain");
    // A page without scripts: the section is there and empty, which a rule counts.
    Exploded quiet("<html><body>x</body></html>", "b.html");
    REQUIRE(quiet.scan(0, Section::javascript).javascript);
    CHECK(quiet.scan(0, Section::javascript).javascript->identifiers.empty());

    Exploded drawing("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>window.location = "
                     "'https://a.example'</script></svg>",
                     "a.svg");
    CHECK(drawing->size() == 2);
    CHECK(drawing->with(0, Section::flavors).flavors.mime == "image/svg+xml");
    CHECK(has(drawing.scan(0, Section::javascript).javascript->strings, "https://a.example"));
    CHECK(drawing.scan(0, Section::xml).xml->tags == Words{"svg", "script"});
}

TEST_CASE("PDF: text, links, scripts and embedded files") {
    const std::string pdf =
        make_pdf({"<</Type/Annot/A<</S/URI/URI(https://a.example/pay.html)>>>>",
                  "<</S/JavaScript/JS(app.alert\\(1\\))>>", "<</Type/Filespec/F(run.exe)/EF<</F 8 0 R>>>>",
                  pdf_stream("/Type/EmbeddedFile", "MZ program")},
                 "", "", "BT /F 12 Tf 9 90 Td (Account statement) Tj ET");
    Exploded exploded(pdf, "a.pdf");
    CHECK(exploded.scan(0, Section::pdf).pdf->urls.at(0).url == "https://a.example/pay.html");
    CHECK(exploded.scan(0, Section::pdf_obj_hash).pdf_obj_hash->object_hash.size() == 32);
    const std::size_t text = exploded.named("text");
    REQUIRE(text < exploded->size());
    CHECK(exploded.scan(text, Section::strings).strings->raw->find("Account statement") != std::string::npos);
    CHECK(exploded.named("run.exe") < exploded->size());
    const std::size_t script = exploded.named("script.js");
    REQUIRE(script < exploded->size());
    CHECK(exploded.scan(script, Section::javascript).javascript->identifiers == Words{"app", "alert"});
    CHECK(has(exploded.scan(0, Section::strings).strings->strings,
              "7 0 obj<</Type/Filespec/F(run.exe)/EF<</F 8 0 R>>>>endobj"));
}

TEST_CASE("QR codes in pictures and on the pages of a PDF") {
    const scan::GreyImage code = scan::test::qr_image(6);
    Exploded picture(scan::test::as_png(code), "code.png");
    const QrItems items = scan_qr(*picture);
    REQUIRE(items.found);
    CHECK(items.items.at(0).type == "url");
    CHECK(items.items.at(0).data == scan::test::qr_text);
    CHECK(picture.scan(0, Section::qr).qr->code.url->domain.domain == "a.example");
    CHECK(picture.budget.qr_images_left == limits::qr_images - 1);  // once for both questions
    CHECK(picture->size() == 1);

    const std::string pixels(reinterpret_cast<const char*>(code.pixels.data()), code.pixels.size());
    const std::string side = std::to_string(code.width);
    Exploded pdf(
        make_pdf({pdf_stream("/Type/XObject/Subtype/Image/ColorSpace/DeviceGray/BitsPerComponent 8/Width " +
                                 side + "/Height " + side,
                             pixels)}),
        "a.pdf");
    CHECK(pdf.scan(0, Section::qr).qr->code.data == scan::test::qr_text);
    const std::size_t member = pdf.named("object_5");
    REQUIRE(member < pdf->size());
    CHECK(pdf->file(member).depth == 1);
    CHECK(pdf->with(member, Section::flavors).flavors.mime == "image/png");
    CHECK(pdf.scan(member, Section::qr).qr->code.type == "url");
    CHECK(pdf.scan(member, Section::exiftool).exiftool->image_width == code.width);

    Exploded none(scan::test::as_png({64, 64, std::vector<std::uint8_t>(64 * 64, 255)}), "white.png");
    CHECK_FALSE(scan_qr(*none).found);
    CHECK_FALSE(none.scan(0, Section::qr).qr);
    Exploded spent(scan::test::as_png(code), "code.png");
    spent.budget.qr_images_left = 0;
    CHECK_FALSE(spent.scan(0, Section::qr).qr);
    CHECK(spent.has_limit("scan.qr", true));
}

TEST_CASE("QR codes that the engines found are not searched for again") {
    const std::string png = scan::test::as_png(scan::test::qr_image(6)), other = png;
    scan::FoundCodes codes;
    codes.note(as_bytes(png), {{"WIFI:told"}, true});
    mail::MailTools mail;
    const ExplodeTools tools{typer(), inspection_tools(), {}, mail, nullptr, Capability::text_in_pictures, &codes};
    ExplodeBudget budget;
    budget.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    Explosion known(SourceFile{as_bytes(png), "a.png", ""}, tools, budget, {});
    CHECK(known.with(0, Section::qr).scan.qr->code.data == "WIFI:told");
    CHECK(known.with(0, Section::qr).scan.qr->cut);
    CHECK(budget.qr_images_left == limits::qr_images);
    // The same bytes in another place: nobody searched those.
    Explosion unknown(SourceFile{as_bytes(other), "a.png", ""}, tools, budget, {});
    CHECK(unknown.with(0, Section::qr).scan.qr->code.data == scan::test::qr_text);
    CHECK(budget.qr_images_left == limits::qr_images - 1);
}

TEST_CASE("What a QR code says") {
    mail::DomainNames names;
    const std::vector<std::pair<const char*, const char*>> rows = {
        {"https://a.example/x", "url"},  {"a.example.com/x", "undefined"},
        {"mailto:a@b.example", "email"}, {"MATMSG:TO:a@b.example;;", "email"},
        {"tel:+123", "mobile"},          {"geo:1,2", "geo"},
        {"WIFI:S:a;;", "wifi"},          {"market://details", "app"},
        {"bc1qabc", "undefined"},        {"", "undefined"}};
    for (const auto& [text, type] : rows) {
        CAPTURE(text);
        CHECK(describe_code(text, names).type == type);
    }
    CHECK(describe_code("a.example.com/x", names).url->domain.domain == "a.example.com");
    CHECK_FALSE(describe_code("bc1qabc", names).url);
}

TEST_CASE("Zips: paths, encryption, and the password that fits") {
    Exploded lure(make_zip({{"lure.pdf ", "x"}, {"lure.pdf /lure.pdf .cmd", "y"}, {"empty/", ""}}), "a.zip");
    const ZipScan& zip = *lure.scan(0, Section::zip).zip;
    CHECK(zip.all_paths == Words{"lure.pdf ", "lure.pdf /lure.pdf .cmd", "empty/"});
    CHECK(zip.attempted_files == Words{"lure.pdf ", "lure.pdf /lure.pdf .cmd"});
    CHECK_FALSE(zip.encrypted);

    const auto locked_with = [](const char* password) {
        return tocsin::test::archive_of(ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE, "run.js", "var secret",
                                        "zip:encryption=zipcrypt", password);
    };
    Exploded usual(locked_with("infected"), "a.zip");
    CHECK(usual.named("run.js") == 1);
    CHECK(usual.scan(0, Section::encrypted_zip).encrypted_zip->cracked_password == "infected");
    Exploded told(locked_with("tulip7"), "a.zip", "", {"rose1", "tulip7"});
    CHECK(told.scan(0, Section::encrypted_zip).encrypted_zip->cracked_password == "tulip7");
    CHECK(told->size() == 2);
    Exploded locked(locked_with("nobody knows"), "a.zip");
    CHECK(locked->size() == 1);
    CHECK(has(locked->with(0, Section::flavors).flavors.yara, "encrypted_zip"));
    CHECK(locked.scan(0, Section::zip).zip->encrypted);
    REQUIRE(locked.scan(0, Section::encrypted_zip).encrypted_zip);
    CHECK_FALSE(locked.scan(0, Section::encrypted_zip).encrypted_zip->cracked_password);
    CHECK(locked.has_limit("locked", false));  // told, but nothing of ours is spent
    CHECK_FALSE(locked->members_cut());
}

TEST_CASE("Word documents: text over runs, author, pictures, links that lead out") {
    const std::string document =
        "<w:document><w:p><w:r><w:t>Your sal</w:t></w:r><w:r><w:t xml:space=\"preserve\">ary &amp; "
        "bonus</w:t></w:r></w:p>"
        "<w:p><w:r><w:rPr><w:color "
        "w:val=\"FFFFFF\"/></w:rPr><w:t>hidden</w:t></w:r></w:p><pic:pic/></w:document>";
    const std::string relations =
        "<Relationships><Relationship Type=\"http://x/relationships/attachedTemplate\" "
        "Target=\"file://192.0.2.7/share/x.exe\" "
        "TargetMode=\"External\"/><Relationship Type=\"http://x/relationships/hyperlink\" "
        "Target=\"https://a.example/?a=1&amp;b=2\" "
        "TargetMode=\"External\"/><Relationship Type=\"http://x/relationships/styles\" "
        "Target=\"styles.xml\"/></Relationships>";
    Exploded docx(make_zip({{"word/document.xml", document},
                            {"word/_rels/document.xml.rels", relations},
                            {"docProps/core.xml", "<c><dc:creator>root</dc:creator></c>"}}),
                  "a.docx");
    const OfficeScan& scan = *docx.scan(0, Section::docx).docx;
    CHECK(scan.author == "root");
    CHECK(scan.image_count == 1);
    CHECK(scan.word_count == 5);
    CHECK(scan.font_colors == Words{"FFFFFF"});
    const std::size_t text = docx.named("text");
    REQUIRE(text < docx->size());
    CHECK(docx.scan(text, Section::strings).strings->strings == Words{"Your salary & bonus", "hidden"});

    const OfficeFacts facts = office_facts(*docx);
    REQUIRE(facts.relationships.size() == 2);
    CHECK(facts.relationships[0].name == "attachedTemplate");
    CHECK(facts.relationships[0].target_url->scheme == "file");
    CHECK(facts.relationships[1].target == "https://a.example/?a=1&b=2");
    CHECK(facts.external_relationships.exists);
    CHECK_FALSE(facts.vba_macros.exists);
    CHECK_FALSE(facts.encryption.exists);
    CHECK(facts.file_format == "MS Word 2007+ Document (.docx)");
}

TEST_CASE("Macros: what they say and when they run") {
    const std::string source = "Attribute VB_Name = \"Module1\"\r\nSub AutoOpen()\r\nx = "
                               "\"636d642e657865\"\r\nCreateObject(x)\r\nEnd Sub\r\n";
    const std::string project = make_ole(
        {{"VBA", "", true}, {"Module1", scan::test::pack_vba(source), false, 1}, {"dir", "x", false, 1}});
    Exploded docm(make_zip({{"word/document.xml", "<w:document/>"}, {"word/vbaProject.bin", project}}),
                  "a.docm");
    const std::optional<VbaScan>& vba = docm.scan(0, Section::vba).vba;
    REQUIRE(vba);
    CHECK(vba->auto_exec == Words{"AutoOpen"});
    CHECK(vba->hex == Words{"cmd.exe"});
    CHECK(has(vba->suspicious, "CreateObject"));
    const OfficeFacts facts = office_facts(*docm);
    CHECK(facts.vba_macros.exists);
    CHECK(facts.vba_macros.risk == "high");
    CHECK(std::ranges::any_of(facts.macro_keywords, [](const MacroKeyword& word) {
        return word.type == "autoexec" && word.keyword == "AutoOpen";
    }));

    Exploded locked(make_ole({{"EncryptedPackage", std::string(64, 'x')}, {"EncryptionInfo", "x"}}),
                    "a.docx");
    CHECK(office_facts(*locked).encryption.exists);
    Exploded other("no Office file", "a.txt");
    CHECK(office_facts(*other).file_format.empty());
}

TEST_CASE("Calendars and messages") {
    Exploded calendar("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Call\r\nATTACH;ENCODING=BASE64;FILENAME=a."
                      "js:dmFyIGE=\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                      "invite.ics", "text/calendar");
    CHECK(calendar.scan(0, Section::ics).ics->calendars.at(0).components.at(0).summary == "Call");
    CHECK(calendar.named("a.js") == 1);
    Exploded message("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; "
                     "boundary=x\r\n\r\n--x\r\n"
                     "Content-Type: text/html\r\n\r\n<html>hello</html>\r\n--x\r\nContent-Type: "
                     "application/octet-stream; name=\"a.vbs\"\r\n"
                     "Content-Disposition: attachment; filename=\"a.vbs\"\r\n\r\nDim x\r\n--x--\r\n",
                     "a.eml", "message/rfc822");
    CHECK(message->with(0, Section::flavors).flavors.mime == "message/rfc822");
    CHECK(message.named("a.vbs") < message->size());
    CHECK(message->size() == 3);
}

TEST_CASE("YARA rules of the engines that are loaded") {
    const tocsin::test::TemporaryFolder folder;
    std::ofstream(folder.path() / "a.yar")
        << "rule pdf_split_qr { meta: description = \"two halves\" strings: $a = \"halves\" condition: $a }";
    NullLog log;
    const std::unique_ptr<scan::YaraRules> rules =
        std::move(scan::YaraRules::load({folder.path().string()}, log).value());
    Exploded file("two halves", "a.txt", "", {}, {rules.get()});
    CHECK(file->available(Section::yara));
    REQUIRE(file.scan(0, Section::yara).yara);
    CHECK(file.scan(0, Section::yara).yara->matches.at(0).name == "pdf_split_qr");
    Exploded other("one piece", "a.txt", "", {}, {rules.get()});
    CHECK(other.scan(0, Section::yara).yara->matches.empty());
}

TEST_CASE("expand_archives: members of archives in archives, and no further") {
    const std::string inner = make_zip({{"{echo,YmFzaA==}|{base64,-d}|bash", "x"}});
    Exploded zip(make_zip({{"inner.zip", inner}, {"page.html", "<html><script>var a</script></html>"}}),
                 "a.zip");
    Words names;
    for (const std::uint32_t index : expand_archives(*zip)) names.push_back(zip->file(index).file_name);
    CHECK(names == Words{"inner.zip", "page.html", "{echo,YmFzaA==}|{base64,-d}|bash"});
    Exploded page("<html><script>var a</script></html>", "a.html");
    CHECK(expand_archives(*page) == std::vector<std::uint32_t>{0});
}

TEST_CASE("parse_text and parse_html") {
    mail::MailTools tools;
    const auto text = [&](std::string_view bytes, std::vector<std::string_view> encodings = {}) {
        return parse_text(as_bytes(bytes), encodings, tools.converters).text;
    };
    CHECK(text("plain") == "plain");
    CHECK(text("caf\xE9") == "caf\xC3\xA9");
    CHECK(text(std::string_view("a\0b\0c\0", 6), {"ascii", "utf8", "utf16-le"}) == "abc");
    CHECK(text(std::string_view("\xFF\xFE"
                                "a\0",
                                4),
               {"utf16-le"}) == "a");
    CHECK(text("caf\xC3\xA9", {"ascii", "utf8"}) == "caf\xC3\xA9");
    CHECK(text("caf\xE9", {"ascii"}) == "caf\xC3\xA9");  // none fits
    CHECK(parse_text(as_bytes(std::string(limits::exploded_text_bytes + 1, 'a')), {}, tools.converters).cut);

    const ParsedHtml page =
        parse_html(as_bytes("<p>visible <span style='display:none'>hidden</span></p>"), "text/html", tools);
    CHECK(page.display_text == "visible");
    CHECK(page.inner_text.find("hidden") != std::string::npos);
    CHECK(page.raw.find("<span") != std::string::npos);
    CHECK(parse_html(as_bytes("<p>\xCF\xD2</p>"), "text/html; charset=koi8-r", tools).display_text == "ор");
    CHECK(parse_html(as_bytes("\xFF\xFE\x80"), "", tools).raw.size() > 0);
}
