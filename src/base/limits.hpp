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
/// Addresses of From beside the first that are kept: real mail has one or two.
inline constexpr std::size_t further_from = 64;
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
/// Time a template has to fork a child that is ready; one that needs longer hangs, and is replaced.
inline constexpr std::uint32_t template_fork_ms = 10'000;
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
/// An archive of rules: its rule files together, its members of any kind, the path of one member, and folders in folders.
inline constexpr std::size_t rule_archive_bytes = 64U << 20;
inline constexpr std::size_t rule_archive_members = 100'000;
inline constexpr std::size_t rule_path_bytes = 512, rule_path_depth = 16;
/// Parts of one message whose hashes are looked up in the cache.
inline constexpr std::size_t cache_query_parts = 512;
/// Smallest part worth remembering: below, scanning costs less than asking.
inline constexpr std::size_t cached_part_bytes_min = 2048;
/// A text or page of this size may be remembered with its bytes, so that personalised copies are compared to it. Smaller ones
/// cost less to scan than to compare; the largest fits into one answer of the daemon beside its report.
inline constexpr std::size_t campaign_body_bytes_min = 4U << 10, campaign_body_bytes_max = 64U << 10;
/// Places in which a copy may differ, and the bytes of one: names, numbers, the id in a link.
inline constexpr std::size_t campaign_differences = 64, campaign_difference_bytes = 256;
/// Bytes before and behind a difference in which signatures are looked for again: longer than signatures for texts are.
inline constexpr std::size_t campaign_context_bytes = 512;
/// Bytes of such texts that the daemon remembers, and that one child recalls.
inline constexpr std::size_t cache_body_bytes = 64U << 20, reader_body_bytes = 8U << 20;
/// Bytes of one part that may be handed back to the daemon to be scanned by a fresh child.
inline constexpr std::size_t export_bytes = 64U << 20;
/// Part verdicts that the daemon remembers.
inline constexpr std::size_t cache_entries = 100'000;
/// Sightings of a part before a fresh child is sent to scan it: that child costs more than scanning a small part twice.
inline constexpr std::uint32_t cache_sightings_min = 3;
/// Parts about which one child recalls the daemon's answers. Texts in it count by limits::reader_body_bytes too.
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
/// A client that says nothing (RFC 5321 section 4.5.3.2.7: five minutes), or that has not said a whole command in that time.
inline constexpr std::uint32_t smtp_command_timeout_ms = 300'000;
/// From the end of one message to the end of the next: whoever needs longer only keeps a place. 25 MB at 57 kbit/s take it all.
inline constexpr std::uint32_t client_message_ms = 3'600'000;
/// Beyond the first `smtp_command_timeout_ms` of a request its bytes must come at this rate (Postfix: smtpd_min_data_rate,
/// 500), or many clients that dribble would hold all places at no cost.
inline constexpr std::size_t client_bytes_per_s = 500;
/// A next hop that does not answer a command. Our own client waits five minutes (RFC 5321 sections 4.5.3.2.2 and 4.5.3.2.3) and
/// must hear from us before. The content, up to the answer to the final dot, has twice as long: there the client waits ten
/// minutes (section 4.5.3.2.6), and the scan comes before.
inline constexpr std::uint32_t next_hop_command_ms = 240'000;
inline constexpr std::uint32_t next_hop_connect_ms = 10'000;
/// From the connection to the next hop to its answer to our EHLO, TLS included; meanwhile our own client waits for its answer.
inline constexpr std::uint32_t next_hop_opening_ms = 60'000;
/// A TLS handshake with a client.
inline constexpr std::uint32_t tls_handshake_ms = 30'000;
/// Sessions of one SMTP listener at once; at the cap it stops accepting.
inline constexpr std::size_t sessions = 512;
/// Sessions of one client at one SMTP listener (an IPv6 client is its /64); Postfix counts to the same number. Relays that are
/// trusted to say for whom they speak are not counted.
inline constexpr std::size_t smtp_sessions_per_client = 50;
/// Telling a client of any door that it is refused, until it has heard: it must not hold a place for long meanwhile.
inline constexpr std::uint32_t smtp_refusal_ms = 1'000;
/// The same for the API, which has places of its own: an operator must get in while a flood goes on.
inline constexpr std::size_t api_sessions = 64;
/// Message content of all SMTP sessions in memory at once; above it RCPT and DATA are answered
/// 452, and content that overflows while it comes 451.
inline constexpr std::size_t gate_buffered_bytes = 1U << 30;
/// Header fields under our own names that are taken out of one message; with more of them it is `unscannable`.
inline constexpr std::size_t reserved_fields = 512;
/// Messages whose tries are counted while they cannot be scanned.
inline constexpr std::size_t unscannable_tries = 10'000;
/// A try this long after the last one is a first try, unless configured otherwise: senders try more often than every two days.
inline constexpr std::uint32_t unscannable_window_s = 172'800;
/// Held messages of which it is remembered that their sender may not have heard our 250.
inline constexpr std::size_t unheard_holds = 10'000;
/// A message that is held and comes again this much later is another one: senders try again within minutes or hours.
inline constexpr std::int64_t held_again_window_us = 4LL * 3'600 * 1'000'000;
/// Messages of one sender that are compared with one that comes: its retry is among the newest, and a flood costs no more than
/// this; and those of them whose content is opened, because the envelope is the same.
inline constexpr std::size_t held_again_compared = 32;
inline constexpr std::size_t held_again_opened = 4;
/// Visible text that a fingerprint is made of, and the fewest groups of three words that make one: two short notes are alike by
/// accident.
inline constexpr std::size_t fingerprint_text_bytes = 64U << 10;
inline constexpr std::size_t fingerprint_groups_min = 24;
/// Bits (of 64) in which the fingerprints of two copies of one text may differ. Different texts differ in 20 to 44.
inline constexpr int similar_bits_max = 8;
/// Different fingerprints that one search for similar messages compares or finds.
inline constexpr std::size_t similar_fingerprints_read = 500'000;
inline constexpr std::size_t similar_fingerprints_found = 500;
/// Link domains that the journal keeps of one message, to be found by.
inline constexpr std::size_t record_link_domains = 64;
/// A program that asks over HTTP and says nothing.
inline constexpr std::uint32_t check_timeout_ms = 120'000;
/// HTTP request of the API.
inline constexpr std::size_t http_header_bytes = 16U << 10;
inline constexpr std::size_t http_body_bytes = 4U << 20;
inline constexpr std::uint32_t api_timeout_ms = 30'000;
/// One request of the API, from its first byte to its last.
inline constexpr std::uint32_t api_request_ms = 120'000;
/// The file with the API's token; what we write has 43 characters.
inline constexpr std::size_t api_token_file_bytes = 1024;
/// Free space in the data folder below which the daemon is not ready for more mail: the largest message.
inline constexpr std::uint64_t ready_free_bytes = 256ULL << 20;
/// Whoever asks whether the daemon is ready makes it write to the journal at most this often.
inline constexpr std::uint32_t ready_probe_ms = 5'000;
/// Fields in one HTTP header block, bytes of a request target, parameters of its query.
inline constexpr std::size_t http_header_fields = 100;
inline constexpr std::size_t http_target_bytes = 8192;
inline constexpr std::size_t http_query_parameters = 64;
/// A path in MAIL or RCPT: RFC 5321 section 4.5.3.1.3 asks for 256; bounce addresses of list software are longer.
inline constexpr std::size_t smtp_path_bytes = 1024;
/// Parameters after a path, and refused commands in one session before it is ended.
inline constexpr std::size_t smtp_parameters = 16;
inline constexpr std::size_t smtp_errors = 20;
/// ENVID and ORCPT of a delivery status notification (RFC 3461 sections 4.4 and 4.2).
inline constexpr std::size_t smtp_envelope_id_bytes = 100;
inline constexpr std::size_t smtp_original_recipient_bytes = 500;
/// One value of XFORWARD or XCLIENT, decoded (XFORWARD_README of Postfix, note 1).
inline constexpr std::size_t smtp_client_fact_bytes = 255;
/// Replies that may be outstanding toward a next hop.
inline constexpr std::size_t smtp_outstanding = 16'384;
/// One milter frame from the MTA: the most that Sendmail negotiates, and ten times a header field as Postfix lets it grow.
inline constexpr std::size_t milter_frame_bytes = (1U << 20) + 1;
/// Data of one milter frame toward the MTA: Sendmail reads no more.
inline constexpr std::size_t milter_answer_bytes = 65'535;
/// Changes of one message that a milter answer may hold: every recipient deleted, the whole body replaced.
inline constexpr std::size_t milter_changes = 32'768;
/// Macros that one milter stage may bring, and their bytes; Postfix and Sendmail send about ten.
inline constexpr std::size_t milter_macros = 128;
inline constexpr std::size_t milter_macro_bytes = 64U << 10;
/// Header of one message over milter, above what `header_block_bytes` reads: beyond, the message is `over_limit`.
inline constexpr std::size_t milter_header_fields = 16'384;
inline constexpr std::size_t milter_header_bytes = 4U << 20;
/// A clamd command: a path as long as Linux takes it, behind the longest word.
inline constexpr std::size_t clamd_command_bytes = 4096 + 32;
/// A line of a clamd reply (path, name of a signature), and lines in one reply (ALLMATCHSCAN, STATS).
inline constexpr std::size_t clamd_reply_bytes = 8192;
inline constexpr std::size_t clamd_reply_lines = 256;
/// Waiting time after a failed accept (no descriptor left): doubles from the first to the second.
inline constexpr std::uint32_t accept_backoff_ms_min = 50;
inline constexpr std::uint32_t accept_backoff_ms_max = 2'000;
/// Threads for blocking calls.
inline constexpr std::size_t blocking_threads = 4;
/// Descriptors beside those of sessions: store, evidence, readers, listeners.
inline constexpr std::size_t own_descriptors = 512;
/// At a listener without a free place, whoever was idle between two messages for this long gives way to newcomers.
inline constexpr std::uint32_t crowded_idle_ms = 10'000;
/// How often it is looked for them while a newcomer waits.
inline constexpr std::uint32_t crowded_look_ms = 1'000;
/// Stack of one fiber.
inline constexpr std::size_t fiber_stack_bytes = 128U << 10;

