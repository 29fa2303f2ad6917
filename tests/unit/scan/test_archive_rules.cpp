#include "scan/archive_rules.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;

namespace {

struct Member {
    std::string path, content;
    mode_t type = AE_IFREG;
    std::string symlink, hardlink;
};
using Files = std::vector<std::pair<std::string, std::string>>;

enum class Form { tar, tar_gz, tar_xz, zip };

std::string pack(const std::vector<Member>& members, Form form) {
    std::string packed(8U << 20, '\0');
    std::size_t used = 0;
    archive* writer = ::archive_write_new();
    if (form == Form::zip)
        ::archive_write_set_format_zip(writer);
    else
        ::archive_write_set_format_pax_restricted(writer);
    if (form == Form::tar_gz) ::archive_write_add_filter_gzip(writer);
    if (form == Form::tar_xz) ::archive_write_add_filter_xz(writer);
    REQUIRE(::archive_write_open_memory(writer, packed.data(), packed.size(), &used) == ARCHIVE_OK);
    for (const Member& member : members) {
        archive_entry* entry = ::archive_entry_new();
        ::archive_entry_set_pathname(entry, member.path.c_str());
        ::archive_entry_set_filetype(entry, member.type);
        ::archive_entry_set_perm(entry, 0644);
        ::archive_entry_set_size(entry, static_cast<la_int64_t>(member.content.size()));
        if (!member.symlink.empty()) ::archive_entry_set_symlink(entry, member.symlink.c_str());
        if (!member.hardlink.empty()) ::archive_entry_set_hardlink(entry, member.hardlink.c_str());
        REQUIRE(::archive_write_header(writer, entry) == ARCHIVE_OK);
        if (!member.content.empty())
            static_cast<void>(::archive_write_data(writer, member.content.data(), member.content.size()));
        ::archive_entry_free(entry);
    }
    ::archive_write_close(writer);
    ::archive_write_free(writer);
    packed.resize(used);
    return packed;
}

struct Unpacked {
    Files files;
    Result<void> end;
};

Unpacked unpack(std::string_view packed) {
    Unpacked unpacked;
    const ExactBuffer exact(packed);
    unpacked.end = scan::unpack_rules(exact.view(), [&](std::string_view path, ByteView content) {
        unpacked.files.emplace_back(path, as_text(content));
    });
    return unpacked;
}

std::string error_of(std::string_view packed) {
    const Unpacked unpacked = unpack(packed);
    return unpacked.end ? "" : unpacked.end.error().message;
}

}  // namespace

TEST_CASE("rule files come out of every kind of archive, everything else is passed over") {
    const std::vector<Member> members{{"feed-main/", "", AE_IFDIR},
                                      {"feed-main/README.md", "words"},
                                      {"feed-main/a.yml", "first"},
                                      {"feed-main/inner/b.yaml", "second"},
                                      {"feed-main/empty.yml", ""},
                                      {"feed-main/c.yml.txt", "no rule"},
                                      {"feed-main/folder.yml/", "", AE_IFDIR}};
    for (const Form form : {Form::tar, Form::tar_gz, Form::tar_xz, Form::zip}) {
        const Unpacked unpacked = unpack(pack(members, form));
        CHECK(unpacked.end.has_value());
        CHECK(unpacked.files == Files{{"feed-main/a.yml", "first"},
                                      {"feed-main/inner/b.yaml", "second"},
                                      {"feed-main/empty.yml", ""}});
    }
}

