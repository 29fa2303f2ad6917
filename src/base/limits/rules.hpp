// Limits of rules: their files, what they may ask, and what it may cost.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tocsin::limits {

// ---- rules ----------------------------------------------------------------------------------------------------------
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
/// Shorter texts are not looked for among thousands of others: the search would stop at nearly every byte.
inline constexpr std::size_t literal_bytes_min = 3;
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
/// Conditions of a loop's body by which it is told beforehand that no item fits.
inline constexpr std::uint32_t gates_of_loop = 3;
/// Readings of an ambiguous message that rules are asked about.
inline constexpr std::size_t judged_readings = 4;
/// Patterns times bytes from which on one pass over the text is cheaper than trying each.
inline constexpr std::size_t literal_search_from = 512;

// ---- loading --------------------------------------------------------------------------------------------------------
/// Warnings of one kind that loading keeps and tells (what was passed over, lines of lists that are none); more are counted.
inline constexpr std::size_t load_notices = 100;

// ---- regular expressions --------------------------------------------------------------------------------------------
/// Bytes of text that a step pays for (rules/evaluation.hpp).
inline constexpr std::size_t bytes_per_step = 64;
/// How many instructions of a regular expression make a byte of text as dear as one read at that price: in what its rule pays
/// for bytes behind the first 64 KiB, and in what the message pays for all of them. At worst RE2 takes some ten times as long as
/// the message pays for. With half of the public feed, 99 % of ordinary mails stay below an eighth of the message's budget, and
/// those of more than 100 kB below a half.
inline constexpr std::size_t regex_cheap_bytes = 64U << 10;
inline constexpr std::size_t regex_instructions_usual = 32, regex_instructions_worst = 16;

// ---- files ----------------------------------------------------------------------------------------------------------
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

// ---- lists, addresses, XPath ----------------------------------------------------------------------------------------
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

// ---- text -----------------------------------------------------------------------------------------------------------
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
