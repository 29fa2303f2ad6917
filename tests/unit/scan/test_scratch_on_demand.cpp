#include <doctest/doctest.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "base/unique_fd.hpp"
#include "scan/scratch_on_demand.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

/// The tests' own folder as the current one, as ClamAV's is.
class Inside {
public:
    Inside() : before_(std::filesystem::current_path()) { std::filesystem::current_path(folder_.path()); }
    ~Inside() { std::filesystem::current_path(before_); }

private:
    test::TemporaryFolder folder_;
    std::filesystem::path before_;
};

const std::string folder = "./20260301_101500-scantemp.1a2b3c4d5e";

bool exists(const std::string& path) {
    return std::filesystem::exists(path);
}

}  // namespace

TEST_CASE("a folder of a scan is made when something is put in, and only then") {
    const Inside inside;
    ScratchOnDemand scratch;
    REQUIRE(::mkdir(folder.c_str(), 0700) == 0);
    CHECK_FALSE(exists(folder));
    CHECK(scratch.is_unmade(folder.c_str()));
    CHECK(::chmod(folder.c_str(), 0700) == 0);
    CHECK(::opendir(folder.c_str()) == nullptr);
    CHECK(errno == ENOENT);
    CHECK(scratch.made() == 0);

    SUBCASE("by a file") {
        const UniqueFd file(::open64((folder + "/a").c_str(), O_RDWR | O_CREAT, 0600));
        CHECK(file.valid());
    }
    SUBCASE("by a file of the C library") {
        std::FILE* file = ::fopen64((folder + "/a").c_str(), "wb");
        REQUIRE(file != nullptr);
        std::fclose(file);
    }
    SUBCASE("by openat()") {
        const UniqueFd file(::openat64(AT_FDCWD, (folder + "/a").c_str(), O_RDWR | O_CREAT, 0600));
        CHECK(file.valid());
    }
    SUBCASE("by a folder in it") {
        REQUIRE(::mkdir((folder + "/a").c_str(), 0700) == 0);
    }
    CHECK(exists(folder + "/a"));
    CHECK(scratch.made() == 1);
    CHECK_FALSE(scratch.is_unmade(folder.c_str()));
    DIR* listing = ::opendir(folder.c_str());
    CHECK(listing != nullptr);
    if (listing != nullptr) ::closedir(listing);
    struct stat facts{};
    REQUIRE(::stat(folder.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0700);
}

TEST_CASE("every other folder and file is the kernel's") {
    const Inside inside;
    {
        ScratchOnDemand scratch;
        for (const char* path : {"./plain", "a-scantemp.b", "./plain/a-scantemp.b"}) {
            CAPTURE(path);
            CHECK(::mkdir(path, 0750) == 0);
            CHECK(exists(path));
        }
        CHECK(::mkdir("./nowhere/a", 0700) == -1);
        CHECK(errno == ENOENT);
        REQUIRE(::mkdir(folder.c_str(), 0700) == 0);
        // A name that only begins alike leads nowhere, and makes nothing.
        CHECK(::open64((folder + "x/a").c_str(), O_RDWR | O_CREAT, 0600) == -1);
        CHECK(::open64("./nowhere/a", O_RDONLY) == -1);
        CHECK(scratch.made() == 0);
    }
    // Outside of a scan such a name is like any other.
    CHECK(::mkdir(folder.c_str(), 0700) == 0);
    CHECK(exists(folder));
    CHECK(::chmod(folder.c_str(), 0500) == 0);
    struct stat facts{};
    REQUIRE(::stat(folder.c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777U) == 0500);
}
