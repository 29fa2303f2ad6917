#include <doctest/doctest.h>

#include "gate/unscannable_tries.hpp"

using namespace tocsin;
using namespace tocsin::gate;

namespace {
Hash256 key_of(const char* from, std::vector<std::string> recipients, const char* content) {
    return retry_key(from, std::move(recipients), as_bytes(content));
}
}  // namespace

TEST_CASE("the next try of a message is known by what does not change on the way") {
    const Hash256 first =
        key_of("a@x.example", {"b@y.example", "c@y.example"}, "Received: one\r\nSubject: s\r\n\r\nbody\r\n");
    CHECK(first == key_of("a@x.example", {"c@y.example", "b@y.example"},
                          "Received: two\r\nSubject: s\r\n\r\nbody\r\n"));
    CHECK(first != key_of("z@x.example", {"b@y.example", "c@y.example"}, "Subject: s\r\n\r\nbody\r\n"));
    CHECK(first != key_of("a@x.example", {"b@y.example"}, "Subject: s\r\n\r\nbody\r\n"));
    CHECK(first != key_of("a@x.example", {"b@y.example", "c@y.example"}, "Subject: s\r\n\r\nother\r\n"));
    // Texts that are joined differently are different.
    CHECK(key_of("ab", {"c"}, "x") != key_of("a", {"bc"}, "x"));
    CHECK(key_of("a", {}, "no header end") == key_of("a", {}, "no header end"));
}

TEST_CASE("tries are counted, forgotten after their window, and bounded") {
    constexpr std::int64_t window_us = 1000;
    UnscannableTries tries(2);
    const Hash256 a = key_of("a", {}, ""), b = key_of("b", {}, ""), c = key_of("c", {}, "");
    CHECK(tries.count(a, TimePoint{0}, window_us) == 1);
    CHECK(tries.count(a, TimePoint{900}, window_us) == 2);
    CHECK(tries.count(a, TimePoint{1900}, window_us) == 3);  // the window counts from the last try
    CHECK(tries.count(a, TimePoint{2901}, window_us) == 1);
    CHECK(tries.count(b, TimePoint{2902}, window_us) == 1);
    CHECK(tries.count(a, TimePoint{2903}, window_us) == 2);
    CHECK(tries.count(c, TimePoint{2904}, window_us) == 1);  // no room: b came longest ago
    CHECK(tries.size() == 2);
    CHECK(tries.count(a, TimePoint{2905}, window_us) == 3);
    CHECK(tries.count(b, TimePoint{2906}, window_us) == 1);
    tries.forget(a);
    tries.forget(a);
    CHECK(tries.count(a, TimePoint{2907}, window_us) == 1);
    // The window that is in force now counts.
    CHECK(tries.count(a, TimePoint{4907}, 2 * window_us) == 2);
    CHECK(tries.count(a, TimePoint{5000}, 10) == 1);
}
