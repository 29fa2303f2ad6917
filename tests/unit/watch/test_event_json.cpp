#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "base/limits/watch.hpp"
#include "support/exact_buffer.hpp"
#include "watch/event_json.hpp"

using namespace tocsin;
using namespace tocsin::watch;

TEST_CASE("a record of the journal becomes a message event") {
    const ExactBuffer line(
        R"({"id":"r1","time":"2026-03-01T12:00:00.5Z","direction":"outbound","customer":"acme",
        "sasl_login":"acme-1","client_ip":"192.0.2.1","mail_from":"b@acme.example","header_from":"n@acme.example",
        "header_from_name":"Acme","reply_to":"r@acme.example","subject":"Hello","recipients":["a@x.example","b@y.example"],
        "text_fingerprint":"00000000000000ff","page_fingerprint":"","body_form":"html","language":"pt",
        "links":{"WWW.acme.example":3,"x.example":1},"attachment_types":["pdf"],"points":4,"hostility":0.25,
        "verdict":"suspicious","disposition":"accept","size_bytes":5,"unknown":[1]})");
    const auto parsed = parse_event(line.text());
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    const auto& event = std::get<MessageEvent>(**parsed);
    CHECK(event.id == "r1");
    CHECK(to_rfc3339(event.time) == "2026-03-01T12:00:00.500Z");
    CHECK(event.customer == "acme");
    CHECK(event.credential == "acme-1");
    CHECK(event.recipients.size() == 2);
    CHECK(event.text_fingerprint == 255);
    CHECK(event.page_fingerprint == 0);
    CHECK(event.form == BodyForm::html);
    CHECK(event.language == "pt");
    REQUIRE(event.links.size() == 2);
    CHECK(event.links[0].host == "www.acme.example");
    CHECK(event.links[0].count == 3);
    CHECK(event.attachment_types == std::vector<std::string>{"pdf"});
    CHECK(event.judge_points == 4);
    CHECK(event.hostility == 0.25);
    CHECK(event.judged_as == JudgedAs::suspicious);
    CHECK_FALSE(event.refused);
}

TEST_CASE("mail that does not go out is none of the watch's, and mail that nobody got says nothing") {
    const auto direction = [](const char* word) {
        return parse_event(
            std::string(
                R"({"id":"1","time":"2026-03-01","customer":"a","disposition":"reject","direction":")") +
            word + "\"}");
    };
    CHECK_FALSE(direction("inbound")->has_value());
    CHECK_FALSE(direction("internal")->has_value());
    CHECK(std::get<MessageEvent>(**direction("outbound")).refused);
    CHECK(std::get<MessageEvent>(**direction("")).refused);
}

TEST_CASE("every kind of event is read") {
    for (std::size_t act = 0; act < static_cast<std::size_t>(AccountAct::count_); ++act) {
        const std::string name(to_string(static_cast<AccountAct>(act)));
        const auto event = parse_event(
            R"({"id":"1","time":"2026-03-01","customer":"a","device":"d","count":7,"kind":")" + name + "\"}");
        CAPTURE(name);
        REQUIRE(event.has_value());
        CHECK(std::get<AccountEvent>(**event).act == static_cast<AccountAct>(act));
        CHECK(std::get<AccountEvent>(**event).count == 7);
    }
    for (std::size_t kind = 0; kind < static_cast<std::size_t>(Outcome::count_); ++kind) {
        const std::string name(to_string(static_cast<Outcome>(kind)));
        const auto event = parse_event(
            R"({"id":"1","time":"2026-03-01","customer":"a","record":"r","kind":")" + name + "\"}");
        REQUIRE(event.has_value());
        CHECK(std::get<OutcomeEvent>(**event).outcome == static_cast<Outcome>(kind));
        CHECK(std::get<OutcomeEvent>(**event).record_id == "r");
    }
    const auto said = parse_event(
        R"({"kind":"answer","id":"1","time":"2026-03-01","alarm":"x","answer":"not_us","by":"anna"})");
    REQUIRE(said.has_value());
    CHECK(std::get<AnswerEvent>(**said).answer == Answer::not_us);
}

