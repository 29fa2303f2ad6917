// The words that stand for choices in a configuration file. The order of the words is the order of the enumerators.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/log.hpp"

namespace tocsin::config {

enum class ListenerKind : std::uint8_t { smtp, milter, check, clamd, api, answers, report_form };
/// Which way the mail of a listener goes; by_sender: outbound after a login or from own_networks, else inbound.
enum class DirectionRule : std::uint8_t { inbound, outbound, by_sender };
enum class Direction : std::uint8_t { inbound, outbound };
/// STARTTLS toward clients.
enum class ListenerTls : std::uint8_t { none, offer, require };
/// STARTTLS toward the next hop; verify: its certificate too.
enum class NextHopTls : std::uint8_t { none, opportunistic, require, verify };
/// Who keeps what a milter holds: Tocsin, or the MTA in its own hold queue.
enum class HeldAt : std::uint8_t { here, mta };
/// What happens to outbound mail that no [[customer]] fits.
enum class UnknownSender : std::uint8_t { accept, hold, reject, tempfail };
/// Which messages get our header fields.
enum class HeaderFields : std::uint8_t { all, tagged, none };
enum class Verdict : std::uint8_t { clean, suspicious, phish, malware, unscannable };
enum class Outcome : std::uint8_t { verdict, timed_out, crashed, violated, over_limit, unavailable };
enum class Disposition : std::uint8_t { accept, tag, quarantine, hold, reject, tempfail };
/// What is said in a banner, and so when there is one.
enum class BannerReason : std::uint8_t { first_contact, suspicious, phish };
enum class Engine : std::uint8_t { clamav, yara, documents, pictures };
/// What the watch does: nothing; raises alarms and lets all mail go; holds.
enum class WatchMode : std::uint8_t { off, observe, hold };

/// What is in other hands when a canary is hit.
enum class CanaryAbout : std::uint8_t { list, infrastructure };
/// What happens to mail that goes round the filters: nothing; it is noted; it is held.
enum class DetourMode : std::uint8_t { off, observe, hold };

/// Encryption toward an IMAP server.
enum class MailboxTls : std::uint8_t { implicit, starttls, none };
/// How one account comes into the mailboxes of others; own: not at all.
enum class MailboxLogin : std::uint8_t { master_user, act_as, own };
/// What a webhook takes: steps of playbooks, or notices in the form of a service.
enum class WebhookShape : std::uint8_t { json, kumomta_suspend, slack, mattermost, teams, ntfy };
/// What an IMAP server calls the mailbox of an address.
enum class MailboxName : std::uint8_t { address, local_part };

/// words<E>[value]: the word for an enumerator.
template <typename E>
inline constexpr std::nullptr_t words{};  // an enumeration without words does not compile
template <>
inline constexpr std::array<std::string_view, 4> words<LogLevel>{"debug", "info", "warning", "error"};
template <>
inline constexpr std::array<std::string_view, 2> words<LogFormat>{"text", "json"};
template <>
inline constexpr std::array<std::string_view, 7> words<ListenerKind>{"smtp", "milter",  "check",      "clamd",
                                                                     "api",  "answers", "report_form"};
/// Whether mail comes to such a listener to be judged; people and programs come to the others.
[[nodiscard]] constexpr bool brings_mail(ListenerKind kind) {
    return kind != ListenerKind::api && kind != ListenerKind::answers && kind != ListenerKind::report_form;
}
template <>
inline constexpr std::array<std::string_view, 2> words<CanaryAbout>{"list", "infrastructure"};
template <>
inline constexpr std::array<std::string_view, 3> words<DirectionRule>{"inbound", "outbound", "by_sender"};
template <>
inline constexpr std::array<std::string_view, 2> words<Direction>{"inbound", "outbound"};
template <>
inline constexpr std::array<std::string_view, 3> words<ListenerTls>{"none", "offer", "require"};
template <>
inline constexpr std::array<std::string_view, 4> words<NextHopTls>{"none", "opportunistic", "require",
                                                                   "verify"};
template <>
inline constexpr std::array<std::string_view, 2> words<HeldAt>{"here", "mta"};
template <>
inline constexpr std::array<std::string_view, 4> words<UnknownSender>{"accept", "hold", "reject", "tempfail"};
template <>
inline constexpr std::array<std::string_view, 3> words<HeaderFields>{"all", "tagged", "none"};
template <>
inline constexpr std::array<std::string_view, 5> words<Verdict>{"clean", "suspicious", "phish", "malware",
                                                                "unscannable"};
template <>
inline constexpr std::array<std::string_view, 6> words<Outcome>{"verdict",  "timed_out",  "crashed",
                                                                "violated", "over_limit", "unavailable"};
template <>
inline constexpr std::array<std::string_view, 6> words<Disposition>{"accept", "tag",    "quarantine",
                                                                    "hold",   "reject", "tempfail"};
template <>
inline constexpr std::array<std::string_view, 3> words<BannerReason>{"first_contact", "suspicious", "phish"};
template <>
inline constexpr std::array<std::string_view, 3> words<DetourMode>{"off", "observe", "hold"};
template <>
inline constexpr std::array<std::string_view, 3> words<WatchMode>{"off", "observe", "hold"};
template <>
inline constexpr std::array<std::string_view, 3> words<MailboxTls>{"implicit", "starttls", "none"};
template <>
inline constexpr std::array<std::string_view, 3> words<MailboxLogin>{"master_user", "act_as", "own"};
template <>
inline constexpr std::array<std::string_view, 6> words<WebhookShape>{"json",       "kumomta_suspend", "slack",
                                                                     "mattermost", "teams",           "ntfy"};
template <>
inline constexpr std::array<std::string_view, 2> words<MailboxName>{"address", "local_part"};
template <>
inline constexpr std::array<std::string_view, 4> words<Engine>{"clamav", "yara", "documents", "pictures"};

template <typename E>
[[nodiscard]] constexpr std::string_view to_string(E value)
    requires(words<E>.size() > 0)
{
    return words<E>[static_cast<std::size_t>(value)];
}

template <typename E>
[[nodiscard]] constexpr std::optional<E> from_word(std::string_view word) {
    for (std::size_t i = 0; i < words<E>.size(); ++i)
        if (words<E>[i] == word) return static_cast<E>(i);
    return std::nullopt;
}

}  // namespace tocsin::config
