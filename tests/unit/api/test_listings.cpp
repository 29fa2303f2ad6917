// Listings of the API, on stores in memory.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "net/loop.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using nlohmann::json;

namespace {

struct Answer {
    int status = 0;
    json body;
};

/// Five records and held messages, one second apart from noon on, 2026-01-01.
struct ListedMail {
    ListedMail() {
        for (int number = 0; number < 5; ++number) {
            const std::string digit = std::to_string(number);
            REQUIRE(journal.append(std::vector{test::sample_record("r" + digit, number)}).has_value());
            REQUIRE(held.add(test::sample_held("h" + digit, "r" + digit, number)).has_value());
        }
    }

    Answer ask(const char* method, const std::string& target, const std::string& body = "") {
        net::Loop loop;
        net::BlockingPool blocking(loop, 1, 16);
        api::Api api({.journal = journal,
                      .orders = orders,
                      .held = held,
                      .evidence = evidence,
                      .blocking = blocking,
                      .clock = clock,
                      .log = log,
                      .orders_changed = [](net::Fiber&) { return Result<void>(); }});
        proto::HttpResponse response;
        loop.spawn([&](net::Fiber& fiber) {
            proto::HttpRequest request;
            request.method = method;
            request.target = target;
            request.body = body;
            response = api.handle(fiber, request, "uid 0");
        });
        loop.run();
        return {response.status, json::parse(response.body)};
    }

    test::TemporaryFolder folder;
    store::Database database = *store::Database::open_in_memory(test::noon);
    store::JournalStore journal{database};
    store::OrderStore orders{database};
    store::HeldStore held{database};
    store::EvidenceStore evidence = *store::EvidenceStore::open(folder.path() / "evidence");
    Clock clock;
    NullLog log;
};

}  // namespace

TEST_CASE("a moment before which entries are is part of what is counted, an id only turns the page") {
    ListedMail mail;
    for (const auto& [path, name, letter] :
         {std::tuple{"/v1/journal", "records", "r"}, {"/v1/held", "held", "h"}}) {
        const std::string listing(path);
        CAPTURE(listing);
        Answer answer = mail.ask("GET", listing + "?before=2026-01-01T12:00:03Z");
        CHECK(answer.body[name].size() == 3);
        CHECK(answer.body["total"] == 3);
        CHECK(answer.body["more"] == false);
        answer = mail.ask("GET", listing + "?before=2026-01-01T12:00:03Z&limit=1");
        CHECK(answer.body["total"] == 3);
        CHECK(answer.body["more"] == true);
        answer = mail.ask("GET", listing + "?before=2026-01-01");
        CHECK(answer.body[name].empty());
        CHECK(answer.body["total"] == 0);
        answer = mail.ask("GET", listing + "?limit=1&before=" + letter + "3");
        CHECK(answer.body[name][0]["id"] == std::string(letter) + "2");
        CHECK(answer.body["total"] == 5);
        CHECK(answer.body["more"] == true);
    }
    CHECK(
        mail.ask("GET", "/v1/journal?since=2026-01-01T12:00:01Z&before=2026-01-01T12:00:03Z").body["total"] ==
        2);
}

TEST_CASE("a word that is not known changes nothing: it is refused") {
    ListedMail mail;
    for (const char* target :
         {"/v1/journal?sendr=x", "/v1/held?sate=held", "/v1/held?state=held&state=held"}) {
        CAPTURE(target);
        const Answer answer = mail.ask("GET", target);
        CHECK(answer.status == 400);
        CHECK(answer.body["code"] == "invalid_input");
    }
    Answer answer = mail.ask("POST", "/v1/held/h1/release", R"({"why": "w", "agian": true})");
    CHECK(answer.status == 400);
    CHECK(answer.body["error"].get<std::string>().find("\"agian\"") != std::string::npos);
    for (const char* more : {R"("expires_in": 60)", R"("directoin": "inbound")", R"("direction": 1)"}) {
        CAPTURE(more);
        const std::string body = R"({"action": "block", "subject_kind": "sender", "value": "a@x.example", )";
        CHECK(mail.ask("POST", "/v1/orders", body + more + "}").status == 400);
    }
    CHECK(mail.ask("GET", "/v1/orders?all=1").body["total"] == 0);
}
