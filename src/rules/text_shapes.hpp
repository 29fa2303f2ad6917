// What a piece of text between blanks is by its shape, before it is split into words (text_normal.hpp). All linear.
#pragma once

#include <cstdint>
#include <string_view>

namespace tocsin::rules {

[[nodiscard]] bool is_ascii_letter(char c);

/// A chunk without the punctuation around it: "<(https://a.example/)>," is "https://a.example/".
[[nodiscard]] std::string_view inner(std::string_view chunk);

[[nodiscard]] bool is_mail_address(std::string_view chunk);

/// A URL, or a host name with one of the usual ends.
[[nodiscard]] bool is_link(std::string_view chunk);

/// Bitcoin (base58 beginning with 1 or 3; bech32) and Ethereum.
[[nodiscard]] bool is_wallet(std::string_view chunk);

/// "3f9a0c1e" and long identifiers.
[[nodiscard]] bool is_code(std::string_view chunk);

/// "28.11.2025": groups of one or two digits, and the year.
[[nodiscard]] bool is_dotted_date(std::string_view number);
[[nodiscard]] bool is_ip_address(std::string_view number);

/// A line that a mailing list or its host adds to every message.
[[nodiscard]] bool is_list_footer(std::string_view line);

/// The hash of the name of a month or a day of the week in one of seven languages.
[[nodiscard]] bool is_calendar_word(std::uint32_t word);

}  // namespace tocsin::rules
