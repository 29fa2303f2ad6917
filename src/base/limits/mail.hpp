// Limits of the message parser.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

/// A message larger than this is `over_limit`: no sender's mail comes near, and one memfd per scan must stay affordable.
inline constexpr std::size_t message_bytes = 256U << 20;
/// One header block; real ones reach 60 KiB (long Received chains). The rest is read as body and the message is ambiguous.
inline constexpr std::size_t header_block_bytes = 1U << 20;
/// Header fields in one block.
inline constexpr std::size_t header_fields = 4096;
/// MIME entities in one message, alternatives included.
inline constexpr std::size_t parts = 10'000;
/// Nesting of multiparts and attached messages. Real mail stays below 10.
inline constexpr std::size_t nesting_depth = 64;
/// Alternative interpretations in one message, over all its parts (the bound on the "product of readings").
inline constexpr std::size_t alternatives = 256;
/// Alternative interpretations at one place (one entity's headers, or one body's decodings).
inline constexpr std::size_t alternatives_per_place = 24;
/// Bytes parsed again for alternatives, over the whole message: what an attacker can make us do twice.
inline constexpr std::size_t reparsed_bytes = 128U << 20;
/// Readings that are listed one by one; alternatives beyond are scanned all the same.
inline constexpr std::size_t readings = 64;
/// Decoded bytes over all parts and alternatives, as a multiple of nothing: an absolute bound on memory.
inline constexpr std::size_t decoded_bytes = 512U << 20;
/// Encoded bytes read again to decode one body the way other decoders do: the work that a hostile body can ask for.
inline constexpr std::size_t alternative_work_bytes = 128U << 20;
/// Bytes of all files that one search finds inside text, or the size of that text if it is larger. BinHex packs runs, and
/// uuencode can leave out zeros, so that text can ask for a hundred times its size.
inline constexpr std::size_t embedded_bytes = 64U << 20;
/// Messages with headers of their own that are found inside one text: a bounce has one, a digest as text some dozens.
inline constexpr std::size_t buried_messages = 512;
/// Ambiguities reported for one message; the first ones are the useful ones.
inline constexpr std::size_t ambiguities = 64;
/// Parameters of one structured header field (RFC 2045 section 5.1).
inline constexpr std::size_t parameters = 128;
/// HTML given to the tree builder for one part; the rest is scanned raw and the part says so.
inline constexpr std::size_t html_bytes = 4U << 20;
/// Elements nested in HTML that are told as nested. Browsers flatten at about 512 and show what lies deeper; what is inside a
/// link down there is its text all the same. No less than html_open_elements, the depth that building ends at.
inline constexpr std::size_t html_depth = 2048;
/// Elements that may be open while a tree is built; beyond, building takes quadratic time. The rest of the document is then
/// read without its tags.
inline constexpr std::size_t html_open_elements = 2048;
/// Formatting elements (<b>, <a> ...) waiting to be opened again: each paragraph repeats them all, so that a few kilobytes
/// could become millions of nodes. Real mail stays below 50.
inline constexpr std::size_t html_active_formatting = 256;
/// Nodes of one HTML document.
inline constexpr std::size_t html_nodes = 500'000;
/// Forms of one HTML document, fields of one form, and bytes of a name in it.
inline constexpr std::size_t html_forms = 64;
inline constexpr std::size_t html_fields = 256;
inline constexpr std::size_t html_name_bytes = 256;
/// Style rules of one HTML document that are applied.
inline constexpr std::size_t style_rules = 4096;
/// Text kept of one part for rules and display.
inline constexpr std::size_t text_bytes = 2U << 20;
/// Links and URLs kept of one message.
inline constexpr std::size_t links = 4096;
/// One URL; browsers take more, but nobody clicks it.
inline constexpr std::size_t url_bytes = 16U << 10;
/// Query parameters of one URL that are decoded one by one.
inline constexpr std::size_t query_parameters = 256;
/// Rewriters around one link that are taken away: a gateway at the recipient's, one at the sender's, a tracker, a redirector.
inline constexpr std::size_t link_rewriters = 5;
/// Quoted messages told apart in one message.
inline constexpr std::size_t threads = 256;
/// IP addresses of a body's text, and message identifiers of one References field, that are kept.
inline constexpr std::size_t body_ips = 256;
inline constexpr std::size_t references = 1024;
/// Mailboxes in one address header.
inline constexpr std::size_t mailboxes = 2048;
/// Hops (Received fields) kept.
inline constexpr std::size_t hops = 256;
/// Host names that one thread remembers taken apart.
inline constexpr std::size_t remembered_domains = 4096;
/// A charset name; the longest registered one has 45 characters.
inline constexpr std::size_t charset_name_bytes = 64;
/// Opened charset converters that one thread keeps; ordinary mail uses fewer than ten.
inline constexpr std::size_t charset_converters = 16;

}  // namespace tocsin::limits
