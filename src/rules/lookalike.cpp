#include "rules/lookalike.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/charset.hpp"
#include "rules/lookalike_letters.hpp"
#include "rules/lookalike_tables.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

/// Titles before and behind names. A word in the protected name is dropped on both sides alike, so a surname in this list costs
/// nothing but the word.
constexpr auto titles = std::to_array<std::string_view>(
    {"dr",  "mr",   "mrs",  "ms",   "mx",  "miss", "sir", "prof", "professor", "ing", "dipl",
     "mag", "herr", "frau", "jr",   "sr",  "ii",   "iii", "phd",  "mba",       "md",  "ceo",
     "cfo", "cto",  "coo",  "ciso", "mme", "mlle", "sig", "sra",  "dhr",       "mevr"});

class TableBuilder {
public:
    TableBuilder(mail::DomainNames& domain_names, LookAlikeTables& tables)
        : domain_names_(domain_names), tables_(tables) {}

    void add(const ProtectedDomain& given) {
        const mail::Domain domain = domain_names_.parse(given.domain);
        if (domain.root_domain.empty() || domain.domain != domain.root_domain) {
            tables_.skipped.push_back(given.domain);
            return;
        }
        const std::string unicode =
            domain.punycode.empty() ? domain.sld : domain.punycode.substr(0, domain.punycode.find('.'));
        DomainName name{domain.root_domain,       domain.sld, unicode,
                        tables_.look_of(unicode), domain.tld, given.kind};
        const auto id = static_cast<std::uint32_t>(tables_.domains.size());
        tables_.by_look[name.look].push_back(id);
        tables_.by_skeleton[hurried_look(name.look)].push_back(id);
        tables_.by_root[name.root].push_back(id);
        tables_.known.insert(name.root);
        if (given.kind == ProtectedKind::organisation) tables_.organisation.insert(name.root);
        if (name.look.size() >= strictness::slip) add_deletions(name.look, id);
        tables_.domains.push_back(std::move(name));
    }

    void add(const ProtectedPerson& given) {
        const std::vector<NameWord> words = tables_.words_of(given.name);
        PersonName person{given.name,   given.kind, joined_sorted(words, 0, words.size(), &NameWord::plain),
                          words.size(), 0,          {}};
        for (const NameWord& word : words) person.letters += length(word.plain);
        if (words.empty() || (words.size() == 1 && person.letters < strictness::single_word)) {
            tables_.skipped.push_back(given.name);
            return;
        }
        for (const std::string& address : given.addresses) person.addresses.push_back(ascii_lower(address));
        const auto id = static_cast<std::uint32_t>(tables_.people.size());
        tables_.by_words[joined_sorted(words, 0, words.size(), &NameWord::look)].push_back(id);
        if (words.size() == 2 && person.letters >= strictness::name_with_words) {
            tables_.by_words[words[0].look + words[1].look].push_back(id);
            tables_.by_words[words[1].look + words[0].look].push_back(id);
        }
        tables_.most_words = std::max(tables_.most_words, words.size());
        tables_.people.push_back(std::move(person));
    }

    void allow(std::string_view given) {
        const mail::Domain domain = domain_names_.parse(given);
        if (domain.root_domain.empty())
            tables_.skipped.emplace_back(given);
        else
            tables_.known.insert(domain.domain);
    }

private:
    void add_deletions(std::string_view look, std::uint32_t id) {
        tables_.by_deletion.emplace_back(deletion_hash(look, std::string_view::npos), id);
        for (std::size_t at = 0; at < look.size(); ++at)
            if (at == 0 || look[at] != look[at - 1])
                tables_.by_deletion.emplace_back(deletion_hash(look, at), id);
    }

    mail::DomainNames& domain_names_;
    LookAlikeTables& tables_;
};

}  // namespace

std::string_view to_string(Imitation imitation) {
    switch (imitation) {
        case Imitation::confusable: return "confusable";
        case Imitation::display_name: return "display_name";
        case Imitation::combo: return "combo";
        case Imitation::typo: return "typo";
        case Imitation::bit_flip: return "bit_flip";
        case Imitation::other_tld: return "other_tld";
    }
    return "";
}

