#include "reader/codec.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "reader/text_hygiene.hpp"
#include "report_generator.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

/// A small reply that uses every field.
Reply sample_reply() {
    Reply reply;
    reply.id = 7;
    reply.error = "the archive holds no .eml file";
    reply.output.push_back({"a.eml", Hash256{1, 2, 3}, "message/rfc822", 10, 20});
    scan::ScanReport& report = reply.report;
    report.verdict = scan::Verdict::malware;
    report.readings = 3;
    report.ambiguities.push_back({mail::AmbiguityKind::duplicate_boundary, 77, "b1 b2"});
    report.parts.resize(2);
    report.parts[0].media_type = "multipart/mixed";
    report.parts[1].parent = 0;
    report.parts[1].depth = 1;
    report.parts[1].origin = "multipart";
    report.parts[1].file_type = "pdf";
    report.parts[1].file_name = "r\xC3\xA9sum\xC3\xA9.pdf";
    report.parts[1].size = 123456789012;
    report.parts[1].flags = {scan::PartFlag::encrypted_archive, scan::PartFlag::remote_content};
    report.parts[1].note = "declared text, is a program";
    report.parts[1].remembered = true;
    report.parts[1].hash = Hash256{9, 8, 7};
    report.findings.push_back({"yara", "Some_Rule", scan::Severity::malware, "it runs by itself", 1});
    report.limits_hit.push_back({scan::ScanLimit::container_depth, 1, "16"});
    report.urls.push_back({"https://example.org/x", "qr", 1});
    report.facts = {"a@example.org",       "A", {"b@example.org"}, "Hello", "<1@example.org>",
                    {std::string(64, 'a')}};
    scan::ReportedOutcome outcome{scan::ReportedKind::bounce_soft,
                                  "b@example.org",
                                  "4.2.2",
                                  "<0@example.org>",
                                  "rec1",
                                  "bounce@example.org",
                                  "a@example.org",
                                  "smtp; 452"};
    report.outcomes = {outcome, outcome, outcome};
    report.outcomes[1].recipient = "c@example.org";  // of the same message
    report.outcomes[2] = {scan::ReportedKind::complaint, "", "", "<1@example.org>", "", "", "", "abuse"};
    report.outcomes_cut = true;
    report.facts.language = "pt";
    report.banner = {{{scan::BannerShape::page, scan::BannerEncoding::base64, scan::BannerLetters::utf8,
                       scan::PageMode::standards, 2, 1234}},
                     scan::BannerHindrance::charset,
                     scan::BannerCopy::in_quotation};
    report.engine_version = "ClamAV 1";
    report.parse_us = 1;
    report.scan_us = 2;
    report.bytes_copied = 3;
    return reply;
}

void check_bounds(const scan::ScanReport& report) {
    RC_ASSERT(report.findings.size() <= limits::findings);
    RC_ASSERT(report.banner.places.size() <= limits::banner_places);
    RC_ASSERT(report.outcomes.size() <= limits::reported_outcomes);
    for (const auto& outcome : report.outcomes) {
        RC_ASSERT(outcome.kind < scan::ReportedKind::count_);
        RC_ASSERT(outcome.detail.size() <= limits::outcome_detail_bytes && is_clean_text(outcome.detail));
    }
    RC_ASSERT(report.ambiguities.size() <= limits::ambiguities);
    RC_ASSERT(report.verdict >= scan::decide_verdict(report.findings, report.limits_hit));
    auto exists = [&](std::uint32_t part) {
        return part == scan::whole_message || part < report.parts.size();
    };
    for (std::size_t index = 0; index < report.parts.size(); ++index) {
        std::uint32_t parent = report.parts[index].parent;
        RC_ASSERT(parent == scan::whole_message || parent < index);
        RC_ASSERT(is_clean_text(report.parts[index].file_name));
    }
    for (const auto& finding : report.findings)
        RC_ASSERT(exists(finding.part) && is_clean_text(finding.text));
    for (const auto& hit : report.limits_hit) RC_ASSERT(exists(hit.part) && is_clean_text(hit.detail));
    for (const auto& url : report.urls) RC_ASSERT(exists(url.part) && is_clean_text(url.url));
}

}  // namespace

