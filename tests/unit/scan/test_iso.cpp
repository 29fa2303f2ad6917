// Disk images: every tree of folders, Rock Ridge names, and everything that leads in circles or outside.
#include "scan/iso.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <map>

#include "base/limits.hpp"
#include "iso_builder.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;
using namespace tocsin::scan::test;

namespace {

struct Collected final : IsoSink {
    bool wants_member() override { return ++asked <= members_max; }
    std::size_t room() override { return room_bytes; }
    void member(const IsoMember& member) override {
        names.push_back(member.names);
        contents[member.names.front()] = as_text(member.bytes);
    }
    void problem(IsoProblem problem, const std::string& what) override { problems[problem] = what; }
    void conflict(const std::string& what) override { conflicts.push_back(what); }

    std::size_t members_max = 10'000, room_bytes = 1U << 20, asked = 0;
    std::vector<std::vector<std::string>> names;
    std::map<std::string, std::string> contents;
    std::map<IsoProblem, std::string> problems;
    std::vector<std::string> conflicts;
};

Collected read(const std::string& image, std::size_t room_bytes = 1U << 20) {
    const ExactBuffer buffer(image);
    Collected collected;
    collected.room_bytes = room_bytes;
    read_iso(buffer.view(), collected);
    return collected;
}

using Contents = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("files in folders, without version numbers") {
    IsoImage image =
        plain_iso({{"A.TXT;1", 21, 5}, {"SUB", 22, 2048, 2}, {"README.;1", 24, 2}, {"EMPTY.;1", 0, 0}});
    image.put(21, "hello").put(22, iso_folder(22, {{"B.TXT;12", 23, 3}})).put(23, "abc").put(24, "me");
    const Collected found = read(image.bytes());
    CHECK(found.contents == Contents{{"A.TXT", "hello"}, {"SUB/B.TXT", "abc"}, {"README", "me"}});
    CHECK(found.problems.empty());
    CHECK(found.conflicts.empty());
}

TEST_CASE("the same bytes in several trees are one member with all names; a file of one tree only is read "
          "and told") {
    IsoImage image;
    image.put(16, iso_descriptor(1, 20))
        .put(17, iso_descriptor(2, 21, "%/E"))
        .put(18, iso_descriptor(255))
        .put(20, iso_folder(20, {{"INVOICE.PDF;1", 22, 4}, {"PLAIN.TXT;1", 24, 5}}))
        .put(21, iso_folder(21, {{joliet("invoice of May.pdf"), 22, 4}, {joliet("hidden.exe"), 23, 6}}))
        .put(22, "same")
        .put(23, "joliet")
        .put(24, "plain");
    const Collected found = read(image.bytes());
    CHECK(found.names ==
          std::vector<Names>{{"invoice of May.pdf", "INVOICE.PDF"}, {"hidden.exe"}, {"PLAIN.TXT"}});
    CHECK(found.contents.at("hidden.exe") == "joliet");
    CHECK(found.contents.at("PLAIN.TXT") == "plain");
    CHECK(found.conflicts.size() == 2);
    CHECK(found.problems.empty());

    // ISO 9660:1999: an enhanced descriptor that leads to the same root is no second tree.
    IsoImage enhanced = plain_iso({{"A.TXT;1", 21, 3}});
    enhanced.put(17, iso_descriptor(2, 20)).put(18, iso_descriptor(255)).put(21, "abc");
    CHECK(read(enhanced.bytes()).conflicts.empty());
    CHECK(read(enhanced.bytes()).problems.empty());
    CHECK(read(enhanced.bytes()).contents == Contents{{"A.TXT", "abc"}});
}

TEST_CASE("Joliet names are UTF-16; a broken pair is a question mark") {
    const std::string name("\0a\xD8\x3D\xDE\x00\0b\xD8\x00\0c\xDC\x01", 14);
    IsoImage image;
    image.put(16, iso_descriptor(2, 20, "%/@"))
        .put(17, iso_descriptor(255))
        .put(20, iso_folder(20, {{name, 21, 1}}));
    image.put(21, "x");
    CHECK(read(image.bytes()).contents == Contents{{"a\xF0\x9F\x98\x80"
                                                    "b?c?",
                                                    "x"}});
}

TEST_CASE("Rock Ridge names, also in pieces, in areas elsewhere, behind skipped bytes and behind XA") {
    const std::string skip("SP\7\1\xBE\xEF\4", 7), xa = std::string(6, '\0') + "XA" + std::string(6, '\0');
    struct Case {
        std::string root_use, file_use, area, name;
    };
    for (const Case& c : {
             Case{"", rock_ridge_name("long name.txt"), "", "long name.txt"},
             {"", rock_ridge_name("long ", 1) + rock_ridge_name("name"), "", "long name"},
             {"", rock_ridge_name("one ", 1) + rock_ridge_continued(22, 8, 9),
              std::string(8, '\0') + rock_ridge_name("two!"), "one two!"},
             {skip, std::string(4, '\7') + rock_ridge_name("skipped"), "", "skipped"},
             {"", xa + rock_ridge_name("behind XA"), "", "behind XA"},
             {"", "ST\4\1" + rock_ridge_name("beyond the end"), "", ""},
         }) {
        CAPTURE(c.name);
        IsoImage image = plain_iso({{"A.TXT;1", 21, 1, 0, c.file_use}}, c.root_use);
        image.put(21, "x").put(22, c.area);
        const Collected found = read(image.bytes());
        CHECK(found.problems.empty());
        CHECK(found.names == std::vector<Names>{c.name.empty() ? Names{"A.TXT"} : Names{c.name, "A.TXT"}});
    }
}

TEST_CASE("areas of names that lead in a circle, outside or to nothing end, and are told") {
    for (const auto& [use, area] : {
             std::pair{rock_ridge_continued(22, 0, 28), rock_ridge_continued(22, 0, 28)},
             {rock_ridge_continued(22, 0, 28), rock_ridge_continued(20, 0, 2048)},
             {rock_ridge_continued(99999, 0, 28), std::string()},
             {rock_ridge_continued(22, 0, 0xFFFFFFFFU), std::string()},
             {rock_ridge_continued(22, 0, 0), std::string()},
         }) {
        IsoImage image = plain_iso({{"A.TXT;1", 21, 1, 0, rock_ridge_name("n") + use}});
        image.put(21, "x").put(22, area).put(23, "end");
        const Collected found = read(image.bytes());
        CHECK(found.contents == Contents{{"n", "x"}});
        CHECK((found.problems.contains(IsoProblem::damaged) || area == rock_ridge_continued(20, 0, 2048)));
    }
    // A circle that also makes the name longer each time: the name stays short.
    const std::string area = rock_ridge_name(std::string(200, 'n'), 1) + rock_ridge_continued(22, 0, 233);
    IsoImage image = plain_iso({{"A.TXT;1", 21, 1, 0, rock_ridge_continued(22, 0, 233)}});
    image.put(21, "x").put(22, area);
    const Collected found = read(image.bytes());
    CHECK(found.problems.contains(IsoProblem::damaged));
    CHECK(found.names[0][0].size() <= limits::iso_path_bytes + 255);
}

TEST_CASE("a folder that holds itself, or one above it, is told and read once") {
    IsoImage image = plain_iso({{"LOOP", 20, 2048, 2}, {"SUB", 21, 2048, 2}, {"A.TXT;1", 22, 1}});
    image.put(21, iso_folder(21, {{"UP", 20, 2048, 2}, {"LARGER", 21, 4096, 2}})).put(22, "x");
    const Collected found = read(image.bytes());
    CHECK(found.contents == Contents{{"A.TXT", "x"}});
    CHECK(found.problems.contains(IsoProblem::damaged));
    CHECK(found.problems.size() == 1);
}

TEST_CASE("a folder moved by Rock Ridge is found by its new place and by the entry that names it, once") {
    const std::string link = "CL\x0C\1" + both_orders(22);
    for (const bool linked_twice : {false, true}) {
        std::vector<IsoEntry> root{{"DEEP", 20, 0, 0, rock_ridge_name("deep") + link}};
        if (linked_twice) root.push_back({"RR_MOVED", 22, 2048, 2});
        IsoImage image = plain_iso(root);
        image.put(22, iso_folder(22, {{"A.TXT;1", 23, 1}})).put(23, "x");
        const Collected found = read(image.bytes());
        CHECK(found.problems.empty());
        CHECK(found.contents == Contents{{linked_twice ? "RR_MOVED/A.TXT" : "deep/A.TXT", "x"}});
    }
    IsoImage outside = plain_iso({{"DEEP", 20, 0, 0, "CL\x0C\1" + both_orders(0xFFFFFFFFU)}});
    CHECK(read(outside.bytes()).problems.contains(IsoProblem::damaged));
}

TEST_CASE("files in several extents are joined, within the room") {
    const std::string first(2048, 'a'), second(2048, 'b'), third(10, 'c');
    IsoImage image =
        plain_iso({{"BIG;1", 21, 2048, 0x80}, {"BIG;1", 22, 2048, 0x80}, {"BIG;1", 30, 10}, {"Z;1", 40, 1}});
    image.put(21, first).put(22, second).put(30, third).put(40, "z");
    const Collected found = read(image.bytes());
    CHECK(found.contents == Contents{{"BIG", first + second + third}, {"Z", "z"}});
    CHECK(found.problems.empty());

    const Collected bounded = read(image.bytes(), 4100);
    CHECK(bounded.contents.at("BIG") == first + second + "cccc");
    CHECK(bounded.problems.contains(IsoProblem::too_large));
    CHECK(read(image.bytes(), 100).contents.at("BIG") == std::string(100, 'a'));

    // The last record is missing: another file follows, or nothing.
    for (const bool other_follows : {true, false}) {
        std::vector<IsoEntry> entries{{"CUT;1", 21, 4, 0x80}};
        if (other_follows) entries.push_back({"Z;1", 40, 1});
        IsoImage cut = plain_iso(entries);
        cut.put(21, "part").put(40, "z");
        CHECK(read(cut.bytes()).contents.at("CUT") == "part");
        CHECK(read(cut.bytes()).problems.contains(IsoProblem::damaged));
    }
}

TEST_CASE("what reaches beyond the image is told, and what is there is read") {
    struct Case {
        const char* what;
        IsoEntry entry;
        Contents contents;
    };
    for (const Case& c : {
             Case{"a file cut at the end", {"A;1", 21, 5000}, {{"A", std::string(2048, 'x')}}},
             {"a file beyond the end", {"A;1", 9999, 5}, {}},
             {"a file at the largest block", {"A;1", 0xFFFFFFFFU, 0xFFFFFFFFU}, {}},
             {"a folder beyond the end", {"D", 9999, 2048, 2}, {}},
             {"a folder with the largest size", {"D", 21, 0xFFFFFFFFU, 2}, {}},
         }) {
        CAPTURE(c.what);
        IsoImage image = plain_iso({c.entry});
        image.put(21, std::string(2048, 'x'));
        const Collected found = read(image.bytes());
        CHECK(found.problems.contains(IsoProblem::damaged));
        CHECK(found.contents == c.contents);
    }
    IsoImage broken = plain_iso({{"A;1", 21, 1}});
    broken.put(20, iso_folder(20, {{"A;1", 21, 1}}).substr(0, 68) + std::string("\x05garbage", 8))
        .put(21, "x");
    CHECK(read(broken.bytes()).problems.contains(IsoProblem::damaged));
    IsoImage block_size = plain_iso({{"A;1", 21, 1}});
    block_size.put(21, "x");
    std::string bytes = block_size.bytes();
    bytes.replace(16 * 2048 + 128, 2, le(3, 2));
    CHECK(read(bytes).problems.contains(IsoProblem::damaged));
    CHECK(read(bytes).contents == Contents{{"A", "x"}});
    for (const std::string& none :
         {std::string(), std::string(40'000, '\0'), IsoImage().put(16, iso_descriptor(255)).bytes()})
        CHECK(read(none).problems.contains(IsoProblem::damaged));
}

TEST_CASE("numbers whose two orders contradict each other are a conflict") {
    IsoImage image = plain_iso({{"A;1", 21, 1}});
    image.put(21, "x");
    std::string bytes = image.bytes();
    bytes[20 * 2048 + 68 + 6] = '\7';
    CHECK(read(bytes).conflicts.size() == 1);
    CHECK(read(bytes).contents == Contents{{"A", "x"}});
}

TEST_CASE("UDF, zisofs and interleaved files are told") {
    IsoImage udf = plain_iso({{"A;1", 21, 1}});
    udf.put(18, std::string("\0BEA01\1", 7)).put(19, std::string("\0NSR02\1", 7)).put(21, "x");
    CHECK(read(udf.bytes()).problems.contains(IsoProblem::unsupported));
    CHECK(read(udf.bytes()).contents == Contents{{"A", "x"}});
    const std::string only_udf =
        IsoImage().put(16, std::string("\0BEA01\1", 7)).put(17, std::string("\0NSR03\1", 7)).bytes();
    CHECK(read(only_udf).problems.size() == 1);
    CHECK(read(only_udf).problems.contains(IsoProblem::unsupported));

    for (const IsoEntry& entry :
         {IsoEntry{"A;1", 21, 1, 0, std::string("ZF\x10\1pz\4\x0F", 8) + std::string(8, '\0')},
          {"A;1", 21, 1, 0, "", 3}}) {
        IsoImage image = plain_iso({entry});
        image.put(21, "x");
        CHECK(read(image.bytes()).problems.contains(IsoProblem::unsupported));
        CHECK(read(image.bytes()).contents == Contents{{"A", "x"}});
    }
}

TEST_CASE("folders nested too deep, too many records, trees and descriptors end in a named problem") {
    IsoImage deep = plain_iso({{"D", 21, 2048, 2}});
    for (std::uint32_t level = 0; level < limits::iso_folder_depth + 5; ++level)
        deep.put(21 + level, iso_folder(21 + level, {{"D", 22 + level, 2048, 2}}));
    CHECK(read(deep.bytes()).problems.contains(IsoProblem::too_deep));

    const std::vector<IsoEntry> many(limits::iso_records, IsoEntry{"E;1", 0, 0});
    CHECK(read(plain_iso(many).bytes()).problems.contains(IsoProblem::too_many));

    std::vector<IsoEntry> files;
    for (std::uint32_t i = 0; i <= limits::container_members + 1; ++i)
        files.push_back({std::to_string(i), 16, i + 1});
    CHECK(read(plain_iso(files).bytes()).problems.contains(IsoProblem::too_many));

    IsoImage trees;
    for (std::uint32_t i = 0; i <= limits::iso_trees; ++i)
        trees.put(16 + i, iso_descriptor(1, 50 + i)).put(50 + i, iso_folder(50 + i, {}));
    CHECK(read(trees.bytes()).problems.contains(IsoProblem::too_many));

    IsoImage descriptors;
    for (std::uint32_t i = 0; i <= limits::iso_descriptors; ++i) descriptors.put(16 + i, iso_descriptor(0));
    CHECK(read(descriptors.bytes()).problems.contains(IsoProblem::too_many));

    // Folders that overlap would be read again and again: each sector holds one that goes on to the end of the image.
    IsoImage overlapping = plain_iso({{"D", 21, 200 * 2048, 2}});
    for (std::uint32_t i = 0; i < 200; ++i)
        overlapping.put(21 + i, iso_record({"D", 22 + i, (199 - i) * 2048, 2}));
    CHECK(read(overlapping.bytes()).problems.contains(IsoProblem::damaged));
}

TEST_CASE("a file with more names than one member takes is a member again, so that every name is seen") {
    std::vector<IsoEntry> entries;
    for (std::size_t i = 0; i < limits::iso_names + 2; ++i) entries.push_back({fmt::format("N{}", i), 21, 1});
    IsoImage image = plain_iso(entries);
    image.put(21, "x");
    const Collected found = read(image.bytes());
    REQUIRE(found.names.size() == 2);
    CHECK(found.names[0].size() == limits::iso_names);
    CHECK(found.names[1] ==
          Names{fmt::format("N{}", limits::iso_names), fmt::format("N{}", limits::iso_names + 1)});
}

TEST_CASE("an image cut anywhere or with any byte changed does no harm") {
    IsoImage image;
    image.put(16, iso_descriptor(1, 19))
        .put(17, iso_descriptor(2, 20, "%/E"))
        .put(18, iso_descriptor(255))
        .put(19, iso_folder(19, {{"A;1", 21, 9, 0, rock_ridge_name("a") + rock_ridge_continued(22, 0, 9)},
                                 {"S", 23, 2048, 2}}))
        .put(20, iso_folder(20, {{joliet("a"), 21, 9}}))
        .put(21, "some text")
        .put(22, rock_ridge_name("long"))
        .put(23, iso_folder(23, {{"B;1", 21, 4}}));
    const std::string whole = image.bytes();
    for (std::size_t size = 16 * 2048; size < whole.size(); size += 97) read(whole.substr(0, size));
    for (const std::size_t block : {16U, 17U, 19U, 20U, 22U, 23U})
        for (std::size_t at = block * 2048; at < block * 2048 + 260; ++at) {
            std::string noisy = whole;
            noisy[at] = static_cast<char>(noisy[at] ^ 0xA5);
            const Collected found = read(noisy);
            for (const auto& [name, content] : found.contents) CHECK(content.size() <= noisy.size());
        }
}

// ---- in the engines -----------------------------------------------------------------------------------------------------

TEST_CASE("a test virus in a disk image in a mail is found in each tree, under its name") {
    for (const bool only_joliet : {false, true}) {
        IsoImage image;
        const std::string virus = eicar();
        const auto size = static_cast<std::uint32_t>(virus.size());
        image.put(16, iso_descriptor(1, 20))
            .put(17, iso_descriptor(2, 21, "%/E"))
            .put(18, iso_descriptor(255));
        image.put(20, only_joliet ? iso_folder(20, {}) : iso_folder(20, {{"RUN.COM;1", 22, size}}));
        image.put(21, iso_folder(21, {{joliet("invoice.pdf.com"), 22, size}})).put(22, virus);
        const std::string mail = "From: a@example.com\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
                                 "Content-Type: application/octet-stream; name=invoice.iso\r\n"
                                 "Content-Transfer-Encoding: base64\r\n\r\n" +
                                 testing::base64_encode(image.bytes());
        const ScanReport report = scan_message(engines(), as_bytes(mail), {});
        CHECK(report.verdict == Verdict::malware);
        CHECK(has_rule(report, "Tocsin.Test.Eicar"));
        CHECK(has_flag(report, PartFlag::disk_image));
        CHECK(has_flag(report, PartFlag::double_extension));
        CHECK(has_flag(report, PartFlag::container_conflict) == only_joliet);
        CHECK(std::ranges::count(report.parts, "invoice.pdf.com", &PartSummary::file_name) == 1);
    }
}

TEST_CASE("each problem of a disk image is a named limit, and never clean") {
    IsoImage deep = plain_iso({{"D", 21, 2048, 2}});
    for (std::uint32_t level = 0; level < limits::iso_folder_depth + 5; ++level)
        deep.put(21 + level, iso_folder(21 + level, {{"D", 22 + level, 2048, 2}}));
    IsoImage circle = plain_iso({{"A;1", 21, 1, 0, rock_ridge_continued(22, 0, 28)}});
    circle.put(21, "x").put(22, rock_ridge_continued(22, 0, 28));
    IsoImage udf = plain_iso({{"A;1", 21, 1}});
    udf.put(18, std::string("\0BEA01\1", 7)).put(19, std::string("\0NSR02\1", 7)).put(21, "x");
    const std::string only_udf =
        IsoImage().put(16, std::string("\0BEA01\1", 7)).put(17, std::string("\0NSR03\1", 7)).bytes();
    struct Case {
        std::string image;
        ScanLimit limit;
    };
    for (const Case& c : {Case{plain_iso({{"LOOP", 20, 2048, 2}}).bytes(), ScanLimit::damaged_container},
                          {plain_iso({{"A;1", 9999, 5}}).bytes(), ScanLimit::damaged_container},
                          {circle.bytes(), ScanLimit::damaged_container},
                          {udf.bytes(), ScanLimit::unsupported_method},
                          {only_udf, ScanLimit::unsupported_method},
                          {plain_iso(std::vector<IsoEntry>(limits::iso_records, {"E;1"})).bytes(),
                           ScanLimit::container_members},
                          {deep.bytes(), ScanLimit::container_depth}}) {
        const ScanReport report = scan_text(c.image, "disk.iso");
        CAPTURE(std::string(to_string(c.limit)));
        CHECK(has_limit(report, c.limit));
        CHECK(report.verdict == Verdict::unscannable);
    }
}

TEST_CASE("files that overlap spend the bytes of the message, not more") {
    // 400 files of 1 MiB each that all lie in the same 1.2 MiB.
    std::vector<IsoEntry> entries;
    for (std::uint32_t i = 0; i < 400; ++i)
        entries.push_back({fmt::format("F{}", i), 100 + i % 100, (1U << 20) - i});
    IsoImage image = plain_iso(entries);
    std::string noise;
    for (std::uint32_t i = 0; noise.size() < (1U << 20) + 110 * 2048; ++i)
        noise += le(std::uint64_t{i} * 2654435761U, 4);
    image.put(100, noise);
    EngineConfig config;
    config.clamav = false;
    NullLog log;
    const std::unique_ptr<Engines> light = std::move(Engines::load(config, log).value());
    const ScanReport report = scan_file(*light, as_bytes(image.bytes()), "disk.iso", {});
    CHECK(has_limit(report, ScanLimit::container_bytes));
    CHECK(report.verdict == Verdict::unscannable);
}

TEST_CASE("a file that is another format and a disk image is opened as both") {
    IsoImage image = plain_iso({{"RUN.COM;1", 22, static_cast<std::uint32_t>(eicar().size())}});
    image.put(22, eicar());
    const std::string both = "GIF89a" + image.bytes().substr(6);
    const ScanReport report = scan_text(both, "picture.gif");
    CHECK(has_flag(report, PartFlag::polyglot));
    CHECK(std::ranges::count(report.parts, "RUN.COM", &PartSummary::file_name) == 1);
}
