// Hostile files, and the limits under which they are taken apart.
#include <doctest/doctest.h>

#include <random>

#include "explode_fixture.hpp"
#include "scan/ole_builder.hpp"
#include "scan/scan_fixture.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using namespace tocsin::rules::test;
using scan::test::make_ole;
using scan::test::make_zip;

namespace {

void ask_everything(Explosion& files) {
    for (std::size_t i = 0; i < files.size(); ++i)
        for (std::size_t section = 0; section < static_cast<std::size_t>(Section::count_); ++section)
            (void)files.with(i, static_cast<Section>(section));
    (void)office_facts(files);
    (void)scan_qr(files);
    (void)expand_archives(files);
}

}  // namespace

TEST_CASE("Too many members, too many bytes, too deep, too late: each is named") {
    const std::string zip = make_zip({{"a.txt", "first"}, {"b.txt", "second"}, {"c.txt", "third"}});
    Exploded members(zip, "a.zip");
    members.budget.members_left = 2;
    CHECK(members->size() == 3);
    CHECK(members.has_limit("container_members", true));
    CHECK(members->members_cut());
    CHECK(members.budget.members_left == 0);

    Exploded bytes(zip, "a.zip");
    bytes.budget.bytes_left = 8;
    CHECK(bytes->size() < 4);
    CHECK(bytes->members_cut());

    std::string nested = "core";
    for (std::size_t i = 0; i < limits::container_depth + 2; ++i) nested = make_zip({{"a.zip", nested}});
    Exploded deep(nested, "a.zip");
    CHECK(deep->size() == limits::container_depth + 1);
    CHECK(deep.has_limit("container_depth", true));

    Exploded late(zip, "a.zip");
    late.budget.deadline = std::chrono::steady_clock::now() - std::chrono::seconds(1);
    CHECK(late->size() == 1);
    CHECK(late->members_cut());
    CHECK_FALSE(late.scan(0, Section::strings).strings);
    CHECK(late.has_limit("scan.strings", true));
}

TEST_CASE("A file of high ratio ends at its bound") {
    Exploded bomb(make_zip({{"zeros", std::string(40U << 20, '\0')}}), "a.zip");
    (void)bomb->size();
    CHECK(bomb.has_limit("container_ratio", true));
    CHECK(bomb->members_cut());
}

TEST_CASE("Sections are paid for, and a spent budget is told") {
    Exploded text("some words", "a.txt");
    text.budget.section_bytes_left = 15;
    CHECK(text.scan(0, Section::strings).strings);
    CHECK_FALSE(text.scan(0, Section::url).url);
    CHECK(text.has_limit("scan.url", true));
    CHECK_FALSE(text->members_cut());
    CHECK(text->with(0, Section::flavors).flavors.mime == "text/plain");  // always there
    CHECK_FALSE(text.scan(0, Section::pdf).pdf);
    CHECK_FALSE(text.has_limit("scan.pdf", true));  // does not apply: nothing was hidden
}

TEST_CASE("A section that was cut is told") {
    std::string many;
    for (std::size_t i = 0; i <= limits::exploded_urls; ++i)
        many += "http://a.example/" + std::to_string(i) + "\n";
    Exploded text(many, "a.txt");
    CHECK(text.scan(0, Section::url).url->cut);
    CHECK(text.has_limit("scan.url", true));
    CHECK(text->size() == 1);
    CHECK_FALSE(text->members_cut());  // the list of files is whole
    std::string page = "<html>";
    for (std::size_t i = 0; i <= limits::page_scripts; ++i) page += "<script>a</script>";
    Exploded scripts(page, "a.html");
    CHECK(scripts->size() == limits::page_scripts + 1);
    CHECK(scripts.has_limit("page_scripts", true));
}

TEST_CASE("Damage is told as damage, not as our limit") {
    Exploded zip(make_zip({{"a.txt", "first"}}).substr(0, 40), "a.zip");
    (void)zip->size();
    CHECK(zip.has_limit("damaged_container", false));
    CHECK_FALSE(zip->members_cut());
}

TEST_CASE("Names in archives are whatever they are") {
    const std::string long_name(limits::exploded_name_bytes + 10, 'n');
    Exploded zip(make_zip({{"\xFF\xFE.txt", "a"},
                           {long_name, "b"},
                           {"../../etc/passwd", "c"},
                           {std::string("a\0b.js", 6), "d"}}),
                 "a.zip");
    CHECK(zip->size() == 5);
    CHECK(zip->file(1).file_name == "\xC3\xBF\xC3\xBE.txt");
    CHECK(zip->file(2).file_name.size() == limits::exploded_name_bytes);
    CHECK(zip->file(3).file_name == "../../etc/passwd");
    ask_everything(*zip);
}

TEST_CASE("Broken files of every kind are asked everything") {
    const std::string docx = make_zip(
        {{"word/document.xml", "<w:document><w:p><w:t>x</w:t></w:p></w:document>"},
         {"docProps/core.xml", "<c><dc:title>a</dc:title></c>"},
         {"word/_rels/a.rels", "<Relationship TargetMode=\"External\" Target=\"a:b\" Type=\"x/y\"/>"}});
    const std::string ole = make_ole(
        {{"WordDocument", std::string(600, 'x')}, {"\5SummaryInformation", std::string(200, '\xFE')}});
    const std::string pdf =
        make_pdf({"<</Title(a)>>",
                  pdf_stream("/Subtype/Image/Width 60/Height 60/BitsPerComponent 1", std::string(480, 'a'))},
                 "/Metadata 6 0 R", "/Info 5 0 R", "BT /F 12 Tf (a) Tj ET");
    const std::vector<std::string> good = {
        docx, ole, pdf, "<html><title>a</title><script>var a='b'</script>",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nATTACH;ENCODING=BASE64:aGk=\nEND:VEVENT\n"};
    std::mt19937 random(7);  // NOLINT(bugprone-random-generator-seed): the same files each time
    constexpr int rounds = 40;
    for (const std::string& file : good)
        for (int round = 0; round < rounds; ++round) {
            std::string broken = file.substr(0, file.size() - random() % (file.size() / 2));
            for (int i = 0; i < round / 4; ++i)
                broken[random() % broken.size()] = static_cast<char>(random());
            Exploded files(broken, "a.bin");
            ask_everything(*files);
        }
    Exploded empty("", "");
    ask_everything(*empty);
    CHECK(empty->size() == 1);
}
