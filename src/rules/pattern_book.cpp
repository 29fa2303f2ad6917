#include "rules/pattern_book.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "base/limits/regexes.hpp"
#include "rules/glob.hpp"
#include "rules/literals.hpp"
#include "rules/regexes.hpp"

namespace tocsin::rules {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFFU;
/// In front of the number of a piece in unsearched_.
constexpr std::uint32_t is_short = 0x80000000U;

std::uint8_t bit(TextKind kind) {
    return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind));
}

/// The longest piece of a glob that any text like it must hold.
std::string_view longest_piece(std::string_view glob) {
    std::string_view longest;
    while (!glob.empty()) {
        const std::size_t end = std::min(glob.find_first_of("*?"), glob.size());
        if (end > longest.size()) longest = glob.substr(0, end);
        glob.remove_prefix(std::min(end + 1, glob.size()));
    }
    return longest;
}

/// `*text*` asks for no more than that `text` is there.
bool is_contains(std::string_view glob) {
    return glob.size() >= 2 && glob.front() == '*' && glob.back() == '*' &&
           glob.substr(1, glob.size() - 2).find_first_of("*?") == std::string_view::npos;
}

bool is_regex(MatchMode mode) {
    return mode == MatchMode::regex_contains || mode == MatchMode::regex_matches;
}

RegexPart part_of(MatchMode mode) {
    return mode == MatchMode::regex_matches ? RegexPart::whole_text : RegexPart::anywhere;
}

}  // namespace

bool holds_in_more(MatchMode mode) {
    return mode == MatchMode::contains || mode == MatchMode::starts_with || mode == MatchMode::regex_contains;
}

/// What has to be looked at for one pattern, in the order in which it is cheap.
struct PatternBook::Pattern {
    std::string exact;             ///< as written
    std::string folded;            ///< for Case::folded
    std::uint32_t literal = none;  ///< word that must stand in the text; none: too short to be searched for
    std::uint32_t regex = none;
    std::uint32_t glob = none;
    bool literal_is_all = false;  ///< the literal in the folded text decides
};

PatternBook::PatternBook() : regexes_(std::make_unique<Regexes>()) {}
PatternBook::~PatternBook() = default;
PatternBook::PatternBook(PatternBook&&) noexcept = default;
PatternBook& PatternBook::operator=(PatternBook&&) noexcept = default;

/// The number of a word that is looked for in texts of that kind, or none.
std::uint32_t PatternBook::word(std::string_view folded, TextKind kind) {
    if (folded.size() < limits::literal_bytes_min) return none;
    const auto [at, made_now] =
        word_numbers_.try_emplace(std::string(folded), static_cast<std::uint32_t>(words_.size()));
    if (made_now) {
        words_.emplace_back(folded);
        word_kinds_.push_back(0);
    }
    word_kinds_[at->second] |= bit(kind);
    return at->second;
}

Result<void> PatternBook::add_one(const PatternGroup& group, std::string_view text, Pattern& pattern) {
    const MatchMode mode = group.mode;
    const Case letters = group.letters;
    const TextKind kind = group.kind;
    if (is_regex(mode)) {
        std::string key = (letters == Case::folded ? "i" : "e") + std::string(text);
        if (const auto known = regex_numbers_.find(key); known != regex_numbers_.end()) {
            pattern.regex = known->second;
        } else {
            pattern.regex = TRY(regexes_->add(text, letters));
            regex_numbers_.emplace(std::move(key), pattern.regex);
            regex_kinds_.push_back(0);
        }
        regex_kinds_[pattern.regex] |= bit(kind);
        return {};
    }
    const bool only_contains = mode == MatchMode::glob && is_contains(text);
    if (mode == MatchMode::glob && !only_contains) {
        pattern.glob = static_cast<std::uint32_t>(globs_.size());
        globs_.push_back(std::make_unique<Glob>(text));
        pattern.literal = word(fold(longest_piece(text)), kind);
        return {};
    }
    if (only_contains) text = text.substr(1, text.size() - 2);
    pattern.exact = text;
    pattern.folded = fold(text);
    if (mode == MatchMode::contains || only_contains) pattern.literal = word(pattern.folded, kind);
    pattern.literal_is_all = pattern.literal != none && letters == Case::folded;
    return {};
}

