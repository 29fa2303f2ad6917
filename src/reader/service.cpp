#include "reader/service.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "banner/imitation.hpp"
#include "banner/plan.hpp"
#include "base/ip_network.hpp"
#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/authentication.hpp"
#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "reader/codec_archive.hpp"
#include "reader/codec_reported.hpp"
#include "reader/history_words.hpp"
#include "reader/likeness.hpp"
#include "reader/output.hpp"
#include "reported/report_reader.hpp"
#include "rules/judge_json.hpp"
#include "scan/archive_rules.hpp"
#include "scan/describe_files.hpp"
#include "scan/scan_message.hpp"
#include "scan/unpack_messages.hpp"

namespace tocsin::reader {

namespace {

using std::chrono::milliseconds;

/// What a remembered scan of a part says, flat: findings in members of a container count for the part.
scan::RememberedPart remembered_part(CacheEntry entry) {
    scan::RememberedPart part;
    part.wants_bytes = entry.wants_bytes;
    if (!entry.known) return part;
    std::optional<scan::ScanReport> report = decode_part_report(entry.report);
    if (!report || report->parts.empty()) return part;
    part.known = true;
    part.findings = std::move(report->findings);
    part.limits_hit = std::move(report->limits_hit);
    part.urls = std::move(report->urls);
    part.file_type = report->parts[0].file_type;
    if (!entry.content.empty()) {
        const auto kind = part.file_type == "txt" ? scan::BodyKind::text : scan::BodyKind::page;
        part.body = std::make_shared<const scan::CampaignBody>(std::move(entry.content), kind);
    }
    for (const scan::PartSummary& summary : report->parts)
        for (scan::PartFlag flag : summary.flags)
            if (std::ranges::find(part.flags, flag) == part.flags.end()) part.flags.push_back(flag);
    return part;
}

/// A part as it would stand in a message of its own, for signatures that are meant for mail.
std::string as_received(ByteView part) {
    std::string message = "Received: from localhost\r\nFrom: <>\r\nMIME-Version: 1.0\r\n\r\n";
    message += as_text(part);
    return message;
}

/// One request on its way.
class Service {
public:
    Service(const ServiceContext& context, const Request& request, int output)
        : context_(context), request_(request), output_(output, limits::container_bytes) {
        reply_.id = request.id;
        auto budget = milliseconds(std::min(request.time_budget_ms, limits::engine_time_ms));
        options_.deadline = context.clock.steady_now() + budget;
        options_.hash_key = &context.hash_key;
        options_.examine = [this](const mail::MimeTree& tree, scan::ContentDigests& digests,
                                  const scan::FoundCodes& codes, scan::ScanReport& report) {
            if (context_.judge != nullptr) {
                rules::JudgeRequest request = judge_request(tree);
                request.digests = &digests;
                request.codes = &codes;
                context_.judge->report(request, report);
            }
            if (!request_.banner_texts.empty()) plan_banner(tree, report);
        };
    }

