// What clients write into the query of a request, checked.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "proto/http.hpp"
#include "store/order_store.hpp"

namespace tocsin::api {

/// The words that may stand for a journal record's direction, verdict and disposition.
inline constexpr std::string_view direction_words[] = {"inbound", "outbound"};
inline constexpr std::string_view verdict_words[] = {"clean", "suspicious", "phish", "malware",
                                                     "unscannable"};
inline constexpr std::string_view disposition_words[] = {"accept", "tag",    "quarantine",
                                                         "hold",   "reject", "tempfail"};

inline constexpr std::string_view zero_or_one[] = {"0", "1"};
inline constexpr std::size_t quoted_bytes = 100;  ///< of a refused value, in the error
inline constexpr std::string_view held_state_words[] = {"waiting", "held", "releasing", "released",
                                                        "discarded"};

[[nodiscard]] std::optional<std::string> parameter(const proto::HttpTarget& target, std::string_view name);
/// One of `words`, or absent. Errors: invalid_input, with the list of words.
[[nodiscard]] Result<std::optional<std::string>> word_parameter(const proto::HttpTarget& target,
                                                                std::string_view name,
                                                                std::span<const std::string_view> words);
/// `sender`: an address as an envelope has it; empty or `<>` for the empty sender; or absent. Errors: invalid_input (what could
/// be nobody's address, or stands for many: a listing looks for whole addresses).
[[nodiscard]] Result<std::optional<std::string>> sender_parameter(const proto::HttpTarget& target);
/// `recipient`: the same; nobody's address is empty. Errors: invalid_input.
[[nodiscard]] Result<std::optional<std::string>> recipient_parameter(const proto::HttpTarget& target);
/// What an order of this kind may look for (store::order_value), or absent. Errors: invalid_input (it could match nothing).
[[nodiscard]] Result<std::optional<std::string>>
order_parameter(const proto::HttpTarget& target, std::string_view name, store::SubjectKind kind);
/// A moment (parse_moment), or absent. Errors: invalid_input.
[[nodiscard]] Result<std::optional<TimePoint>> moment_parameter(const proto::HttpTarget& target,
                                                                std::string_view name);
/// `limit`: 1 to limits::listing_rows, 100 if absent. Errors: invalid_input.
[[nodiscard]] Result<std::size_t> limit_parameter(const proto::HttpTarget& target);

/// Where a page of a listing begins: behind the entry `id`, or at what is older than `time`. Neither: at the newest.
struct PageStart {
    std::optional<std::string> id;
    std::optional<TimePoint> time;
};
/// Whether the text of a `before` is meant as a moment, which is a part of what is looked for, and no id, which turns a page.
[[nodiscard]] bool is_moment_word(std::string_view before);
/// `before`: an id, or a moment (parse_moment). Errors: invalid_input.
[[nodiscard]] Result<PageStart> before_parameter(const proto::HttpTarget& target);

}  // namespace tocsin::api