std::string_view to_string(ProtectedKind kind) {
    switch (kind) {
        case ProtectedKind::organisation: return "organisation";
        case ProtectedKind::customer: return "customer";
        case ProtectedKind::brand: return "brand";
        case ProtectedKind::vip: return "vip";
        case ProtectedKind::staff: return "staff";
        case ProtectedKind::team: return "team";
    }
    return "";
}

bool LookAlikeTables::is_below(std::string_view domain, const NameSet& names) {
    if (domain.size() > limits::domain_name_bytes) return false;
    while (!domain.empty()) {
        if (names.contains(domain)) return true;
        const std::size_t dot = domain.find('.');
        if (dot == std::string_view::npos) return false;
        domain.remove_prefix(dot + 1);
    }
    return false;
}

std::string LookAlikeTables::look_of(std::string_view label) const {
    return fold(confusables->replace(label));
}

std::vector<NameWord> LookAlikeTables::words_of(std::string_view name) const {
    name = name.substr(0, limits::display_name_bytes);
    const std::string text = fold(confusables->replace(name));
    std::vector<NameWord> words;
    std::string word;
    const auto finish = [&] {
        const bool counts = length(word) > 1 && std::ranges::find(titles, word) == titles.end() &&
                            words.size() < limits::display_name_words;
        if (counts) words.emplace_back(word, hurried_look(word));
        word.clear();
    };
    for (const char c : text) {
        if (c == '\'') continue;  // O'Neil
        const bool is_letter = mail::is_ascii_alphanumeric(c) || static_cast<unsigned char>(c) >= 0x80;
        if (is_letter)
            word.push_back(c);
        else
            finish();
    }
    finish();
    return words;
}

std::uint64_t deletion_hash(std::string_view text, std::size_t left_out) {
    // FNV-1a (draft-eastlake-fnv): short texts, no secrets; a hit is compared letter by letter.
    constexpr std::uint64_t offset_basis = 0xCBF2'9CE4'8422'2325, prime = 0x0000'0100'0000'01B3;
    std::uint64_t hash = offset_basis;
    for (std::size_t at = 0; at < text.size(); ++at)
        if (at != left_out) hash = (hash ^ static_cast<unsigned char>(text[at])) * prime;
    return hash;
}

std::string joined_sorted(const std::vector<NameWord>& words, std::size_t begin, std::size_t count,
                          std::string NameWord::* form) {
    std::vector<std::string_view> chosen;
    for (std::size_t at = begin; at < begin + count; ++at) chosen.push_back(words[at].*form);
    std::ranges::sort(chosen);
    std::string out;
    for (const std::string_view word : chosen) {
        if (!out.empty()) out += ' ';
        out += word;
    }
    return out;
}

struct LookAlikes::Tables : LookAlikeTables {};

LookAlikes::LookAlikes(std::unique_ptr<Tables> tables) : tables_(std::move(tables)) {}
LookAlikes::~LookAlikes() = default;
LookAlikes::LookAlikes(LookAlikes&&) noexcept = default;
LookAlikes& LookAlikes::operator=(LookAlikes&&) noexcept = default;

Result<LookAlikes> LookAlikes::build(const ProtectedNames& names, mail::DomainNames& domain_names,
                                     const Confusables& confusables) {
    const std::size_t total = names.domains.size() + names.people.size() + names.allowed.size();
    if (total > limits::protected_names)
        return fail(ErrorCode::limit, "look-alikes: " + std::to_string(total) + " names, at most " +
                                          std::to_string(limits::protected_names) +
                                          " can be protected or allowed; shorten the lists");
    auto tables = std::make_unique<Tables>();
    tables->confusables = &confusables;
    TableBuilder builder(domain_names, *tables);
    for (const ProtectedDomain& domain : names.domains) builder.add(domain);
    for (const ProtectedPerson& person : names.people) builder.add(person);
    for (const std::string& domain : names.allowed) builder.allow(domain);
    std::ranges::sort(tables->by_deletion);
    return LookAlikes(std::move(tables));
}

std::optional<LookAlike> LookAlikes::of_domain(const mail::Domain& domain) const {
    return judge_domain(*tables_, domain);
}

std::optional<LookAlike> LookAlikes::of_display_name(std::string_view display_name,
                                                     const mail::EmailAddress& from) const {
    return judge_display_name(*tables_, display_name, from);
}

const std::vector<std::string>& LookAlikes::skipped() const {
    return tables_->skipped;
}

}  // namespace tocsin::rules
