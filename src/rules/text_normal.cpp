#include "rules/text_normal.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "rules/text_letters.hpp"
#include "rules/text_shapes.hpp"

namespace tocsin::rules {

namespace {

/// Longer runs of letters and digits are no words, but tokens.
constexpr std::size_t word_letters_max = 40;

/// A run of letters and digits on its way to becoming a word.
struct Run {
    std::array<char32_t, word_letters_max> letters{};
    std::array<char, word_letters_max> latin{};  ///< for look-alikes
    std::size_t size = 0;
    std::size_t digits = 0, look_alikes = 0, plain_latin = 0, other_script = 0, capitals = 0;
    bool too_long = false, styled = false, invisible_within = false, invisible_last = false;
    std::size_t begin = 0, end = 0;  ///< in the text

    void add(char32_t letter, char alike = 0) {
        if (size == letters.size()) {
            too_long = true;
            return;
        }
        letters[size] = letter;
        latin[size++] = alike;
    }
};

class Normaliser {
public:
    explicit Normaliser(std::string_view text) : text_(text.substr(0, limits::text_model_bytes)) {
        out_.truncated = text.size() > text_.size();
        out_.letters.reserve(text_.size() + 16);
        out_.words.reserve(text_.size() / 5);
    }
    NormalText run() {
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = std::min(text_.find('\n', at), text_.size());
            line(at, end);
            at = end + 1;
        }
        close_spaced();
        return std::move(out_);
    }

private:
    void line(std::size_t at, std::size_t end) {
        const std::string_view line = text_.substr(at, end - at);
        if (line.starts_with('>') || is_list_footer(line)) return;
        line_start_ = true;
        while (at < end) {
            while (at < end && mail::is_ascii_space(text_[at])) ++at;
            std::size_t stop = at;
            while (stop < end && !mail::is_ascii_space(text_[stop])) ++stop;
            const std::size_t behind = behind_place_holder(at, end);
            if (behind > at)
                at = behind;
            else if (stop > at) {
                chunk(at, stop);
                at = stop;
            }
        }
    }
    /// "{{ first_name }}" and "{% if %}" of templates, "*|FNAME|*" of mailers: behind them, or `at`.
    [[nodiscard]] std::size_t behind_place_holder(std::size_t at, std::size_t end) const {
        if (at >= end || (text_[at] != '{' && text_[at] != '*' && text_[at] != '<')) return at;
        const std::string_view rest = text_.substr(at, std::min<std::size_t>(end - at, place_holder_bytes));
        for (const auto& [open, close] : {std::pair{"{{", "}}"}, {"{%", "%}"}, {"*|", "|*"}, {"<%", "%>"}}) {
            if (!rest.starts_with(open)) continue;
            const std::size_t stop = rest.find(close, 2);
            if (stop != std::string_view::npos) return at + stop + 2;
        }
        return at;
    }
    void chunk(std::size_t at, std::size_t end) {
        const std::string_view whole = text_.substr(at, end - at);
        const std::string_view core = inner(whole);
        if (is_plain_word(whole, core)) {
            const auto begin = static_cast<std::size_t>(core.data() - text_.data());
            return plain_word(begin, begin + core.size());
        }
        if (core.size() > 3) {
            if (is_link(core)) return mark(WordKind::link, "<link>", at, end);
            if (is_mail_address(core)) return mark(WordKind::address, "<address>", at, end);
            if (is_wallet(core)) return mark(WordKind::wallet, "<wallet>", at, end);
            if (is_code(core)) return mark(WordKind::code, "<code>", at, end);
        }
        letters(at, end);
    }

    /// Most chunks are one English word and a comma at most; they need none of the care below.
    static bool is_plain_word(std::string_view whole, std::string_view core) {
        return !core.empty() && core.size() <= word_letters_max &&
               std::ranges::all_of(core, is_ascii_letter) &&
               (core.size() == whole.size() || whole.find_first_of("!$%") == std::string_view::npos);
    }
    void plain_word(std::size_t begin, std::size_t end) {
        std::array<char, word_letters_max> small{};
        std::size_t capitals = 0;
        bool repeated = end - begin >= repeated_min;
        for (std::size_t i = begin; i < end; ++i) {
            const char c = text_[i];
            if (c <= 'Z') ++capitals;
            small[i - begin] = static_cast<char>(c | 0x20);
            repeated = repeated && small[i - begin] == small[0];
        }
        currency_before_ = false;
        if (repeated) return;
        ++latin_words_;
        finish_word({small.data(), end - begin}, capitals == end - begin, end - begin == 1, begin, end);
    }
    void finish_word(std::string_view letters, bool capitals, bool one_letter, std::size_t begin,
                     std::size_t end) {
        constexpr std::size_t shouted_min = 4;
        if (capitals && letters.size() >= shouted_min) ++out_.shouted;
        spaced_letter(one_letter);
        if (is_calendar_word(word_hash(letters))) return mark(WordKind::date, "<date>", begin, end);
        const bool amount_before = !out_.words.empty() && out_.words.back().kind == WordKind::number;
        if (amount_before && is_currency_word(letters)) last_number_is_money(begin);
        add(WordKind::word, letters, begin, end);
    }

