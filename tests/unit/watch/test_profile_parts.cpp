// The parts of a profile are sets with joins: order, repetition and the node that saw an event change nothing.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/limits/watch.hpp"
#include "watch/audience.hpp"
#include "watch/known_values.hpp"
#include "watch/neighbours.hpp"
#include "watch/population.hpp"
#include "watch/profile.hpp"
#include "watch/rhythm.hpp"
#include "watch/suspicion.hpp"

using namespace tocsin;
using namespace tocsin::watch;

namespace {

struct Use {
    std::uint64_t value = 0;
    Day day = 0;
};

std::vector<Use> some_uses(int count_max, std::uint64_t values) {
    std::vector<Use> uses;
    for (int left = *rc::gen::inRange(0, count_max); left > 0; --left)
        uses.push_back({*rc::gen::inRange<std::uint64_t>(1, values), *rc::gen::inRange<Day>(20'000, 20'400)});
    return uses;
}

void note_all(KnownValues& known, const std::vector<Use>& uses) {
    for (const Use& use : uses) known.note(use.value, std::to_string(use.value), use.day);
}

/// What must not depend on the order: which values are kept, and when they were used last.
std::vector<std::pair<std::uint64_t, Day>> kept(const KnownValues& known) {
    std::vector<std::pair<std::uint64_t, Day>> out;
    for (const KnownValue& value : known.values()) out.emplace_back(value.hash, value.last_day);
    return out;
}

}  // namespace

TEST_CASE("a value is young until it was used on days that are a week apart") {
    KnownValues known(4);
    known.note(7, "a.example", 100);
    CHECK(known.familiarity(7, 100) == Familiarity::young);
    known.note(7, "a.example", 106);
    CHECK(known.familiarity(7, 106) == Familiarity::young);
    known.note(7, "a.example", 107);
    CHECK(known.familiarity(7, 107) == Familiarity::established);
    CHECK(known.familiarity(8, 107) == Familiarity::never);
    // What was not known on a day is not known to an event of that day.
    CHECK(known.familiarity(7, 99) == Familiarity::never);
    known.vouch(8, "b.example", 107);
    CHECK(known.familiarity(8, 107) == Familiarity::established);
    known.note(0, "", 107);
    CHECK(known.size() == 2);
}

TEST_CASE("of too many values the latest stay, and those that were vouched for") {
    KnownValues known(3);
    known.vouch(1, "one", 10);
    for (std::uint64_t value = 2; value <= 9; ++value) known.note(value, "v", static_cast<Day>(10 + value));
    CHECK(kept(known) == std::vector<std::pair<std::uint64_t, Day>>{{1, 10}, {8, 18}, {9, 19}});
    known.note(2, "old", 1);
    CHECK(known.find(2) == nullptr);
}

TEST_CASE("a long text is cut between characters") {
    KnownValues known(2);
    std::string text(limits::watch_value_text_bytes - 1, 'x');
    known.note(5, text + "\xC3\xA9", 1);
    CHECK(known.find(5)->text == text);
}

TEST_CASE("known values: order, repetition and halves change nothing") {
    CHECK(rc::check("two halves and a shuffled whole", [] {
        const std::vector<Use> uses = some_uses(80, 30);
        KnownValues whole(8), left(8), right(8), shuffled(8);
        note_all(whole, uses);
        for (std::size_t at = 0; at < uses.size(); ++at) note_all(at % 2 == 0 ? left : right, {uses[at]});
        left.join(right);
        RC_ASSERT(kept(whole) == kept(left));
        std::vector<Use> mixed = uses;
        std::ranges::reverse(mixed);
        note_all(shuffled, mixed);
        note_all(shuffled, uses);
        RC_ASSERT(kept(whole) == kept(shuffled));
    }));
}

