#include <doctest/doctest.h>

#include "api/acknowledge_links.hpp"
#include "api/answer_links.hpp"

using namespace tocsin;
using namespace tocsin::api;

namespace {
constexpr TimePoint noon{1'767'700'800LL * 1'000'000};
constexpr TimePoint later{noon.microseconds + 3'600LL * 1'000'000};
}  // namespace

TEST_CASE("a link that acknowledges names one person and one incident, until it ends") {
    const AcknowledgeLinks links(HashKey{{1, 2, 3}});
    for (const char* incident : {"r-00a1b2c3d4e5f607", "r-a.b.c", "h-e7"}) {
        CAPTURE(incident);
        const std::string token = links.make({incident, "anna-b_2"}, later);
        CHECK(AcknowledgeLinks::is_one(token));
        const Result<AcknowledgeLink> link = links.read(token, noon);
        REQUIRE(link.has_value());
        CHECK(link->incident == incident);
        CHECK(link->person == "anna-b_2");
        CHECK(links.read(token, later).error().code == ErrorCode::timed_out);
        CHECK(AcknowledgeLinks(HashKey{{9}}).read(token, noon).error().code == ErrorCode::permission);
    }
}

TEST_CASE("whatever is changed in it, it is none") {
    const HashKey key{{1, 2, 3}};
    const AcknowledgeLinks links(key);
    const std::string token = links.make({"r-1", "anna"}, later);
    for (std::size_t at = 0; at < token.size(); ++at) {
        CAPTURE(at);
        std::string changed = token;
        changed[at] = changed[at] == '0' ? '1' : '0';
        CHECK(links.read(changed, noon).error().code == ErrorCode::permission);
        CHECK(links.read(token.substr(0, at), noon).error().code == ErrorCode::permission);
        CHECK(links.read(token.substr(at + 1), noon).error().code == ErrorCode::permission);
    }
    for (const std::string& bad : {std::string(), std::string("ack."), std::string("ack...."), token + "0"})
        CHECK(links.read(bad, noon).error().code == ErrorCode::permission);
    // Even with one key a link for a contact's answer is none that acknowledges, and the other way round.
    CHECK_FALSE(AcknowledgeLinks::is_one(AnswerLinks(key).make("00a1b2c3d4e5f607", later)));
    CHECK(links.read(AnswerLinks(key).make("00a1b2c3d4e5f607", later), noon).error().code ==
          ErrorCode::permission);
}
