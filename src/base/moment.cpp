#include "base/moment.hpp"

#include <charconv>
#include <chrono>

namespace tocsin {

namespace {

using std::chrono::microseconds;

/// Reads numbers of fixed width and the marks between them.
class MomentReader {
public:
    explicit MomentReader(std::string_view text) : rest_(text) {}
    std::optional<int> number(std::size_t digits, int below = 10'000) {
        int value = 0;
        if (rest_.size() < digits || rest_.front() == '-') return std::nullopt;
        auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
        if (error != std::errc{} || end != rest_.data() + digits || value >= below) return std::nullopt;
        rest_.remove_prefix(digits);
        return value;
    }
    bool mark(char wanted) {
        if (!rest_.starts_with(wanted)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    [[nodiscard]] bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }

private:
    std::string_view rest_;
};

/// time-secfrac without its point: one to six digits.
std::optional<microseconds> read_fraction(MomentReader& reader) {
    int digit_us = 100'000;
    microseconds fraction{0};
    for (; reader.at_digit(); digit_us /= 10) {
        if (digit_us == 0) return std::nullopt;
        fraction += microseconds(*reader.number(1) * digit_us);
    }
    if (digit_us == 100'000) return std::nullopt;
    return fraction;
}

/// time-offset: how much later than UTC the clock on the wall is.
std::optional<std::chrono::minutes> read_offset(MomentReader& reader) {
    if (reader.mark('Z')) return std::chrono::minutes(0);
    const bool east = reader.mark('+');
    if (!east && !reader.mark('-')) return std::nullopt;
    const std::optional<int> hours = reader.number(2, 24);
    if (!hours || !reader.mark(':')) return std::nullopt;
    const std::optional<int> minutes = reader.number(2, 60);
    if (!minutes) return std::nullopt;
    const std::chrono::minutes offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return east ? offset : -offset;
}

/// Hours, minutes, seconds and their fraction behind the "T", with the offset taken off. Seconds may be left out.
std::optional<microseconds> read_time_of_day(MomentReader& reader) {
    const std::optional<int> hours = reader.number(2, 24);
    if (!hours || !reader.mark(':')) return std::nullopt;
    const std::optional<int> minutes = reader.number(2, 60);
    if (!minutes) return std::nullopt;
    microseconds time = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    if (reader.mark(':')) {
        // RFC 3339 section 5.7: a leap second is 60; here it is the second after it.
        const std::optional<int> seconds = reader.number(2, 61);
        if (!seconds) return std::nullopt;
        time += std::chrono::seconds(*seconds);
        if (reader.mark('.')) {
            const std::optional<microseconds> fraction = read_fraction(reader);
            if (!fraction) return std::nullopt;
            time += *fraction;
        }
    }
    const std::optional<std::chrono::minutes> offset = read_offset(reader);
    if (!offset || !reader.at_end()) return std::nullopt;
    return time - *offset;
}

}  // namespace

std::optional<TimePoint> parse_moment(std::string_view text) {
    MomentReader reader(text);
    const std::optional<int> year = reader.number(4);
    if (!year || !reader.mark('-')) return std::nullopt;
    const std::optional<int> month = reader.number(2);
    if (!month || !reader.mark('-')) return std::nullopt;
    const std::optional<int> day = reader.number(2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year),
                                           std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    microseconds of_day{0};
    if (!reader.at_end()) {
        if (!reader.mark('T')) return std::nullopt;
        const std::optional<microseconds> time = read_time_of_day(reader);
        if (!time) return std::nullopt;
        of_day = *time;
    }
    const microseconds since_epoch = std::chrono::sys_days(date).time_since_epoch() + of_day;
    return TimePoint{since_epoch.count()};
}

}  // namespace tocsin