    /// Splits what stands between blanks into words and numbers.
    void letters(std::size_t at, std::size_t end) {
        Run run;
        for (std::size_t size = 0; at < end; at += size) {
            const Letter letter = letter_at(text_, at);
            size = std::min<std::size_t>(letter.size, end - at);
            const bool goes_on = letter.kind == LetterKind::letter || letter.kind == LetterKind::lookalike ||
                                 letter.kind == LetterKind::styled || letter.kind == LetterKind::digit;
            if (goes_on) {
                take(run, letter, at, at + size);
                continue;
            }
            if (letter.kind == LetterKind::invisible) {
                run.invisible_last = letter.hides && run.size > 0;
                continue;
            }
            if (letter.kind == LetterKind::apostrophe && run.size > 0) continue;
            if (number_goes_on(run, letter, at + size, end)) continue;
            flush(run);
            between(letter, at, at + size);
        }
        flush(run);
        syllable_ = 0;
    }
    void take(Run& run, const Letter& letter, std::size_t at, std::size_t end) {
        if (run.size == 0) run.begin = at;
        run.end = end;
        run.invisible_within = run.invisible_within || (run.invisible_last && letter.plain < 0x80);
        run.invisible_last = false;
        run.add(letter.plain, letter.latin);
        if (letter.second != 0) run.add(static_cast<unsigned char>(letter.second));
        const bool latin_letter = letter.plain < 0x80 && letter.kind != LetterKind::digit;
        run.digits += letter.kind == LetterKind::digit ? 1 : 0;
        run.look_alikes += letter.kind == LetterKind::lookalike ? 1 : 0;
        run.plain_latin += latin_letter ? 1 : 0;
        run.other_script += letter.kind == LetterKind::letter && letter.plain >= 0x80 ? 1 : 0;
        run.capitals += letter.capital ? 1 : 0;
        run.styled = run.styled || letter.kind == LetterKind::styled;
    }
    /// "1.700.000,00" is one number.
    [[nodiscard]] bool number_goes_on(const Run& run, const Letter& letter, std::size_t next,
                                      std::size_t end) const {
        const bool separator = letter.plain == '.' || letter.plain == ',';
        return separator && run.size > 0 && run.digits == run.size && next < end &&
               mail::is_ascii_digit(text_[next]);
    }
    /// What stands between two runs.
    void between(const Letter& letter, std::size_t at, std::size_t end) {
        if (letter.kind == LetterKind::syllable) return syllable(letter.plain, at, end);
        syllable_ = 0;
        if (letter.plain == '!') ++out_.exclamations;
        if (letter.plain == '%') after_number(WordKind::percent, "%", at);
        if (letter.kind != LetterKind::currency) return;
        currency_before_ = !last_number_is_money(at);
    }
    /// Scripts without blanks: every two syllables are a word.
    void syllable(char32_t letter, std::size_t at, std::size_t end) {
        if (syllable_ != 0) {
            std::array<char, 8> bytes{};
            std::size_t size = encode_letter(syllable_, bytes.data());
            size += encode_letter(letter, bytes.data() + size);
            add(WordKind::word, {bytes.data(), size}, at, end);
        }
        syllable_ = letter;
    }

    void flush(Run& run) {
        if (run.size > 0) {
            if (run.too_long)
                add(WordKind::code, "<code>", run.begin, run.end);
            else if (run.digits == run.size)
                number(run);
            else
                word(run);
        }
        run = {};
    }
    /// Every letter is drawn like a Latin one, or stands beside Latin ones: then it is meant to be read as Latin.
    void undo_look_alikes(Run& run) {
        if (run.look_alikes == 0) return;
        const bool mixed = run.plain_latin > 0;
        const bool only_alike = run.other_script == 0 && run.size >= 3 && latin_words_ > 2 * foreign_words_;
        if (!mixed && !only_alike) return;
        for (std::size_t i = 0; i < run.size; ++i)
            if (run.latin[i] != 0) run.letters[i] = static_cast<unsigned char>(run.latin[i]);
        disguised_ = true;
    }
    /// "acc0unt" is "account"; digits at the ends stay a number of their own kind ("mp3").
    void undo_digits(Run& run) {
        constexpr std::string_view meant = "oizeasgtbg";
        const bool inside = run.size >= 5 && run.digits <= 2 && !is_digit(run.letters[0]) &&
                            !is_digit(run.letters[run.size - 1]);
        for (std::size_t i = 0; i < run.size; ++i) {
            if (!is_digit(run.letters[i])) continue;
            run.letters[i] = inside ? static_cast<unsigned char>(meant[run.letters[i] - U'0']) : U'0';
        }
        disguised_ = disguised_ || inside;
    }
    static bool is_digit(char32_t letter) { return letter >= U'0' && letter <= U'9'; }