Result<PatternGroup> PatternBook::add(MatchMode mode, Case letters, TextKind kind,
                                      std::span<const std::string_view> patterns) {
    std::string key{static_cast<char>(mode), static_cast<char>(letters), static_cast<char>(kind)};
    for (const std::string_view one : patterns) key += std::to_string(one.size()) + ":" + std::string(one);
    if (const auto known = groups_.find(key); known != groups_.end()) return known->second;
    PatternGroup group{mode,
                       letters,
                       kind,
                       static_cast<std::uint32_t>(patterns_.size()),
                       static_cast<std::uint32_t>(patterns.size()),
                       holds_in_more(mode) ||
                           (mode == MatchMode::glob && std::ranges::all_of(patterns, is_contains))};
    for (std::size_t at = 0; at < patterns.size(); ++at) {
        Pattern pattern;
        if (Result<void> added = add_one(group, patterns[at], pattern); !added) {
            patterns_.resize(group.first);
            return fail(added.error().code,
                        "pattern " + std::to_string(at + 1) + ": " + added.error().message);
        }
        patterns_.push_back(std::move(pattern));
    }
    groups_.emplace(std::move(key), group);
    return group;
}

/// A piece of an expression that is tried on texts of these kinds, as a number; none: it is in every text.
std::uint32_t PatternBook::piece(std::string_view piece, std::uint8_t kinds) {
    // Folding goes further than RE2's lower case: what is equal after that is equal after this.
    const std::string folded = fold(piece);
    if (folded.empty()) return none;
    // Pages are long, and expressions for pages few: there each piece more that is searched for saves more than it costs.
    const bool page = (kinds & bit(TextKind::page)) != 0;
    const std::size_t searched_from = page ? limits::literal_bytes_min : limits::regex_piece_bytes_searched;
    if (folded.size() < searched_from) return is_short | unsearched(folded);
    std::uint32_t number = none;
    for (const TextKind kind : {TextKind::name, TextKind::prose, TextKind::page})
        if ((kinds & bit(kind)) != 0) number = word(folded, kind);
    return number;
}

std::uint32_t PatternBook::unsearched(const std::string& folded) {
    const auto [at, made_now] =
        unsearched_numbers_.try_emplace(folded, static_cast<std::uint32_t>(unsearched_.size()));
    if (made_now) unsearched_.push_back(folded);
    return at->second;
}

void PatternBook::note_needs(std::uint32_t regex) {
    const auto first = static_cast<std::uint32_t>(pieces_.size());
    pieces_at_.push_back(first);
    for (const std::string& text : regexes_->pieces(regex))
        pieces_.push_back(piece(text, regex_kinds_[regex]));
    needs_at_.push_back(static_cast<std::uint32_t>(needs_.size()));
    for (const std::vector<int>& clause : regexes_->needs(regex).clauses) {
        std::vector<std::uint32_t> numbers;
        for (const int at : clause) numbers.push_back(pieces_[first + static_cast<std::uint32_t>(at)]);
        if (std::ranges::find(numbers, none) != numbers.end()) continue;
        needs_.push_back(static_cast<std::uint32_t>(numbers.size()));
        needs_.insert(needs_.end(), numbers.begin(), numbers.end());
    }
}

// Pieces that expressions need stand in the same searches as texts.
Result<void> PatternBook::finish() {
    for (std::uint32_t regex = 0; regex < regexes_->size(); ++regex) note_needs(regex);
    needs_at_.push_back(static_cast<std::uint32_t>(needs_.size()));
    pieces_at_.push_back(static_cast<std::uint32_t>(pieces_.size()));
    for (const TextKind kind : {TextKind::name, TextKind::prose, TextKind::page}) {
        std::vector<std::uint32_t> numbers;
        for (std::uint32_t at = 0; at < words_.size(); ++at)
            if ((word_kinds_[at] & bit(kind)) != 0) numbers.push_back(at);
        searches_[static_cast<std::size_t>(kind)] =
            std::make_unique<Literals>(TRY(Literals::compile(words_, numbers)));
    }
    constants_.add(words_, 0);
    constants_.add(unsearched_, is_short);
    constants_.make();
    return {};
}

std::string_view ProbedText::folded() {
    if (!is_folded_) folded_ = fold(text_);
    is_folded_ = true;
    return folded_;
}

std::vector<std::uint32_t> PatternBook::constants_in(std::string_view text) const {
    return constants_.find(fold(text));
}

void PatternBook::search(ProbedText& text, TextKind kind) const {
    const auto at = static_cast<std::size_t>(kind);
    if (text.is_searched_[at]) return;
    text.found_.add(searches_[at]->search(text.folded()), words_.size());
    text.is_searched_[at] = true;
}

/// False: the piece is not there. The text was searched as one of that kind.
bool PatternBook::may_hold(std::uint32_t piece, ProbedText& text, TextKind kind) const {
    if (piece == none) return true;
    if ((piece & is_short) == 0) return text.found_.has(piece);
    if (kind == TextKind::page) return true;  // a page has nearly all of them
    if (text.pieces_ == nullptr) text.pieces_ = std::make_unique<TextPieces>(text.folded());
    return text.pieces_->may_hold(unsearched_[piece & ~is_short]);
}

