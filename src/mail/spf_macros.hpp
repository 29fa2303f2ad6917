// Macros in the records of SPF (RFC 7208 section 7): their syntax, and what they become.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::mail {

/// Where a macro may stand: some letters mean something in explanations alone, which we do not read.
enum class SpfMacroPlace : std::uint8_t { domain_spec, anywhere };

/// "%{ir}" and the like taken apart; "%%", "%_" and "%-" are a letter alone.
struct SpfMacro {
    char letter = 0;        ///< as written: a capital one is escaped as in URLs
    std::size_t parts = 0;  ///< how many from the right; 0: all
    bool reversed = false;
    std::string_view delimiters = ".";
    std::size_t bytes = 0;  ///< of the macro itself
};

/// The macro at the begin of `text`, which begins with "%"; nullopt: there is none (a syntax error).
[[nodiscard]] std::optional<SpfMacro> read_spf_macro(std::string_view text, SpfMacroPlace place);

/// macro-string of RFC 7208 section 7.1.
[[nodiscard]] bool is_spf_macro_string(std::string_view text, SpfMacroPlace place);

/// domain-spec of RFC 7208 section 7.1, of limits::spf_spec_bytes at most.
[[nodiscard]] bool is_spf_domain_spec(std::string_view text);

/// What macros become.
struct SpfMacroValues {
    std::string_view sender, local_part, sender_domain, helo;
    std::string_view client;   ///< with dots: four numbers, or 32 hexadecimal digits
    std::string_view version;  ///< "in-addr" or "ip6"
    std::string_view domain;   ///< whose record is evaluated
};

/// The name that `spec`, an is_spf_domain_spec(), stands for, in lower case and without a final dot. Labels on the left
/// are dropped until it has limits::domain_name_bytes, and it is never larger on the way there. It may be no name at
/// all.
[[nodiscard]] std::string expand_spf_domain(std::string_view spec, const SpfMacroValues& values);

}  // namespace tocsin::mail