TEST_CASE("a reply comes back as it was sent") {
    Reply sent = sample_reply();
    std::optional<Reply> reply = decode_reply(encode(sent));
    REQUIRE(reply.has_value());
    CHECK(reply->id == sent.id);
    CHECK(reply->error == sent.error);
    REQUIRE(reply->output.size() == 1);
    CHECK(reply->output[0].name == "a.eml");
    CHECK(reply->output[0].hash == sent.output[0].hash);
    CHECK(reply->output[0].declared_type == "message/rfc822");
    CHECK(reply->output[0].offset == 10);
    CHECK(reply->output[0].length == 20);
    const scan::ScanReport& report = reply->report;
    CHECK(report.verdict == scan::Verdict::malware);
    CHECK(report.readings == 3);
    REQUIRE(report.ambiguities.size() == 1);
    CHECK(report.ambiguities[0].kind == mail::AmbiguityKind::duplicate_boundary);
    CHECK(report.ambiguities[0].offset == 77);
    CHECK(report.ambiguities[0].detail == "b1 b2");
    REQUIRE(report.parts.size() == 2);
    CHECK(report.parts[0].parent == scan::whole_message);
    CHECK(report.parts[0].media_type == "multipart/mixed");
    CHECK_FALSE(report.parts[0].hash.has_value());
    const scan::PartSummary& part = report.parts[1];
    CHECK(part.parent == 0);
    CHECK(part.depth == 1);
    CHECK(part.origin == "multipart");
    CHECK(part.file_type == "pdf");
    CHECK(part.file_name == sent.report.parts[1].file_name);
    CHECK(part.size == 123456789012);
    CHECK(part.flags == sent.report.parts[1].flags);
    CHECK(part.note == "declared text, is a program");
    CHECK(part.remembered);
    CHECK(part.hash == sent.report.parts[1].hash);
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].engine == "yara");
    CHECK(report.findings[0].rule == "Some_Rule");
    CHECK(report.findings[0].severity == scan::Severity::malware);
    CHECK(report.findings[0].text == "it runs by itself");
    CHECK(report.findings[0].part == 1);
    REQUIRE(report.limits_hit.size() == 1);
    CHECK(report.limits_hit[0].limit == scan::ScanLimit::container_depth);
    CHECK(report.limits_hit[0].part == 1);
    CHECK(report.limits_hit[0].detail == "16");
    REQUIRE(report.urls.size() == 1);
    CHECK(report.urls[0].url == "https://example.org/x");
    CHECK(report.urls[0].source == "qr");
    CHECK(report.facts.header_from == "a@example.org");
    CHECK(report.facts.header_from_name == "A");
    CHECK(report.facts.subject == "Hello");
    CHECK(report.facts.message_id == "<1@example.org>");
    CHECK(report.facts.language == "pt");
    CHECK(report.facts.attachment_sha256 == sent.report.facts.attachment_sha256);
    CHECK(report.outcomes == sent.report.outcomes);
    CHECK(report.outcomes_cut);
    CHECK(report.banner.places == sent.report.banner.places);
    CHECK(report.banner.hindrance == scan::BannerHindrance::charset);
    CHECK(report.banner.copy == scan::BannerCopy::in_quotation);
    CHECK(report.engine_version == "ClamAV 1");
    CHECK(report.parse_us == 1);
    CHECK(report.scan_us == 2);
    CHECK(report.bytes_copied == 3);
}

