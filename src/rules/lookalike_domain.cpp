// Whom a domain imitates.
#include <algorithm>
#include <string>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/lookalike_letters.hpp"
#include "rules/lookalike_tables.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

/// Words of a label that are taken together to find a name ("bank-of-america" for bankofamerica).
constexpr std::size_t joined_words_max = 4;

constexpr std::string_view replaced_characters = "characters are replaced by others that look like them";
constexpr std::string_view added_words = "words are added to the name";

std::string_view without_digits(std::string_view word) {
    while (!word.empty() && mail::is_ascii_digit(word.back())) word.remove_suffix(1);
    return word.empty() ? word : word.substr(std::min(word.find_first_not_of("0123456789"), word.size()));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (true) {
        const std::size_t at = text.find(separator);
        parts.push_back(text.substr(0, at));
        if (at == std::string_view::npos) return parts;
        text.remove_prefix(at + 1);
    }
}

bool holds_lure(std::string_view label) {
    return std::ranges::any_of(split(label, '-'),
                               [](std::string_view word) { return is_lure(without_digits(word)); });
}

std::string_view words_for(Slip slip) {
    switch (slip) {
        case Slip::neighbour: return "one letter is replaced by its neighbour on the keyboard";
        case Slip::doubled: return "one letter stands there twice";
        case Slip::dropped: return "one letter is missing";
        case Slip::swapped: return "two letters are swapped";
        case Slip::hyphen: return "a hyphen is added or missing";
        case Slip::added: return "one character is added";
        case Slip::bit_flip:
        case Slip::replaced: return "one character is replaced";
        case Slip::none: break;
    }
    return "";
}

std::string_view owner_of(ProtectedKind kind) {
    switch (kind) {
        case ProtectedKind::organisation: return "our own domain";
        case ProtectedKind::customer: return "the domain of a customer";
        default: return "the domain of a known brand";
    }
}

class DomainJudge {
public:
    DomainJudge(const LookAlikeTables& tables, const mail::Domain& domain)
        : tables_(tables), domain_(domain) {}

    std::optional<LookAlike> judge() {
        const std::vector<Label> labels = labels_of(domain_);
        const std::size_t below = domain_.subdomain.empty() ? 0 : split(domain_.subdomain, '.').size();
        if (below >= labels.size()) return std::nullopt;
        const Label& registered = labels[below];
        const std::string look = tables_.look_of(registered.unicode);
        same_look(registered, look, strictness::hurried);
        slips(look);
        combos(look, true);
        const bool lures = holds_lure(look) || std::ranges::any_of(split(domain_.subdomain, '.'), holds_lure);
        for (std::size_t at = 0; at < below; ++at) label_below(labels[at], lures);
        return std::move(best_);
    }

private:
    void consider(Imitation imitation, const DomainName& name, std::size_t distance, std::string_view how) {
        if (best_ && std::pair(best_->imitation, best_->distance) <= std::pair(imitation, distance)) return;
        std::string words = domain_.domain + " is not " + name.root + ", " +
                            std::string(owner_of(name.kind)) + ", but looks like it: ";
        best_ = LookAlike{imitation, name.kind, name.root, distance, words.append(how).append(".")};
    }

    template <typename Use>
    void each_of(const NameIndex& index, std::string_view key, Use use) const {
        if (const auto found = index.find(key); found != index.end())
            for (const std::uint32_t id : found->second) use(tables_.domains[id]);
    }

    /// The label is a name, or looks the same. `letters_min` is for look-alikes within ASCII.
    void same_look(const Label& label, std::string_view look, std::size_t letters_min) {
        const bool is_registered = letters_min == strictness::hurried;
        each_of(tables_.by_look, look, [&](const DomainName& name) {
            if (label.text != name.label)
                consider(Imitation::confusable, name,
                         levenshtein(label.unicode, name.unicode, Case::folded).value, replaced_characters);
            else if (is_registered && name.look.size() >= strictness::other_tld && name.tld != domain_.tld)
                consider(Imitation::other_tld, name,
                         levenshtein(domain_.root_domain, name.root, Case::folded).value,
                         "the same name ends in ." + domain_.tld + " instead of ." + name.tld);
        });
        each_of(tables_.by_skeleton, hurried_look(look), [&](const DomainName& name) {
            if (name.look != look && name.look.size() >= letters_min)
                consider(Imitation::confusable, name, levenshtein(look, name.look, Case::exact).value,
                         replaced_characters);
        });
    }