// ---- rules: files ---------------------------------------------------------------------------------------------------
/// Files and bytes that are taken out of the files of one message, over all rules. Sixteen levels as for the engines.
inline constexpr std::size_t exploded_members = 1'000;
inline constexpr std::size_t exploded_bytes = 128U << 20;
/// Name of one such file.
inline constexpr std::size_t exploded_name_bytes = 1024;
/// Text that one section of one file holds (strings, raw text, a script), and all sections of one message together.
inline constexpr std::size_t exploded_text_bytes = 8U << 20;
inline constexpr std::size_t exploded_section_bytes = 128U << 20;
/// Different strings of one file, and different names and texts of one script. Rules count up to 8,000 strings.
inline constexpr std::size_t exploded_strings = 100'000;
inline constexpr std::size_t script_words = 20'000;
/// Brackets of template texts in template texts of a script.
inline constexpr std::size_t script_template_depth = 64;
/// Scripts of one page, links of one file, tags and name spaces of one XML text that are listed.
inline constexpr std::size_t page_scripts = 256;
inline constexpr std::size_t exploded_urls = 2'000;
inline constexpr std::size_t xml_names = 2'000;
/// Pages and pictures of one PDF that are read, and its objects that its fingerprint is made of.
inline constexpr std::size_t pdf_text_pages = 64;
inline constexpr std::size_t pdf_pictures = 64;
inline constexpr std::size_t pdf_hashed_objects = 50'000;
/// Metadata of one file, and the bytes of one value.
inline constexpr std::size_t exif_fields = 512;
inline constexpr std::size_t exif_value_bytes = 4096;
/// References of one Office file to other places; rules tell more than 500 from ordinary ones.
inline constexpr std::size_t office_relationships = 4'096;
/// Names of the members of one archive.
inline constexpr std::size_t archive_paths = 10'000;
/// Events and other components of one calendar file, its properties, and parameters of one property.
inline constexpr std::size_t calendar_components = 1'000;
inline constexpr std::size_t calendar_properties = 50'000;
inline constexpr std::size_t calendar_parameters = 64;

