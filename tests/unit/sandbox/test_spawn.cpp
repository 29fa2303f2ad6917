#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/child_process.hpp"

using namespace std::chrono_literals;
using namespace tocsin;

namespace {

/// Runs a shell command in a spawned program and returns what it wrote to standard error.
std::string run_shell(const std::string& command) {
    std::array<int, 2> ends{};
    REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
    UniqueFd read_end(ends[0]), write_end(ends[1]);
    test::ChildProcess shell("/bin/sh", {"-c", command}, write_end.get());
    write_end.reset();
    std::string output;
    std::array<char, 4096> buffer{};
    for (ssize_t size = 0; (size = ::read(read_end.get(), buffer.data(), buffer.size())) > 0;)
        output.append(buffer.data(), static_cast<std::size_t>(size));
    REQUIRE(shell.ends_within(10s));
    CHECK(shell.wait().value == 0);
    return output;
}

}  // namespace

TEST_CASE("a spawned program starts with an empty environment") {
    ::setenv("TOCSIN_TEST_SECRET", "secret", 1);
    std::string environment = run_shell("/usr/bin/env >&2");
    CHECK(environment.find("secret") == std::string::npos);
    CHECK(environment.find("PATH=/") == std::string::npos);
    ::unsetenv("TOCSIN_TEST_SECRET");
}

TEST_CASE("a spawned program has descriptors 0 to 3 and no other") {
    // Left open on purpose, without close-on-exec.
    UniqueFd leaked(::open("/etc/hostname", O_RDONLY));
    UniqueFd high(::fcntl(leaked.get(), F_DUPFD, 100));
    // The shell's own listing opens one more, for the folder itself.
    std::string listing = run_shell("for f in /proc/$$/fd/*; do printf '%s ' \"${f##*/}\" >&2; done");
    CHECK((listing == "0 1 2 3 " || listing == "0 1 2 3 4 "));
    CHECK(run_shell("readlink /proc/$$/fd/0 >&2") == "/dev/null\n");
}

TEST_CASE("a spawned program leads a session of its own") {
    CHECK(
        run_shell("read -r a b c d e session rest < /proc/$$/stat; [ \"$session\" = $$ ] && echo own >&2") ==
        "own\n");
}

TEST_CASE("a file that is no program is an error") {
    UniqueFd text(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
    UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    auto channel = sandbox::make_channel().value();
    auto spawned = sandbox::spawn_program(text.get(), {"x"}, channel.second.get(), nowhere.get());
    REQUIRE_FALSE(spawned.has_value());
    CHECK(spawned.error().message.starts_with("start the reader program"));
    CHECK_FALSE(sandbox::spawn_program(-1, {"x"}, channel.second.get(), nowhere.get()).has_value());
}
