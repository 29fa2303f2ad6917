// Limits of the command line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- what is fetched ------------------------------------------------------------------------------------------------
/// An archive of rules, fetched or read from a file; the public feed has 4 MB.
inline constexpr std::size_t download_bytes = 64U << 20;
/// Header fields of all answers on the way to it.
inline constexpr std::size_t download_header_bytes = 64U << 10;
/// Redirections that are followed; code hosts need one or two.
inline constexpr std::size_t download_redirects = 5;
inline constexpr std::size_t download_url_bytes = 4096;
/// From the first name look-up to the last byte, unless told otherwise; and until a connection stands.
inline constexpr std::uint32_t download_s = 120, download_s_max = 3'600;
inline constexpr std::uint32_t download_connect_ms = 15'000;
/// An entity tag (RFC 9110 section 8.8.3); a longer one is not remembered.
inline constexpr std::size_t etag_bytes = 256;
/// The file in which it is remembered where rules came from.
inline constexpr std::size_t rules_origin_bytes = 64U << 10;

// ---- what is told ---------------------------------------------------------------------------------------------------
/// Names that are told in place of one that is not there, and how much of a name is compared.
inline constexpr std::size_t nearest_names = 3, nearest_name_bytes = 200;
/// Files, or lines of labels, that one complaint names; more are counted.
inline constexpr std::size_t complaint_names = 5;

}  // namespace tocsin::limits
