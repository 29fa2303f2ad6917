// What all rules and the text model together say of one message.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "mail/message.hpp"
#include "rules/rule_set.hpp"
#include "rules/text_model.hpp"
#include "scan/report.hpp"

namespace tocsin::rules {

/// A rule that matched.
struct RuleHit {
    const Rule* rule = nullptr;
    std::uint32_t points = 0;
    std::string shown;  ///< what it saw, where its author lets it say so
};

/// What a person wants to know about one rule and one message.
struct RuleDetail {
    const Rule* rule = nullptr;
    RuleAnswer answer;
    std::string value;  ///< of an insight
    std::vector<std::string>
        clauses;  ///< answer of each of Rule::clauses: "true", "false", "null", "undecided: history"
};

struct Judgement {
    std::vector<RuleHit> hits;  ///< most points first
    std::uint32_t asked = 0, undecided = 0;
    std::vector<scan::MissingAnswer> missing;  ///< over all rules, names sorted
    bool unexcused = false;                    ///< something of it may not be done without
    bool cut = false;                          ///< a limit hid something that a person sees (mail::Body::cut)
    std::vector<const Rule*> unexcused_by;     ///< some of the rules that lack such a thing
    std::set<std::string> unexcused_names;     ///< of those things: what the policy does not let be missing
    std::uint32_t points = 0;
    std::uint32_t text_points = 0;  ///< of them, for what the words say
    double hostility = 0;
    std::vector<WeighedWord> words;  ///< the few that spoke most for an attack
    std::string language;  ///< of the first reading's visible text, of outgoing mail; see scan/language.hpp
    const Rule* exempted_by = nullptr;  ///< an exclusion matched: nothing else was asked
    std::vector<RuleDetail> details;    ///< where they were asked for
    std::vector<mail::AuthVerdict>
        authentication;  ///< the same: what SPF, DKIM, DMARC and ARC say, as far as it counts
    scan::JudgedHow judged = scan::JudgedHow::whole;
};

/// Points that a match adds.
[[nodiscard]] std::uint32_t points_of(RuleSeverity severity);
/// Points for what the words alone say, from their calibrated probability; never below 0: good words buy nothing.
[[nodiscard]] std::uint32_t points_of_text(double hostility);

}  // namespace tocsin::rules
