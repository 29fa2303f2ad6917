#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "cli/inputs.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::cli;

namespace {

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

std::vector<Input> all(const std::vector<std::string>& paths, Folders folders = Folders::one_level) {
    Inputs inputs(paths, folders);
    std::vector<Input> out;
    while (auto input = inputs.next()) out.push_back(std::move(*input));
    return out;
}

}  // namespace

TEST_CASE("a folder yields its files, and those of folders inside only on request") {
    test::TemporaryFolder folder;
    write_file(folder.path() / "b.eml", "b");
    write_file(folder.path() / "a.eml", "a");
    write_file(folder.path() / "inner/c.eml", "c");
    auto flat = all({folder.path().string()});
    REQUIRE(flat.size() == 2);
    CHECK(as_text(flat[0].bytes) == "a");
    CHECK(all({folder.path().string()}, Folders::recursive).size() == 3);
}

TEST_CASE("a Maildir is read without asking, its tmp is not") {
    test::TemporaryFolder folder;
    for (const char* name : {"cur/1", "new/2", "tmp/3"}) write_file(folder.path() / name, "x");
    CHECK(all({folder.path().string()}).size() == 2);
}

TEST_CASE("an mbox is split at its From lines") {
    test::TemporaryFolder folder;
    auto path = folder.path() / "box";
    write_file(
        path, "From a@b Mon\nSubject: 1\n\nText\nFrom inside a paragraph\n\nFrom c@d Tue\nSubject: 2\n\nx\n");
    auto messages = all({path.string()});
    REQUIRE(messages.size() == 2);
    CHECK(messages[0].name == path.string() + "#1");
    CHECK(as_text(messages[1].bytes).starts_with("From c@d"));
    CHECK(as_text(messages[0].bytes).find("inside a paragraph") != std::string_view::npos);
}

TEST_CASE("one message with its From line is a file") {
    test::TemporaryFolder folder;
    auto path = folder.path() / "one";
    write_file(path, "From a@b Mon\nSubject: 1\n\nText\n");
    auto messages = all({path.string()});
    REQUIRE(messages.size() == 1);
    CHECK(messages[0].name == path.string());
}

TEST_CASE("what cannot be read is an error, and the rest goes on") {
    test::TemporaryFolder folder;
    write_file(folder.path() / "good.eml", "good");
    write_file(folder.path() / "empty.eml", "");
    std::filesystem::create_symlink("loop", folder.path() / "loop");
    std::filesystem::create_directory_symlink(folder.path(), folder.path() / "again");
    {
        std::ofstream(folder.path() / "huge.eml");
    }
    std::filesystem::resize_file(folder.path() / "huge.eml", limits::message_bytes + 1);
    auto inputs = all({folder.path().string(), (folder.path() / "missing").string()}, Folders::recursive);
    std::size_t errors = 0, good = 0;
    for (const Input& input : inputs) {
        errors += input.error.has_value();
        good += !input.error.has_value();
        if (input.name.ends_with("huge.eml")) CHECK(input.error->code == ErrorCode::limit);
        if (input.name.ends_with("again")) CHECK(input.error->code == ErrorCode::conflict);
    }
    CHECK(good == 2);    // good.eml and the empty one
    CHECK(errors == 4);  // loop, again, huge.eml, missing
}

TEST_CASE("standard input is split like a file when it is an mbox") {
    const auto all_of_standard_input = [](std::string_view text) {
        test::TemporaryFolder folder;
        write_file(folder.path() / "stream", text);
        UniqueFd kept(::dup(STDIN_FILENO));
        UniqueFd stream(::open((folder.path() / "stream").c_str(), O_RDONLY | O_CLOEXEC));
        REQUIRE(::dup2(stream.get(), STDIN_FILENO) == STDIN_FILENO);
        std::vector<Input> inputs = all({"-"});
        ::dup2(kept.get(), STDIN_FILENO);
        return inputs;
    };
    const auto box =
        all_of_standard_input("From a@b Mon\nSubject: 1\n\nx\n\nFrom c@d Tue\nSubject: 2\n\ny\n");
    REQUIRE(box.size() == 2);
    CHECK(box[0].name == "-#1");
    CHECK(as_text(box[0].bytes).starts_with("From a@b Mon\nSubject: 1"));
    CHECK(as_text(box[1].bytes) == "From c@d Tue\nSubject: 2\n\ny\n");
    for (const std::string_view text : {"", "Fro", "From ", "From: a@b\n\nFrom c@d\n\nx\n"}) {
        const auto one = all_of_standard_input(text);
        REQUIRE(one.size() == 1);
        CHECK(one[0].name == "-");
        CHECK(as_text(one[0].bytes) == text);
    }
}