// ---- rules: lists, addresses, XPath -------------------------------------------------------------------------------
/// One file of a list: a million domains with ranks have 22 MB.
inline constexpr std::size_t list_file_bytes = 64U << 20;
/// Entries of one list, and bytes of one entry: the longest that makes sense is an address (RFC 5321) or a phrase.
inline constexpr std::size_t list_entries = 2'000'000;
inline constexpr std::size_t list_entry_bytes = 1024;
/// Files in one folder of lists.
inline constexpr std::size_t list_files = 1'000;
/// Addresses and blocks in one call of ip_in; the feed has one call with 4,588.
inline constexpr std::size_t ip_set_entries = 50'000;
/// One XPath query, the brackets open at once in it, and its parts (steps, operators, calls, literals); the feed's longest
/// query has 172 bytes, three levels and some 20 parts.
inline constexpr std::size_t xpath_query_bytes = 4096;
inline constexpr std::size_t xpath_query_depth = 32;
inline constexpr std::size_t xpath_query_parts = 512;
/// Different names of tags, and bytes of each, that are told before a page is built; beyond them the page is built.
inline constexpr std::size_t xpath_tags = 256;
inline constexpr std::size_t xpath_tag_bytes = 32;
/// Elements, attributes, texts and comments of a page that XPath looks at, and the bytes of its texts and attributes.
inline constexpr std::size_t xpath_document_nodes = 200'000;
inline constexpr std::size_t xpath_document_bytes = 16U << 20;
/// Attributes of one element; real ones have fewer than 20.
inline constexpr std::size_t xpath_attributes = 256;
/// Operations of one evaluation (a node looked at, a part of the query evaluated, 32 bytes of a text compared), and of all
/// evaluations on one page. A million takes about 10 ms. On real pages the feed's queries take 8,000 each and 110,000 together.
inline constexpr std::size_t xpath_operations = 2'000'000;
inline constexpr std::size_t xpath_document_operations = 10'000'000;
/// Nodes that one query yields, and bytes of a text that one yields.
inline constexpr std::size_t xpath_result_nodes = 20'000;
inline constexpr std::size_t xpath_result_bytes = 1U << 20;

