// Limits of the configuration.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// The configuration file: ten thousand customers with five lines each fit.
inline constexpr std::size_t config_bytes = 4U << 20;
/// Rows of [[customer]] or [[policy]]; each message is compared with them.
inline constexpr std::size_t config_rows = 20'000;
/// Listeners; each has sockets and places for sessions of its own.
inline constexpr std::size_t config_listeners = 64;
/// Entries of one list.
inline constexpr std::size_t config_list_entries = 10'000;
/// Dots outside quotes in one line: tables in tables; a setting needs one.
inline constexpr std::size_t config_dots = 8;
/// Problems that are told at once: nobody mends more in one go.
inline constexpr std::size_t config_problems = 100;
/// A text or path, a key for which a similar one is looked for, and what a message quotes of the file.
inline constexpr std::size_t config_text_bytes = 4096;
inline constexpr std::size_t config_key_bytes = 64;
inline constexpr std::size_t config_quoted_bytes = 80;
/// What toml++ says about a text; it quotes keys of any length.
inline constexpr std::size_t config_message_bytes = 300;
/// How long a client, or the next hop, may be silent: less breaks mail over slow lines, more holds places for nothing.
inline constexpr std::int64_t config_timeout_s_max = 3'600;
/// Sessions at once that a listener may be given.
inline constexpr std::int64_t config_sessions_max = 10'000;
/// A path in `sockaddr_un` without its end (unix(7)), and a domain name (RFC 1035 section 2.3.4).
inline constexpr std::size_t unix_socket_path_bytes = 107;
inline constexpr std::size_t domain_name_bytes = 253;

}  // namespace tocsin::limits
