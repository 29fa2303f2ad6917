// Every limit of the house, with its reason. Reaching one is a named outcome with a test, never silence and never "clean".
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- mail: the message parser -------------------------------------------------------------------------------------
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
/// Elements nested in HTML before the walker stops descending.
inline constexpr std::size_t html_depth = 512;
/// Elements that may be open while a tree is built; beyond, building takes quadratic time. The rest of the document is then read
/// without its tags.
inline constexpr std::size_t html_open_elements = 2048;
/// Formatting elements (<b>, <a> ...) waiting to be opened again: each paragraph repeats them all, so that a few kilobytes could
/// become millions of nodes. Real mail stays below 50.
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

// ---- scan: the engines --------------------------------------------------------------------------------------------
/// Levels of containers inside containers that are opened.
inline constexpr std::size_t container_depth = 16;
/// Members opened over all containers of one message.
inline constexpr std::size_t container_members = 2'000;
/// Files that ClamAV unpacks from one part; it counts streams and normalised copies too, so more than container_members.
inline constexpr std::size_t clamav_files = 10'000;
/// Bytes that ClamAV unpacks from one part in any case; from large parts up to container_bytes.
inline constexpr std::size_t clamav_unpacked_bytes_floor = 96U << 20;
/// Unpacked bytes over all containers of one message.
inline constexpr std::size_t container_bytes = 256U << 20;
/// Unpacked bytes divided by packed bytes, for one member larger than `container_ratio_floor_bytes`.
inline constexpr std::size_t container_ratio = 200;
inline constexpr std::size_t container_ratio_floor_bytes = 16U << 20;
/// Descriptors read at the start of a disk image, and trees of folders that they lead to. Real images have two or three.
inline constexpr std::size_t iso_descriptors = 32;
inline constexpr std::size_t iso_trees = 8;
/// Folder records and further areas of names read in one disk image, over all its trees: far more than members are opened.
inline constexpr std::size_t iso_records = 65'536;
/// Areas that continue one record's names (Rock Ridge CE), each of at most `iso_area_bytes`; mkisofs needs two. They can be
/// chained in a circle.
inline constexpr std::size_t iso_areas_of_record = 32;
inline constexpr std::size_t iso_area_bytes = 2048;
/// Folders inside folders of a disk image (ISO 9660 allows 8, Joliet any number), bytes of a path in it, names of one file.
inline constexpr std::size_t iso_folder_depth = 64;
inline constexpr std::size_t iso_path_bytes = 1024;
inline constexpr std::size_t iso_names = 16;
/// Time for the engines on one message; the reader stops by itself before the daemon's deadline kills it.
inline constexpr std::uint32_t engine_time_ms = 20'000;
/// Findings reported for one message.
inline constexpr std::size_t findings = 256;
/// Images that are searched for QR codes in one message, and the pixels of one.
inline constexpr std::size_t qr_images = 20;
/// 8160 x 6144, what cameras in telephones make, is still read.
inline constexpr std::size_t qr_pixels = 51'000'000;
/// Pages (TIFF) or boxes (JPEG 2000, HEIF) in which the size of a picture is looked up that is not decoded.
inline constexpr std::size_t picture_pages = 1024;
/// Pages of one PDF that are drawn to look for QR codes.
inline constexpr std::size_t pdf_pages_drawn = 3;

// ---- reader: what one confined child may use ------------------------------------------------------------------------
/// Address space of a child beyond what the template had mapped when it forked.
inline constexpr std::size_t reader_memory_bytes = 1536U << 20;
/// Scratch folder of a child, for engines that insist on temporary files.
inline constexpr std::size_t reader_scratch_bytes = 512U << 20;
/// Wall clock for one message, kept by the daemon.
inline constexpr std::uint32_t reader_deadline_ms = 30'000;
/// Processor time of a child as a backstop behind the wall clock.
inline constexpr std::uint32_t reader_cpu_s = 120;
/// Messages that one child reads before it is replaced.
inline constexpr std::uint32_t reader_messages = 200;
/// Time a template has to load its engines.
inline constexpr std::uint32_t template_start_ms = 180'000;
/// One datagram from a reader. A larger one is cut by the kernel, and that is the outcome `violated`.
inline constexpr std::size_t reply_bytes = 128U << 10;
/// One request to a reader: an id, a file name, a recipient.
inline constexpr std::size_t request_bytes = 8U << 10;
/// One word between daemon and template; the longest describes the engines.
inline constexpr std::size_t control_bytes = 4U << 10;
/// Ranges of the output memfd that one reply may name, and so the messages taken out of one archive.
inline constexpr std::size_t output_ranges = 512;
/// The remembered scan of one part; four fit into one answer even at their largest, and most take 200 bytes.
inline constexpr std::size_t part_report_bytes = 32U << 10;
/// The wall clock that may be set for one message: less is of no use, more lets one message hold a reader for too long.
inline constexpr std::uint32_t deadline_ms_min = 100, deadline_ms_max = 600'000;
/// Children of one template at once: more than a machine has cores is a mistake of the caller.
inline constexpr std::size_t template_children = 256;
/// The JSON of a message that `tocsin read` prints.
inline constexpr std::size_t message_json_bytes = 64U << 20;
/// Parts of one message whose hashes are looked up in the cache.
inline constexpr std::size_t cache_query_parts = 512;
/// Smallest part worth remembering: below, scanning costs less than asking.
inline constexpr std::size_t cached_part_bytes_min = 2048;
/// Bytes of one part that may be handed back to the daemon to be scanned by a fresh child.
inline constexpr std::size_t export_bytes = 64U << 20;
/// Part verdicts that the daemon remembers.
inline constexpr std::size_t cache_entries = 100'000;
/// Sightings of a part before a fresh child is sent to scan it: that child costs more than scanning a small part twice.
inline constexpr std::uint32_t cache_sightings_min = 3;
/// Parts about which one child recalls the daemon's answers.
inline constexpr std::size_t reader_part_memory = 256;
/// Fresh children at once that scan a part in order to remember it.
inline constexpr std::size_t cache_fills = 4;
/// Waiting scans before the pool says `unavailable`.
inline constexpr std::size_t pool_queue = 1024;
/// Children that died abnormally within `respawn_window_ms` before the breaker opens, and how long it stays open.
inline constexpr std::uint32_t respawn_deaths = 20;
inline constexpr std::uint32_t respawn_window_ms = 10'000;
inline constexpr std::uint32_t breaker_open_ms = 5'000;