// ---- store ------------------------------------------------------------------------------------------------------------
/// Records written in one transaction; also the longest queue before a writer waits.
inline constexpr std::size_t journal_batch = 512;
/// From one group of records to the next while several sessions write at once: so long a message waits for others at most.
inline constexpr std::uint32_t journal_gather_us = 2'000;
/// Records that are filed in the journal's tables in one transaction: mail waits as long for its own commit.
inline constexpr std::size_t filing_batch = 128;
/// How often it is looked for records to be filed. A question about the journal does not wait for it.
inline constexpr std::uint32_t filing_interval_ms = 200;
/// Rows that could not be filed, as far as they are named.
inline constexpr std::size_t unfiled_named = 16;
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
/// Pages of the database that each of its two connections keeps in memory.
inline constexpr std::size_t database_cache_bytes = 32U << 20;
/// How long a writer waits for another process (a backup, the command line) to release the database.
inline constexpr std::uint32_t database_busy_ms = 5'000;
/// All evidence files together, unless configured.
inline constexpr std::uint64_t evidence_bytes = 20ULL << 30;
/// Plain text sealed as one piece of an evidence file.
inline constexpr std::size_t evidence_chunk_bytes = 64U << 10;

/// Evidence that no record names: one may be on its way to the journal, which waits for seconds at most.
inline constexpr std::int64_t evidence_grace_us = 3'600LL * 1'000'000;
/// Deleting what is too old: records in one transaction, the pause behind it, and the time from one round to the next.
inline constexpr std::size_t retention_batch = 500;
inline constexpr std::uint32_t retention_pause_ms = 50;
inline constexpr std::uint32_t retention_interval_ms = 3'600'000;