    static bool counts(Slip slip, const DomainName& name, bool same_tld, bool begins_alike) {
        const std::size_t letters = name.look.size();
        if (slip == Slip::none || (!same_tld && letters < strictness::slip_any_tld)) return false;
        if (slip == Slip::dropped)
            return letters >= (begins_alike ? strictness::dropped : strictness::any_slip);
        if (slip == Slip::added || slip == Slip::replaced) return letters >= strictness::any_slip;
        return slip != Slip::bit_flip || same_tld;
    }

    void slips(std::string_view look) {
        if (look.size() + 1 < strictness::slip || look.size() > limits::domain_name_bytes) return;
        slips_by(look, std::string_view::npos);
        for (std::size_t at = 0; at < look.size(); ++at) slips_by(look, at);
    }

    void slips_by(std::string_view look, std::size_t left_out) {
        const std::uint64_t hash = deletion_hash(look, left_out);
        auto found = std::ranges::lower_bound(tables_.by_deletion, std::pair(hash, std::uint32_t{0}));
        for (; found != tables_.by_deletion.end() && found->first == hash; ++found) {
            const DomainName& name = tables_.domains[found->second];
            const Slip slip = slip_of(name.look, look);
            if (!counts(slip, name, name.tld == domain_.tld, name.look.front() == look.front())) continue;
            consider(slip == Slip::bit_flip ? Imitation::bit_flip : Imitation::typo, name,
                     slip == Slip::swapped ? 2 : 1, words_for(slip));
        }
    }

    /// The name and other words, with hyphens or without, in one label.
    void combos(std::string_view look, bool is_registered) {
        const std::vector<std::string_view> parts = split(look, '-');
        for (std::size_t begin = 0; begin < parts.size(); ++begin) {
            std::string glued;
            for (std::size_t end = begin; end < std::min(parts.size(), begin + joined_words_max); ++end) {
                glued += end == begin ? without_digits(parts[end]) : parts[end];
                const char* const last = parts[end].data() + parts[end].size();
                const std::string_view as_written(parts[begin].data(),
                                                  static_cast<std::size_t>(last - parts[begin].data()));
                name_in_label(look, as_written, glued, is_registered);
                if (end > begin) name_in_label(look, as_written, as_written, is_registered);
            }
            glued_words(parts[begin], is_registered);
        }
    }

    /// `as_written` is a piece of the label `look`; `candidate` is what it may be the name of.
    void name_in_label(std::string_view look, std::string_view as_written, std::string_view candidate,
                       bool is_registered) {
        if (is_lure(candidate)) return;
        const auto begin = static_cast<std::size_t>(as_written.data() - look.data());
        const std::string_view before = look.substr(0, begin),
                               behind = look.substr(begin + as_written.size());
        const std::size_t around = look.size() - candidate.size();
        const auto lures = [&] { return holds_lure(before) || holds_lure(behind); };
        const std::size_t lured_min = is_registered ? strictness::with_lure : strictness::glued;
        each_of(tables_.by_look, candidate, [&](const DomainName& name) {
            const std::size_t letters = name.look.size();
            const bool is_alone = before.empty() && behind.empty();
            const bool is_ours =
                name.kind == ProtectedKind::organisation || name.kind == ProtectedKind::customer;
            if (is_alone && is_registered && around > 1 && as_written.contains('-') &&
                letters >= strictness::slip)
                consider(Imitation::typo, name, around, "hyphens are added");
            else if (begins_with_tld(behind, name.tld))
                consider(Imitation::combo, name, around,
                         "its ending ." + name.tld + " is part of a longer name");
            else if (letters >= lured_min && lures())
                consider(Imitation::combo, name, around, added_words);
            else if (!is_alone && is_registered &&
                     letters >= (is_ours ? strictness::glued : strictness::any_word))
                consider(Imitation::combo, name, around, added_words);
        });
        hurried_name(as_written.contains('-') ? candidate : as_written, around, lures);
    }

