#include "reader/codec_archive.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace tocsin;
using reader::ArchivedFile;
using reader::decode_archived_files;

namespace {

std::string list_of(const std::vector<ArchivedFile>& files) {
    ByteWriter out;
    for (const ArchivedFile& file : files) reader::write_archived_file(out, file);
    return out.take();
}

}  // namespace

TEST_CASE("archived files come back as they were written, also none, and empty ones") {
    for (const std::vector<ArchivedFile>& files : {std::vector<ArchivedFile>{},
                                                   {{"a.yml", ""}},
                                                   {{"a.yml", "x"}, {"../b.yml", std::string("\0\n", 2)}}})
        CHECK(decode_archived_files(list_of(files)) == files);
}

TEST_CASE("a list of archived files that is cut anywhere between two of them is refused") {
    const std::string whole = list_of({{"a.yml", "first"}, {"b.yml", "second"}});
    const std::size_t first = list_of({{"a.yml", "first"}}).size();
    for (std::size_t size = 1; size < whole.size(); ++size)
        CHECK(decode_archived_files(whole.substr(0, size)).has_value() == (size == first));
}

TEST_CASE("bounds of a list of archived files") {
    SUBCASE("one file") {
        CHECK(decode_archived_files(list_of({{"a.yml", std::string(limits::rule_file_bytes, 'x')}})));
        CHECK_FALSE(
            decode_archived_files(list_of({{"a.yml", std::string(limits::rule_file_bytes + 1, 'x')}})));
    }
    SUBCASE("their number") {
        std::vector<ArchivedFile> files(limits::rule_files, {"a.yml", ""});
        CHECK(decode_archived_files(list_of(files)));
        files.push_back({"b.yml", ""});
        CHECK_FALSE(decode_archived_files(list_of(files)));
    }
    SUBCASE("all together") {
        std::vector<ArchivedFile> files(limits::rule_archive_bytes / limits::rule_file_bytes,
                                        {"a.yml", std::string(limits::rule_file_bytes, 'x')});
        CHECK(decode_archived_files(list_of(files)));
        files.push_back({"b.yml", "y"});
        CHECK_FALSE(decode_archived_files(list_of(files)));
    }
    SUBCASE("a path") {
        ByteWriter long_path, no_text;
        long_path.string(std::string(limits::rule_path_bytes + 1, 'a'));
        long_path.string("");
        CHECK_FALSE(decode_archived_files(long_path.data()));
        no_text.string("\xff.yml");
        no_text.string("");
        CHECK_FALSE(decode_archived_files(no_text.data()));
    }
}
