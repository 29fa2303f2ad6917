#include "rules/regexes.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <numeric>

#include "base/limits.hpp"
#include "base/limits/regexes.hpp"
#include "rules/regex_choices.hpp"

namespace tocsin::rules {

namespace {

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}
std::string_view view(const re2::StringPiece& text) {
    return {text.data(), text.size()};
}

RE2::Options options(Case letters) {
    RE2::Options out(RE2::Quiet);
    out.set_case_sensitive(letters == Case::exact);
    out.set_max_mem(limits::regex_bytes);
    return out;
}

/// RE2 of Debian 12 knows `(?P<name>` only; newer ones, and other engines, `(?<name>` too. Look-behinds begin with `(?<=`,
/// `(?<!`.
std::string with_known_names(std::string_view pattern) {
    std::string out;
    for (std::size_t at = 0; at < pattern.size(); ++at) {
        const std::string_view rest = pattern.substr(at);
        if (rest.starts_with('\\') && rest.size() > 1) {
            out += rest.substr(0, 2);
            ++at;
        } else if (rest.starts_with("(?<") && rest.size() > 3 && rest[3] != '=' && rest[3] != '!') {
            out += "(?P<";
            at += 2;
        } else {
            out += rest.front();
        }
    }
    return out;
}

/// RE2 reads a byte in 2 to 4 ns as long as the states that it meets are few, and else makes a new one for nearly every byte,
/// which takes longer the more instructions the expression has (1 to 3 ns for each). It does not say which of both it did. So the
/// rule, which is cut by a small budget, pays for the first, and in long texts for some of the second; the message pays for the
/// second.
RegexCost cost_of(const RE2& expression, std::size_t bytes) {
    const auto size = static_cast<std::uint64_t>(std::max(0, expression.ProgramSize()));
    // Ordinary expressions are paid for with the text that they are tried on: an honest mail of 10 MB must not be unscannable
    // because many of them are tried on it.
    constexpr std::uint64_t ordinary_size =
        limits::regex_instructions_usual * limits::regex_instructions_worst;
    if (size < ordinary_size) return {.rule = 0, .message = 0};
    const std::uint64_t usual = std::max<std::uint64_t>(1, size / limits::regex_instructions_usual);
    const std::uint64_t worst = std::max<std::uint64_t>(1, size / limits::regex_instructions_worst);
    const std::uint64_t cheap = std::min(bytes, limits::regex_cheap_bytes), dear = bytes - cheap;
    const std::uint64_t rule = 1 + (cheap + usual * dear) / limits::bytes_per_step;
    return {.rule = rule, .message = std::max(rule, 1 + worst * bytes / limits::bytes_per_step)};
}

Error refusal(const std::string& what) {
    return {ErrorCode::invalid_input, "the regular expression cannot be used: " + what +
                                          " (syntax of RE2: no look-around, no back references)"};
}

}  // namespace

struct Regex::Compiled {
    Compiled(const std::string& pattern, const RE2::Options& how) : expression(pattern, how) {}

    RE2 expression;
    std::vector<std::pair<std::string, int>> names;
};

Regex::Regex(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern, Case letters) {
    auto compiled = std::make_unique<Compiled>(with_known_names(pattern), options(letters));
    if (!compiled->expression.ok()) return std::unexpected(refusal(compiled->expression.error()));
    for (const auto& [name, number] : compiled->expression.NamedCapturingGroups())
        compiled->names.emplace_back(name, number);
    return Regex(std::move(compiled));
}

bool Regex::matches_behind(std::string_view text, std::size_t from) const {
    return compiled_->expression.Match(piece(text), from, text.size(), RE2::UNANCHORED, nullptr, 0);
}

bool Regex::matches(std::string_view text, RegexPart part) const {
    const auto anchor = part == RegexPart::whole_text ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
    return compiled_->expression.Match(piece(text), 0, text.size(), anchor, nullptr, 0);
}

RegexCost Regex::cost(std::size_t bytes) const {
    return cost_of(compiled_->expression, bytes);
}

std::optional<RegexMatch> Regex::find(std::string_view text, std::size_t from, std::size_t until,
                                      Groups groups) const {
    const int numbers = compiled_->expression.NumberOfCapturingGroups();
    std::vector<re2::StringPiece> found(groups == Groups::kept ? static_cast<std::size_t>(numbers) + 1 : 1);
    if (!compiled_->expression.Match(piece(text), from, until, RE2::UNANCHORED, found.data(),
                                     static_cast<int>(found.size())))
        return std::nullopt;
    RegexMatch match{.full_match = view(found[0]), .groups = {}};
    for (std::size_t number = 1; number < found.size(); ++number)
        match.groups.push_back(found[number].data() == nullptr ? std::string_view() : view(found[number]));
    return match;
}

