// What earlier mail tells about the people of a message: the questions that rules ask, and the daemon's answers.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace tocsin::rules {

/// Whom a profile is about.
enum class ProfileOf : std::uint8_t {
    sender,  ///< the address at a free mail provider, else the domain
    sender_email,
    sender_domain,
    reply_to,  ///< the first address of Reply-To
};

/// Days from an event to this message; nullopt: it never happened.
struct DaysSince {
    std::optional<std::int64_t> first_contact, last_contact, last_inbound, last_outbound;
};

/// What is known of one sender from mail before this message. A sender of whom nothing is known has prevalence "new".
struct SenderProfile {
    std::string prevalence;  ///< new, outlier, rare, uncommon, common
    bool solicited = false;  ///< somebody here wrote to it first
    bool any_messages_benign = false;
    bool any_messages_malicious_or_spam = false;
    bool any_false_positives = false;  ///< a person said of a finding that it was wrong
    std::int64_t days_known = 0;
    DaysSince days_since;
};

/// Whom the organisation writes with.
enum class Correspondents : std::uint8_t {
    recipient_emails,
    recipient_domains,
    sender_emails,
    sender_domains
};

/// Questions and answers for one message. Rules are evaluated without answers first; what they asked goes to the daemon in one
/// question, and those that wait for it are evaluated again.
class History {
public:
    struct Question {
        std::set<ProfileOf> profiles;
        std::set<std::pair<Correspondents, std::string>> correspondents;
        [[nodiscard]] bool empty() const { return profiles.empty() && correspondents.empty(); }
    };
    struct Answer {
        std::map<ProfileOf, SenderProfile> profiles;
        std::map<std::pair<Correspondents, std::string>, bool> correspondents;
    };

    /// nullptr: not known yet, and asked for now.
    [[nodiscard]] const SenderProfile* profile(ProfileOf whom) {
        const auto known = answer_.profiles.find(whom);
        if (known != answer_.profiles.end()) return &known->second;
        asked_.profiles.insert(whom);
        return nullptr;
    }
    /// nullopt: not known yet, and asked for now, unless there are limits::history_questions already.
    [[nodiscard]] std::optional<bool> knows(Correspondents list, std::string_view address);

    [[nodiscard]] const Question& asked() const { return asked_; }
    void answered(Answer answer) { answer_ = std::move(answer); }

private:
    Question asked_;
    Answer answer_;
};

}  // namespace tocsin::rules
