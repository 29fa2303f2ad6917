#include <doctest/doctest.h>

#include <sqlite3.h>

#include <filesystem>
#include <string>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "gate/held_again.hpp"
#include "store/database.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {

std::string behind(const std::string& content) {
    return std::string(as_text(behind_trace(as_bytes(content))));
}

/// A store with what was held at minute 0, and questions about what comes at minute 1.
class HeldBefore {
public:
    HeldBefore() : folder_(std::filesystem::temp_directory_path() / ("tocsin-held-" + make_id(0))) {
        std::filesystem::create_directory(folder_);
        evidence_.emplace(*store::EvidenceStore::open(folder_ / "evidence"));
        database_.emplace(*store::Database::open(folder_ / "tocsin.sqlite", TimePoint{0}));
        held_.emplace(*database_);
    }
    HeldBefore(const HeldBefore&) = delete;
    HeldBefore& operator=(const HeldBefore&) = delete;
    ~HeldBefore() {
        evidence_.reset();
        std::filesystem::remove_all(folder_);
    }

    std::string hold(const std::string& content, std::int64_t time_us = 0) {
        store::Held held;
        held.id = make_id(0);
        held.time = TimePoint{time_us};
        held.direction = "inbound";
        held.mail_from = "a@x.example";
        held.recipients = {"b@y.example"};
        held.size_bytes = content.size();
        const Hash256 hash = *evidence_->put(as_bytes(content));
        held.content_sha256 = to_hex(std::as_bytes(std::span(hash)));
        REQUIRE(held_->add(held).has_value());
        return held.id;
    }

    std::string ask(const std::string& content, std::vector<std::string> recipients = {"b@y.example"},
                    std::int64_t now_us = 60'000'000, const char* sender = "a@x.example",
                    const char* direction = "inbound") {
        const auto found =
            find({direction, sender, std::move(recipients), as_bytes(content), TimePoint{now_us}});
        REQUIRE(found.has_value());
        return *found ? (*found)->id : "";
    }

    Result<std::optional<store::Held>> find(const HeldQuestion& question) {
        return find_held_again(*held_, *evidence_, unheard, question);
    }

    /// As when the file is damaged.
    void lose_table() {
        sqlite3* other = nullptr;
        REQUIRE(sqlite3_open((folder_ / "tocsin.sqlite").c_str(), &other) == SQLITE_OK);
        CHECK(sqlite3_exec(other, "ALTER TABLE held RENAME TO gone", nullptr, nullptr, nullptr) == SQLITE_OK);
        sqlite3_close(other);
    }

    UnheardHolds unheard{TimePoint{30'000'000}};
    store::HeldStore& held() { return *held_; }
    std::filesystem::path evidence_folder() const { return folder_ / "evidence"; }

private:
    std::filesystem::path folder_;
    std::optional<store::EvidenceStore> evidence_;
    std::optional<store::Database> database_;
    std::optional<store::HeldStore> held_;
};

const std::string message = "From: a@x.example\r\nMessage-ID: <1@x.example>\r\n\r\nbody\r\n";
const std::string first_try = "Received: by mx; 12:00:01\r\n\tfor <b@y.example>\r\n" + message;
const std::string second_try = "Received: by mx2; 12:05:00\r\n" + message;

}  // namespace

TEST_CASE("the trace is the Received fields at the top, with their folded lines, and nothing else") {
    CHECK(behind(message) == message);
    CHECK(behind(first_try) == message);
    CHECK(behind("RECEIVED:one\r\nreceived: two\n x\n\ty\r\n" + message) == message);
    CHECK(behind("X: 1\r\nReceived: below\r\n\r\n") == "X: 1\r\nReceived: below\r\n\r\n");
    CHECK(behind("Received-SPF: pass\r\n\r\n") == "Received-SPF: pass\r\n\r\n");
    CHECK(behind("Received: no line end") == "");
    CHECK(behind("Received: a\r\n\r\nReceived: in the body\r\n") == "\r\nReceived: in the body\r\n");
    CHECK(behind("receive") == "receive");
    CHECK(behind("") == "");
}

TEST_CASE("a message that is held is found again when it is the same one") {
    HeldBefore store;
    const std::string id = store.hold(first_try);
    CHECK(store.ask(first_try) == id);
    CHECK(store.ask(second_try) == id);
}

TEST_CASE("anything that differs makes it another message") {
    HeldBefore store;
    store.hold(first_try);
    std::string other = second_try;
    other.replace(other.find("body"), 4, "bodY");
    CHECK(store.ask(other).empty());
    CHECK(store.ask(second_try + "more\r\n").empty());
    CHECK(store.ask("X-New: field\r\n" + second_try).empty());
    CHECK(store.ask(second_try, {"c@y.example"}).empty());
    CHECK(store.ask(second_try, {"b@y.example", "c@y.example"}).empty());
    CHECK(store.ask(second_try, {"b@y.example"}, 60'000'000, "z@x.example").empty());
    CHECK(store.ask(second_try, {"b@y.example"}, 60'000'000, "A@x.example").empty());
    CHECK(store.ask(second_try, {"b@y.example"}, 60'000'000, "a@x.example", "outbound").empty());
}

TEST_CASE("whoever has heard our 250 and sends the same twice gets it held twice") {
    HeldBefore store;
    const std::string id = store.hold(first_try, 30'000'000);
    CHECK(store.ask(second_try).empty());
    store.unheard.add(id);
    CHECK(store.ask(second_try) == id);
}

TEST_CASE("of the messages that may be unheard the oldest are forgotten") {
    UnheardHolds unheard(TimePoint{0});
    store::Held first, last;
    first.id = make_id(1);
    last.id = make_id(10'000'000'000);
    unheard.add(last.id);
    unheard.add(first.id);
    CHECK(unheard.may_be_unheard(first));
    for (std::size_t number = 0; number < limits::unheard_holds - 1; ++number)
        unheard.add(make_id(1'000'000));
    CHECK_FALSE(unheard.may_be_unheard(first));
    CHECK(unheard.may_be_unheard(last));
}

TEST_CASE("what waits too long, or waits no more, or cannot be read, is not found") {
    HeldBefore store;
    const std::string id = store.hold(first_try);
    CHECK(store.ask(second_try, {"b@y.example"}, limits::held_again_window_us) == id);
    CHECK(store.ask(second_try, {"b@y.example"}, limits::held_again_window_us + 1).empty());
    SUBCASE("decided") {
        REQUIRE(store.held()
                    .move(id, store::HeldState::held, store::HeldState::discarded, {"someone", ""},
                          TimePoint{1}, "")
                    .has_value());
        CHECK(store.ask(second_try).empty());
    }
    SUBCASE("evidence is gone") {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(store.evidence_folder()))
            if (entry.path().filename().string().size() == 64) std::filesystem::remove(entry.path());
        CHECK(store.ask(second_try).empty());
    }
}

TEST_CASE("a store that cannot say what is held is an error: kept again, a message could be released twice") {
    HeldBefore store;
    store.hold(first_try);
    store.lose_table();
    CHECK_FALSE(
        store.find({"inbound", "a@x.example", {"b@y.example"}, as_bytes(second_try), TimePoint{60'000'000}})
            .has_value());
}

TEST_CASE("a flood of messages that look alike from outside costs only the newest few") {
    HeldBefore store;
    const std::string id = store.hold(first_try);
    for (int number = 0; number < 10; ++number) store.hold(first_try + std::to_string(number), 1);
    // Kept once more, not lost: it is not among those that are opened.
    CHECK(store.ask(second_try) == "");
    CHECK(store.held().get(id).has_value());
}
