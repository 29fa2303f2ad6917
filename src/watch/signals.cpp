#include "watch/signals.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include <fmt/core.h>

#include "base/contains.hpp"
#include "base/languages.hpp"
#include "base/similarity.hpp"
#include "watch/facts.hpp"

namespace tocsin::watch {

namespace {

/// Other customers from which on a domain is one that many use, or some.
constexpr unsigned many_customers = 8, some_customers = 3;
/// Bits in which page fingerprints differ: of one structure, of a related one. Unrelated ones differ in 32 of 64.
constexpr int same_page_bits = 8, related_page_bits = 16;
/// Campaigns from which on a customer who always wrote in the same languages has no others.
constexpr std::size_t campaigns_of_settled_languages = 5;
/// Languages that are named beside a new one.
constexpr std::size_t languages_named = 5;
constexpr double hostile_words = 0.8, doubtful_words = 0.5;
/// Days without mail after which the next is a surprise.
constexpr Day long_silence_days = 45, very_long_silence_days = 120;

/// Collects what is above 0; makes words only where they are wanted.
class Readings {
public:
    explicit Readings(Words words) : words_(words) {}
    template <typename MakeText>
    void add(Signal signal, std::uint8_t level, MakeText text, std::string normal = {}) {
        if (level == 0) return;
        for (const Reading& known : readings_)
            if (known.signal == signal && known.level >= level) return;
        std::erase_if(readings_, [&](const Reading& known) { return known.signal == signal; });
        Reading reading{.signal = signal, .level = level, .text = {}, .normal = {}};
        if (words_ == Words::wanted) {
            reading.text = text();
            reading.normal = std::move(normal);
        }
        readings_.push_back(std::move(reading));
    }
    [[nodiscard]] std::string usual(const KnownValues& values, std::string_view what) const {
        if (words_ == Words::none || values.size() == 0) return {};
        std::string list;
        for (const std::string& text : values.usual(3)) list += (list.empty() ? "" : ", ") + text;
        return fmt::format("{} known {}: mostly {}", values.size(), what, list);
    }
    [[nodiscard]] std::vector<Reading> take() { return std::move(readings_); }

private:
    Words words_;
    std::vector<Reading> readings_;
};

/// Above 0: the customer never used it, or only since lately.
std::uint8_t newness(Familiarity familiarity, std::uint8_t never, std::uint8_t young) {
    if (familiarity == Familiarity::established) return 0;
    return familiarity == Familiarity::young ? young : never;
}

/// How a place of links stands to what the customer used before.
enum class Standing : std::uint8_t { usual, grown, young, never };

struct Place {
    std::uint8_t level = 0;
    Standing standing = Standing::usual;
    unsigned others = 0;  ///< customers who use it
};

/// How unusual a place of links is for the customer, then for everybody.
Place place_level(const Comparison& comparison, const LinkPlace& link, const MessageFacts& facts,
                  std::uint64_t customer) {
    const Day today = day_of(comparison.now);
    const KnownValues& known = comparison.profile.known(Family::link_place);
    const KnownValue* seen = known.find(link.place.hash);
    const Familiarity familiarity = known.familiarity(link.place.hash, today);
    // What stood at the foot of the page for weeks, and now is where everything leads, was put there for that day.
    const bool grown = seen != nullptr && seen->weight < 2 && link.share >= 2;
    if (familiarity == Familiarity::established && !grown)
        return {.level = link.shared ? std::uint8_t{1} : std::uint8_t{0}};
    // The customer's own domain, as it has long been sending as.
    const std::string& own = facts.from_domain.text;
    const bool is_own = own == link.place.text || own.ends_with("." + link.place.text);
    if (is_own && !link.shared &&
        comparison.profile.known(Family::from_domain).familiarity(facts.from_domain.hash, today) ==
            Familiarity::established)
        return {};
    Place place{.level = 3,
                .standing = seen == nullptr ? Standing::never
                            : grown         ? Standing::grown
                                            : Standing::young,
                .others = comparison.domains.customers(link.place.hash, customer, today)};
    if (!link.shared) {
        if (place.others >= many_customers || comparison.rules.popular_domain(link.place.text))
            place.level = 1;
        else if (place.others >= some_customers)
            place.level = 2;
    }
    // Used since yesterday or the day before: little better than never.
    if (seen != nullptr && today - seen->first_day >= 2) place.level = std::min<std::uint8_t>(place.level, 2);
    return place;
}

std::string place_text(const LinkPlace& link, const Place& place) {
    std::string_view before = "where this customer never led";
    if (place.standing == Standing::grown)
        before = "where this customer never led with more than a side link";
    if (place.standing == Standing::young) before = "where this customer led only lately";
    if (place.standing == Standing::usual) before = "which this customer uses";
    std::string_view others = "and no other customer leads";
    if (link.shared)
        others = "and where anybody can put pages";
    else if (place.level == 1)
        others = "and many others do";
    else if (place.others > 0)
        others = "and few others do";
    return fmt::format("links to {}, {}, {}", link.place.text, before, others);
}

void read_links(Readings& out, const Comparison& comparison, const MessageEvent& event,
                const MessageFacts& facts, std::uint64_t customer) {
    const KnownValues& known = comparison.profile.known(Family::link_place);
    std::uint64_t all = 0, unusual = 0;
    // Among harmless ones without number the one that matters would not be looked at.
    out.add(
        Signal::link_domain, event.links_cut ? 3 : 0,
        [&] {
            return fmt::format("links to more than {} hosts: not all of them could be compared",
                               event.links.size());
        },
        out.usual(known, "places of links"));
    for (const LinkPlace& link : facts.places) {
        const Place place = place_level(comparison, link, facts, customer);
        all += link.count;
        if (place.standing != Standing::usual) unusual += link.count;
        out.add(
            Signal::link_domain, place.level, [&] { return place_text(link, place); },
            out.usual(known, "places of links"));
    }
    out.add(Signal::link_share, share_level(unusual, all), [&] {
        return fmt::format("{} of {} links lead to places that are new for this customer", unusual, all);
    });
}

/// A language in which this customer never wrote, nor in one that is taken for it.
void read_language(Readings& out, const Comparison& comparison, const MessageFacts& facts) {
    const KnownValues& known = comparison.profile.known(Family::language);
    if (facts.language.hash == 0 || known.size() == 0) return;
    if (std::ranges::any_of(known.values(), [&](const KnownValue& value) {
            return languages_alike(value.text, facts.language.text);
        }))
        return;
    const bool settled = known.established(day_of(comparison.now)) == known.size() &&
                         comparison.profile.campaigns_before.size() >= campaigns_of_settled_languages;
    out.add(Signal::page, settled ? 3 : 2, [&] {
        std::string until_now;
        for (const std::string& code : known.usual(languages_named))
            until_now += (until_now.empty() ? "" : ", ") + std::string(language_name(code));
        return fmt::format("written in {}, this customer's mail was in {} until now",
                           language_name(facts.language.text), until_now);
    });
}

/// How far text and structure are from the nearest of the last templates.
std::uint8_t page_level(const std::vector<TemplateSeen>& templates, const MessageEvent& event) {
    const bool nothing = event.text_fingerprint == 0 && event.page_fingerprint == 0;
    int nearest_page = 64;
    bool known_text = false, known_form = false;
    for (const TemplateSeen& seen : templates) {
        const bool same_form =
            seen.form == event.form || event.form == BodyForm::unknown || seen.form == BodyForm::unknown;
        known_form = known_form || same_form;
        // Hardly any text is like hardly any text, and like nothing else.
        known_text = known_text || similar(seen.text, event.text_fingerprint) ||
                     (nothing && seen.text == 0 && seen.page == 0 && same_form);
        if (seen.page != 0 && event.page_fingerprint != 0)
            nearest_page = std::min(nearest_page, std::popcount(seen.page ^ event.page_fingerprint));
    }
    if (known_text || nearest_page <= same_page_bits) return 0;
    if (!known_form) return 3;
    if (nothing) return 2;
    return nearest_page <= related_page_bits || event.page_fingerprint == 0 ? 1 : 2;
}

void read_page(Readings& out, const Comparison& comparison, const MessageEvent& event) {
    const std::vector<TemplateSeen>& templates = comparison.profile.templates;
    if (templates.empty()) return;
    const std::uint8_t level = page_level(templates, event);
    out.add(
        Signal::page, level,
        [&] {
            if (level == 3)
                return std::string(event.form == BodyForm::plain
                                       ? "plain text, where this customer always sends pages"
                                       : "a page, where this customer always sends plain text");
            if (event.text_fingerprint == 0 && event.page_fingerprint == 0)
                return std::string("hardly any text, where this customer always sends more");
            return std::string("text and structure are like none of this customer's last campaigns");
        },
        fmt::format("the last {} campaigns are remembered", templates.size()));
}

void read_sender(Readings& out, const Comparison& comparison, const MessageFacts& facts) {
    const Profile& profile = comparison.profile;
    const Day today = day_of(comparison.now);
    const auto familiarity = [&](Family family, const HashedText& value) {
        return value.hash == 0 ? Familiarity::established
                               : profile.known(family).familiarity(value.hash, today);
    };
    const Familiarity domain = familiarity(Family::from_domain, facts.from_domain);
    out.add(
        Signal::sender, newness(domain, 3, 2),
        [&] {
            return fmt::format("From has the domain {}, which this customer {} used", facts.from_domain.text,
                               domain == Familiarity::never ? "never" : "only lately");
        },
        out.usual(profile.known(Family::from_domain), "domains in From"));
    out.add(
        Signal::sender, newness(familiarity(Family::from, facts.from), 1, 0),
        [&] { return fmt::format("From is {}, which this customer never used", facts.from.text); },
        out.usual(profile.known(Family::from), "senders"));
    out.add(
        Signal::sender, newness(familiarity(Family::from_name, facts.from_name), 1, 0),
        [&] {
            return fmt::format("the sender calls itself \"{}\" for the first time", facts.from_name.text);
        },
        out.usual(profile.known(Family::from_name), "names"));
    out.add(
        Signal::sender, newness(familiarity(Family::mail_from_domain, facts.mail_from_domain), 2, 1),
        [&] {
            return fmt::format("the envelope sender has the domain {}, which is new",
                               facts.mail_from_domain.text);
        },
        out.usual(profile.known(Family::mail_from_domain), "envelope domains"));
}

void read_reply_to(Readings& out, const Comparison& comparison, const MessageFacts& facts) {
    if (facts.reply_to.hash == 0 || facts.reply_to.hash == facts.from.hash) return;
    const Day today = day_of(comparison.now);
    const KnownValues& known = comparison.profile.known(Family::reply_to);
    const Familiarity familiarity = known.familiarity(facts.reply_to.hash, today);
    if (familiarity == Familiarity::established) return;
    const bool own_domain =
        comparison.profile.known(Family::from_domain).familiarity(facts.reply_domain.hash, today) ==
        Familiarity::established;
    const std::uint8_t level = own_domain && !comparison.rules.free_mail(facts.reply_domain.text) ? 1
                               : familiarity == Familiarity::young                                ? 2
                                                                                                  : 3;
    out.add(
        Signal::reply_to, level,
        [&] {
            return fmt::format("answers go to {}, where this customer {} wanted them", facts.reply_to.text,
                               familiarity == Familiarity::never ? "never" : "only lately");
        },
        out.usual(known, "addresses for answers"));
}

void read_content(Readings& out, const Comparison& comparison, const MessageEvent& event) {
    std::uint8_t words = 0;
    if (event.judged_as == JudgedAs::hostile)
        words = 3;
    else if (event.judged_as == JudgedAs::suspicious || event.hostility >= hostile_words)
        words = 2;
    else if (event.hostility >= doubtful_words || event.judge_points > 0)
        words = 1;
    out.add(Signal::words, words, [&] {
        return fmt::format("the judge finds the content {} ({} points; hostile by its words: {:.0f} %)",
                           words == 3   ? "hostile"
                           : words == 2 ? "suspicious"
                                        : "a little unusual",
                           event.judge_points, event.hostility * 100);
    });
    const KnownValues& known = comparison.profile.known(Family::attachment_type);
    for (const std::string& type : event.attachment_types) {
        const Familiarity familiarity = known.familiarity(comparison.hash(type), day_of(comparison.now));
        constexpr std::array<std::string_view, 5> tame = {"pdf", "png", "jpeg", "gif", "calendar"};
        const bool risky = !contains(tame, type);
        out.add(
            Signal::attachment, newness(familiarity, risky ? 3 : 2, 1),
            [&] { return fmt::format("a file of type {} is attached, as never before", type); },
            out.usual(known, "types of attachments"));
    }
}

void read_hour(Readings& out, const Comparison& comparison) {
    const Profile& profile = comparison.profile;
    const std::uint8_t strange = profile.rhythm.strangeness(comparison.now);
    out.add(Signal::hour, strange, [&] {
        return strange == 1
                   ? std::string(
                         "sent on a day of the week on which this customer does not send at this time")
                   : fmt::format("sent at a time of day at which this customer {} sends",
                                 strange == 2 ? "hardly ever" : "never");
    });
    if (profile.last_day < 0) return;
    const Day silent = day_of(comparison.now) - profile.last_day;
    out.add(Signal::hour,
            silent > very_long_silence_days ? 3
            : silent > long_silence_days    ? 2
                                            : 0,
            [&] { return fmt::format("the first mail after {} days without any", silent); });
}

void read_access(Readings& out, const Comparison& comparison, const MessageFacts& facts) {
    const Profile& profile = comparison.profile;
    const Day today = day_of(comparison.now);
    const auto level = [&](Family family, const HashedText& value, std::uint8_t never, std::uint8_t young) {
        return value.hash == 0 || profile.known(family).size() == 0
                   ? std::uint8_t{0}
                   : newness(profile.known(family).familiarity(value.hash, today), never, young);
    };
    out.add(
        Signal::access, level(Family::country, facts.country, 3, 1),
        [&] {
            return fmt::format("sent from {}, a country that is new for this customer", facts.country.text);
        },
        out.usual(profile.known(Family::country), "countries"));
    out.add(
        Signal::access, level(Family::network_owner, facts.network_owner, 2, 1),
        [&] {
            return fmt::format("sent from a network of {}, which is new for this customer",
                               facts.network_owner.text);
        },
        out.usual(profile.known(Family::network_owner), "network owners"));
    out.add(
        Signal::access, level(Family::network, facts.network, facts.network_owner.hash == 0 ? 2 : 1, 1),
        [&] {
            return fmt::format("sent from {}, a network that is new for this customer", facts.network.text);
        },
        out.usual(profile.known(Family::network), "networks"));
}

void read_credential(Readings& out, const Comparison& comparison, const MessageFacts& facts) {
    const Profile& profile = comparison.profile;
    if (facts.credential.hash == 0 || profile.credentials.empty()) return;
    const Day today = day_of(comparison.now);
    const CredentialSeen* seen = profile.credential(facts.credential.hash);
    if (seen == nullptr) {
        out.add(
            Signal::credential, 2,
            [&] {
                return fmt::format("sent with the login or key {}, which never sent before",
                                   facts.credential.text);
            },
            out.usual(profile.known(Family::credential), "logins and keys"));
        return;
    }
    if (today - seen->first_day < established_days) return;
    std::uint8_t level = 0;
    if (seen->from.familiarity(facts.from.hash, today) == Familiarity::never) ++level;
    if (facts.network.hash != 0 &&
        seen->networks.familiarity(facts.network.hash, today) == Familiarity::never)
        ++level;
    out.add(Signal::credential, level, [&] {
        return fmt::format("the login or key {} never sent {}", facts.credential.text,
                           level > 1 ? "as this sender, nor from this network"
                                     : "as this sender or from this network");
    });
}

}  // namespace

std::vector<Reading> read_message(const Comparison& comparison, const MessageEvent& event,
                                  const MessageFacts& facts, std::uint64_t customer, Words words) {
    Readings out(words);
    read_links(out, comparison, event, facts, customer);
    // Before the page: of two that are as unusual the first is told, and a language says more than a text like no other.
    read_language(out, comparison, facts);
    read_page(out, comparison, event);
    read_sender(out, comparison, facts);
    read_reply_to(out, comparison, facts);
    read_content(out, comparison, event);
    read_hour(out, comparison);
    read_access(out, comparison, facts);
    read_credential(out, comparison, facts);
    return out.take();
}

namespace {

double share_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

/// Offices and governments among the recipients of a customer who hardly ever writes to any: whom attackers choose.
void read_offices(Readings& out, const Profile& profile, const Campaign& campaign) {
    constexpr std::uint64_t few = 3, some = 5;
    const double now = share_of(campaign.official, campaign.addressed);
    const double usual = share_of(profile.official_ever, profile.recipients_ever);
    std::uint8_t level = 0;
    if (now > 5 * usual)
        level = campaign.official >= some && now > 0.1 ? 2 : campaign.official >= few && now > 0.03 ? 1 : 0;
    out.add(
        Signal::audience, level,
        [&] {
            return fmt::format("{} of {} recipients are offices or at governments", campaign.official,
                               campaign.addressed);
        },
        fmt::format("{:.1f} % of all recipients so far", usual * 100));
}

/// Most of them are on the list of one other customer, and were never on this one's: is that list in other hands?
void read_other_list(Readings& out, const Campaign& campaign) {
    constexpr std::uint64_t checked_min = 20;
    const bool enough = campaign.shared_checked >= checked_min;
    const bool one_list = share_of(campaign.on_that_list, campaign.on_other_list) > 0.8;
    const double on_it = enough && one_list ? share_of(campaign.on_that_list, campaign.shared_checked) : 0;
    out.add(
        Signal::audience,
        on_it > 0.5    ? 3
        : on_it > 0.25 ? 2
                       : 0,
        [&] {
            return fmt::format(
                "{} of {} recipients that could be checked are on the list of one other customer, and were "
                "never on this one's",
                campaign.on_that_list, campaign.shared_checked);
        },
        {});
}

}  // namespace

std::vector<Reading> read_growth(const Comparison& comparison, const Campaign& campaign, Words words) {
    Readings out(words);
    const Profile& profile = comparison.profile;
    const auto share = [](std::uint64_t part, std::uint64_t whole) {
        return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    };
    // Of two readings as high the first is told: a stolen list says more than unknown recipients.
    read_other_list(out, campaign);
    read_offices(out, profile, campaign);
    // One unknown recipient is nothing; of many, the share counts.
    constexpr std::uint64_t checked_min = 20;
    const double unknown = share(campaign.unknown, campaign.checked);
    const double domains = share(campaign.domains_unknown, campaign.domains_checked);
    std::uint8_t audience = 0;
    if (campaign.checked >= checked_min)
        audience = unknown > 0.9 ? 3 : unknown > 0.5 ? 2 : unknown > 0.2 ? 1 : 0;
    else if (campaign.checked > 0 && unknown > 0.9)
        audience = domains > 0.5 ? 2 : 1;
    out.add(
        Signal::audience, audience,
        [&] {
            return fmt::format("{} of {} recipients that could be checked, and {} of {} of their domains, "
                               "never had mail from this customer",
                               campaign.unknown, campaign.checked, campaign.domains_unknown,
                               campaign.domains_checked);
        },
        out.usual(profile.known(Family::recipient_domain), "domains of recipients"));

    const std::uint64_t largest = profile.volume.largest_before(day_of(comparison.now));
    const std::uint64_t sent = campaign.recipients + campaign.kept_back;
    constexpr std::uint64_t small_campaign = 100;
    std::uint8_t volume = 0;
    if (sent >= small_campaign && largest > 0)
        volume = sent > largest * 20 ? 3 : sent > largest * 5 ? 2 : sent > largest * 2 ? 1 : 0;
    out.add(
        Signal::volume, volume, [&] { return fmt::format("{} recipients so far", sent); },
        fmt::format("at most {} recipients in a day", largest));

    const OutcomeCounts& outcomes = campaign.outcomes;
    // People leave every list, some more than others.
    const double usually_left = share(profile.outcomes.unsubscribes - outcomes.unsubscribes,
                                      profile.recipients_ever - campaign.recipients);
    const std::uint8_t level = outcome_level(outcomes, campaign.recipients, usually_left);
    out.add(
        Signal::outcomes, level,
        [&] {
            return fmt::format("of {} recipients {} bounced, {} complained, {} unsubscribed; traps hit: {}, "
                               "canaries: {}",
                               campaign.recipients, outcomes.bounces, outcomes.complaints,
                               outcomes.unsubscribes, outcomes.traps, outcomes.canaries);
        },
        fmt::format("{:.2f} % bounces, {:.3f} % complaints and {:.2f} % unsubscribed over all time",
                    share(profile.outcomes.bounces, profile.recipients_ever) * 100,
                    share(profile.outcomes.complaints, profile.recipients_ever) * 100,
                    share(profile.outcomes.unsubscribes, profile.recipients_ever) * 100));
    return out.take();
}

Suspicion suspicion_of(const std::vector<Reading>& readings) {
    Suspicion suspicion;
    for (const Reading& reading : readings) suspicion.raise(reading.signal, reading.level);
    return suspicion;
}

}  // namespace tocsin::watch
