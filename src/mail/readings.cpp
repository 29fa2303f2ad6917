// The covering set of readings (docs/adr/0004): every alternative of every slot occurs in at least one reading.
#include <algorithm>

#include "base/limits.hpp"
#include "mail/tree_builder.hpp"

namespace tocsin::mail {

namespace {

/// Numbers of readings needed below each entity and slot. Children have larger indices than their parents.
struct Cover {
    std::vector<std::size_t> entity, slot;
};

Cover count_readings(const MimeTree& tree) {
    Cover cover{std::vector<std::size_t>(tree.entities.size(), 1),
                std::vector<std::size_t>(tree.slots.size(), 0)};
    for (std::size_t index = tree.entities.size(); index-- > 0;) {
        for (std::uint32_t slot : tree.entities[index].slots) {
            std::size_t sum = 0;
            for (std::uint32_t alternative : tree.slots[slot].alternatives) sum += cover.entity[alternative];
            cover.slot[slot] = sum;
            cover.entity[index] = std::max(cover.entity[index], sum);
        }
    }
    for (std::uint32_t alternative : tree.slots[0].alternatives) cover.slot[0] += cover.entity[alternative];
    return cover;
}

/// Walks one reading: the `number`-th choice at each slot, the last one where a slot has fewer.
Reading walk(const MimeTree& tree, const Cover& cover, std::size_t number) {
    Reading reading;
    struct Step {
        std::uint32_t slot;
        std::size_t number;
    };
    std::vector<Step> open{{0, number}};
    while (!open.empty()) {
        Step step = open.back();
        open.pop_back();
        const Slot& slot = tree.slots[step.slot];
        if (slot.alternatives.empty()) continue;
        std::size_t rest = std::min(step.number, cover.slot[step.slot] - 1);
        std::size_t choice = 0;
        while (rest >= cover.entity[slot.alternatives[choice]])
            rest -= cover.entity[slot.alternatives[choice++]];
        std::uint32_t entity = slot.alternatives[choice];
        reading.entities.push_back(entity);
        const std::vector<std::uint32_t>& below = tree.entities[entity].slots;
        for (std::size_t index = below.size(); index-- > 0;) open.push_back({below[index], rest});
    }
    return reading;
}

}  // namespace

Covering list_readings(MimeTree& tree) {
    Cover cover = count_readings(tree);
    std::size_t readings = std::min(cover.slot[0], limits::readings);
    for (std::size_t number = 0; number < readings; ++number)
        tree.readings.push_back(walk(tree, cover, number));
    return cover.slot[0] > readings ? Covering::cut_off : Covering::complete;
}

}  // namespace tocsin::mail
