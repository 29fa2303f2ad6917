#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/limits.hpp"
#include "mail/tree_builder.hpp"
#include "support/parsed_mail.hpp"

using namespace tocsin;
using namespace tocsin::mail;
using tocsin::testing::broken_invariant;
using tocsin::testing::crlf;
using tocsin::testing::ParsedMail;

namespace {

// Trees made by hand: readings look at nothing but slots and alternatives.
struct HandMade {
    MimeTree tree;

    std::uint32_t slot(std::uint32_t parent = no_entity) {
        tree.slots.emplace_back();
        const auto index = static_cast<std::uint32_t>(tree.slots.size() - 1);
        if (parent != no_entity) tree.entities[parent].slots.push_back(index);
        return index;
    }
    std::uint32_t entity(std::uint32_t in_slot) {
        tree.entities.emplace_back();
        const auto index = static_cast<std::uint32_t>(tree.entities.size() - 1);
        tree.slots[in_slot].alternatives.push_back(index);
        return index;
    }
    // One alternative at `place` with `parts` children, each of `choices` alternatives.
    void fan(std::uint32_t place, std::size_t parts, std::size_t choices) {
        const std::uint32_t parent = entity(place);
        for (std::size_t part = 0; part < parts; ++part) {
            const std::uint32_t child = slot(parent);
            for (std::size_t choice = 0; choice < choices; ++choice) entity(child);
        }
    }
};

bool covers_all(const MimeTree& tree) {
    std::vector<bool> seen(tree.entities.size(), false);
    for (const Reading& reading : tree.readings)
        for (const std::uint32_t index : reading.entities) seen[index] = true;
    return std::ranges::all_of(seen, [](bool is_seen) { return is_seen; });
}

// One entity of each slot that is reached, and none of the others.
bool is_consistent(const MimeTree& tree, const Reading& reading) {
    std::vector<std::uint32_t> open{0};
    std::size_t expected = 0;
    while (!open.empty()) {
        const Slot& slot = tree.slots[open.back()];
        open.pop_back();
        std::size_t chosen = 0;
        for (const std::uint32_t index : slot.alternatives)
            if (std::ranges::find(reading.entities, index) != reading.entities.end()) {
                ++chosen;
                const auto& below = tree.entities[index].slots;
                open.insert(open.end(), below.begin(), below.end());
            }
        if (chosen != 1) return false;
        ++expected;
    }
    return expected == reading.entities.size();
}

}  // namespace

TEST_CASE("readings: independent choices are not multiplied") {
    HandMade made;
    made.fan(made.slot(), 10, 2);
    CHECK(list_readings(made.tree) == Covering::complete);
    CHECK(made.tree.readings.size() == 2);
    CHECK(covers_all(made.tree));
}

TEST_CASE("readings: the first one takes the first alternative everywhere") {
    HandMade made;
    const std::uint32_t root = made.slot();
    made.fan(root, 2, 3);
    made.fan(root, 1, 2);
    CHECK(list_readings(made.tree) == Covering::complete);
    CHECK(made.tree.readings.size() == 5);
    CHECK(made.tree.readings[0].entities == std::vector<std::uint32_t>{0, 1, 4});
    CHECK(covers_all(made.tree));
}

TEST_CASE("readings: the limit cuts the list, and says so") {
    HandMade made;
    const std::uint32_t root = made.slot();
    made.fan(root, 1, limits::readings);
    CHECK(list_readings(made.tree) == Covering::complete);
    CHECK(made.tree.readings.size() == limits::readings);
    made.tree.readings.clear();
    made.fan(root, 1, 1);
    CHECK(list_readings(made.tree) == Covering::cut_off);
    CHECK(made.tree.readings.size() == limits::readings);
}

TEST_CASE("readings: random trees are covered by consistent readings, no more than alternatives") {
    CHECK(rc::check("covering set", [] {
        HandMade made;
        std::vector<std::uint32_t> places{made.slot()};
        made.entity(0);
        const auto steps =
            *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::inRange<std::uint32_t>(0, 1000));
        for (const std::uint32_t step : steps) {
            if (made.tree.entities.size() >= limits::readings) break;
            if (step % 3 == 0) {
                made.entity(places[step % places.size()]);
            } else {
                const auto parent = static_cast<std::uint32_t>(step % made.tree.entities.size());
                places.push_back(made.slot(parent));
                made.entity(places.back());
            }
        }
        RC_ASSERT(list_readings(made.tree) == Covering::complete);
        RC_ASSERT(covers_all(made.tree));
        RC_ASSERT(made.tree.readings.size() <= made.tree.entities.size());
        for (const Reading& reading : made.tree.readings) RC_ASSERT(is_consistent(made.tree, reading));
    }));
}

TEST_CASE("readings: of parsed mail") {
    const ParsedMail mail(
        crlf("Content-Type: multipart/mixed; boundary=b\n\n"
             "--b\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nQUJD\n"
             "--b\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\nREVG\n"
             "--b--\n"));
    CHECK(mail->readings.size() == 2);
    for (const char* content : {"QUJD", "REVG", "ABC", "DEF"}) CHECK(mail.has_content(content));
    CHECK(broken_invariant(mail.tree()).empty());
}