    Reply run(ByteView bytes) {
        if (request_.use_cache && context_.ask_cache) offer_cache();
        switch (request_.kind) {
            case RequestKind::scan_message: scan_as_message(bytes); break;
            case RequestKind::scan_auto: scan_auto(bytes); break;
            case RequestKind::scan_mail_or_file: scan_mail_or_file(bytes); break;
            case RequestKind::scan_part: scan_part(bytes); break;
            case RequestKind::read_message: read_message(bytes); break;
            case RequestKind::unpack_messages: unpack(bytes); break;
            case RequestKind::describe_rules: describe_rules(); break;
            case RequestKind::explain_rules: explain_rules(bytes); break;
            case RequestKind::unpack_rules: unpack_rules(bytes); break;
            case RequestKind::read_report: read_report(bytes, reported::ReportForm::report); break;
            case RequestKind::read_submitted: read_report(bytes, reported::ReportForm::submitted); break;
            case RequestKind::count_: break;
        }
        if (reply_.report.engine_version.empty()) reply_.report.engine_version = context_.engines.version();
        std::vector<OutputRange> ranges = output_.take_ranges();
        if (exports_) ranges = exports_->take_ranges();
        reply_.output = std::move(ranges);
        return std::move(reply_);
    }

private:
    void offer_cache();
    std::vector<scan::RememberedPart> look_up(const std::vector<Hash256>& hashes);
    void scan_as_message(ByteView bytes) {
        reply_.report = scan::scan_message(context_.engines, bytes, options_);
    }
    void scan_auto(ByteView bytes);
    void scan_mail_or_file(ByteView bytes);
    void scan_part(ByteView bytes);
    void read_message(ByteView bytes);
    void unpack(ByteView bytes);
    void describe_rules();
    void explain_rules(ByteView bytes);
    void unpack_rules(ByteView bytes);
    void read_report(ByteView bytes, reported::ReportForm form);
    void write_json(const std::string& json);
    void plan_banner(const mail::MimeTree& tree, scan::ScanReport& report);
    std::optional<rules::History::Answer> ask_history(const rules::History::Question& asked,
                                                      const mail::Message& message);
    std::vector<DnsAnswer> ask_dns(const std::vector<DnsQuestion>& questions);
    void verify(const mail::MimeTree& tree);
    rules::JudgeRequest judge_request(const mail::MimeTree& tree) {
        verify(tree);
        rules::AskHistory ask;
        if (request_.use_history && context_.ask_history)
            ask = [this](const rules::History::Question& asked, const mail::Message& message) {
                return ask_history(asked, message);
            };
        return {.tree = tree,
                .engines = context_.engines,
                .direction = request_.direction,
                .envelope_recipient = request_.envelope_recipient,
                .deadline = options_.deadline,
                .ask_history = std::move(ask),
                .pictures = request_.read_pictures ? rules::PicturesRead::yes : rules::PicturesRead::no,
                .verified = verified_ ? &*verified_ : nullptr,
                .remember_copies = request_.use_cache ? &context_.hash_key : nullptr,
                .now = context_.clock.steady_now()};
    }

