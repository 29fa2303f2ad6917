// The file with the API's token.
#include "app/api_token.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace tocsin;
using namespace tocsin::app;

namespace {

struct Folder {
    Folder() { REQUIRE(::mkdtemp(path) != nullptr); }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string file() const { return std::string(path) + "/api-token"; }
    void write(const std::string& text, mode_t mode) const {
        std::ofstream(file()) << text;
        ::chmod(file().c_str(), mode);
    }
    char path[26] = "/tmp/tocsin-unit-XXXXXX";
};

}  // namespace

TEST_CASE("made once, private, and the same afterwards") {
    const Folder folder;
    std::ofstream(folder.file() + ".new") << "left by a crash";
    const std::string token = read_or_make_api_token(folder.file()).value();
    struct stat facts{};
    REQUIRE(::stat(folder.file().c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
    CHECK(read_or_make_api_token(folder.file()).value() == token);
    CHECK_FALSE(std::filesystem::exists(folder.file() + ".new"));
}

TEST_CASE("what is refused") {
    const Folder folder;
    const std::string good(43, 'a');
    auto code = [&] { return read_or_make_api_token(folder.file()).error().code; };
    for (mode_t mode : {0640, 0604, 0620, 0666}) {
        folder.write(good, mode);
        CHECK(code() == ErrorCode::permission);
    }
    for (const std::string& text :
         {std::string(), std::string("short"), std::string(2000, 'a'), good + " b"}) {
        folder.write(text, 0600);
        CHECK(code() == ErrorCode::corrupt);
    }
    folder.write(good + "\n\n", 0600);
    CHECK(read_or_make_api_token(folder.file()).value() == good);
    CHECK(read_or_make_api_token("/nowhere/at/all/api-token").error().code != ErrorCode::corrupt);
}