// ---- mail kept for looking again -----------------------------------------------------------------------------------------
/// One file of kept mail is closed when it is this large, or this old. What is too old, or too much, goes file by file.
inline constexpr std::size_t kept_segment_bytes = 8U << 20;
inline constexpr std::int64_t kept_segment_s = 3'600;
/// What is known of one kept mail beside its bytes, as JSON; the texts in it are those of a record, escaped.
inline constexpr std::size_t kept_facts_bytes = 256U << 10;
/// The largest mail that can be kept: facts and mail are sealed as one piece of limits::message_bytes at most.
inline constexpr std::size_t kept_message_bytes = message_bytes - (1U << 20);
/// Mail that waits to be written; what comes beyond is not kept. Memory while the disk is slow.
inline constexpr std::size_t kept_queue_messages = 1'000;
inline constexpr std::size_t kept_queue_bytes = 64U << 20;
/// Written in one call on a thread that mail shares: some tens of milliseconds.
inline constexpr std::size_t kept_batch_bytes = 2U << 20;
/// Campaigns of which a message is kept, as far as they are known; some 150 bytes each. One that was forgotten is kept once more.
inline constexpr std::size_t kept_campaigns = 200'000;
/// How often it is written down how many messages were not kept, and why.
inline constexpr std::uint32_t kept_tally_interval_ms = 5'000;
/// With less free space than this on the disk, nothing is kept: mail that is held needs it.
inline constexpr std::uint64_t kept_disk_free_bytes = 1ULL << 30;
/// How much less than other processes a hunt gets of the processors, as nice(2): mail comes first.
inline constexpr int hunt_niceness = 10;
/// Longest time for which mail is kept, in days, and the least and most room for it, in MiB.
inline constexpr std::int64_t kept_days_max = 365;
inline constexpr std::int64_t kept_quota_mib_min = 16;
inline constexpr std::int64_t kept_quota_mib_max = std::int64_t{1} << 30;

// ---- rules ------------------------------------------------------------------------------------------------------------
/// One rule file: its text and what is said about it.
inline constexpr std::size_t rule_file_bytes = 1U << 20;
/// Files below one folder of rules.
inline constexpr std::size_t rule_files = 20'000;
/// Text of one rule; the largest in public use has 239 kB, most of it a list of networks.
inline constexpr std::size_t rule_source_bytes = 512U << 10;
/// Expressions in expressions; public rules reach 38. The parser and the evaluator stand on the stack.
inline constexpr std::size_t rule_depth = 120;

// rules: texts and look-alikes
/// Characters of each text whose edit distance is computed: names and subjects have some hundred. Half a millisecond of work.
inline constexpr std::size_t edit_distance_characters = 2048;
/// Names (domains, people) that look-alikes are looked for: an email service provider's customers, and the brands of the world.
inline constexpr std::size_t protected_names = 200'000;
/// One display name that is compared with those of people, and words of it: what mail programs show of it is shorter.
inline constexpr std::size_t display_name_bytes = 512;
inline constexpr std::size_t display_name_words = 24;

/// Memory of one compiled expression; the largest in public use needs all of it.
inline constexpr std::int64_t regex_bytes = 8LL << 20;
/// Shorter pieces stand in every text: looking for them would sort nothing out.
inline constexpr std::size_t regex_piece_bytes_min = 3;
/// Hits of one call of regex.extract or regex.count.
inline constexpr std::size_t regex_hits = 10'000;
/// Bytes behind a hit of such a call in which a longer one is looked for: ten lines. Without an end to that, texts can be made
/// on which each hit costs a look at all the rest.
inline constexpr std::size_t regex_hit_margin_bytes = 1024;
/// Steps that a hit costs beside the bytes up to it: what lies behind it may be looked at again.
inline constexpr std::uint64_t regex_hit_steps = 8;
/// Arrays in arrays of a JSON text that a rule reads.
inline constexpr std::size_t rule_json_depth = 64;
/// Addresses of which one message may ask whether the organisation knows them.
inline constexpr std::size_t history_questions = 64;
/// An address or domain in such a question (RFC 5321 section 4.5.3.1: 64 + 1 + 255); longer ones are neither asked nor kept.
inline constexpr std::size_t history_address_bytes = 320;
/// Addresses and domains that the daemon remembers: who sent to the organisation, who sent from customers' accounts, and to whom
/// the organisation wrote. Some 250 bytes each: 150 MB when all three are full.
inline constexpr std::size_t history_inbound_senders = 200'000;
inline constexpr std::size_t history_customer_senders = 200'000;
inline constexpr std::size_t history_recipients = 200'000;
/// Recipients of one outgoing message that are remembered: the rest of a mailing is no correspondence.
inline constexpr std::size_t history_recipients_of_message = 500;
/// Domains above a host that are remembered with it.
inline constexpr std::size_t history_domain_levels = 4;
/// Newest records of the journal that are read at start, a second or two.
inline constexpr std::size_t history_rows_read = 200'000;
/// Messages inside the message that rules read with file.parse_eml.
inline constexpr std::size_t nested_rule_messages = 32;
/// A value that is shown to a person.
inline constexpr std::size_t shown_value_bytes = 2000;
/// Steps of one rule and of all rules for one message (rules/evaluation.hpp). A step takes about 0.1 µs. The feed's rules take
/// 17,000 steps together on an ordinary phish.
inline constexpr std::uint64_t rule_steps = 200'000;
inline constexpr std::uint64_t message_rule_steps = 5'000'000;
/// Names in a report of what rules asked for in vain; there are 15 beside those of lists.
inline constexpr std::size_t missing_answers = 64;
/// Readings of an ambiguous message that rules are asked about.
inline constexpr std::size_t judged_readings = 4;
/// Patterns times bytes from which on one pass over the text is cheaper than trying each.
inline constexpr std::size_t literal_search_from = 512;
/// Sets of pieces of regular expressions of which it is remembered, from message to message, which expressions they allow.
inline constexpr std::size_t regex_memo_sets = 8192;