    const ServiceContext& context_;
    const Request& request_;
    Reply reply_;
    scan::ScanOptions options_;
    Output output_;
    bool asked_ = false;
    std::optional<HistoryTold> history_;  ///< set when the daemon was asked
    std::optional<mail::AuthenticationResults> verified_;
    mail::MailTools tools_;
    UniqueFd export_memfd_;
    std::optional<Output> exports_;
};

void Service::offer_cache() {
    options_.lookup = [this](const std::vector<Hash256>& hashes) { return look_up(hashes); };
    options_.export_part = [this](const Hash256& hash, ByteView bytes) {
        if (!exports_) return;
        OutputRange range;
        range.hash = hash;
        // What does not fit is not remembered this time: nothing is lost but speed.
        static_cast<void>(exports_->append(std::move(range), bytes));
    };
}

/// At most one question per request: a second one would find no daemon that listens.
std::vector<scan::RememberedPart> Service::look_up(const std::vector<Hash256>& hashes) {
    if (auto recalled = context_.part_memory.recall(hashes)) return std::move(*recalled);
    std::vector<scan::RememberedPart> parts(hashes.size());
    if (std::exchange(asked_, true)) return parts;
    std::optional<CacheReply> reply = context_.ask_cache({request_.id, hashes});
    if (!reply || reply->answer.id != request_.id || reply->answer.entries.size() > hashes.size())
        return parts;
    for (std::size_t index = 0; index < reply->answer.entries.size(); ++index) {
        parts[index] = remembered_part(std::move(reply->answer.entries[index]));
        context_.part_memory.keep(hashes[index], parts[index]);
    }
    export_memfd_ = std::move(reply->output);
    if (export_memfd_.valid()) exports_.emplace(export_memfd_.get(), limits::export_bytes);
    return parts;
}

/// At most one question per request, as above. Other readings of an ambiguous message hear what the first one was told, as far
/// as they ask about the same people.
std::optional<rules::History::Answer> Service::ask_history(const rules::History::Question& asked,
                                                           const mail::Message& message) {
    HistoryQuestion question = history_question(asked, message, context_.judge->rule_set().lists());
    if (!history_) {
        question.id = request_.id;
        history_ = HistoryTold{question, {}};
        std::optional<HistoryAnswer> answer = context_.ask_history(question);
        if (answer && answer->id == request_.id) history_->answer = std::move(*answer);
    }
    return history_answer(asked, question, *history_);
}

std::vector<DnsAnswer> Service::ask_dns(const std::vector<DnsQuestion>& questions) {
    std::optional<DnsAnswers> told = context_.ask_dns({request_.id, questions});
    if (!told || told->id != request_.id) return {};
    return std::move(told->answers);
}

/// Once per request: further questions would find no daemon that listens. Every reading of the message hears the same.
void Service::verify(const mail::MimeTree& tree) {
    if (!request_.use_dns || !context_.ask_dns || verified_) return;
    mail::AuthenticationSubject subject{.message = tree.input, .from = mail::from_domain(tree, tools_)};
    if (const std::optional<IpAddress> client = parse_ip_address(request_.client_ip))
        subject.sender = {*client, request_.helo, request_.mail_from};
    subject.trusted_sealers = context_.judge->config().trusted_sealers;
    verified_ = mail::verify_authentication(
        subject, context_.clock.now(), tools_.domain_names,
        [this](const std::vector<DnsQuestion>& questions) { return ask_dns(questions); });
}

/// Appends the parts, findings and all else of `other`, whose part numbers move behind those of `report`.
void merge(scan::ScanReport& report, scan::ScanReport other) {
    auto shift = static_cast<std::uint32_t>(report.parts.size());
    auto moved = [shift](std::uint32_t part) { return part == scan::whole_message ? part : part + shift; };
    for (scan::PartSummary& part : other.parts) {
        part.parent = moved(part.parent);
        report.parts.push_back(std::move(part));
    }
    for (scan::Finding& finding : other.findings) {
        finding.part = moved(finding.part);
        report.findings.push_back(std::move(finding));
    }
    for (scan::LimitHit& hit : other.limits_hit) {
        hit.part = moved(hit.part);
        report.limits_hit.push_back(std::move(hit));
    }
    for (scan::FoundUrl& url : other.urls) {
        url.part = moved(url.part);
        report.urls.push_back(std::move(url));
    }
    // Only a message is judged, so at most one of the two says anything.
    if (report.rules.asked == 0) report.rules = std::move(other.rules);
    report.verdict = std::max(report.verdict, other.verdict);
    report.parse_us += other.parse_us;
    report.scan_us += other.scan_us;
    report.bytes_copied += other.bytes_copied;
}

void Service::scan_auto(ByteView bytes) {
    Likeness likeness = likeness_of(bytes);
    if (likeness == Likeness::message) return scan_as_message(bytes);
    reply_.report = scan::scan_file(context_.engines, bytes, request_.file_name, options_);
    if (likeness == Likeness::unsure)
        merge(reply_.report, scan::scan_message(context_.engines, bytes, options_));
}

/// What the journal wants to know comes from the message; a file that hides behind the looks of none is opened all the same.
void Service::scan_mail_or_file(ByteView bytes) {
    scan_as_message(bytes);
    if (likeness_of(bytes) == Likeness::message) return;
    merge(reply_.report, scan::scan_file(context_.engines, bytes, request_.file_name, options_));
}

/// As scan_message() would scan it, so that what is remembered is what it would have found.
void Service::scan_part(ByteView bytes) {
    auto start = context_.clock.steady_now();
    scan::ScanReport& report = reply_.report;
    report.parts.emplace_back();
    report.parts[0].origin = "root";
    report.parts[0].media_type = request_.declared_type;
    report.parts[0].file_name = request_.file_name;
    report.parts[0].size = bytes.size();
    report.parts[0].hash = keyed_hash(context_.hash_key, bytes);
    scan::PartInput input;
    input.bytes = bytes;
    input.declared_type = request_.declared_type;
    if (!request_.file_name.empty()) input.file_names.push_back(request_.file_name);
    scan::ScanBudget budget;
    budget.deadline = options_.deadline;
    context_.engines.scan_part(input, budget, report);
    // Copies of a text are compared to this one also where they are scanned as received.
    if (report.parts[0].file_type == "txt" || report.parts[0].file_type == "html")
        context_.engines.scan_raw(as_bytes(as_received(bytes)), 0, budget, report);
    report.verdict = scan::decide_verdict(report.findings, report.limits_hit);
    auto spent = std::chrono::duration_cast<std::chrono::microseconds>(context_.clock.steady_now() - start);
    report.scan_us = static_cast<std::uint64_t>(spent.count());
}

void Service::read_message(ByteView bytes) {
    mail::MimeTree tree = mail::parse_mime(bytes);
    mail::MessageContext message_context{request_.direction, request_.envelope_recipient};
    mail::Message message = mail::build_message(tree, 0, message_context);
    scan::describe_files(message, tree, context_.engines);
    write_json(mail::to_json(message, tree, 0));
}

void Service::write_json(const std::string& json) {
    if (json.size() > limits::message_json_bytes) {
        reply_.error = "there is more to be shown than fits into an answer";
        return;
    }
    Result<void> written = output_.append({}, as_bytes(json));
    if (!written) reply_.error = written.error().message;
}

/// Who imitates our warning is suspicious; a quotation of it may be an answer, which the daemon knows.
void Service::plan_banner(const mail::MimeTree& tree, scan::ScanReport& report) {
    report.banner = banner::plan(tree, context_.mail_tools);
    const rules::Confusables* look_alikes =
        context_.judge == nullptr ? nullptr : &context_.judge->confusables();
    report.banner.copy = banner::copy_in(tree, request_.banner_texts, look_alikes, context_.mail_tools);
    if (report.banner.copy != scan::BannerCopy::in_text) return;
    // Before all others: lists of findings may be cut.
    report.findings.insert(report.findings.begin(),
                           {.engine = "tocsin",
                            .rule = "banner_imitation",
                            .severity = scan::Severity::suspicious,
                            .text = "It shows a text of the warning that we put on mail: only ours may"});
}

void Service::describe_rules() {
    if (context_.judge == nullptr) {
        reply_.error = "no rules are loaded";
        return;
    }
    write_json(rules::to_json(*context_.judge));
}

void Service::explain_rules(ByteView bytes) {
    if (context_.judge == nullptr) {
        reply_.error = "no rules are loaded";
        return;
    }
    const mail::MimeTree tree = mail::parse_mime(bytes);
    rules::JudgeRequest request = judge_request(tree);
    request.details = true;
    write_json(rules::to_json(context_.judge->judge(request), *context_.judge));
}

void Service::unpack(ByteView bytes) {
    auto sink = [this](std::string_view name, ByteView message) {
        OutputRange range;
        range.name = name;
        return output_.append(std::move(range), message);
    };
    Result<scan::UnpackSummary> summary = scan::unpack_messages(bytes, sink);
    if (!summary) {
        reply_.error = summary.error().message;
        return;
    }
    if (summary->limit_reached)
        reply_.error = "the archive holds more, or larger, messages than are taken out";
    else if (summary->unreadable > 0)
        reply_.error = std::to_string(summary->unreadable) + " messages in the archive are locked or damaged";
    else if (summary->messages == 0)
        reply_.error = "the archive holds no .eml file";
}

void Service::unpack_rules(ByteView bytes) {
    ByteWriter files;
    Result<void> unpacked = scan::unpack_rules(bytes, [&files](std::string_view path, ByteView content) {
        write_archived_file(files, {std::string(path), std::string(as_text(content))});
    });
    if (unpacked) unpacked = output_.append({}, as_bytes(files.data()));
    if (!unpacked) reply_.error = unpacked.error().message;
}

/// Originals as they are found, then the record: the last range.
void Service::read_report(ByteView bytes, reported::ReportForm form) {
    if (bytes.size() > limits::report_bytes) {
        reply_.error = "the report is larger than is read";
        return;
    }
    std::uint64_t kept_bytes = 0;
    const Deadline deadline =
        std::min(options_.deadline, context_.clock.steady_now() + milliseconds(limits::report_time_ms));
    const auto keep = [&](ByteView original) -> Result<std::uint64_t> {
        if (original.size() > limits::report_originals_bytes - kept_bytes)
            return fail(ErrorCode::limit, "there is no room for more originals");
        TRY(output_.append({}, original));
        return std::exchange(kept_bytes, kept_bytes + original.size());
    };
    const reported::ReadReport report =
        reported::read_report(bytes, {.form = form,
                                      .keep = keep,
                                      .time_left = [&] { return context_.clock.steady_now() < deadline; },
                                      .tools = context_.mail_tools});
    const std::string record = encode_read_report(report);
    Result<void> written = output_.append({.name = "record"}, as_bytes(record));
    if (!written) reply_.error = written.error().message;
}

}  // namespace

Reply serve(const ServiceContext& context, const Request& request, ByteView bytes, int output) {
    return Service(context, request, output).run(bytes);
}

}  // namespace tocsin::reader
