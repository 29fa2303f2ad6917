#include "api/query.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "base/limits.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

/// Reads fixed-width numbers and the marks between them.
class MomentReader {
public:
    explicit MomentReader(std::string_view text) : rest_(text) {}
    std::optional<int> number(std::size_t digits) {
        int value = 0;
        if (rest_.size() < digits || rest_.front() == '-') return std::nullopt;
        auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
        if (error != std::errc{} || end != rest_.data() + digits) return std::nullopt;
        rest_.remove_prefix(digits);
        return value;
    }
    bool mark(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// Hours, minutes, seconds, milliseconds behind the "T", up to and with the "Z".
std::optional<std::chrono::milliseconds> read_time_of_day(MomentReader& reader) {
    std::array<int, 4> parts{};
    constexpr std::array<std::size_t, 4> digits = {2, 2, 2, 3};
    constexpr std::array<int, 4> below = {24, 60, 60, 1000};
    constexpr std::string_view marks = "::.";
    for (std::size_t part = 0; part < parts.size(); ++part) {
        if (part > 0 && !reader.mark(marks[part - 1])) {
            if (part == 1) return std::nullopt;
            break;
        }
        std::optional<int> value = reader.number(digits[part]);
        if (!value || *value >= below[part]) return std::nullopt;
        parts[part] = *value;
    }
    if (!reader.mark('Z') || !reader.at_end()) return std::nullopt;
    return std::chrono::hours(parts[0]) + std::chrono::minutes(parts[1]) + std::chrono::seconds(parts[2]) +
           std::chrono::milliseconds(parts[3]);
}

constexpr std::size_t quoted_bytes = 100;  // of a refused value, in the error

/// An address in the form in which listings compare it. Orders know what is none.
Result<std::string> whole_address(const std::string& name, const std::string& value,
                                  store::SubjectKind kind) {
    // Envelopes of the machine's own mail may have no domain: <postmaster> (RFC 5321 section 4.1.1.3), <root>. What has a dot is
    // a domain whose user is missing.
    const bool local = !value.empty() && value.find_first_of("@.") == std::string::npos;
    const Result<std::string> known = store::order_value(kind, local ? value + "@localhost" : value);
    if (known && !known->starts_with('@')) return local ? value : *known;
    return fail(ErrorCode::invalid_input, name +
                                              " must be one whole address such as anna@mail.example (all "
                                              "of a domain cannot be looked for); \"" +
                                              store::stored_text(value, quoted_bytes) + "\" is none");
}

}  // namespace

std::optional<std::string> parameter(const proto::HttpTarget& target, std::string_view name) {
    std::optional<std::string_view> value = target.parameter(name);
    if (!value) return std::nullopt;
    return std::string(*value);
}

Result<std::optional<std::string>> word_parameter(const proto::HttpTarget& target, std::string_view name,
                                                  std::span<const std::string_view> words) {
    std::optional<std::string> value = parameter(target, name);
    if (!value || std::ranges::find(words, *value) != words.end()) return value;
    std::string list;
    for (std::string_view word : words) list += (list.empty() ? "" : ", ") + std::string(word);
    return fail(ErrorCode::invalid_input, std::string(name) + " must be one of: " + list);
}

Result<std::optional<std::string>> sender_parameter(const proto::HttpTarget& target) {
    std::optional<std::string> value = parameter(target, "sender");
    if (!value || value->empty()) return value;
    if (*value == "<>") return std::string();
    return TRY(whole_address("sender", *value, store::SubjectKind::sender));
}

Result<std::optional<std::string>> recipient_parameter(const proto::HttpTarget& target) {
    std::optional<std::string> value = parameter(target, "recipient");
    if (!value) return value;
    return TRY(whole_address("recipient", *value, store::SubjectKind::recipient));
}

Result<std::optional<std::string>> order_parameter(const proto::HttpTarget& target, std::string_view name,
                                                   store::SubjectKind kind) {
    std::optional<std::string> value = parameter(target, name);
    if (!value) return value;
    if (value->empty())
        return fail(ErrorCode::invalid_input,
                    std::string(name) + " is empty: give it a value, or leave it out");
    Result<std::string> known = store::order_value(kind, *value);
    if (!known) return fail(known.error().code, std::string(name) + ": " + known.error().message);
    return std::move(*known);
}

Result<std::size_t> limit_parameter(const proto::HttpTarget& target) {
    std::optional<std::string_view> text = target.parameter("limit");
    std::size_t limit = 100;
    if (!text) return limit;
    auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (error == std::errc{} && end == text->data() + text->size() && limit >= 1 &&
        limit <= limits::listing_rows)
        return limit;
    return fail(ErrorCode::invalid_input, "limit must be a number from 1 to " +
                                              std::to_string(limits::listing_rows) +
                                              "; page on with before=ID for more");
}

bool is_moment_word(std::string_view before) {
    // Ids have letters and digits only.
    return before.find_first_of("-:") != std::string_view::npos;
}

Result<PageStart> before_parameter(const proto::HttpTarget& target) {
    PageStart start;
    std::optional<std::string> text = parameter(target, "before");
    if (!text) return start;
    if (!is_moment_word(*text)) {
        start.id = std::move(text);
        return start;
    }
    start.time = parse_moment(*text);
    if (start.time) return start;
    return fail(
        ErrorCode::invalid_input,
        "before must be an id of the listing, or a moment such as 2026-03-01 or 2026-03-01T12:00:00Z");
}

Result<std::optional<TimePoint>> moment_parameter(const proto::HttpTarget& target, std::string_view name) {
    std::optional<std::string> text = parameter(target, name);
    if (!text) return std::nullopt;
    std::optional<TimePoint> moment = parse_moment(*text);
    if (moment) return moment;
    return fail(ErrorCode::invalid_input,
                std::string(name) + " must be a moment such as 2026-03-01 or 2026-03-01T12:00:00Z");
}

std::optional<TimePoint> parse_moment(std::string_view text) {
    MomentReader reader(text);
    std::optional<int> year = reader.number(4);
    if (!year || !reader.mark('-')) return std::nullopt;
    std::optional<int> month = reader.number(2);
    if (!month || !reader.mark('-')) return std::nullopt;
    std::optional<int> day = reader.number(2);
    if (!day) return std::nullopt;
    std::chrono::year_month_day date{std::chrono::year(*year),
                                     std::chrono::month(static_cast<unsigned>(*month)),
                                     std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    std::chrono::milliseconds of_day{0};
    if (!reader.at_end()) {
        if (!reader.mark('T')) return std::nullopt;
        std::optional<std::chrono::milliseconds> time = read_time_of_day(reader);
        if (!time) return std::nullopt;
        of_day = *time;
    }
    auto since_epoch = std::chrono::sys_days(date).time_since_epoch() + of_day;
    return TimePoint{std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

}  // namespace tocsin::api
