#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "sandbox/sandbox.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
namespace fs = std::filesystem;

namespace {
void write_file(const fs::path& path) {
    std::ofstream(path) << "content";
}
}  // namespace

TEST_CASE("empty_folder removes what is inside, and only that") {
    test::TemporaryFolder folder;
    fs::path scratch = folder.path() / "scratch";
    fs::create_directories(scratch / "a" / "b" / "c");
    write_file(scratch / "file");
    write_file(scratch / "a" / "b" / "c" / "file");
    write_file(folder.path() / "outside");
    fs::create_directory(folder.path() / "neighbour");
    write_file(folder.path() / "neighbour" / "file");
    fs::create_symlink(folder.path() / "outside", scratch / "link");
    fs::create_directory_symlink(folder.path() / "neighbour", scratch / "folder-link");
    CHECK(sandbox::empty_folder(scratch));
    CHECK(fs::is_empty(scratch));
    CHECK(fs::exists(folder.path() / "outside"));
    CHECK(fs::exists(folder.path() / "neighbour" / "file"));
}

TEST_CASE("an empty folder is empty, a missing one is an error") {
    test::TemporaryFolder folder;
    CHECK(sandbox::empty_folder(folder.path()));
    CHECK_FALSE(sandbox::empty_folder(folder.path() / "missing"));
}

TEST_CASE("many files go, a tree without end does not") {
    test::TemporaryFolder folder;
    SUBCASE("many files") {
        for (int index = 0; index < 3000; ++index) write_file(folder.path() / std::to_string(index));
        CHECK(sandbox::empty_folder(folder.path()));
        CHECK(fs::is_empty(folder.path()));
    }
    SUBCASE("deeper than any engine goes") {
        fs::path deep = folder.path();
        for (int depth = 0; depth < 40; ++depth) deep /= "d";
        fs::create_directories(deep);
        CHECK_FALSE(sandbox::empty_folder(folder.path()));
    }
}