    void word(Run& run) {
        currency_before_ = false;
        disguised_ = run.styled || run.invisible_within;
        undo_look_alikes(run);
        if (run.digits > 0) undo_digits(run);
        const auto end = run.letters.begin() + static_cast<std::ptrdiff_t>(run.size);
        const bool repeated =
            run.size >= repeated_min &&
            std::all_of(run.letters.begin(), end, [&](char32_t c) { return c == run.letters[0]; });
        if (repeated) return;
        if (run.digits > 0 && run.size > 6 && !disguised_)
            return mark(WordKind::code, "<code>", run.begin, run.end);
        out_.disguised += disguised_ ? 1 : 0;
        ++(run.plain_latin > 0 ? latin_words_ : foreign_words_);
        std::array<char, 4 * word_letters_max> bytes{};
        std::size_t size = 0;
        for (std::size_t i = 0; i < run.size; ++i) size += encode_letter(run.letters[i], bytes.data() + size);
        finish_word({bytes.data(), size}, run.capitals == run.size, run.size == 1, run.begin, run.end);
    }
    /// "w o n": letters that stand alone, four and more in a row.
    void spaced_letter(bool alone) {
        if (alone)
            ++letters_alone_;
        else
            close_spaced();
    }
    void close_spaced() {
        constexpr std::size_t spaced_min = 4;
        if (letters_alone_ >= spaced_min) ++out_.spaced;
        letters_alone_ = 0;
    }