TEST_CASE("any report at all fits, keeps its bounds, and is stable") {
    CHECK(rc::check("encode, decode, encode", [] {
        std::string datagram = encode(test::any_reply());
        RC_ASSERT(datagram.size() <= limits::reply_bytes);
        ExactBuffer exact(datagram);
        std::optional<Reply> reply = decode_reply(exact.text());
        RC_ASSERT(reply.has_value());
        check_bounds(reply->report);
        RC_ASSERT(encode(*reply) == datagram);
    }));
    CHECK(rc::check("a part's report", [] {
        std::string bytes = encode_part_report(test::any_report());
        RC_ASSERT(bytes.size() <= limits::part_report_bytes);
        std::optional<scan::ScanReport> report = decode_part_report(bytes);
        RC_ASSERT(report.has_value());
        check_bounds(*report);
        RC_ASSERT(encode_part_report(*report) == bytes);
    }));
}

TEST_CASE("outcomes that do not fit are left out, which the report says without being worse for it") {
    Reply reply;
    reply.report.verdict = scan::Verdict::clean;
    const std::string sender(limits::outcome_address_bytes, 's'), id(limits::outcome_id_bytes, 'i');
    for (std::size_t i = 0; i < limits::reported_outcomes; ++i)
        reply.report.outcomes.push_back({scan::ReportedKind::bounce_hard,
                                         std::to_string(i) + std::string(limits::outcome_address_bytes, 'a'),
                                         "5.1.1", id, "r", sender, sender,
                                         std::string(limits::outcome_detail_bytes, 'd')});
    const Reply alone = decode_reply(encode(reply)).value();
    CHECK(alone.report.outcomes.size() == limits::reported_outcomes);
    CHECK_FALSE(alone.report.outcomes_cut);
    // Beside more links than there is room for.
    for (std::size_t i = 0; i < limits::links; ++i)
        reply.report.urls.push_back(
            {"https://h.example/" + std::string(500, 'x') + std::to_string(i), "html", 0});
    const Reply beside = decode_reply(encode(reply)).value();
    CHECK(beside.report.outcomes_cut);
    CHECK(beside.report.outcomes.size() >= 16);
    CHECK(beside.report.outcomes.size() < limits::reported_outcomes);
    CHECK(beside.report.outcomes[0].status == "5.1.1");
    CHECK(beside.report.verdict == scan::Verdict::clean);
    reply.report.outcomes.resize(limits::reported_outcomes + 1);
    reply.report.urls.clear();
    CHECK(decode_reply(encode(reply))->report.outcomes.size() == limits::reported_outcomes);
    CHECK(decode_reply(encode(reply))->report.outcomes_cut);
}

TEST_CASE("a report that is full everywhere fits: what stands before the lists takes room from them") {
    scan::ScanReport full;
    full.facts.further_from.assign(limits::further_from, std::string(512, 'f'));
    full.facts.long_registrable_domains.assign(limits::long_registrable_domains, std::string(512, 'd'));
    full.facts.reserved_fields.assign(limits::reserved_fields, {1, 2});
    full.facts.attachment_sha256.assign(500, std::string(64, 'a'));
    full.ambiguities.assign(limits::ambiguities,
                            {mail::AmbiguityKind::duplicate_boundary, 1, std::string(512, 'x')});
    full.limits_hit.assign(500, {scan::ScanLimit::links, 0, std::string(512, 'l')});
    full.findings.assign(limits::findings, {std::string(64, 'e'), std::string(256, 'r'), scan::Severity::info,
                                            std::string(512, 't'), 0});
    full.parts.assign(500, {.file_name = std::string(1024, 'n'), .note = std::string(512, 'o')});
    full.outcomes.assign(limits::reported_outcomes, {scan::ReportedKind::complaint, std::string(320, 'r')});
    for (std::size_t i = 0; i < limits::links; ++i)
        full.urls.push_back(
            {"https://h" + std::to_string(i) + ".example/" + std::string(2000, 'u'), "html", 0});
    Reply reply;
    reply.report = full;
    const std::string datagram = encode(reply);
    CHECK(datagram.size() <= limits::reply_bytes);
    const Reply read = decode_reply(datagram).value();
    CHECK(read.report.facts.further_from == full.facts.further_from);
    CHECK(read.report.facts.reserved_fields.size() == limits::reserved_fields);
    CHECK(read.report.limits_hit.front().limit == scan::ScanLimit::links);
    // What a reader that lies says of a part: the daemon writes it down anew, and must not fall over it.
    const std::string part = encode_part_report(full);
    CHECK(part.size() <= limits::part_report_bytes);
    const scan::ScanReport remembered = decode_part_report(part).value();
    CHECK(remembered.facts.further_from.empty());
    CHECK_FALSE(remembered.findings.empty());
    CHECK(remembered.verdict >= scan::Verdict::suspicious);
    // Only the facts are too much.
    scan::ScanReport senders;
    senders.verdict = scan::Verdict::clean;
    senders.facts.further_from = full.facts.further_from;
    const scan::ScanReport told = decode_part_report(encode_part_report(senders)).value();
    CHECK(told.facts.further_from.empty());
    REQUIRE(told.limits_hit.size() == 1);
    CHECK(told.limits_hit[0].limit == scan::ScanLimit::findings);
}

