// Limits of the form on which people report a mail with a browser. Included by its users, not by limits.hpp.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// What a browser sends of the form, the file in it included. Reports by mail may have 40 MiB; here as many bytes stay in memory
/// for each place, and suspicious mail of that size is rare.
inline constexpr std::size_t form_body_bytes = 16U << 20;
/// Places at the listener: 16 times the body are 256 MiB. One client has some of them at most.
inline constexpr std::size_t form_sessions = 16, form_sessions_per_client = 8;
/// One request, from its first byte to its last: 16 MiB over a slow line take four minutes.
inline constexpr std::uint32_t form_request_ms = 300'000;
/// The same of a signed link, and how many of its listener's places one client has: behind a web server all have one address.
inline constexpr std::uint32_t answers_request_ms = 15'000;
inline constexpr std::size_t answers_sessions_per_client = 16;
/// Fields of the form, and the lines above the content of one.
inline constexpr std::size_t form_parts = 16, form_part_header_bytes = 4096;
/// A boundary (RFC 2046 section 5.1.1).
inline constexpr std::size_t form_boundary_bytes = 70;
/// What somebody writes about the mail; of it a note keeps respond_text_bytes.
inline constexpr std::size_t form_words_bytes = 8U << 10;
/// A pasted source is shown again, so that nobody has to paste it twice, up to this size: a quote takes six bytes in a page.
inline constexpr std::size_t form_source_shown_bytes = 64U << 10;
/// An address (RFC 5321 section 4.5.3.1.3), and a name of a file that is shown.
inline constexpr std::size_t form_address_bytes = 254, form_file_name_bytes = 100;
/// Reports of one client at once, and how long until it may send one more. A person sends a few in a row when he finds several.
inline constexpr std::uint32_t form_reports_at_once = 10;
inline constexpr std::int64_t form_report_us = 60LL * 1'000'000;
/// All clients together: what a flood from many addresses may bring the desk, and the disk.
inline constexpr std::uint32_t form_reports_at_once_of_all = 200;
inline constexpr std::int64_t form_report_us_of_all = 6LL * 1'000'000;
/// Clients of which it is remembered how much they sent; the one that was quiet longest goes first.
inline constexpr std::size_t form_clients = 4096;

}  // namespace tocsin::limits