/// False: what the expression needs is not there. The text was searched as one of that kind.
bool PatternBook::may_match(std::uint32_t regex, ProbedText& text, TextKind kind) const {
    const std::uint32_t end = needs_at_[regex + 1];
    for (std::uint32_t at = needs_at_[regex]; at < end; at += 1 + needs_[at]) {
        const std::span clause(needs_.data() + at + 1, needs_[at]);
        if (std::ranges::none_of(clause, [&](std::uint32_t piece) { return may_hold(piece, text, kind); }))
            return false;
    }
    const bool has_clauses = needs_at_[regex] != end, has_pieces = pieces_at_[regex] != pieces_at_[regex + 1];
    if (!has_pieces || (has_clauses && text.text_.size() < limits::regex_sorted_out_from)) return true;
    std::vector<int> found;
    for (std::uint32_t at = pieces_at_[regex]; at < pieces_at_[regex + 1]; ++at)
        if (may_hold(pieces_[at], text, kind)) found.push_back(static_cast<int>(at - pieces_at_[regex]));
    return regexes_->may_match(regex, found);
}

bool PatternBook::matches(const Pattern& pattern, const PatternGroup& group, ProbedText& text) const {
    if (pattern.literal != none && text.is_searched_[static_cast<std::size_t>(group.kind)]) {
        if (!text.found_.has(pattern.literal)) return false;
        if (pattern.literal_is_all) return true;
    }
    const bool folded = group.letters == Case::folded;
    if (pattern.glob != none)
        return folded ? globs_[pattern.glob]->matches_folded(text.folded())
                      : globs_[pattern.glob]->matches(text.text_, Case::exact);
    const std::string_view wanted = folded ? pattern.folded : pattern.exact;
    const std::string_view in = folded ? text.folded() : text.text_;
    switch (group.mode) {
        case MatchMode::starts_with: return in.starts_with(wanted);
        case MatchMode::ends_with: return in.ends_with(wanted);
        default: return find(in, wanted) != std::string_view::npos;
    }
}

std::optional<bool> PatternBook::matches_regex(const PatternGroup& group, ProbedText& text,
                                               const Spend& spend) const {
    search(text, group.kind);
    for (std::uint32_t at = group.first; at < group.first + group.count; ++at) {
        const std::uint32_t regex = patterns_[at].regex;
        if (!may_match(regex, text, group.kind)) continue;
        if (!spend(regexes_->cost(regex, text.text_.size()))) return std::nullopt;
        if (regexes_->matches(regex, text.text_, part_of(group.mode))) return true;
    }
    return false;
}

std::optional<bool> PatternBook::matches(const PatternGroup& group, ProbedText& text,
                                         const Spend& spend) const {
    if (is_regex(group.mode)) return matches_regex(group, text, spend);
    const bool affix = group.mode == MatchMode::starts_with || group.mode == MatchMode::ends_with;
    // A pass over a short text costs more than a few patterns tried on it one by one.
    const bool few = group.count * text.text_.size() < limits::literal_search_from;
    if (!affix && !few) search(text, group.kind);
    const auto* const first = patterns_.data() + group.first;
    return std::any_of(first, first + group.count,
                       [&](const Pattern& pattern) { return matches(pattern, group, text); });
}

bool PatternBook::may_match(const PatternGroup& group, ProbedText& text) const {
    search(text, group.kind);
    const auto* const first = patterns_.data() + group.first;
    return std::any_of(first, first + group.count,
                       [&](const Pattern& pattern) { return may_match(pattern.regex, text, group.kind); });
}

bool PatternBook::may_match_within(const PatternGroup& group, ProbedText& text) const {
    if (is_regex(group.mode)) return may_match(group, text);
    search(text, group.kind);
    const auto* const first = patterns_.data() + group.first;
    return std::any_of(first, first + group.count, [&](const Pattern& pattern) {
        return pattern.literal == none || text.found_.has(pattern.literal);
    });
}

std::optional<bool> matches_once(MatchMode mode, Case letters, ProbedText& text, std::string_view pattern,
                                 const Spend& spend) {
    switch (mode) {
        case MatchMode::contains:
            // Rules ask so for names, in the same text of the message one after the other.
            return letters == Case::folded ? contains(text.folded(), fold(pattern), Case::exact)
                                           : contains(text.text(), pattern, Case::exact);
        case MatchMode::starts_with: return starts_with(text.text(), pattern, letters);
        case MatchMode::ends_with: return ends_with(text.text(), pattern, letters);
        case MatchMode::glob: return Glob(pattern).matches(text.text(), letters);
        case MatchMode::regex_contains:
        case MatchMode::regex_matches: break;
    }
    const Result<Regex> regex = Regex::compile(pattern, letters);
    if (!regex || !spend(regex->cost(text.text().size()))) return std::nullopt;
    return regex->matches(text.text(), part_of(mode));
}

}  // namespace tocsin::rules