TEST_CASE("audience: small lists are known whole, large ones by a sample that says what it covers") {
    Audience audience;
    CHECK(audience.knows(5) == Audience::Known::no);
    const auto address = [](std::uint64_t number) { return number * 0x9E3779B97F4A7C15ULL; };
    for (std::uint64_t number = 1; number <= 500; ++number) audience.note(address(number), 20'000);
    for (std::uint64_t number = 1; number <= 500; ++number)
        CHECK(audience.knows(address(number)) == Audience::Known::yes);
    CHECK(audience.knows(address(501)) == Audience::Known::no);
    CHECK(audience.one_of() == 1);
    for (std::uint64_t number = 501; number <= 100'000; ++number) audience.note(address(number), 20'000);
    CHECK(audience.one_of() > 80);
    CHECK(audience.one_of() < 120);
    CHECK(audience.bytes() <= 2 * 2 * limits::watch_audience_sample * sizeof(std::uint32_t));
    std::size_t yes = 0, unknown_covered = 0;
    for (std::uint64_t number = 1; number <= 100'000; ++number) {
        const Audience::Known known = audience.knows(address(number));
        CHECK(known != Audience::Known::no);
        yes += known == Audience::Known::yes ? 1U : 0U;
        unknown_covered += audience.knows(address(number + 1'000'000)) == Audience::Known::no ? 1U : 0U;
    }
    CHECK(yes == limits::watch_audience_sample);
    CHECK(unknown_covered > 900);
    CHECK(unknown_covered < 1'150);
}

TEST_CASE("audience: who got nothing in a whole quarter is not known any more") {
    Audience audience;
    audience.note(std::uint64_t{5} << 32U, 91 * 200);
    audience.note(std::uint64_t{6} << 32U, 91 * 201);
    CHECK(audience.knows(std::uint64_t{5} << 32U) == Audience::Known::yes);
    audience.note(std::uint64_t{7} << 32U, 91 * 202);
    CHECK(audience.knows(std::uint64_t{5} << 32U) == Audience::Known::no);
    CHECK(audience.knows(std::uint64_t{6} << 32U) == Audience::Known::yes);
}

TEST_CASE("audience: order, repetition and halves change nothing") {
    CHECK(rc::check("two halves", [] {
        Audience whole, left, right;
        for (int left_over = *rc::gen::inRange(0, 4'000); left_over > 0; --left_over) {
            const std::uint64_t hash = static_cast<std::uint64_t>(left_over % 3'000) * 0x9E3779B97F4A7C15ULL;
            const Day day = 91 * 220 + left_over % 150;
            whole.note(hash, day);
            (left_over % 2 == 0 ? left : right).note(hash, day);
            if (left_over % 5 == 0) right.note(hash, day);
        }
        left.join(right);
        RC_ASSERT(whole == left);
    }));
}

TEST_CASE("rhythm: an hour is strange only where enough is known, and the more so the further it is from all "
          "others") {
    Rhythm rhythm;
    const TimePoint monday_nine{1'767'603'600LL * 1'000'000};
    const auto at = [&](std::int64_t hours) { return TimePoint{monday_nine.microseconds + hours * hour_us}; };
    CHECK(rhythm.strangeness(at(14)) == 0);
    for (int week = 0; week < 8; ++week) rhythm.note(at(week * 168));
    CHECK(rhythm.hours_used() == 8);
    CHECK(rhythm.strangeness(at(8 * 168 + 1)) == 0);
    CHECK(rhythm.strangeness(at(8 * 168 + 24)) == 1);
    CHECK(rhythm.strangeness(at(8 * 168 + 24 + 3)) == 2);
    CHECK(rhythm.strangeness(at(8 * 168 + 24 + 12)) == 3);
    rhythm.note(at(8 * 168));
    Rhythm again = rhythm;
    again.note(at(8 * 168));
    CHECK(again == rhythm);
    // What is older than 16 weeks is forgotten.
    rhythm.note(at(60 * 168 + 5));
    CHECK(rhythm.hours_used() == 1);
}

TEST_CASE("rhythm: halves join to the whole") {
    CHECK(rc::check("two halves", [] {
        Rhythm whole, left, right;
        for (int count = *rc::gen::inRange(0, 60); count > 0; --count) {
            const TimePoint time{*rc::gen::inRange<std::int64_t>(20'000, 20'300) * day_us +
                                 *rc::gen::inRange<std::int64_t>(0, 24) * hour_us};
            whole.note(time);
            (count % 2 == 0 ? left : right).note(time);
        }
        left.join(right);
        // Weeks that only the older half knows may be gone from the whole already: both forget the same ones.
        RC_ASSERT(whole.weeks() == left.weeks());
    }));
}

TEST_CASE("suspicion: at least as suspicious in every signal, and in no other sense") {
    CHECK(rc::check("as signal by signal", [] {
        Suspicion a, b;
        bool expected = true;
        for (std::size_t at = 0; at < signal_count; ++at) {
            const auto signal = static_cast<Signal>(at);
            const auto of_a = *rc::gen::inRange<std::uint8_t>(0, 4),
                       of_b = *rc::gen::inRange<std::uint8_t>(0, 4);
            a.raise(signal, of_a);
            b.raise(signal, of_b);
            RC_ASSERT(a.level(signal) == of_a);
            expected = expected && of_a >= of_b;
        }
        RC_ASSERT(a.at_least(b) == expected);
        RC_ASSERT(a.at_least(Suspicion{}));
        RC_ASSERT(a.at_least(a));
    }));
}

TEST_CASE("suspicion: the history is a set by day, and the oldest go") {
    SuspicionHistory history;
    Suspicion odd;
    odd.raise(Signal::link_domain, 2);
    history.note(odd, 5);
    history.note(odd, 5);
    history.note(odd, 6);
    CHECK(history.size() == 2);
    Suspicion worse = odd;
    worse.raise(Signal::sender, 1);
    CHECK(history.at_least(worse) == 0);
    CHECK(history.at_least(odd) == 2);
    history.note(worse, 7);
    CHECK(history.at_least(odd) == 3);
    for (Day day = 8; day < 8 + static_cast<Day>(limits::watch_suspicions); ++day) history.note({}, day);
    CHECK(history.size() == limits::watch_suspicions);
    CHECK(history.at_least(odd) == 0);
}

TEST_CASE("volume: today's sum, and the largest day of each week before") {
    VolumeSeen volume;
    volume.note(1'000, 300);
    volume.note(1'000, 200);
    CHECK(volume.today == 500);
    volume.note(1'007, 100);
    CHECK(volume.largest_before(1'007) == 500);
    volume.note(1'007 + 26 * 7, 1);
    CHECK(volume.largest_before(1'007 + 26 * 7) == 0);
}

TEST_CASE("common domains: only uses of more than a week ago, by others") {
    CommonDomains domains;
    const auto customer = [](std::uint64_t number) { return number << 8U | 1U; };
    for (std::uint64_t number = 1; number <= 12; ++number) domains.note(77, customer(number), 700);
    CHECK(domains.customers(77, customer(99), 700) == 0);
    CHECK(domains.customers(77, customer(99), 706) == 0);
    const unsigned later = domains.customers(77, customer(99), 720);
    CHECK(later >= 11);
    CHECK(later <= 14);
    CHECK(domains.customers(77, customer(1), 720) < later);
    CHECK(domains.customers(78, customer(1), 720) == 0);
}

TEST_CASE("new values: others at which a value was new within the window, each once") {
    NewValues values;
    const TimePoint now{20'000 * day_us};
    CHECK(values.note(9, "acme", now, day_us).empty());
    CHECK(values.note(9, "acme", now, day_us).empty());
    REQUIRE(values.note(9, "bolt", now, day_us).size() == 1);
    CHECK(values.note(9, "core", {now.microseconds + 2 * day_us}, day_us).empty());
    CHECK(values.note(0, "acme", now, day_us).empty());
    for (int other = 0; other < 50; ++other)
        CHECK(values.note(9, "c" + std::to_string(other), now, day_us).size() <=
              limits::watch_group_customers);
}

TEST_CASE("tables across customers are bounded, and forget the oldest") {
    NewValues values;
    for (std::uint64_t value = 1; value <= limits::watch_group_values + 10; ++value)
        (void)values.note(value, "acme", {static_cast<std::int64_t>(value) * 1'000}, day_us);
    CHECK(values.size() <= limits::watch_group_values);
    CHECK(values.note(limits::watch_group_values, "bolt", {100'000'000}, day_us).size() == 1);
}

TEST_CASE(
    "alarm budget: the threshold lets as many through as people look at, and stays between its bounds") {
    const auto threshold_with = [](double per_thousand) {
        AlarmBudget budget({.alarms_per_thousand = per_thousand});
        for (Day day = 100; day < 130; ++day)
            for (int customer = 0; customer < 1'000; ++customer) {
                budget.note_active(day == 100 ? -1 : day - 1, day);
                // One customer in a hundred has 2.5, one in fifty 2.1, the others nothing.
                const double score = customer % 100 == 0 ? 2.51 : customer % 50 == 1 ? 2.11 : 0.2;
                (void)budget.note(day, AlarmBudget::bins, score);
            }
        CHECK(budget.active_customers() == 1'000);
        return budget.threshold();
    };
    CHECK(threshold_with(35) == doctest::Approx(1.7));
    CHECK(threshold_with(15) > 2.11);
    CHECK(threshold_with(15) <= 2.51);
    CHECK(threshold_with(5) > 2.51);
    CHECK(threshold_with(5) <= 3.0);
    AlarmBudget young;
    CHECK(young.threshold() == 2.0);
}

TEST_CASE("alarm budget: a customer counts once a day, with its highest score") {
    AlarmBudget budget({.alarms_per_thousand = 10});
    for (Day day = 100; day < 130; ++day) {
        for (int customer = 0; customer < 1'000; ++customer) {
            budget.note_active(day == 100 ? -1 : day - 1, day);
            if (customer > 0) (void)budget.note(day, AlarmBudget::bins, 0.1);
        }
        std::size_t bin = budget.note(day, AlarmBudget::bins, 2.4);
        for (int again = 0; again < 500; ++again) bin = budget.note(day, bin, 2.9);
    }
    CHECK(budget.threshold() == doctest::Approx(1.7));
}

TEST_CASE("population: shares fade, and never are 0") {
    Population population;
    Suspicion odd;
    odd.raise(Signal::sender, 3);
    CHECK(population.share_at_least(odd, 10) == doctest::Approx(0.5));
    for (int campaign = 0; campaign < 99; ++campaign) population.note({}, 10);
    CHECK(population.share_at_least(odd, 10) == doctest::Approx(0.005));
    population.note(odd, 10);
    CHECK(population.share_at_least(odd, 10) == doctest::Approx(1.5 / 101));
    CHECK(population.campaigns(38) == doctest::Approx(50));
}
