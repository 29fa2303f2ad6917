#include "reader/facts_codec.hpp"

#include <algorithm>
#include <span>

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "reader/report_bounds.hpp"
#include "reader/report_codec.hpp"

namespace tocsin::reader {

void write_facts(ByteWriter& out, const scan::MessageFacts& facts) {
    write_text(out, facts.header_from, sentence_bytes);
    write_text(out, facts.header_from_name, sentence_bytes);
    const std::size_t further = std::min(facts.further_from.size(), limits::further_from);
    out.u32(static_cast<std::uint32_t>(further));
    for (const std::string& address : std::span(facts.further_from).first(further))
        write_text(out, address, sentence_bytes);
    write_text(out, facts.subject, title_bytes);
    write_text(out, facts.message_id, sentence_bytes);
    write_text(out, facts.reply_to, sentence_bytes);
    const std::size_t domains =
        std::min(facts.long_registrable_domains.size(), limits::long_registrable_domains);
    out.u32(static_cast<std::uint32_t>(domains));
    for (const std::string& domain : std::span(facts.long_registrable_domains).first(domains))
        write_text(out, domain, sentence_bytes);
    out.boolean(facts.is_page);
    out.u64(facts.page_fingerprint);
    out.u64(facts.text_fingerprint);
    write_text(out, facts.language, limits::language_code_bytes);
    const std::size_t fields = std::min(facts.reserved_fields.size(), limits::reserved_fields);
    out.u32(static_cast<std::uint32_t>(fields));
    for (const scan::FieldRange& field : std::span(facts.reserved_fields).first(fields)) {
        out.u64(field.offset);
        out.u64(field.length);
    }
}

scan::MessageFacts read_facts(ByteReader& in) {
    scan::MessageFacts facts;
    facts.header_from = read_text(in, sentence_bytes);
    facts.header_from_name = read_text(in, sentence_bytes);
    const std::uint32_t further = in.count(limits::further_from);
    for (std::uint32_t i = 0; i < further && !in.failed(); ++i)
        facts.further_from.push_back(read_text(in, sentence_bytes));
    facts.subject = read_text(in, title_bytes);
    facts.message_id = read_text(in, sentence_bytes);
    facts.reply_to = read_text(in, sentence_bytes);
    const std::uint32_t domains = in.count(limits::long_registrable_domains);
    for (std::uint32_t i = 0; i < domains && !in.failed(); ++i)
        facts.long_registrable_domains.push_back(read_text(in, sentence_bytes));
    facts.is_page = in.boolean();
    facts.page_fingerprint = in.u64();
    facts.text_fingerprint = in.u64();
    facts.language = read_text(in, limits::language_code_bytes);
    const std::uint32_t fields = in.count(limits::reserved_fields);
    for (std::uint32_t i = 0; i < fields && !in.failed(); ++i) {
        const std::uint64_t offset = in.u64();
        facts.reserved_fields.push_back({offset, in.u64()});
    }
    return facts;
}

}  // namespace tocsin::reader
