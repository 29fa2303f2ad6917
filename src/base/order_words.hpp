// The words of standing orders: what is done, and what an order looks at. Shared by who stores them, who obeys them and the
// playbooks that give them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>


namespace tocsin {

/// The strictest first: of several orders that fit, it counts.
enum class OrderAction : std::uint8_t {
    block,  ///< refused for good
    hold,   ///< kept until a person decides
    pace,   ///< goes in small parts: some recipients get it, the rest is refused for now and comes again
};
/// What an order looks at.
enum class SubjectKind : std::uint8_t {
    sender,          ///< envelope or header address
    domain,          ///< domain of the sender, and below
    customer,        ///< the ESP's customer
    login,           ///< the credential that it is sent with: name of an account or a key
    recipient,       ///< envelope recipient
    client_ip,       ///< address of the client
    link_domain,     ///< domain of a link in the message, and below
    content_sha256,  ///< hash of a part
    subject,         ///< part of the subject line, upper and lower case alike
    url,             ///< beginning of a link, without scheme
    similar,         ///< text of the message, personalised or not: its fingerprint
};

inline constexpr std::array<std::string_view, 3> order_action_words = {"block", "hold", "pace"};
inline constexpr std::array<std::string_view, 11> subject_kind_words = {
    "sender",      "domain",         "customer", "login", "recipient", "client_ip",
    "link_domain", "content_sha256", "subject",  "url",   "similar"};

[[nodiscard]] constexpr std::string_view to_string(OrderAction action) {
    return order_action_words[static_cast<std::size_t>(action)];
}
[[nodiscard]] constexpr std::string_view to_string(SubjectKind kind) {
    return subject_kind_words[static_cast<std::size_t>(kind)];
}

namespace detail {
template <typename Enum, std::size_t count>
constexpr std::optional<Enum> order_word(const std::array<std::string_view, count>& words,
                                         std::string_view name) {
    for (std::size_t at = 0; at < count; ++at)
        if (words[at] == name) return static_cast<Enum>(at);
    return std::nullopt;
}
}  // namespace detail

[[nodiscard]] constexpr std::optional<OrderAction> order_action_from(std::string_view name) {
    return detail::order_word<OrderAction>(order_action_words, name);
}
[[nodiscard]] constexpr std::optional<SubjectKind> subject_kind_from(std::string_view name) {
    return detail::order_word<SubjectKind>(subject_kind_words, name);
}

}  // namespace tocsin
