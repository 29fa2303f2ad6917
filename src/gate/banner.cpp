#include "gate/banner.hpp"

#include <algorithm>

namespace tocsin::gate {

namespace {

bool is_stranger(const std::string& address, const store::HistoryIndex& history, TimePoint now) {
    const store::SenderHistory known = history.inbound_sender(address, address, now);
    return known.prevalence == "new" && !known.solicited;
}

/// One address of From that is new is enough: programs show any of them.
bool is_first_contact(const BannerRules& rules, const scan::MessageFacts& facts,
                      const store::HistoryIndex& history, TimePoint now) {
    if (rules.learn_us > 0 && !history.remembers_since({now.microseconds - rules.learn_us})) return false;
    return is_stranger(facts.header_from, history, now) ||
           std::ranges::any_of(facts.further_from, [&](const std::string& address) {
               return is_stranger(address, history, now);
           });
}

/// A quotation of our banner is in order where somebody here wrote to the sender: it is an answer.
bool is_copy(const scan::ScanReport& report, const store::HistoryIndex& history) {
    return report.banner.copy == scan::BannerCopy::in_text ||
           (report.banner.copy == scan::BannerCopy::in_quotation &&
            !history.wrote_to(report.facts.header_from));
}

}  // namespace

std::string_view to_string(BannerReason reason) {
    switch (reason) {
        case BannerReason::first_contact: return "first_contact";
        case BannerReason::suspicious: return "suspicious";
        case BannerReason::phish: return "phish";
        case BannerReason::copy: break;
    }
    return "copy";
}

std::string_view to_string(BannerShown shown) {
    switch (shown) {
        case BannerShown::yes: return "yes";
        case BannerShown::partly: return "partly";
        case BannerShown::no: break;
    }
    return "no";
}

const std::string& BannerRules::text_of(BannerReason reason) const {
    switch (reason) {
        case BannerReason::first_contact: return first_contact;
        case BannerReason::suspicious: return suspicious;
        case BannerReason::phish: return phish;
        case BannerReason::copy: break;
    }
    return copy;
}

std::vector<std::string> banner_texts(const BannerRules& rules) {
    if (!rules.on()) return {};
    std::vector<std::string> texts{rules.heading, rules.first_contact, rules.suspicious, rules.phish,
                                   rules.copy,    rules.fallback,      rules.mark};
    std::erase(texts, std::string());
    return texts;
}

std::vector<BannerReason> banner_reasons(const BannerRules& rules, mail::Direction direction,
                                         const scan::ScanReport& report, const store::HistoryIndex& history,
                                         TimePoint now) {
    std::vector<BannerReason> reasons;
    if (!rules.on() || direction != mail::Direction::inbound) return reasons;
    const auto holds = [&](BannerReason reason) {
        switch (reason) {
            case BannerReason::first_contact: return is_first_contact(rules, report.facts, history, now);
            case BannerReason::suspicious: return report.verdict == scan::Verdict::suspicious;
            case BannerReason::phish: return report.verdict == scan::Verdict::phish;
            case BannerReason::copy: break;
        }
        return false;
    };
    for (const BannerReason reason :
         {BannerReason::phish, BannerReason::suspicious, BannerReason::first_contact})
        if (std::ranges::find(rules.when, reason) != rules.when.end() && holds(reason))
            reasons.push_back(reason);
    if (is_copy(report, history)) reasons.push_back(BannerReason::copy);
    return reasons;
}

BannerWords banner_words(const BannerRules& rules, const std::vector<BannerReason>& reasons) {
    BannerWords words{.heading = rules.heading, .lines = {}, .fallback = rules.fallback};
    for (const BannerReason reason : reasons) words.lines.push_back(rules.text_of(reason));
    for (const std::string& last : {rules.contact, rules.mark})
        if (!last.empty()) words.lines.push_back(last);
    return words;
}

std::string Banner::summary() const {
    std::string out;
    for (const BannerReason reason : reasons) out.append(out.empty() ? "" : ", ").append(to_string(reason));
    out.append("; shown=").append(to_string(shown));
    return why_not.empty() ? out : out + " (" + why_not + ")";
}

void Banner::leave_out(std::string why) {
    shown = BannerShown::no;
    why_not = std::move(why);
    places.clear();
}

}  // namespace tocsin::gate