    static bool is_currency_word(std::string_view word) {
        constexpr std::array<std::string_view, 14> names = {"usd",     "eur",    "gbp",   "btc",   "eth",
                                                            "usdt",    "chf",    "brl",   "euro",  "euros",
                                                            "dollars", "dollar", "reais", "pounds"};
        return std::ranges::find(names, word) != names.end();
    }
    /// "USD 500".
    [[nodiscard]] bool behind_currency_word() const {
        return !out_.words.empty() && out_.words.back().kind == WordKind::word &&
               is_currency_word(out_.word(out_.words.back()));
    }
    void number(const Run& run) {
        const std::string_view written = text_.substr(run.begin, run.end - run.begin);
        // The part behind the last comma or dot is a fraction when it has one or two digits.
        const std::size_t point = written.find_last_of(".,");
        const std::size_t fraction = point == std::string_view::npos ? 0 : written.size() - point - 1;
        const std::size_t digits =
            fraction > 0 && fraction <= 2 && run.size > fraction ? run.size - fraction : run.size;
        whole_digits_ = digits;
        const bool money = currency_before_ || behind_currency_word();
        currency_before_ = false;
        if (money) return add(WordKind::money, money_class(digits), run.begin, run.end);
        if (is_dotted_date(written)) return mark(WordKind::date, "<date>", run.begin, run.end);
        if (is_ip_address(written)) return mark(WordKind::code, "<code>", run.begin, run.end);
        const bool close = close_to_number(run);
        number_digits_ = close ? number_digits_ + run.size : run.size;
        number_groups_ = close ? number_groups_ + 1 : 1;
        if (!close) number_first_ = out_.words.size();
        // A row of numbers is no phone number: that begins with "+" or 0, or its groups are parted by more than blanks.
        const bool marked = close
                                ? gap_before(run) != " "
                                : written.starts_with('0') || (run.begin > 0 && text_[run.begin - 1] == '+');
        number_marked_ = marked || (close && number_marked_);
        if (close && joins_number(run)) return;
        const bool year = run.size == 4 && (written.starts_with("19") || written.starts_with("20"));
        if (year) return add(WordKind::date, "<date>", run.begin, run.end);
        constexpr std::array<std::string_view, 6> classes = {"#1", "#1", "#2", "#3", "#4", "#5"};
        add(WordKind::number, classes[std::min<std::size_t>(digits, 5)], run.begin, run.end);
    }
    [[nodiscard]] std::string_view gap_before(const Run& run) const {
        const std::size_t end = out_.words.back().source_end;
        return text_.substr(end, run.begin - end);
    }
    /// Only what groups of digits are parted by stands between this number and the word before, which is one too.
    [[nodiscard]] bool close_to_number(const Run& run) const {
        if (out_.words.empty()) return false;
        const WordKind kind = out_.words.back().kind;
        if (kind != WordKind::number && kind != WordKind::phone && kind != WordKind::date) return false;
        constexpr std::size_t gap_max = 3;
        const std::string_view gap = gap_before(run);
        if (kind == WordKind::date && gap == " ") return false;
        return !gap.empty() && gap.size() <= gap_max &&
               gap.find_first_not_of(" -./:()+") == std::string_view::npos;
    }
    /// "+1 (800) 555-0100" is one phone number, "2023-08-24" and "17:10" are dates.
    bool joins_number(const Run& run) {
        constexpr std::size_t phone_digits_min = 9, phone_digits_max = 15, phone_groups_min = 3;
        const std::string_view gap = gap_before(run);
        NormalWord& last = out_.words.back();
        const bool phone = gap.find_first_of("/:") == std::string_view::npos && last.kind != WordKind::date &&
                           number_marked_ && number_digits_ >= phone_digits_min &&
                           number_digits_ <= phone_digits_max && number_groups_ >= phone_groups_min;
        const bool date_part = run.size <= 2 || run.size == 4;
        const bool date =
            gap == ":" || gap == "/" || ((gap == "-" || gap == ".") && date_part && is_date_part(last));
        if (!phone && !date) return false;
        if (phone) out_.words.resize(std::min(out_.words.size(), number_first_ + 1));
        NormalWord& joined = out_.words.back();
        replace(joined, phone ? WordKind::phone : WordKind::date, phone ? "<phone>" : "<date>");
        joined.source_end = static_cast<std::uint32_t>(run.end);
        return true;
    }
    [[nodiscard]] bool is_date_part(const NormalWord& word) const {
        if (word.kind == WordKind::date) return true;
        const std::string_view shape = out_.word(word);
        return shape == "#1" || shape == "#2" || shape == "#4";
    }
    static std::string_view money_class(std::size_t digits) {
        return digits <= 2 ? "$1" : digits == 3 ? "$2" : digits <= 5 ? "$3" : "$4";
    }
    /// The word before, when it is a number that ends at most one blank before `at`.
    bool after_number(WordKind kind, std::string_view letters, std::size_t at) {
        if (out_.words.empty()) return false;
        NormalWord& last = out_.words.back();
        if (last.kind != WordKind::number || last.source_end + 1 < at) return false;
        replace(last, kind, letters);
        return true;
    }
    bool last_number_is_money(std::size_t at) {
        if (out_.words.empty() || out_.words.back().kind != WordKind::number) return false;
        return after_number(WordKind::money, money_class(whole_digits_), at);
    }
    void replace(NormalWord& word, WordKind kind, std::string_view letters) {
        word.kind = kind;
        word.at = static_cast<std::uint32_t>(out_.letters.size());
        word.size = static_cast<std::uint32_t>(letters.size());
        word.hash = word_hash(letters);
        out_.letters += letters;
    }

    void mark(WordKind kind, std::string_view letters, std::size_t at, std::size_t end) {
        add(kind, letters, at, end);
    }
    void add(WordKind kind, std::string_view letters, std::size_t at, std::size_t end) {
        if (out_.words.size() >= limits::text_model_words) {
            out_.truncated = true;
            return;
        }
        NormalWord word{.line_start = line_start_,
                        .source_at = static_cast<std::uint32_t>(at),
                        .source_end = static_cast<std::uint32_t>(end)};
        replace(word, kind, letters);
        out_.words.push_back(word);
        out_.content_words += kind == WordKind::word ? 1 : 0;
        line_start_ = false;
    }

    static constexpr std::size_t place_holder_bytes = 200;
    static constexpr std::size_t repeated_min = 3;  ///< "xxx", "----": a mark, no word
    std::string_view text_;
    NormalText out_;
    bool line_start_ = true, currency_before_ = false, disguised_ = false, number_marked_ = false;
    char32_t syllable_ = 0;
    std::size_t letters_alone_ = 0, latin_words_ = 0, foreign_words_ = 0;
    std::size_t number_digits_ = 0, number_groups_ = 0, number_first_ = 0, whole_digits_ = 0;
};

}  // namespace

NormalText normal_text(std::string_view text) {
    return Normaliser(text).run();
}

std::string to_string(const NormalText& text) {
    std::string out;
    for (const NormalWord& word : text.words) {
        if (!out.empty()) out += ' ';
        out += text.word(word);
    }
    return out;
}

}  // namespace tocsin::rules
