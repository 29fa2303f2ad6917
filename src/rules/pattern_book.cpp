#include "rules/pattern_book.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "rules/glob.hpp"
#include "rules/literals.hpp"
#include "rules/regexes.hpp"

namespace tocsin::rules {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFFU;

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

/// What has to be looked at for one pattern, in the order in which it is cheap.
struct PatternBook::Pattern {
    std::string exact;             ///< as written
    std::string folded;            ///< for Case::folded
    std::uint32_t literal = none;  ///< must stand in the text; none: too short to be searched for
    std::uint32_t regex = none;
    std::uint32_t glob = none;
    bool literal_is_all = false;  ///< the literal in the folded text decides
};

PatternBook::PatternBook() : regexes_(std::make_unique<Regexes>()) {}
PatternBook::~PatternBook() = default;
PatternBook::PatternBook(PatternBook&&) noexcept = default;
PatternBook& PatternBook::operator=(PatternBook&&) noexcept = default;

std::size_t PatternBook::literal_count() const {
    return literals_.size();
}
std::size_t PatternBook::regex_count() const {
    return regexes_->size();
}

std::uint32_t PatternBook::literal(std::string_view folded) {
    if (folded.size() < limits::regex_piece_bytes_min) return none;
    const auto [at, made_now] =
        literal_numbers_.try_emplace(std::string(folded), static_cast<std::uint32_t>(literals_.size()));
    if (made_now) literals_.emplace_back(folded);
    return at->second;
}

Result<void> PatternBook::add_one(MatchMode mode, Case letters, std::string_view text, Pattern& pattern) {
    if (is_regex(mode)) {
        std::string key = (letters == Case::folded ? "i" : "e") + std::string(text);
        if (const auto known = regex_numbers_.find(key); known != regex_numbers_.end()) {
            pattern.regex = known->second;
            return {};
        }
        pattern.regex = TRY(regexes_->add(text, letters));
        regex_numbers_.emplace(std::move(key), pattern.regex);
        return {};
    }
    const bool only_contains = mode == MatchMode::glob && is_contains(text);
    if (mode == MatchMode::glob && !only_contains) {
        pattern.glob = static_cast<std::uint32_t>(globs_.size());
        globs_.push_back(std::make_unique<Glob>(text));
        pattern.literal = literal(fold(longest_piece(text)));
        return {};
    }
    if (only_contains) text = text.substr(1, text.size() - 2);
    pattern.exact = text;
    pattern.folded = fold(text);
    if (mode == MatchMode::contains || only_contains) pattern.literal = literal(pattern.folded);
    pattern.literal_is_all = pattern.literal != none && letters == Case::folded;
    return {};
}

Result<PatternGroup> PatternBook::add(MatchMode mode, Case letters,
                                      std::span<const std::string_view> patterns) {
    std::string key{static_cast<char>(mode), static_cast<char>(letters)};
    for (const std::string_view one : patterns) key += std::to_string(one.size()) + ":" + std::string(one);
    if (const auto known = groups_.find(key); known != groups_.end()) return known->second;
    PatternGroup group{mode, letters, static_cast<std::uint32_t>(patterns_.size()),
                       static_cast<std::uint32_t>(patterns.size())};
    for (std::size_t at = 0; at < patterns.size(); ++at) {
        Pattern pattern;
        if (Result<void> added = add_one(mode, letters, patterns[at], pattern); !added) {
            patterns_.resize(group.first);
            return fail(added.error().code,
                        "pattern " + std::to_string(at + 1) + ": " + added.error().message);
        }
        patterns_.push_back(std::move(pattern));
    }
    groups_.emplace(std::move(key), group);
    return group;
}

// Pieces that regexes need stand in the same search, behind the literals.
Result<void> PatternBook::finish() {
    std::vector<std::string> texts = literals_;
    std::unordered_map<std::string, std::uint32_t> numbers = literal_numbers_;
    std::uint32_t pieces = 0;
    for (const std::string& piece : regexes_->finish()) {
        // Folding goes further than RE2's lower case: what is equal after that is equal after this.
        const std::string folded = fold(piece);
        const auto [at, made_now] = numbers.try_emplace(folded, static_cast<std::uint32_t>(texts.size()));
        if (made_now) texts.push_back(folded);
        pieces_of_literal_.resize(texts.size());
        pieces_of_literal_[at->second].push_back(pieces++);
    }
    pieces_of_literal_.resize(texts.size());
    search_ = std::make_unique<Literals>(TRY(Literals::compile(texts)));
    return {};
}

void PatternBook::fold_text(ProbedText& text) const {
    if (text.is_folded_) return;
    text.folded_ = fold(text.text_);
    text.is_folded_ = true;
}

std::vector<std::uint32_t> PatternBook::constants_in(std::string_view text) const {
    std::vector<std::uint32_t> found = search_->search(fold(text));
    std::ranges::sort(found);
    return found;
}

void PatternBook::search(ProbedText& text) const {
    if (text.is_searched_) return;
    fold_text(text);
    text.found_ = search_->search(text.folded_);
    text.literals_.fill(text.found_, pieces_of_literal_.size());
    text.is_searched_ = true;
}

/// Finds out which regexes may match. RE2 takes long to say so, and many texts hold the same pieces.
void PatternBook::sort_out(ProbedText& text) const {
    if (text.regexes_ != nullptr) return;
    search(text);
    std::vector<std::uint32_t> pieces;
    for (const std::uint32_t found : text.found_)
        pieces.insert(pieces.end(), pieces_of_literal_[found].begin(), pieces_of_literal_[found].end());
    std::ranges::sort(pieces);
    std::string key(pieces.size() * sizeof(pieces[0]), '\0');
    if (!pieces.empty()) std::memcpy(key.data(), pieces.data(), key.size());
    const auto [known, made_now] = text.memo_->possible_.try_emplace(std::move(key));
    if (made_now) known->second.fill(regexes_->possible(pieces), regexes_->size());
    text.regexes_ = &known->second;
}

bool PatternBook::matches(const Pattern& pattern, const PatternGroup& group, ProbedText& text) const {
    if (pattern.literal != none && text.is_searched_) {
        if (!text.literals_.has(pattern.literal)) return false;
        if (pattern.literal_is_all) return true;
    }
    const bool folded = group.letters == Case::folded;
    if (pattern.glob != none)
        return folded ? globs_[pattern.glob]->matches_folded(text.folded_)
                      : globs_[pattern.glob]->matches(text.text_, Case::exact);
    const std::string_view wanted = folded ? pattern.folded : pattern.exact;
    const std::string_view in = folded ? std::string_view(text.folded_) : text.text_;
    switch (group.mode) {
        case MatchMode::starts_with: return in.starts_with(wanted);
        case MatchMode::ends_with: return in.ends_with(wanted);
        default: return find(in, wanted) != std::string_view::npos;
    }
}

std::optional<bool> PatternBook::matches_regex(const PatternGroup& group, ProbedText& text,
                                               const Spend& spend) const {
    sort_out(text);
    for (std::uint32_t at = group.first; at < group.first + group.count; ++at) {
        const std::uint32_t regex = patterns_[at].regex;
        if (!text.regexes_->has(regex)) continue;
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
    if (!affix && !few) search(text);
    if (group.letters == Case::folded) fold_text(text);
    const auto* const first = patterns_.data() + group.first;
    return std::any_of(first, first + group.count,
                       [&](const Pattern& pattern) { return matches(pattern, group, text); });
}

bool PatternBook::may_match(const PatternGroup& group, ProbedText& text) const {
    sort_out(text);
    const auto* const first = patterns_.data() + group.first;
    return std::any_of(first, first + group.count,
                       [&](const Pattern& pattern) { return text.regexes_->has(pattern.regex); });
}

std::optional<bool> matches_once(MatchMode mode, Case letters, std::string_view text,
                                 std::string_view pattern, const Spend& spend) {
    switch (mode) {
        case MatchMode::contains: return contains(text, pattern, letters);
        case MatchMode::starts_with: return starts_with(text, pattern, letters);
        case MatchMode::ends_with: return ends_with(text, pattern, letters);
        case MatchMode::glob: return Glob(pattern).matches(text, letters);
        case MatchMode::regex_contains:
        case MatchMode::regex_matches: break;
    }
    const Result<Regex> regex = Regex::compile(pattern, letters);
    if (!regex || !spend(regex->cost(text.size()))) return std::nullopt;
    return regex->matches(text, part_of(mode));
}

}  // namespace tocsin::rules
