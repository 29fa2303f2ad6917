// Every forbidden thing is tried by a program that is confined like a reader, and must end in its outcome.
#include <doctest/doctest.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string_view>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

#ifdef TOCSIN_UNCONFINED

TEST_CASE("confinement" * doctest::description("not in this build")) {
    MESSAGE("SKIPPED: a build for a sanitizer or fuzzer (TOCSIN_UNCONFINED) does not confine anything");
}

#else

using namespace std::chrono_literals;
using namespace tocsin;
using sandbox::Outcome;

namespace {

struct Ending {
    Outcome outcome = Outcome::unavailable;
    std::string answer;    ///< Reply::error, when there was a reply
    std::string enforced;  ///< what the probe said when it was ready
    sandbox::ExitReason reason;
};

constexpr std::uint64_t request_id = 42;

/// A pool in twenty lines: one request, one deadline, one outcome.
std::optional<Ending> judge_datagram(const test::ChildProcess& probe) {
    Result<sandbox::Datagram> datagram = sandbox::receive_datagram(probe.channel(), limits::reply_bytes, 0);
    if (!datagram) return std::nullopt;  // the probe is gone, or says that it is: its death tells why
    Ending ending;
    ending.outcome = Outcome::violated;
    if (datagram->cut) return ending;
    std::optional<reader::Reply> reply = reader::decode_reply(datagram->data);
    if (!reply || reply->id != request_id) return ending;
    ending.outcome = Outcome::verdict;
    ending.answer = reply->error;
    return ending;
}

Ending run_probe(const std::string& thing, std::chrono::milliseconds deadline = 20s) {
    test::TemporaryFolder folder;
    std::string scratch = folder.path() / "scratch";
    std::filesystem::create_directory(scratch);
    std::ofstream(folder.path() / "outside") << "not to be touched";
    test::ChildProcess probe(TOCSIN_PROBE, {thing, scratch}, STDERR_FILENO);

    REQUIRE(test::readable_within(probe.channel(), 20s));
    Result<sandbox::Datagram> first = sandbox::receive_datagram(probe.channel(), limits::reply_bytes, 0);
    REQUIRE_MESSAGE(first.has_value(), thing);
    std::optional<reader::Ready> ready = reader::decode_ready(first->data);
    REQUIRE(ready.has_value());

    UniqueFd input = sandbox::make_sealed_memfd(as_bytes("hello")).value();
    UniqueFd output = sandbox::make_output_memfd().value();
    reader::Request request;
    request.id = request_id;
    REQUIRE(sandbox::send_datagram(probe.channel(), reader::encode(request), {input.get(), output.get()})
                .has_value());

    Ending ending;
    if (!test::readable_within(probe.channel(), deadline)) {
        ending.outcome = Outcome::timed_out;
        ending.reason = probe.kill_and_wait();
    } else if (std::optional<Ending> judged = judge_datagram(probe)) {
        ending = *judged;
        ending.reason = probe.kill_and_wait();
    } else if (probe.ends_within(5s)) {
        ending.reason = probe.wait();
        ending.outcome = sandbox::outcome_of(ending.reason);
    } else {
        ending.outcome = Outcome::violated;  // it closed its channel, or said nothing at all, and lives on
        ending.reason = probe.kill_and_wait();
    }
    ending.enforced = ready->enforced;
    CHECK(std::filesystem::file_size(folder.path() / "outside") == 17);
    return ending;
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
    return count;
}

}  // namespace

TEST_CASE("an honest probe is answered: the others fail for what they do") {
    Ending ending = run_probe("honest");
    MESSAGE("enforced: ", ending.enforced);
    CHECK(ending.outcome == Outcome::verdict);
}

TEST_CASE("what a reader must not even try ends it: violated") {
    for (std::string thing :
         {"socket", "socket_pair", "fork", "exec", "exec_mapping", "exec_protection", "ptrace", "kill_parent",
          "signal_parent_thread", "mount", "namespace", "io_uring", "raise_memory_limit"}) {
        CAPTURE(thing);
        Ending ending = run_probe(thing);
        CHECK(sandbox::to_string(ending.outcome) == sandbox::to_string(Outcome::violated));
        CHECK(ending.reason.signalled);
        CHECK(ending.reason.value == SIGSYS);
    }
}

TEST_CASE("what a library might try in good faith is refused, and the reader lives") {
    for (std::string thing :
         {"open", "open_own_memory", "open_above", "write_outside", "remove_outside", "truncate_outside",
          "link_outside", "rename_outside", "leaked_descriptor", "thread", "open_flood"}) {
        CAPTURE(thing);
        Ending ending = run_probe(thing);
        CHECK(sandbox::to_string(ending.outcome) == sandbox::to_string(Outcome::verdict));
        CHECK(ending.answer == "refused");
    }
    CHECK_FALSE(std::filesystem::exists("/tmp/tocsin-probe-was-here"));
}

TEST_CASE("a reader that takes too much is over_limit") {
    for (std::string thing : {"memory_2gib", "file_fill", "output_fill"}) {
        CAPTURE(thing);
        CHECK(sandbox::to_string(run_probe(thing).outcome) == sandbox::to_string(Outcome::over_limit));
    }
}

TEST_CASE("many small files end at the quota of the scratch folder") {
    Ending ending = run_probe("disk_fill");
    CHECK(ending.outcome == Outcome::verdict);
    bool quota = ending.enforced.find("scratch on tmpfs") != std::string::npos;
    if (!quota) MESSAGE("this system permits no mount namespace: only the size of one file is bounded");
    CHECK(ending.answer == (quota ? "refused" : "reached"));
}

TEST_CASE("a reader that does not answer in time is killed: timed_out") {
    CHECK(run_probe("endless_loop", 300ms).outcome == Outcome::timed_out);
    CHECK(run_probe("endless_sleep", 300ms).outcome == Outcome::timed_out);
}

TEST_CASE("behind the wall clock stands the processor clock: over_limit") {
    Ending ending = run_probe("endless_loop", 30s);
    CHECK(ending.outcome == Outcome::over_limit);
    CHECK(ending.reason.value == SIGXCPU);
}

TEST_CASE("an answer that is none is violated") {
    for (std::string thing : {"oversize_reply", "wrong_id", "garbage_reply"}) {
        CAPTURE(thing);
        CHECK(sandbox::to_string(run_probe(thing).outcome) == sandbox::to_string(Outcome::violated));
    }
}

TEST_CASE("descriptors that nobody asked for are closed: violated, and nothing is left behind") {
    std::size_t before = open_descriptors();
    CHECK(run_probe("file_descriptor_flood").outcome == Outcome::violated);
    CHECK(open_descriptors() == before);
}

TEST_CASE("a reader that dies by itself is crashed") {
    CHECK(run_probe("silent_exit").outcome == Outcome::crashed);
    Ending crash = run_probe("crash");
    CHECK(crash.outcome == Outcome::crashed);
    CHECK(crash.reason.value == SIGSEGV);
    Ending abort = run_probe("abort");
    CHECK(abort.outcome == Outcome::crashed);
    CHECK(abort.reason.value == SIGABRT);
    CHECK(run_probe("empty_datagram").outcome != Outcome::verdict);
}

#endif
