// One campaign of a customer while it is under way, and what is read of its first message.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "watch/event.hpp"
#include "watch/suspicion.hpp"

namespace tocsin::watch {

/// A value of an event with its keyed hash; 0: there is none.
struct HashedText {
    std::string text;
    std::uint64_t hash = 0;
};

/// A place that links lead to, as it is remembered: the registrable domain, or the whole host where strangers share the domain.
struct LinkPlace {
    HashedText place;
    std::uint32_t count = 0;
    bool shared = false;     ///< strangers put their pages there: shorteners, free hosts, file stores
    std::uint8_t share = 0;  ///< share_level() of the message's links
};

/// How much of a whole a part is: 0 none, 1 up to a third, 2 up to two thirds, 3 more.
[[nodiscard]] constexpr std::uint8_t share_level(std::uint64_t part, std::uint64_t whole) {
    if (part == 0) return 0;
    return part * 3 <= whole ? 1 : part * 3 <= whole * 2 ? 2 : 3;
}

/// What is compared of a message, worked out once.
struct MessageFacts {
    HashedText from, from_domain, from_name, mail_from_domain, reply_to, reply_domain;
    HashedText network, network_owner, country, credential, language;
    std::uint64_t subject = 0;
    std::vector<std::uint64_t> hosts;  ///< sorted
    std::vector<LinkPlace> places;     ///< of campaigns only: see Watch
};

/// What happens to the mail of a campaign.
enum class Action : std::uint8_t {
    pass,
    pace,  ///< some messages go, the rest waits for their outcomes
    hold,
};
[[nodiscard]] std::string_view to_string(Action action);

/// One signal above 0, and what it was seen in.
struct Reading {
    Signal signal{};
    std::uint8_t level = 0;
    std::string
        text;  ///< what is unusual, for a person: "links to evil.example, where this customer never led"
    std::string normal;  ///< the customer's own normal beside it; empty where there is nothing to compare
};

struct OutcomeCounts {
    std::uint64_t bounces = 0, complaints = 0, traps = 0, canaries = 0, unsubscribes = 0;
    auto operator<=>(const OutcomeCounts&) const = default;
};
/// How bad what became of a mailing is, 0 to 3. `usually_left`: which share of the recipients of this customer's other mail
/// unsubscribed.
[[nodiscard]] std::uint8_t outcome_level(const OutcomeCounts& outcomes, std::uint64_t recipients,
                                         double usually_left);

struct Campaign {
    TimePoint begun, latest;
    std::string first_record, subject_text, header_from;
    std::uint64_t from = 0, reply_to = 0, subject = 0, credential = 0, network = 0;
    std::uint64_t text = 0, page = 0;   ///< fingerprints
    std::vector<std::uint64_t> hosts;   ///< sorted
    std::vector<std::uint64_t> places;  ///< of the same links
    std::vector<std::string> attachment_types;
    JudgedAs judged_as = JudgedAs::unknown;
    Suspicion suspicion;
    double score = 0;
    Action action = Action::pass;
    std::string alarm;
    bool learning = false;                   ///< it began before the customer was known
    std::uint64_t recipients = 0;            ///< that were let go
    std::uint64_t kept_back = 0;             ///< that were held or told to come again
    std::uint64_t checked = 0, unknown = 0;  ///< of the recipients that the sample covers
    std::uint64_t domains_checked = 0, domains_unknown = 0;
    std::uint64_t addressed = 0, official = 0;  ///< recipients, and those of them at offices (facts.hpp)
    /// Of the recipients that the sample of all covers: those that are on a list of another customer and not on this one's; and
    /// of whom most of them are, by the majority vote of Boyer and Moore (1981).
    std::uint64_t shared_checked = 0, on_other_list = 0, other_list_votes = 0, other_list = 0,
                  on_that_list = 0;
    std::uint64_t next_review = 0;  ///< recipients at which it is judged again
    OutcomeCounts outcomes;
    std::vector<Reading> readings;  ///< with words from a certain score on; empty once it is held
};

/// Whether the message is one more of this campaign, as far as the watch is concerned: nothing that it could be judged by is
/// new in it.
[[nodiscard]] bool belongs(const Campaign& campaign, const MessageEvent& event, const MessageFacts& facts);

}  // namespace tocsin::watch
