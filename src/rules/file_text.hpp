// Sections that need nothing but a file's bytes: strings, entropy, links, XML names, what a page calls itself, hashes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/domain_names.hpp"
#include "mail/tools.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// Runs of four and more printable ASCII characters, each once, in order, as Strelka's ScanStrings finds them: in a file that
/// is no text, runs below seven characters count only when they look like a word or number. Bounded by limits::exploded_strings
/// and limits::exploded_text_bytes.
[[nodiscard]] StringsScan read_strings(ByteView bytes);

/// Shannon's entropy of the bytes, in bits per byte; 0 for an empty file.
[[nodiscard]] EntropyScan read_entropy(ByteView bytes);

/// Links in the bytes as they stand, each once: http, https, ftp, mailto, file, and hosts as people write them. At most
/// limits::exploded_urls. UTF-16 with a byte order mark is read as text.
[[nodiscard]] UrlScan read_urls(ByteView bytes, mail::MailTools& tools);

/// `found` as URLs, each once; what cannot be taken apart goes to `invalid`. False when there were more than
/// limits::exploded_urls.
[[nodiscard]] bool add_urls(const std::vector<std::string>& found, mail::DomainNames& domain_names,
                            std::vector<mail::Url>& urls, std::vector<std::string>& invalid);

/// Names of elements and name spaces of XML source, without building a tree. At most limits::xml_names each.
[[nodiscard]] XmlScan read_xml(std::string_view text);

/// Title and script elements of a page.
[[nodiscard]] HtmlScan read_page(std::string_view text, mail::MailTools& tools);

/// A script element of a page or drawing: its attributes, and the source that stands in it.
struct InlineScript {
    HtmlScript attributes;
    std::string_view source;
};
/// Script elements in source order, at most limits::page_scripts; one more entry without a source when there were more.
/// Linear time.
[[nodiscard]] std::vector<InlineScript> find_scripts(std::string_view page);

/// MD5, SHA-1 and SHA-256 in hexadecimal.
[[nodiscard]] HashScan read_hashes(ByteView bytes);

}  // namespace tocsin::rules
