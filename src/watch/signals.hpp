// How unusual each thing about a campaign or an act is for this customer, and the words for it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "watch/campaign.hpp"
#include "watch/neighbours.hpp"
#include "watch/profile.hpp"
#include "watch/rules.hpp"
#include "watch/value_hash.hpp"

namespace tocsin::watch {

/// What a campaign is compared with.
struct Comparison {
    const Profile& profile;
    const CommonDomains& domains;
    const WatchRules& rules;
    const ValueHash& hash;
    TimePoint now;
};

/// Whether sentences are wanted: most campaigns are unusual in nothing, and nobody reads about them.
enum class Words : std::uint8_t { none, wanted };

/// The signals of a first message, as far as it alone and the profile tell them: not those that grow (update_grown).
[[nodiscard]] std::vector<Reading> read_message(const Comparison& comparison, const MessageEvent& event,
                                                const MessageFacts& facts, std::uint64_t customer,
                                                Words words);
/// The signals that show as a campaign grows: audience, volume, outcomes.
[[nodiscard]] std::vector<Reading> read_growth(const Comparison& comparison, const Campaign& campaign,
                                               Words words);
/// How unusual network, owner, country and device of an act are, 0 to 3.
struct AccessFacts {
    std::uint64_t network = 0, owner = 0, country = 0, device = 0;
};
[[nodiscard]] std::uint8_t access_level(const Profile& profile, const AccessFacts& facts, Day today);
/// What an act weighs, before it is learnt: more where the customer never did such a thing.
[[nodiscard]] std::uint8_t act_weight(const Profile& profile, const AccountEvent& event, std::uint8_t access,
                                      std::uint64_t act_name);
/// The signals of the acts of the last days.
[[nodiscard]] std::vector<Reading> read_acts(const Profile& profile, TimePoint now, Words words);

[[nodiscard]] Suspicion suspicion_of(const std::vector<Reading>& readings);

}  // namespace tocsin::watch