TEST_CASE("every truncation of a valid datagram is refused") {
    CacheAnswer answer{4, {{true, false, "report", "text"}, {false, true, "", ""}}};
    CacheQuestion question{5, {Hash256{1}, Hash256{2}}};
    Request request;
    request.file_name = "invoice.pdf";
    request.banner_texts = {"Be careful", "Fragt uns"};
    struct Case {
        std::string datagram;
        bool (*decodes)(std::string_view);
    };
    for (const Case& one : {
             Case{encode(sample_reply()),
                  [](std::string_view bytes) { return decode_reply(bytes).has_value(); }},
             Case{encode(answer),
                  [](std::string_view bytes) { return decode_cache_answer(bytes).has_value(); }},
             Case{encode(question),
                  [](std::string_view bytes) { return decode_cache_question(bytes).has_value(); }},
             Case{encode(request), [](std::string_view bytes) { return decode_request(bytes).has_value(); }},
             Case{encode(Ready{"x"}), [](std::string_view bytes) { return decode_ready(bytes).has_value(); }},
         }) {
        CHECK(one.decodes(one.datagram));
        for (std::size_t size = 0; size < one.datagram.size(); ++size) {
            CAPTURE(size);
            ExactBuffer exact(std::string_view(one.datagram).substr(0, size));
            CHECK_FALSE(one.decodes(exact.text()));
        }
        CHECK_FALSE(one.decodes(one.datagram + 'x'));
    }
}

TEST_CASE("a changed byte is refused, or what it decodes to keeps every bound") {
    std::string datagram = encode(sample_reply());
    for (std::size_t at = 0; at < datagram.size(); ++at) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string changed = datagram;
            changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
            ExactBuffer exact(changed);
            std::optional<Reply> reply = decode_reply(exact.text());
            if (!reply) continue;
            CHECK(reply->report.verdict >=
                  scan::decide_verdict(reply->report.findings, reply->report.limits_hit));
            for (const auto& finding : reply->report.findings)
                CHECK((finding.part == scan::whole_message || finding.part < reply->report.parts.size()));
        }
    }
}

TEST_CASE("a verdict that is better than its findings is refused") {
    Reply reply = sample_reply();
    std::string datagram = encode(reply);
    Reply empty;
    empty.report.verdict = scan::Verdict::clean;
    std::string clean = encode(empty);
    // The verdict is the first byte of the report: where two replies that differ in it alone differ.
    empty.report.verdict = scan::Verdict::malware;
    std::string other = encode(empty);
    std::size_t place = 0;
    while (clean[place] == other[place]) ++place;
    Reply without_output = reply;
    without_output.output.clear();
    without_output.error.clear();
    datagram = encode(without_output);
    REQUIRE(decode_reply(datagram).has_value());
    REQUIRE(datagram[place] == static_cast<char>(scan::Verdict::malware));
    datagram[place] = static_cast<char>(scan::Verdict::clean);
    CHECK_FALSE(decode_reply(datagram).has_value());
}