TEST_CASE("what is no archive is said to be none") {
    for (const std::string& bytes :
         {std::string("<!DOCTYPE html><title>Sign in</title>"), std::string("name: a\n"),
          std::string(10'000, 'x'), std::string("7z\xbc\xaf\x27\x1c not read here")})
        CHECK(error_of(bytes).starts_with("this is no .tar.gz, .tar.xz or .zip archive"));
}

TEST_CASE("a rule file that is a link or a device is refused with its name; links beside the rules are not "
          "looked at") {
    for (const Member& bad :
         {Member{"a.yml", "", AE_IFLNK, "/etc/passwd", ""}, Member{"a.yml", "", AE_IFREG, "", "b"},
          Member{"a.yml", "", AE_IFIFO}, Member{"a.yml", "", AE_IFCHR}})
        CHECK(error_of(pack({{"good.yml", "x"}, bad}, Form::tar_gz)) ==
              "a.yml is a link or a device in the archive, not a file");
    CHECK(error_of(pack({{"a.yml", "", AE_IFLNK, "/etc/passwd", ""}}, Form::zip)) ==
          "a.yml is a link or a device in the archive, not a file");
    const Unpacked unpacked =
        unpack(pack({{"rules", "", AE_IFLNK, "/etc", ""}, {"rules/a.yml", "x"}}, Form::tar));
    CHECK(unpacked.end.has_value());
    CHECK(unpacked.files == Files{{"rules/a.yml", "x"}});
}

TEST_CASE("paths are handed on as they are: whoever writes files looks at them") {
    const Unpacked unpacked = unpack(pack({{"./a//b.yml", "x"}, {".c/d\\e.yml", "y"}}, Form::tar));
    CHECK(unpacked.files == Files{{"./a//b.yml", "x"}, {".c/d\\e.yml", "y"}});
}

TEST_CASE("limits of an archive of rules") {
    SUBCASE("one file") {
        CHECK(error_of(pack({{"a.yml", std::string(limits::rule_file_bytes, '\n')}}, Form::tar_gz)).empty());
        CHECK(error_of(pack({{"a.yml", std::string(limits::rule_file_bytes + 1, '\n')}}, Form::tar_gz)) ==
              "a.yml is larger than 1048576 bytes");
    }
    SUBCASE("all files") {
        std::vector<Member> members;
        for (std::size_t index = 0; index <= limits::rule_archive_bytes / limits::rule_file_bytes; ++index)
            members.push_back({std::to_string(index) + ".yml", std::string(limits::rule_file_bytes, '\n')});
        CHECK(error_of(pack(members, Form::tar_gz))
                  .starts_with("the rule files of the archive have more than"));
    }
    SUBCASE("what is unpacked to find them") {
        // A header of ustar that claims a file larger than everything: the claim is enough.
        std::string tar = pack({{"big.bin", "x"}, {"a.yml", "y"}}, Form::tar);
        const std::string size = "77777777777";
        std::ranges::copy(size, tar.begin() + 124);
        unsigned sum = 0;
        std::fill_n(tar.begin() + 148, 8, ' ');
        for (int at = 0; at < 512; ++at) sum += static_cast<unsigned char>(tar[static_cast<std::size_t>(at)]);
        std::snprintf(tar.data() + 148, 7, "%06o", sum);
        CHECK(error_of(tar) == "the archive unpacks to more than 268435456 bytes (member big.bin)");
    }
    SUBCASE("a path") {
        const std::string path = std::string(limits::rule_path_bytes, 'a') + ".yml";
        CHECK(error_of(pack({{path, "x"}}, Form::tar))
                  .starts_with("a path in the archive is longer than 512 bytes"));
    }
}

TEST_CASE("every truncation and every changed byte of an archive ends in an answer, and never in half of the "
          "rules") {
    for (const Form form : {Form::tar_gz, Form::zip}) {
        const std::string packed = pack({{"a.yml", "first"}, {"b.yml", "second"}}, form);
        for (std::size_t size = 0; size < packed.size(); ++size)
            if (const Unpacked unpacked = unpack(std::string_view(packed).substr(0, size)); unpacked.end)
                CHECK((unpacked.files.size() == 2 || size == 0));
        for (std::size_t at = 0; at < packed.size(); ++at) {
            std::string changed = packed;
            changed[at] = static_cast<char>(changed[at] ^ 0xFF);
            CHECK(unpack(changed).files.size() <= 4);
        }
    }
}

TEST_CASE("a member of any kind that leaves the archive's folder refuses the archive, with its name") {
    const struct {
        const char* path;
        bool leaves;
    } cases[] = {
        {"../README", true},        {"feed/../../README", true}, {"/etc/cron.d/x", true}, {"..", true},
        {"feed/..", true},          {"..\\README", true},        {"a\\..\\..\\b", true},  {"\\b", true},
        {"a/../b", true},           {"..README", false},         {"a/...", false},        {"a/..b/c", false},
        {"feed/a..b/README", false}};
    for (const auto& c : cases)
        for (const Form form : {Form::tar_gz, Form::zip}) {
            CAPTURE(c.path);
            const std::string packed = pack(
                {{.path = "feed/a.yml", .content = "name: a\n"}, {.path = c.path, .content = "x"}}, form);
            if (!c.leaves) {
                CHECK(error_of(packed) == "");
                continue;
            }
            std::string name = c.path;
            if (form == Form::zip) std::ranges::replace(name, '\\', '/');  // libarchive reads zip like that
            CHECK(error_of(packed) == "the archive has a member outside of itself: " + name +
                                          "; do not use this archive, and tell who made it");
        }
    CHECK(error_of(pack({{.path = "../folder/", .content = "", .type = AE_IFDIR}}, Form::tar))
              .find("../folder") != std::string::npos);
    CHECK(unpack(pack({{.path = "feed/a.YML", .content = "x"}, {.path = "feed/b.yaml.old", .content = "x"}},
                      Form::zip))
              .files == Files{{"feed/a.YML", "x"}});
}
