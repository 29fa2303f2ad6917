#include "watch/campaign.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/contains.hpp"
#include "base/similarity.hpp"

namespace tocsin::watch {

namespace {

/// One text: copies of it; without enough of a text, the same subject.
bool same_text(const Campaign& campaign, const MessageEvent& event, const MessageFacts& facts) {
    if (campaign.text == event.text_fingerprint && campaign.text != 0) return true;
    if (similar(campaign.text, event.text_fingerprint)) return true;
    return campaign.text == 0 && event.text_fingerprint == 0 && campaign.subject == facts.subject &&
           campaign.page == event.page_fingerprint;
}

}  // namespace

std::string_view to_string(Action action) {
    constexpr std::array<std::string_view, 3> names = {"pass", "pace", "hold"};
    return names[static_cast<std::size_t>(action)];
}

bool belongs(const Campaign& campaign, const MessageEvent& event, const MessageFacts& facts) {
    if (campaign.from != facts.from.hash || campaign.reply_to != facts.reply_to.hash ||
        campaign.credential != facts.credential.hash || campaign.network != facts.network.hash)
        return false;
    if (event.judged_as > campaign.judged_as || !same_text(campaign, event, facts)) return false;
    // What could not be compared may be new in each of them.
    if (event.links_cut || !std::ranges::includes(campaign.hosts, facts.hosts)) return false;
    return std::ranges::all_of(event.attachment_types, [&](const std::string& type) {
        return contains(campaign.attachment_types, type);
    });
}

std::uint8_t outcome_level(const OutcomeCounts& outcomes, std::uint64_t recipients, double usually_left) {
    constexpr std::uint64_t bounces_some = 3, complaints_some = 2, unsubscribes_some = 5;
    constexpr double unsubscribes_above_usual = 3;
    const auto share = [&](std::uint64_t count) {
        return recipients == 0 ? 0.0 : static_cast<double>(count) / static_cast<double>(recipients);
    };
    const auto level_of = [](double value, double some, double many, double most) -> std::uint8_t {
        return value > most ? 3 : value > many ? 2 : value > some ? 1 : 0;
    };
    std::uint8_t level = outcomes.canaries > 0 ? 3 : outcomes.traps > 0 ? 2 : 0;
    if (outcomes.bounces >= bounces_some)
        level = std::max(level, level_of(share(outcomes.bounces), 0.05, 0.1, 0.2));
    if (outcomes.complaints >= complaints_some)
        level = std::max(level, level_of(share(outcomes.complaints), 0.001, 0.005, 0.02));
    const double left = share(outcomes.unsubscribes);
    if (outcomes.unsubscribes >= unsubscribes_some && left > unsubscribes_above_usual * usually_left)
        level = std::max(level, level_of(left, 0.02, 0.06, 1));
    return level;
}

}  // namespace tocsin::watch