// ---- banner -----------------------------------------------------------------------------------------------------------
/// Places of one message at which the banner stands: a text and a page, and some more where programs choose another part.
inline constexpr std::size_t banner_places = 8;
/// One text of the banner, and how many of them are looked for in mail that may imitate it.
inline constexpr std::size_t banner_text_bytes = 400;
inline constexpr std::size_t banner_looked_for = 10;
/// Bytes of letters and digits from which on a text is looked for: fewer stand in honest mail.
inline constexpr std::size_t banner_letters_min = 12;
/// How long earlier mail must have been remembered before a sender counts as new, at most.
inline constexpr std::int64_t banner_learn_days_max = 365;

// ---- authentication -----------------------------------------------------------------------------------------------------
/// Signatures of one message that are verified, from the top: real mail has one to four (RFC 6376 section 6.1 lets us choose).
inline constexpr std::size_t dkim_signatures = 8;
/// One DKIM-Signature field, and names in its h= tag: oversigning doubles some.
inline constexpr std::size_t dkim_field_bytes = 16U << 10;
inline constexpr std::size_t dkim_signed_fields = 256;
/// Keys of RSA that count (RFC 8301 section 3.2): shorter ones can be broken, longer ones take too long.
inline constexpr int dkim_rsa_bits_min = 1024, dkim_rsa_bits_max = 4096;
/// Names whose TXT records one message may ask for, records of one name, and bytes of one record.
inline constexpr std::size_t txt_names = dkim_signatures + 2, txt_records = 6, txt_record_bytes = 2048;
/// What a message waits for DNS at most, unless configured otherwise, and what may be configured.
inline constexpr std::uint32_t dns_ms = 3'000, dns_ms_min = 100, dns_ms_max = 10'000;
/// Answers of DNS that are remembered; and questions that wait for one.
inline constexpr std::size_t dns_cache_bytes = 8U << 20;
inline constexpr std::size_t dns_waiting = 4'096;

// ---- cli: what is fetched ---------------------------------------------------------------------------------------------
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

// ---- config -----------------------------------------------------------------------------------------------------------
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

// ---- rules: text ------------------------------------------------------------------------------------------------------
/// Of one text, what the text model looks at; and how many words: 32 kB of blanks and letters would be 16,000.
inline constexpr std::size_t text_model_bytes = 32U << 10;
inline constexpr std::size_t text_model_words = 8'000;
/// Known phrases found in one text, and entities told of it.
inline constexpr std::size_t text_model_hits = 4'000;
inline constexpr std::size_t text_entities = 200;
/// One entity: a disclaimer may be a paragraph.
inline constexpr std::size_t text_entity_bytes = 2'000;
/// Different features of one text.
inline constexpr std::size_t text_features = 40'000;
/// A model file: nine heads in 2^18 buckets with one byte each would be 2.4 MB.
inline constexpr std::size_t text_model_file_bytes = 4U << 20;

}  // namespace tocsin::limits