TEST_CASE("the encoder never reports a verdict that is better than its findings") {
    Reply reply = sample_reply();
    reply.report.verdict = scan::Verdict::clean;
    CHECK(decode_reply(encode(reply))->report.verdict == scan::Verdict::malware);
}

TEST_CASE("when a report does not fit, the worst findings are kept and a limit says so") {
    Reply reply;
    reply.report.verdict = scan::Verdict::malware;
    reply.report.parts.resize(3);
    for (int index = 0; index < 2000; ++index)
        reply.report.findings.push_back({"yara", "r" + std::to_string(index), scan::Severity::info,
                                         std::string(500, 't'), static_cast<std::uint32_t>(index % 3)});
    reply.report.findings.push_back({"clamav", "the one that counts", scan::Severity::malware, "", 2});
    for (int index = 0; index < 4000; ++index)
        reply.report.urls.push_back({std::string(300, 'u'), "html", 0});
    std::string datagram = encode(reply);
    CHECK(datagram.size() <= limits::reply_bytes);
    std::optional<Reply> cut = decode_reply(datagram);
    REQUIRE(cut.has_value());
    REQUIRE_FALSE(cut->report.findings.empty());
    CHECK(cut->report.findings[0].rule == "the one that counts");
    CHECK(cut->report.findings[0].part == 2);
    CHECK(cut->report.verdict == scan::Verdict::malware);
    CHECK(cut->report.findings.size() > 50);
    CHECK(cut->report.urls.size() > 50);
    auto told = [](const scan::LimitHit& hit) { return hit.limit == scan::ScanLimit::findings; };
    CHECK(std::ranges::count_if(cut->report.limits_hit, told) == 1);
}

TEST_CASE("a flood of links pushes no host out, and is no limit by itself") {
    Reply reply;
    for (int index = 0; index < 3000; ++index)
        reply.report.urls.push_back(
            {"https://flood.example/" + std::string(200, 'x'), "html", scan::whole_message});
    reply.report.urls.push_back({"https://hidden.example/login", "html", scan::whole_message});
    std::optional<Reply> cut = decode_reply(encode(reply));
    REQUIRE(cut.has_value());
    CHECK(cut->report.urls.size() < 3001);
    REQUIRE(cut->report.urls.size() > 2);
    CHECK(cut->report.urls[1].url == "https://hidden.example/login");
    CHECK(cut->report.limits_hit.empty());
}

TEST_CASE("every host is named, by itself where the whole links do not fit") {
    Reply reply;
    for (int index = 0; index < 540; ++index)
        reply.report.urls.push_back({"https://u" + std::to_string(index) + "@host" + std::to_string(index) +
                                         ".example:8443/" + std::string(200, 'x'),
                                     "html", scan::whole_message});
    const std::optional<Reply> cut = decode_reply(encode(reply));
    REQUIRE(cut.has_value());
    REQUIRE(cut->report.urls.size() == 540);
    CHECK(cut->report.urls[499].url == "https://host499.example/");
    CHECK(cut->report.limits_hit.empty());
}

TEST_CASE("a link whose user name is longer than what is reported names its host") {
    Reply reply;
    reply.report.urls.push_back(
        {"https://" + std::string(5000, 'u') + "@evil.example/x", "html", scan::whole_message});
    reply.report.urls.push_back(
        {"https://other.example/" + std::string(5000, 'x'), "html", scan::whole_message});
    const std::optional<Reply> cut = decode_reply(encode(reply));
    REQUIRE(cut.has_value());
    REQUIRE(cut->report.urls.size() == 2);
    CHECK(cut->report.urls[0].url == "https://evil.example/");
    CHECK(cut->report.urls[1].url.starts_with("https://other.example/xxx"));
}

