// What append() and put() have confirmed exists after `kill -9` at any moment, and what they have not confirmed is
// whole or absent.
#include <doctest/doctest.h>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <sstream>
#include <string>

#include "base/unique_fd.hpp"
#include "store/evidence_store.hpp"
#include "store/journal_store.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

std::string content_of(int number) {
    return "message " + std::to_string(number) + std::string(5'000, 'x');
}

/// Appends without end and says each number after it was confirmed. Runs in the child.
[[noreturn]] void append_for_ever(const std::filesystem::path& folder, int start, int out) {
    auto database = Database::open(folder / "tocsin.db", test::noon);
    auto evidence = EvidenceStore::open(folder / "evidence");
    if (!database || !evidence) ::_exit(1);
    JournalStore journal(*database);
    for (int number = start;; number += 2) {
        if (!evidence->put(as_bytes(content_of(number)))) ::_exit(2);
        const std::vector<Record> batch = {test::sample_record("r" + std::to_string(number), number),
                                           test::sample_record("r" + std::to_string(number + 1), number)};
        const std::vector<Held> held = {
            test::sample_held("h" + std::to_string(number), "r" + std::to_string(number))};
        if (!journal.append(batch, held)) ::_exit(3);
        const Record alone = test::sample_record("t" + std::to_string(number), number);
        if (!journal.take_in(std::span(&alone, 1))) ::_exit(5);
        // Filing may die as well as writing.
        if (number % 3 == 0 && !journal.file_away()) ::_exit(6);
        const std::string line = std::to_string(number) + "\n";
        if (::write(out, line.data(), line.size()) < 0) ::_exit(4);
    }
}

/// Starts the child, kills it after `milliseconds` from its first confirmation, returns the confirmed numbers.
std::vector<int> run_and_kill(const std::filesystem::path& folder, int start, int milliseconds) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    UniqueFd reader(ends[0]), writer(ends[1]);
    const pid_t child = ::fork();
    if (child == 0) append_for_ever(folder, start, writer.get());
    REQUIRE(child > 0);
    writer.reset();
    pollfd ready{reader.get(), POLLIN, 0};
    CHECK(::poll(&ready, 1, 20'000) == 1);
    ::poll(nullptr, 0, milliseconds);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    std::string said;
    char buffer[4096];
    for (ssize_t count = 0; (count = ::read(reader.get(), buffer, sizeof(buffer))) > 0;)
        said.append(buffer, static_cast<std::size_t>(count));
    std::vector<int> numbers;
    std::istringstream lines(said);
    for (int number = 0; lines >> number;) numbers.push_back(number);
    return numbers;
}

}  // namespace

TEST_CASE("kill -9 loses nothing that was confirmed") {
    test::TemporaryFolder folder;
    const unsigned seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random(seed);
    std::vector<int> confirmed;
    for (int round = 0; round < 6; ++round) {
        const auto numbers = run_and_kill(folder.path(), round * 1'000'000, static_cast<int>(random() % 120));
        confirmed.insert(confirmed.end(), numbers.begin(), numbers.end());

        auto database = Database::open(folder.path() / "tocsin.db", test::noon);
        auto evidence = EvidenceStore::open(folder.path() / "evidence");
        REQUIRE(database.has_value());
        REQUIRE(evidence.has_value());
        JournalStore journal(*database);
        HeldStore held(*database);
        for (const int number : confirmed) {
            CHECK(journal.get("r" + std::to_string(number)).has_value());
            CHECK(journal.get("r" + std::to_string(number + 1)).has_value());
            CHECK(journal.get("t" + std::to_string(number)).has_value());
            const auto message = held.get("h" + std::to_string(number));
            REQUIRE(message.has_value());
            CHECK(evidence->get(sha256(as_bytes(content_of(number)))).has_value());
        }
        CHECK(journal.unfiled()->empty());
        // The batch that was under way is whole or absent.
        const int next = numbers.empty() ? round * 1'000'000 : numbers.back() + 2;
        const bool first = journal.get("r" + std::to_string(next)).has_value();
        CHECK(journal.get("r" + std::to_string(next + 1)).has_value() == first);
        CHECK(held.get("h" + std::to_string(next)).has_value() == first);
        if (first) CHECK(evidence->get(sha256(as_bytes(content_of(next)))).has_value());
        CHECK(std::filesystem::is_empty(folder.path() / "evidence" / "new"));
    }
    CHECK(confirmed.size() >= 6);
}
