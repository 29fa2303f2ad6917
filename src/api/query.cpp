#include "api/query.hpp"

#include <algorithm>
#include <charconv>

#include "base/limits.hpp"
#include "base/moment.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

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
    // A moment begins with its year. Ids have letters and digits only, but those of reports: a letter and a hyphen stand first.
    return !before.empty() && before.front() >= '0' && before.front() <= '9' &&
           before.find_first_of("-:") != std::string_view::npos;
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

}  // namespace tocsin::api
