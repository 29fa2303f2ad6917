// What a rule may ask for and this program, here and now, cannot tell.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/value.hpp"

namespace tocsin::rules {

/// Reasons for "undecided". Their bits in a Missing come first; lists that are not there have the bits behind them.
enum class Capability : std::uint8_t {
    history,           ///< what the journal knows of senders
    text_intent,       ///< the text model
    screenshots,       ///< a picture of the message
    text_in_pictures,  ///< OCR
    picture_given_up,  ///< ... was left out: an earlier try did not come back, mostly from one
    logos,
    domain_age,     ///< whois
    link_analysis,  ///< following links
    translation,
    macro_model,
    attack_score,
    sensitive_data,  ///< finding card numbers, keys and the like
    file_contents,   ///< file.explode and its kin
    user_reports,    ///< triage.*
    budget,          ///< the rule, or the message, took too long
    cut_off,         ///< a limit hid something that the rule looked at
    count_,
};

/// The stable name: "link_analysis".
[[nodiscard]] std::string_view to_string(Capability capability);
/// In words for a person: "following links is not done".
[[nodiscard]] std::string_view explain(Capability capability);

[[nodiscard]] constexpr Missing bit(Capability capability) {
    return Missing{1} << static_cast<unsigned>(capability);
}
/// Bits above those of Capability: lists.
inline constexpr unsigned first_list_bit = static_cast<unsigned>(Capability::count_);
/// The bit that all lists share which found no bit of their own.
inline constexpr unsigned last_list_bit = 63;

}  // namespace tocsin::rules
