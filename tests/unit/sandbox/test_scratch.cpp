#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/statfs.h>

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

TEST_CASE("a tmpfs says by itself that a folder is empty") {
    // /dev/shm is a tmpfs on every Linux that glibc's shm_open() works on.
    struct statfs file_system{};
    constexpr long tmpfs_magic = 0x01021994;
    if (::statfs("/dev/shm", &file_system) != 0 || static_cast<long>(file_system.f_type) != tmpfs_magic) {
        MESSAGE("skipped: /dev/shm is no tmpfs here");
        return;
    }
    std::string name = "/dev/shm/tocsin-test-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    fs::path folder = name;
    CHECK(sandbox::tmpfs_folder_is_empty(folder));
    write_file(folder / "f");
    CHECK_FALSE(sandbox::tmpfs_folder_is_empty(folder));
    fs::remove(folder / "f");
    fs::create_directory(folder / "d");
    CHECK_FALSE(sandbox::tmpfs_folder_is_empty(folder));
    fs::remove(folder / "d");
    CHECK(sandbox::tmpfs_folder_is_empty(folder));
    write_file(folder / "f");
    CHECK_FALSE(sandbox::tmpfs_folder_is_empty(folder / "f"));
    CHECK_FALSE(sandbox::tmpfs_folder_is_empty(folder / "missing"));
    fs::remove_all(folder);
}
