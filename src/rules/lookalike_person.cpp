// Whom a display name imitates.
#include <algorithm>
#include <string>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/lookalike_tables.hpp"
#include "rules/strings.hpp"

namespace tocsin::rules {

namespace {

std::string_view title_of(ProtectedKind kind) {
    switch (kind) {
        case ProtectedKind::vip: return "an important person here";
        case ProtectedKind::staff: return "a colleague";
        case ProtectedKind::team: return "a team here";
        case ProtectedKind::customer: return "a customer";
        case ProtectedKind::brand: return "a known brand";
        case ProtectedKind::organisation: break;
    }
    return "us";
}

/// Whether `from` may use the person's name.
bool is_own_address(const PersonName& person, const mail::EmailAddress& from) {
    const std::string address = ascii_lower(from.email);
    return std::ranges::any_of(person.addresses, [&](const std::string& own) {
        if (own.contains('@')) return own == address;
        return from.domain.domain == own || from.domain.domain.ends_with("." + own);
    });
}

class NameJudge {
public:
    NameJudge(const LookAlikeTables& tables, std::string_view name, const mail::EmailAddress& from)
        : tables_(tables), name_(name.substr(0, limits::display_name_bytes)), from_(from) {}

    std::optional<LookAlike> judge() {
        if (!LookAlikeTables::is_below(from_.domain.domain, tables_.organisation)) people();
        if (!best_ && !LookAlikeTables::is_below(from_.domain.domain, tables_.known)) written_domains();
        return std::move(best_);
    }

private:
    void people() {
        if (tables_.people.empty()) return;
        const std::vector<NameWord> words = tables_.words_of(name_);
        for (std::size_t count = std::min(words.size(), tables_.most_words); count > 0 && !best_; --count)
            for (std::size_t begin = 0; begin + count <= words.size() && !best_; ++begin)
                some_words(words, begin, count);
    }

    void some_words(const std::vector<NameWord>& words, std::size_t begin, std::size_t count) {
        const auto found = tables_.by_words.find(joined_sorted(words, begin, count, &NameWord::look));
        if (found == tables_.by_words.end()) return;
        for (const std::uint32_t id : found->second) {
            const PersonName& person = tables_.people[id];
            const bool is_whole = count == words.size();
            const bool may_have_company = person.words > 1 && person.letters >= strictness::name_with_words;
            if ((!is_whole && !may_have_company) || is_own_address(person, from_)) continue;
            const std::string plain = joined_sorted(words, begin, count, &NameWord::plain);
            take(person, count == person.words ? levenshtein(plain, person.plain, Case::exact).value : 0);
            return;
        }
    }

    void take(const PersonName& person, std::size_t distance) {
        best_ = LookAlike{
            Imitation::display_name, person.kind, person.name, distance,
            "The sender is shown as " + person.name + ", " + std::string(title_of(person.kind)) +
                ", but writes from an address that is not known as theirs" +
                (distance > 0 ? ", and letters of the name are replaced by others that look like them."
                              : ".")};
    }

    /// "service@paypal.com" as a display name.
    void written_domains() {
        const std::string text = fold(tables_.confusables->replace(name_));
        const auto is_domain_byte = [](char c) {
            return mail::is_ascii_alphanumeric(c) || c == '.' || c == '-';
        };
        for (auto at = text.begin(); at != text.end() && !best_;) {
            const auto begin = std::find_if(at, text.end(), is_domain_byte);
            at = std::find_if_not(begin, text.end(), is_domain_byte);
            std::string_view written(begin, at);
            while (written.ends_with('.')) written.remove_suffix(1);
            if (written.contains('.')) written_domain(written);
        }
    }

    void written_domain(std::string_view written) {
        for (std::string_view rest = written; !rest.empty();) {
            if (const auto found = tables_.by_root.find(rest); found != tables_.by_root.end()) {
                const DomainName& name = tables_.domains[found->second.front()];
                best_ =
                    LookAlike{Imitation::display_name, name.kind, name.root, 0,
                              "The sender is shown as " + name.root + ", but writes from another domain."};
                return;
            }
            const std::size_t dot = rest.find('.');
            if (dot == std::string_view::npos) return;
            rest.remove_prefix(dot + 1);
        }
    }

    const LookAlikeTables& tables_;
    const std::string_view name_;
    const mail::EmailAddress& from_;
    std::optional<LookAlike> best_;
};

}  // namespace

std::optional<LookAlike> judge_display_name(const LookAlikeTables& tables, std::string_view display_name,
                                            const mail::EmailAddress& from) {
    return NameJudge(tables, display_name, from).judge();
}

}  // namespace tocsin::rules
