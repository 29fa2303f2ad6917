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

}  // namespace tocsin::watch