const std::vector<std::pair<std::string, int>>& Regex::group_names() const {
    return compiled_->names;
}

/// Each has a filter of its own: with many in one, the filter of RE2 2022-06 loses expressions (docs/design/judge.md).
struct Regexes::Compiled {
    re2::FilteredRE2 filter{static_cast<int>(limits::regex_piece_bytes_min)};
    std::vector<std::string> pieces;

    [[nodiscard]] bool may_match(const std::vector<int>& pieces_found) const {
        std::vector<int> numbers;
        filter.AllPotentials(pieces_found, &numbers);
        return !numbers.empty();
    }
};

Regexes::Regexes() = default;
Regexes::~Regexes() = default;
Regexes::Regexes(Regexes&&) noexcept = default;
Regexes& Regexes::operator=(Regexes&&) noexcept = default;

Result<std::uint32_t> Regexes::add(std::string_view pattern, Case letters) {
    const std::string known = with_known_names(pattern);
    auto made = std::make_unique<Compiled>();
    int number = 0;
    // A choice takes one instruction more: what just fits is taken as it is written.
    if (made->filter.Add(with_choices(known), options(letters), &number) != RE2::NoError &&
        made->filter.Add(known, options(letters), &number) != RE2::NoError) {
        // FilteredRE2 tells only a number of what is wrong; the words come from a try by itself.
        const RE2 tried(known, options(letters));
        return std::unexpected(refusal(tried.error()));
    }
    made->filter.Compile(&made->pieces);
    compiled_.push_back(std::move(made));
    return static_cast<std::uint32_t>(compiled_.size() - 1);
}

std::size_t Regexes::size() const {
    return compiled_.size();
}

namespace {

/// Numbers of the pieces, the short ones first: a clause of long pieces sorts more out.
std::vector<int> short_first(const std::vector<std::string>& pieces) {
    std::vector<int> order(pieces.size());
    std::iota(order.begin(), order.end(), 0);
    std::ranges::stable_sort(order, {}, [&](int at) { return pieces[static_cast<std::size_t>(at)].size(); });
    return order;
}

}  // namespace

// RE2 answers for a set of pieces whether the expression may match a text with no others: more pieces never make it impossible.
// So a clause is found by putting in all pieces, one by one, with which it stays impossible: of those that are left out one is
// needed. Then the clause's pieces go in, and what is impossible still has another clause.
RegexNeeds Regexes::needs(std::uint32_t number) const {
    const Compiled& compiled = *compiled_[number];
    if (compiled.pieces.size() > limits::regex_pieces_learnt) return {};
    const std::vector<int> order = short_first(compiled.pieces);
    RegexNeeds needs;
    std::vector<int> given;
    while (needs.clauses.size() < limits::regex_clauses && !compiled.may_match(given)) {
        std::vector<int> without = given, clause;
        for (const int piece : order) {
            if (std::ranges::find(given, piece) != given.end()) continue;
            without.push_back(piece);
            if (!compiled.may_match(without)) continue;
            without.pop_back();
            clause.push_back(piece);
        }
        if (clause.empty()) break;  // no text at all: RE2 itself will say so
        given.insert(given.end(), clause.begin(), clause.end());
        needs.clauses.push_back(std::move(clause));
    }
    return needs;
}

bool Regexes::may_match(std::uint32_t number, const std::vector<int>& pieces_found) const {
    return compiled_[number]->may_match(pieces_found);
}

const std::vector<std::string>& Regexes::pieces(std::uint32_t number) const {
    return compiled_[number]->pieces;
}

bool Regexes::matches(std::uint32_t number, std::string_view text, RegexPart part) const {
    const RE2& expression = compiled_[number]->filter.GetRE2(0);
    const auto anchor = part == RegexPart::whole_text ? RE2::ANCHOR_BOTH : RE2::UNANCHORED;
    return expression.Match(piece(text), 0, text.size(), anchor, nullptr, 0);
}

RegexCost Regexes::cost(std::uint32_t number, std::size_t bytes) const {
    return cost_of(compiled_[number]->filter.GetRE2(0), bytes);
}

}  // namespace tocsin::rules