TEST_CASE("what is wrong is named, with the field and what it should be") {
    struct Case {
        const char *line, *problem;
    };
    for (const Case& c :
         {Case{"", "no JSON, at byte 1"},
          Case{"{\"id\":", "no JSON, at byte 7"},
          Case{"[]", "an event must be a JSON object"},
          Case{"5", "an event must be a JSON object"},
          Case{"{}", "field \"id\" must be there"},
          Case{R"({"id":"","time":"2026-03-01","customer":"a"})",
               "field \"id\" must be a text that is not empty"},
          Case{R"({"id":1,"time":"2026-03-01","customer":"a"})", "field \"id\" must be a text"},
          Case{R"({"id":"1","time":"yesterday","customer":"a"})",
               "field \"time\" must be a moment such as 2026-03-01T12:00:00Z"},
          Case{R"({"id":"1","time":"2026-03-01"})", "field \"customer\" must be there"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","recipients":"x"})",
               "field \"recipients\" must be a list of texts"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","recipients":[1]})",
               "field \"recipients\" must be a list of texts"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","links":5})",
               "field \"links\" must be an object of hosts with their number of links"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","links":{"x":-1}})",
               "field \"links\" must be hosts with whole numbers"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","hostility":2})",
               "field \"hostility\" must be a number from 0 to 1"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","text_fingerprint":"xyz"})",
               "field \"text_fingerprint\" must be up to 16 hexadecimal digits"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","text_fingerprint":"00000000000000001"})", ""},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","language":""})", ""},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","language":"en\n"})",
               "field \"language\" must be a code of ISO 639 such as en"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","language":"portuguese"})",
               "field \"language\" must be a code of ISO 639 such as en"},
          Case{R"({"id":"1","time":"2026-03-01","customer":"a","text_fingerprint":"10000000000000000"})",
               "field \"text_fingerprint\" must be up to 16 hexadecimal digits"},
          Case{R"({"kind":"login","id":"1","time":"2026-03-01","customer":"a","count":-1})",
               "field \"count\" must be a whole number from 0"},
          Case{R"({"kind":"sender_added","id":"1","time":"2026-03-01","customer":"a","verified":"yes"})",
               "field \"verified\" must be true or false"},
          Case{R"({"kind":"answer","id":"1","time":"2026-03-01","alarm":"x","answer":"maybe"})",
               "field \"answer\" must be this_is_us, not_us or closed, and not \"maybe\""},
          Case{R"({"kind":"dance","id":"1"})",
               "\"dance\" is no kind of event: the manual (watch.md) lists acts, outcomes and messages"}}) {
        const ExactBuffer exact(c.line);
        const auto event = parse_event(exact.text());
        CAPTURE(c.line);
        CHECK((event ? std::string() : event.error().message) == c.problem);
    }
}

TEST_CASE("long texts are cut, long lists end, a line that is too long is refused") {
    const std::string long_text(limits::watch_text_bytes + 100, 'x');
    const auto cut =
        parse_event(R"({"id":"1","time":"2026-03-01","customer":"a","subject":")" + long_text + "\"}");
    CHECK(std::get<MessageEvent>(**cut).subject.size() == limits::watch_text_bytes);
    std::string hosts;
    for (std::size_t host = 0; host < limits::watch_links + 9; ++host)
        hosts += (hosts.empty() ? "\"h" : ",\"h") + std::to_string(host) + ".example\":1";
    const auto many = parse_event(R"({"id":"1","time":"2026-03-01","customer":"a","links":{)" + hosts + "}}");
    CHECK(std::get<MessageEvent>(**many).links.size() == limits::watch_links);
    const auto refused = parse_event(std::string(limits::watch_line_bytes + 1, ' '));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::limit);
}

