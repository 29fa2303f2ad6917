#include <doctest/doctest.h>

#include "base/limits/watch.hpp"
#include "watch/shared_recipients.hpp"

using namespace tocsin;
using namespace tocsin::watch;

TEST_CASE("whose recipient somebody is, is known a week later") {
    SharedRecipients shared;
    shared.note(10, 1, 100);
    CHECK(shared.other_customer(10, 2, 106) == 0);
    CHECK(shared.other_customer(10, 2, 107) == 1);
    CHECK(shared.other_customer(10, 1, 107) == 0);
    CHECK(shared.other_customer(11, 2, 107) == 0);
    shared.note(10, 2, 100);
    shared.note(10, 3, 100);  // two are enough
    CHECK(shared.other_customer(10, 3, 107) == 1);
    CHECK(shared.other_customer(10, 1, 107) == 2);
    shared.note(10, 1, 90);  // told late
    CHECK(shared.other_customer(10, 3, 97) == 1);
    shared.note(0, 1, 1);
    CHECK(shared.size() == 1);
}

TEST_CASE("a full table keeps a sample of everybody's lists") {
    SharedRecipients shared;
    std::uint64_t hash = 1;
    const auto next = [&] {
        return hash = hash * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    };
    for (std::size_t at = 0; at < 3 * limits::watch_shared_recipients; ++at)
        shared.note(next(), at % 2 + 1, 100);
    CHECK(shared.size() <= limits::watch_shared_recipients);
    CHECK(shared.size() > limits::watch_shared_recipients / 3);
    hash = 1;
    std::size_t of_one = 0, of_two = 0;
    for (std::size_t at = 0; at < 3 * limits::watch_shared_recipients; ++at) {
        const std::uint64_t recipient = next(), owner = shared.other_customer(recipient, 9, 200);
        CHECK((owner == 0 || owner == at % 2 + 1));
        CHECK((owner != 0) == shared.samples(recipient));
        (owner == 1 ? of_one : of_two) += owner != 0 ? 1U : 0U;
    }
    CHECK(of_one > shared.size() * 2 / 5);
    CHECK(of_two > shared.size() * 2 / 5);
}