// ---- net, proto, gate -----------------------------------------------------------------------------------------------
/// SMTP command line without CRLF (RFC 5321 section 4.5.3.1.4 asks for 512; extensions add).
inline constexpr std::size_t smtp_command_bytes = 4096;
/// SMTP reply line from a next hop, and lines in one reply.
inline constexpr std::size_t smtp_reply_line_bytes = 4096;
inline constexpr std::size_t smtp_reply_lines = 128;
/// Recipients in one transaction (RFC 5321 section 4.5.3.1.8 asks for at least 100).
inline constexpr std::size_t smtp_recipients = 10'000;
/// A client that says nothing (RFC 5321 section 4.5.3.2.7: five minutes).
inline constexpr std::uint32_t smtp_command_timeout_ms = 300'000;
/// A next hop that says nothing after the final dot (RFC 5321 section 4.5.3.2.6: ten minutes).
inline constexpr std::uint32_t next_hop_timeout_ms = 600'000;
inline constexpr std::uint32_t next_hop_connect_ms = 10'000;
/// Sessions of one SMTP listener at once; at the cap it stops accepting.
inline constexpr std::size_t sessions = 512;
/// The same for the API, which has places of its own: an operator must get in while a flood goes on.
inline constexpr std::size_t api_sessions = 64;
/// Message content of all SMTP sessions in memory at once; above it DATA is answered 452.
inline constexpr std::size_t gate_buffered_bytes = 1U << 30;
/// HTTP request of the API.
inline constexpr std::size_t http_header_bytes = 16U << 10;
inline constexpr std::size_t http_body_bytes = 4U << 20;
inline constexpr std::uint32_t api_timeout_ms = 30'000;
/// Fields in one HTTP header block, bytes of a request target, parameters of its query.
inline constexpr std::size_t http_header_fields = 100;
inline constexpr std::size_t http_target_bytes = 8192;
inline constexpr std::size_t http_query_parameters = 64;
/// Response that the command line reads from the daemon: a listing of `listing_rows` records.
inline constexpr std::size_t http_response_bytes = 64U << 20;
/// A path in MAIL or RCPT: RFC 5321 section 4.5.3.1.3 asks for 256; bounce addresses of list software are longer.
inline constexpr std::size_t smtp_path_bytes = 1024;
/// Parameters after a path, and refused commands in one session before it is ended.
inline constexpr std::size_t smtp_parameters = 16;
inline constexpr std::size_t smtp_errors = 20;
/// Replies that may be outstanding toward a next hop.
inline constexpr std::size_t smtp_outstanding = 16'384;
/// Waiting time after a failed accept (no descriptor left): doubles from the first to the second.
inline constexpr std::uint32_t accept_backoff_ms_min = 50;
inline constexpr std::uint32_t accept_backoff_ms_max = 2'000;
/// Threads for blocking calls, and calls that wait for one before "full".
inline constexpr std::size_t blocking_threads = 4;
inline constexpr std::size_t blocking_queue = 1024;
/// Stack of one fiber.
inline constexpr std::size_t fiber_stack_bytes = 128U << 10;

// ---- store ------------------------------------------------------------------------------------------------------------
/// Records written in one transaction; also the longest queue before a writer waits.
inline constexpr std::size_t journal_batch = 512;
/// Rows one listing returns.
inline constexpr std::size_t listing_rows = 1000;
/// One text column of a record (subject, addresses, reply): longer text is cut, with a mark, so that a record is never refused.
inline constexpr std::size_t record_text_bytes = 4096;
/// One JSON column of a record (a reader's reply, escaped); what is longer is replaced by a note.
inline constexpr std::size_t record_json_bytes = 1U << 20;
/// Orders in force at once. Every gate keeps them in memory; more than this is a list, not orders, and is refused.
inline constexpr std::size_t active_orders = 100'000;
/// Longest time after which an order may end by itself, ten years: more is a typing error, or "never".
inline constexpr std::int64_t order_expiry_s_max = 315'360'000;
/// Shortest part of a subject that an order may look for: three letters, or one character of Chinese.
inline constexpr std::size_t order_subject_bytes_min = 3;
/// How long a writer waits for another process (a backup, the command line) to release the database.
inline constexpr std::uint32_t database_busy_ms = 5'000;
/// All evidence files together, unless configured.
inline constexpr std::uint64_t evidence_bytes = 20ULL << 30;
/// Plain text sealed as one piece of an evidence file.
inline constexpr std::size_t evidence_chunk_bytes = 64U << 10;

}  // namespace tocsin::limits