TEST_CASE("JSON that is nested for its own sake is refused, however deep it is") {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    CHECK(parse_flat_json(nested(limits::watch_json_depth)).has_value());
    for (const std::size_t depth : {std::size_t{limits::watch_json_depth} + 1, std::size_t{1'000}, std::size_t{1'000'000}}) {
        const auto refused = parse_flat_json(nested(depth));
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().message == "the JSON has lists or objects more than 8 deep in each other");
    }
    std::string objects;
    for (int depth = 0; depth < 100'000; ++depth) objects += "{\"a\":";
    CHECK_FALSE(parse_flat_json(objects + "1" + std::string(100'000, '}')).has_value());
    CHECK_FALSE(parse_flat_json(std::string(1'000'000, '[')).has_value());
    CHECK_FALSE(parse_event(R"({"id":"r","time":"2026-03-01T12:00:00Z","customer":"acme","foo":)" + nested(5'000) + "}")
                    .has_value());
}

TEST_CASE("what is written is what is read") {
    MessageEvent message;
    message.id = "r1";
    message.time = {1'767'603'600'123'456LL};
    message.customer = "acme";
    message.credential = "login";
    message.client_ip = "192.0.2.1";
    message.network_owner = "AS64500";
    message.country = "DE";
    message.mail_from = "b@acme.example";
    message.header_from = "n@acme.example";
    message.header_from_name = "Acme";
    message.reply_to = "r@acme.example";
    message.subject = "Hello";
    message.recipients = {"a@x.example"};
    message.text_fingerprint = 0xFF;
    message.page_fingerprint = 0xFE;
    message.language = "pt";
    message.form = BodyForm::plain;
    message.links = {{"a.example", 2}, {"b.example", 1}};
    message.registrable_domains = {"a.co.uk"};
    message.attachment_types = {"pdf"};
    message.judge_points = 7;
    message.hostility = 0.5;
    message.judged_as = JudgedAs::hostile;
    message.refused = true;
    message.released = true;
    AccountEvent act{.id = "a1",
                     .time = message.time,
                     .act = AccountAct::sender_added,
                     .customer = "acme",
                     .credential = "key",
                     .actor = "staff-7",
                     .client_ip = "192.0.2.9",
                     .network_owner = "AS64501",
                     .country = "FR",
                     .device = "phone",
                     .value = "x@y.example",
                     .count = 3,
                     .verified = true};
    OutcomeEvent outcome{.id = "o1",
                         .time = message.time,
                         .outcome = Outcome::complaint,
                         .customer = "acme",
                         .record_id = "r1",
                         .count = 2};
    AnswerEvent answer{.id = "n1",
                       .time = message.time,
                       .alarm = "a",
                       .answer = Answer::not_us,
                       .by = "eve",
                       .note = "asked"};
    const auto read = [](const auto& event) {
        const auto again = parse_event(to_json(event).dump());
        REQUIRE(again.has_value());
        REQUIRE(again->has_value());
        return std::get<std::decay_t<decltype(event)>>(**again);
    };
    // Nothing is left out: each member of what was read is what was written.
    CHECK((to_json(read(message)) == to_json(message)));
    message.links_cut = true;
    CHECK((to_json(read(message)) == to_json(message)));
    CHECK(to_json(message).size() == 26);
    CHECK((read(message).time == message.time));
    CHECK((to_json(read(act)) == to_json(act)));
    CHECK(to_json(act).size() == 13);
    CHECK((to_json(read(outcome)) == to_json(outcome)));
    CHECK(to_json(outcome).size() == 6);
    CHECK((to_json(read(answer)) == to_json(answer)));
    CHECK(to_json(answer).size() == 7);
}

TEST_CASE("a record says of itself whether the gate refused it, whatever became of it") {
    const auto refused = [](const std::string& fields) {
        const auto event =
            parse_event(R"({"id":"r","time":"2026-03-01T12:00:00Z","customer":"acme",)" + fields + "}");
        REQUIRE(event.has_value());
        return std::get<MessageEvent>(**event).refused;
    };
    CHECK(refused(R"("disposition":"hold")"));
    CHECK_FALSE(refused(R"("disposition":"hold","refused":false)"));
    CHECK(refused(R"("disposition":"accept","refused":true)"));
    const auto named = parse_event(R"json({"id":"r","time":"2026-03-01T12:00:00Z",
        "customer":"(unknown)","watched_as":"(unknown)/anna"})json");
    CHECK(std::get<MessageEvent>(**named).customer == "(unknown)/anna");
}