    /// "-com" or "-com-..." behind a name that ends in ".com".
    static bool begins_with_tld(std::string_view behind, std::string_view tld) {
        if (!behind.starts_with('-')) return false;
        std::string with_hyphens(tld);
        std::ranges::replace(with_hyphens, '.', '-');
        behind.remove_prefix(1);
        return behind.starts_with(with_hyphens) &&
               (behind.size() == with_hyphens.size() || behind[with_hyphens.size()] == '-');
    }

    void glued_words(std::string_view part, bool is_registered) {
        const std::size_t letters_min = is_registered ? strictness::glued : strictness::below;
        for (const std::string_view rest : without_lures(without_digits(part))) {
            if (is_lure(rest)) continue;
            each_of(tables_.by_look, rest, [&](const DomainName& name) {
                if (name.look.size() >= letters_min)
                    consider(Imitation::combo, name, part.size() - rest.size(), added_words);
            });
            hurried_name(rest, part.size() - rest.size(), [] { return true; });
        }
    }

    /// "paypa1" beside a word that lures.
    template <typename Lures>
    void hurried_name(std::string_view candidate, std::size_t around, Lures lures) {
        if (candidate.size() < strictness::below) return;
        each_of(tables_.by_skeleton, hurried_look(candidate), [&](const DomainName& name) {
            if (name.look != candidate && name.look.size() >= strictness::below && lures())
                consider(Imitation::combo, name, around,
                         "words are added, and characters are replaced by others that look like them");
        });
    }

    /// A label that its owner chose freely. `lures` is whether any label of the domain holds a word that lures.
    void label_below(const Label& label, bool lures) {
        const std::string look = tables_.look_of(label.unicode);
        whole_domain(label, look);
        same_look(label, look, strictness::below);
        combos(look, false);
        if (!lures || holds_lure(look)) return;
        each_of(tables_.by_look, look, [&](const DomainName& name) {
            if (name.look.size() >= strictness::glued)
                consider(Imitation::combo, name, 0,
                         "the name stands below " + domain_.root_domain + ", which belongs to others");
        });
    }

    /// "paypal.com.evil.example", "paypal.com-login.example".
    void whole_domain(const Label& label, std::string_view look) {
        const std::string_view rest = std::string_view(domain_.domain).substr(label.begin);
        each_of(tables_.by_look, look, [&](const DomainName& name) {
            const bool is_inside = rest.starts_with(name.root) && rest.size() > name.root.size() &&
                                   (rest[name.root.size()] == '.' || rest[name.root.size()] == '-');
            if (is_inside)
                consider(Imitation::combo, name, 0,
                         "the whole name stands in front of " + domain_.root_domain +
                             ", which belongs to others");
        });
    }

    const LookAlikeTables& tables_;
    const mail::Domain& domain_;
    std::optional<LookAlike> best_;
};

}  // namespace

std::vector<Label> labels_of(const mail::Domain& domain) {
    std::vector<Label> labels;
    for (const std::string_view text : split(domain.domain, '.'))
        labels.push_back({text, text, static_cast<std::size_t>(text.data() - domain.domain.data())});
    const std::vector<std::string_view> unicode = split(domain.punycode, '.');
    if (unicode.size() != labels.size()) return labels;  // empty where it is the same
    for (std::size_t at = 0; at < labels.size(); ++at) labels[at].unicode = unicode[at];
    return labels;
}

std::optional<LookAlike> judge_domain(const LookAlikeTables& tables, const mail::Domain& domain) {
    if (domain.root_domain.empty() || domain.domain.size() > limits::domain_name_bytes) return std::nullopt;
    if (LookAlikeTables::is_below(domain.domain, tables.known)) return std::nullopt;
    return DomainJudge(tables, domain).judge();
}

}  // namespace tocsin::rules