TEST_CASE("links to more places than fit are the limit `links`, and the message is not passed") {
    Reply reply;
    reply.report.verdict = scan::Verdict::clean;
    for (int index = 0; index < 3000; ++index)
        reply.report.urls.push_back({"https://host" + std::to_string(index) + std::string(50, 'h') +
                                         ".example/" + std::string(200, 'x'),
                                     "html", scan::whole_message});
    const std::optional<Reply> cut = decode_reply(encode(reply));
    REQUIRE(cut.has_value());
    REQUIRE(cut->report.limits_hit.size() == 1);
    CHECK(cut->report.limits_hit[0].limit == scan::ScanLimit::links);
    CHECK(cut->report.verdict == scan::Verdict::unscannable);
}

TEST_CASE("findings in parts that did not fit speak of the whole message") {
    Reply reply;
    reply.report.parts.resize(10'000);
    for (std::size_t index = 1; index < reply.report.parts.size(); ++index)
        reply.report.parts[index].parent = static_cast<std::uint32_t>(index - 1);
    reply.report.findings.push_back({"clamav", "x", scan::Severity::malware, "", 9'999});
    std::optional<Reply> cut = decode_reply(encode(reply));
    REQUIRE(cut.has_value());
    CHECK(cut->report.parts.size() < 10'000);
    CHECK(cut->report.parts.size() > 100);
    CHECK(cut->report.findings.at(0).part == scan::whole_message);
}

TEST_CASE("output ranges are bounded in number, and in their sum") {
    Reply reply;
    reply.output.resize(limits::output_ranges + 100);
    for (OutputRange& range : reply.output) range.name = std::string(200, 'n') + ".eml";
    std::string datagram = encode(reply);
    CHECK(datagram.size() <= limits::reply_bytes);
    REQUIRE(decode_reply(datagram).has_value());
    CHECK(decode_reply(datagram)->output.size() <= limits::output_ranges);

    reply.output.assign(1, {"a", {}, "", UINT64_MAX, 1});
    CHECK_FALSE(decode_reply(encode(reply)).has_value());
    reply.output.assign(1, {"a", {}, "", UINT64_MAX, 0});
    CHECK(decode_reply(encode(reply)).has_value());
}

TEST_CASE("requests, questions and answers come back as they were sent") {
    Request request;
    request.id = 1;
    request.kind = RequestKind::scan_part;
    request.direction = mail::Direction::internal;
    request.use_cache = true;
    request.use_history = true;
    request.use_dns = true;
    request.file_name = "a.pdf";
    request.declared_type = "application/pdf";
    request.envelope_recipient = "b@example.org";
    request.client_ip = "192.0.2.1";
    request.helo = "mx.example.org";
    request.mail_from = "anna@example.org";
    request.time_budget_ms = 20'000;
    Request decoded = decode_request(encode(request)).value();
    CHECK(decoded.id == 1);
    CHECK(decoded.kind == RequestKind::scan_part);
    CHECK(decoded.direction == mail::Direction::internal);
    CHECK(decoded.use_cache);
    CHECK(decoded.use_history);
    CHECK(decoded.use_dns);
    CHECK(decoded.file_name == "a.pdf");
    CHECK(decoded.declared_type == "application/pdf");
    CHECK(decoded.envelope_recipient == "b@example.org");
    CHECK(decoded.client_ip == "192.0.2.1");
    CHECK(decoded.helo == "mx.example.org");
    CHECK(decoded.mail_from == "anna@example.org");
    CHECK(decoded.time_budget_ms == 20'000);
    // A sender whose name is too long is nobody, not somebody with a shorter one.
    request.mail_from.assign(limits::spf_sender_bytes + 1, 'x');
    CHECK(decode_request(encode(request)).value().mail_from.empty());
    CHECK(decode_request(encode(request)).value().client_ip.empty());
    request.mail_from.assign(limits::spf_sender_bytes, 'x');
    request.helo.assign(limits::spf_helo_bytes, 'x');
    // The longest request fits into what a reader receives.
    request.file_name = request.declared_type = request.envelope_recipient = std::string(100'000, 'x');
    CHECK(encode(request).size() <= limits::request_bytes);
    CHECK(decode_request(encode(request)).has_value());

    CacheQuestion question{2, std::vector<Hash256>(limits::cache_query_parts + 1, Hash256{7})};
    CacheQuestion asked = decode_cache_question(encode(question)).value();
    CHECK(asked.id == 2);
    CHECK(asked.hashes == std::vector<Hash256>(limits::cache_query_parts, Hash256{7}));

    CacheAnswer answer{3, {{true, false, "abc", "the text"}, {false, true, "", ""}}};
    CacheAnswer answered = decode_cache_answer(encode(answer)).value();
    CHECK(answered.id == 3);
    REQUIRE(answered.entries.size() == 2);
    CHECK(answered.entries[0].known);
    CHECK(answered.entries[0].report == "abc");
    CHECK(answered.entries[0].content == "the text");
    CHECK_FALSE(answered.entries[1].known);
    CHECK(answered.entries[1].wants_bytes);
    CHECK(decode_ready(encode(Ready{"Landlock"}))->enforced == "Landlock");
}

TEST_CASE("an answer that is too large forgets reports, never entries") {
    CacheAnswer answer{
        1, std::vector<CacheEntry>(limits::cache_query_parts,
                                   {true, false, std::string(limits::part_report_bytes, 'r'), ""})};
    std::string datagram = encode(answer);
    CHECK(datagram.size() <= limits::reply_bytes);
    CacheAnswer cut = decode_cache_answer(datagram).value();
    CHECK(cut.entries.size() == limits::cache_query_parts);
    CHECK(cut.entries[0].known);
    CHECK_FALSE(cut.entries.back().known);
}

TEST_CASE("tags") {
    CHECK(tag_of(encode(Ready{})) == MessageTag::ready);
    CHECK(tag_of(encode(CacheQuestion{})) == MessageTag::cache_question);
    CHECK(tag_of(encode(Reply{})) == MessageTag::reply);
    CHECK_FALSE(tag_of("").has_value());
    CHECK_FALSE(tag_of(std::string(1, '\0')).has_value());
    CHECK_FALSE(tag_of("\x06").has_value());
    CHECK_FALSE(tag_of("\xFF").has_value());
    CHECK_FALSE(decode_reply(encode(CacheQuestion{})).has_value());
}

TEST_CASE("unknown enumerators are refused") {
    Request request;
    std::string datagram = encode(request);
    for (std::size_t at : {9U, 10U, 11U}) {  // kind, direction, use_cache
        std::string changed = datagram;
        changed[at] = '\x7F';
        CHECK_FALSE(decode_request(changed).has_value());
    }
}

TEST_CASE("texts of a banner cross, and no more than may be asked about") {
    Request request;
    for (std::size_t i = 0; i < limits::banner_looked_for + 3; ++i)
        request.banner_texts.push_back(std::string(limits::banner_text_bytes + 5, 'x') + std::to_string(i));
    const std::string datagram = encode(request);
    CHECK(datagram.size() <= limits::request_bytes);
    const std::optional<Request> read = decode_request(ExactBuffer(datagram).text());
    REQUIRE(read);
    CHECK(read->banner_texts.size() == limits::banner_looked_for);
    CHECK(read->banner_texts[0] == std::string(limits::banner_text_bytes, 'x'));
}

TEST_CASE("a place for a banner that has no form is refused") {
    Reply reply;
    reply.report.banner.places.push_back({});
    for (int i = 0; i < 5; ++i) {
        reply.report.banner.places[0] = {
            .shape = i == 0 ? scan::BannerShape::count_ : scan::BannerShape::text,
            .encoding = i == 1 ? scan::BannerEncoding::count_ : scan::BannerEncoding{},
            .letters = i == 2 ? scan::BannerLetters::count_ : scan::BannerLetters{},
            .mode = i == 3 ? scan::PageMode::count_ : scan::PageMode{},
            .group_bytes = static_cast<std::uint8_t>(i == 4 ? 3 : 0)};
        CAPTURE(i);
        CHECK_FALSE(decode_reply(encode(reply)));
    }
}
