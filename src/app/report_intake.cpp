#include "app/report_intake.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/core.h>

#include "app/event_text.hpp"
#include "app/journal_copies.hpp"
#include "app/personal_link.hpp"
#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/response.hpp"
#include "base/similarity.hpp"
#include "base/time_units.hpp"
#include "net/loop.hpp"
#include "store/evidence_store.hpp"
#include "store/order_value.hpp"
#include "store/stored_text.hpp"

namespace tocsin::app {

namespace {

constexpr const char* intake_name = "report intake";
constexpr const char* triage_name = "triage";
/// How far back copies are counted for the desk.
constexpr std::int64_t triage_days = 14;

respond::Grade grade_of(reported::Grade grade) {
    switch (grade) {
        case reported::Grade::raw: return respond::Grade::raw;
        case reported::Grade::rebuilt: return respond::Grade::rebuilt;
        case reported::Grade::text_only:
        case reported::Grade::count_: break;
    }
    return respond::Grade::text_only;
}

respond::JudgedAs judged_as(scan::Verdict verdict) {
    switch (verdict) {
        case scan::Verdict::clean: return respond::JudgedAs::clean;
        case scan::Verdict::suspicious:
        case scan::Verdict::unscannable: return respond::JudgedAs::suspicious;
        case scan::Verdict::phish: return respond::JudgedAs::phish;
        case scan::Verdict::malware: return respond::JudgedAs::malware;
    }
    return respond::JudgedAs::unknown;
}

/// Whether the same may go well later.
bool is_passing(ErrorCode code) {
    return code == ErrorCode::unavailable || code == ErrorCode::io || code == ErrorCode::limit ||
           code == ErrorCode::timed_out;
}

/// What the bytes of a report are, as its note says.
struct HandedForm {
    const char* kind;  ///< api::ReportEvidence::kind
    pool::ReportForm form;
    /// No mail in it is better evidence. What somebody types, or brings by his clipboard, proves nothing, whatever a reader
    /// finds packed in it.
    reported::Grade best;
};
HandedForm form_of(const respond::Report& report) {
    using reported::Grade;
    if (report.note.starts_with(pasted_mark)) return {"pasted", pool::ReportForm::submitted, Grade::text_only};
    if (report.note.starts_with(rebuilt_mark)) return {"the_mail", pool::ReportForm::submitted, Grade::rebuilt};
    if (report.note.starts_with(submitted_mark)) return {"the_mail", pool::ReportForm::submitted, Grade::raw};
    if (report.note.starts_with(words_mark)) return {"words", pool::ReportForm::report, Grade::text_only};
    return {"report", pool::ReportForm::report, Grade::raw};
}

api::FoundOriginal found_original(const reported::ReportedMail& mail, ByteView bytes,
                                  reported::Grade best) {
    const reported::Grade grade = std::max(mail.grade, best);
    api::FoundOriginal out{.shape = std::string(reported::to_string(mail.shape)),
                           .grade = std::string(reported::to_string(grade)),
                           .inside = std::nullopt,
                           .bytes = mail.length,
                           .sha256 = {},
                           .sender = event_text(mail.sender),
                           .subject = event_text(mail.subject),
                           .date = event_text(mail.date),
                           .message_id = event_text(mail.message_id),
                           .warnings = {}};
    if (mail.inside != reported::in_no_mail) out.inside = mail.inside + 1;
    if (mail.length > 0) {
        const Hash256 hash = sha256(bytes);
        out.sha256 = to_hex(std::as_bytes(std::span(hash)));
    }
    for (const reported::ReportWarning warning : mail.warnings)
        out.warnings.emplace_back(reported::to_string(warning));
    return out;
}

/// The chosen original's bytes; `content`, what was handed in, stays what it is for number 0.
Result<void> choose(api::ReportEvidence& evidence, std::optional<std::size_t> original,
                    const pool::ReportOutcome& read) {
    if (!original) {
        const auto first = std::ranges::find_if(evidence.originals,
                                                [](const api::FoundOriginal& one) { return one.bytes > 0; });
        original = first == evidence.originals.end()
                       ? 0
                       : static_cast<std::size_t>(first - evidence.originals.begin()) + 1;
    }
    evidence.chosen = *original;
    if (*original == 0) return {};
    if (!evidence.problem.empty())
        return fail(ErrorCode::unavailable, evidence.problem + "; original 0 is what was handed in, whole");
    if (*original > evidence.originals.size() || evidence.originals[*original - 1].bytes == 0)
        return fail(ErrorCode::not_found,
                    fmt::format("it has no original {}: {} were found; 0 is what was handed in, whole",
                                *original, evidence.originals.size()));
    const ByteView bytes = read.original(read.report.mails[*original - 1]);
    evidence.content.assign(bytes.begin(), bytes.end());
    return {};
}

template <typename Texts>
void add(Texts& list, const std::string& value) {
    const bool room =
        list.size() < limits::respond_list_entries && store::is_storable(value, limits::respond_text_bytes);
    if (room && !value.empty() && !contains(list, value)) list.push_back(value);
}

/// What a reader says of one reported mail goes into the facts. Links are noted as all of `readers` got them.
void note_report(const scan::ScanReport& report, std::span<const std::string> readers,
                 const std::function<bool(std::string_view)>& is_known_host, respond::ReportFacts& facts) {
    facts.judged_as = std::max(facts.judged_as, judged_as(report.verdict));
    if (facts.text_fingerprint == 0) facts.text_fingerprint = report.facts.text_fingerprint;
    if (facts.page_fingerprint == 0) facts.page_fingerprint = report.facts.page_fingerprint;
    if (facts.sender.empty()) facts.sender = event_text(report.facts.header_from);
    if (facts.subject.empty()) facts.subject = event_text(report.facts.subject);
    for (const scan::FoundUrl& url : report.urls) {
        // A link to a host alone would block all of that host.
        const std::string host = ascii_lower(scan::host_of(url.url));
        const bool has_room = facts.urls.size() < limits::respond_list_entries;
        if (has_room && is_about_less_than_a_host(url.url))
            add(facts.urls, is_known_host(host) ? url.url : without_reader(url.url, readers));
        add(facts.hosts, host);
    }
    for (const std::string& hash : report.facts.attachment_sha256) add(facts.hashes, hash);
}

/// The first line of what the reporter wrote, short enough for a title.
std::string first_words(const reported::ReadReport& report) {
    std::string_view words = trim(report.comment);
    if (words.empty()) words = trim(report.subject);
    return store::stored_text(trim(words.substr(0, words.find_first_of("\r\n"))), limits::report_title_bytes);
}

/// Whether who signed in is who the From field says: it can be written freely, also by who has a login.
bool is_login_of(std::string_view login, std::string_view address) {
    const std::string name = ascii_lower(login), whole = ascii_lower(address);
    return !name.empty() && (name == whole || name == whole.substr(0, whole.rfind('@')));
}

/// What finds the mail in the journal, in the form of an effect.
respond::Effect search_for(const respond::ReportFacts& facts) {
    respond::Effect effect;
    const auto lines = [](const std::vector<std::string>& values) {
        std::string out;
        for (const std::string& value : values) out += value + "\n";
        return out;
    };
    // Each host is one search.
    std::vector<std::string> links, hosts;
    for (const std::string& url : facts.urls) {
        const std::string key = store::link_key(url);
        const std::string host = key.substr(0, key.find_first_of("/?:"));
        if (contains(hosts, host) || hosts.size() >= limits::respond_triage_searches) continue;
        hosts.push_back(host);
        links.push_back(url);
    }
    std::vector<std::string> files = facts.hashes;
    if (files.size() > limits::respond_triage_searches) files.resize(limits::respond_triage_searches);
    effect.parameters = {{"file", lines(files)}, {"sender", facts.sender}, {"url", lines(links)}};
    if (facts.text_fingerprint != 0) effect.parameters["text"] = store::fingerprint_text(facts.text_fingerprint);
    return effect;
}

}  // namespace

Result<std::string> ReportIntake::take(net::Fiber& fiber, NewReport report, ByteView content) {
    if (content.empty())
        return fail(ErrorCode::invalid_input, "the report is empty: hand in the mail as it is, or attach it");
    if (content.size() > limits::report_bytes)
        return fail(ErrorCode::limit, fmt::format("the report has {} bytes; at most {} are taken",
                                                  content.size(), limits::report_bytes));
    // What must be held has the last quarter: reports are brought by strangers, too. Those by mail are there already.
    const std::uint64_t most = services_.settings.keep.evidence_bytes / 4 * 3;
    const bool is_there = report.way == respond::Way::mailbox && report.part == ReportPart::whole;
    if (!is_there && services_.evidence.used_bytes() + content.size() > most)
        return fail(
            ErrorCode::unavailable,
            "there is no room for reports: three quarters of keep.evidence_bytes are used; raise it, or "
            "release and delete what is held");
    const Hash256 stored =
        TRY(services_.blocking.call(fiber, [&] { return services_.evidence.put(content); }));
    if (report.id.empty()) report.id = "r-" + make_id(services_.clock.now().microseconds);
    TRY(services_.response.tell(fiber,
                                respond::ReportTaken{.report = report.id,
                                                     .way = report.way,
                                                     .reporter = event_text(std::move(report.reporter)),
                                                     .authenticated = report.authenticated,
                                                     .deed = report.deed,
                                                     .evidence = to_hex(std::as_bytes(std::span(stored))),
                                                     .note = event_text(std::move(report.note))},
                                intake_name, "taken-" + report.id));
    services_.log.write(LogLevel::info, "report.taken",
                        {{"report", report.id}, {"way", std::string(to_string(report.way))}});
    return report.id;
}

void ReportIntake::work_for_ever(net::Fiber& fiber) {
    while (!fiber.stop_requested()) {
        const Result<void> taken = take_in_mail(fiber);
        if (!taken && !failing_)
            services_.log.write(LogLevel::error, "report.not_taken", {{"error", taken.error().message}});
        failing_ = !taken;
        read_all(fiber);
        static_cast<void>(services_.response.news().wait(
            fiber, net::deadline_in_ms(limits::respond_intake_ms), net::OnStop::give_up));
    }
}

/// The rows of held mail are the queue: what a crash leaves there is taken in at the next start, under the same id.
Result<void> ReportIntake::take_in_mail(net::Fiber& fiber) {
    Result<void> first;
    for (const std::string& address : services_.settings.respond.report_addresses) {
        store::HeldFilter filter;
        filter.recipient = address;
        filter.state = store::HeldState::held;
        filter.limit = limits::listing_rows;
        const std::vector<store::Held> messages =
            TRY(services_.blocking.call(fiber, [&] { return services_.held.list(filter); }));
        for (const store::Held& message : messages) {
            // What is wrong with one keeps no other waiting.
            Result<void> taken = take_in(fiber, message);
            if (!taken) first = first ? std::move(taken) : std::move(first);
        }
    }
    return first;
}

Result<void> ReportIntake::take_in(net::Fiber& fiber, const store::Held& message) {
    const store::Record record =
        TRY(services_.blocking.call(fiber, [&] { return services_.journal.get(message.record_id); }));
    const std::string id = "m-" + message.id;
    const bool is_him = is_login_of(record.sasl_login, record.header_from);
    TRY(services_.response.tell(
        fiber,
        respond::ReportTaken{
            .report = id,
            .way = record.mail_from.empty() ? respond::Way::feedback_loop : respond::Way::mailbox,
            .reporter =
                event_text(ascii_lower(record.header_from.empty() ? record.mail_from : record.header_from)),
            .authenticated = is_him ? respond::Authenticated::yes : respond::Authenticated::no,
            .deed = respond::Deed::none,
            .evidence = message.content_sha256,
            .note = {}},
        intake_name, "taken-" + id));
    services_.log.write(LogLevel::info, "report.taken", {{"report", id}, {"way", "mailbox"}});
    const Result<void> moved = services_.blocking.call(fiber, [&] {
        return services_.held.move(message.id, store::HeldState::held, store::HeldState::discarded,
                                   {intake_name, "tocsin"}, services_.clock.now(), "taken as report " + id);
    });
    // Somebody else decided about it meanwhile: it is a report all the same.
    if (!moved && moved.error().code != ErrorCode::conflict) return moved;
    return {};
}

void ReportIntake::read_all(net::Fiber& fiber) {
    const std::vector<std::string> waiting(services_.response.unread().begin(),
                                           services_.response.unread().end());
    for (const std::string& id : waiting) {
        if (fiber.stop_requested()) return;
        const respond::Report* report = services_.response.response().report(id);
        if (report != nullptr) read(fiber, respond::Report(*report));
    }
}

void ReportIntake::read(net::Fiber& fiber, const respond::Report& report) {
    const auto hash = store::hash_from_hex(report.evidence);
    Result<Bytes> content = fail(ErrorCode::corrupt, "its evidence has no name");
    if (hash) content = services_.blocking.call(fiber, [&] { return services_.evidence.get(*hash); });
    // The store or all readers are away: it is read later. The desk has it by then, by the machine's own clock.
    if (!content && is_passing(content.error().code)) return;
    std::optional<respond::ReportFacts> facts = respond::ReportFacts();
    if (content)
        facts = facts_of(fiber, *content, report);
    else
        services_.log.write(LogLevel::error, "report.no_evidence",
                            {{"report", report.id}, {"error", content.error().message}});
    if (!facts) return;
    const Result<void> told = services_.response.tell(
        fiber, respond::ReportRead{report.id, std::move(*facts)}, "reader", "read-" + report.id);
    if (!told)
        services_.log.write(LogLevel::error, "report.not_read",
                            {{"report", report.id}, {"error", told.error().message}});
    else
        note_copies(fiber, report.id);
}

/// Tells the desk, before it decides, how many others have the mail. Once for what is alike, and not for each of a flood: the
/// journal is searched for it, and strangers bring reports, too. Who they are is looked up when the mail is known as hostile.
void ReportIntake::note_copies(net::Fiber& fiber, const std::string& id) {
    const respond::Response& response = services_.response.response();
    const respond::Report* report = response.report(id);
    const respond::Cluster* cluster = report == nullptr ? nullptr : response.cluster(report->cluster);
    if (cluster == nullptr || cluster->id != id || !report->facts) return;
    const respond::Incident* incident = response.incident(cluster->incident);
    const TimePoint now = services_.clock.now();
    const bool too_soon = searched_.microseconds + limits::respond_triage_search_us > now.microseconds;
    if (incident == nullptr || incident->verdict != respond::Verdict::unknown || too_soon) return;
    const std::string to_incident = incident->id;
    const respond::Effect looked_for = search_for(*report->facts);
    JournalCopies copies(services_.journal, TimePoint{now.microseconds - triage_days * day_us});
    const Result<void> found = services_.blocking.call(fiber, [&]() -> Result<void> {
        TRY(services_.journal.file_all());
        return copies.look_for(looked_for);
    });
    // From its end: a long search is followed by as long a pause as a short one.
    searched_ = services_.clock.now();
    if (found && copies.records() == 0) return;
    const Result<void> noted =
        !found ? found
               : services_.response.tell(
                     fiber, respond::NoteAdded{to_incident, "In the journal: " + copies.summary()}, triage_name,
                     "copies-" + id);
    if (!noted && noted.error().code != ErrorCode::conflict)
        services_.log.write(LogLevel::warning, "report.copies_not_noted",
                            {{"report", id}, {"error", noted.error().message}});
}

std::optional<respond::ReportFacts> ReportIntake::facts_of(net::Fiber& fiber, const Bytes& content,
                                                           const respond::Report& report) {
    respond::ReportFacts facts;
    const HandedForm handed = form_of(report);
    const pool::ReportOutcome read = services_.readers.read_report(fiber, content, handed.form);
    if (read.outcome == sandbox::Outcome::unavailable) return std::nullopt;
    if (read.outcome != sandbox::Outcome::verdict) {
        services_.log.write(LogLevel::warning, "report.unreadable",
                            {{"report", report.id}, {"why", read.detail}});
        return facts;
    }
    const Result<std::vector<const reported::ReportedMail*>> mails = split_off_others(fiber, read, report, handed.best);
    if (!mails) return std::nullopt;
    for (const reported::ReportedMail* const one : *mails) {
        const reported::ReportedMail& mail = *one;
        facts.grade = std::max(facts.grade, grade_of(std::max(mail.grade, handed.best)));
        if (facts.sender.empty()) facts.sender = event_text(ascii_lower(mail.sender));
        if (facts.subject.empty()) facts.subject = event_text(mail.subject);
        std::vector<std::string> readers = mail.recipients;
        readers.push_back(report.reporter);
        if (mail.length > 0) note_scan(fiber, read.original(mail), readers, facts);
        note_record(fiber, mail, facts);
    }
    // No mail is in it: what somebody says is all that there is. A file in which none was found says nothing.
    if (read.report.mails.empty() && handed.form == pool::ReportForm::report) {
        facts.subject = first_words(read.report);
        const bool is_words = handed.best == reported::Grade::text_only;
        if (is_words || !facts.subject.empty()) facts.grade = respond::Grade::text_only;
    }
    if (facts.direction == respond::MailDirection::unknown && report.way != respond::Way::feedback_loop)
        facts.direction = respond::MailDirection::inbound;
    return facts;
}

/// Somebody forwards a phish and a letter of his bank in one mail: a verdict about the one is none about the other. The first
/// mail is this report's, each further one becomes a report of its own. Before this report is read, so that none is forgotten.
Result<std::vector<const reported::ReportedMail*>>
ReportIntake::split_off_others(net::Fiber& fiber, const pool::ReportOutcome& read,
                               const respond::Report& report, reported::Grade best) {
    std::vector<const reported::ReportedMail*> own;
    std::size_t whole = 0;
    for (const reported::ReportedMail& mail : read.report.mails) {
        if (mail.inside != reported::in_no_mail) continue;
        // A part is not split again: a zip in a zip would make a thousand incidents of one mail.
        if (mail.length == 0 || whole++ == 0 || report.is_part() || whole > limits::report_parts) {
            own.push_back(&mail);
            continue;
        }
        const reported::Grade grade = std::max(mail.grade, best);
        const std::string_view mark = grade == reported::Grade::raw       ? submitted_mark
                                      : grade == reported::Grade::rebuilt ? rebuilt_mark
                                                                          : pasted_mark;
        NewReport part{.id = fmt::format("{}-{}", report.id, whole),
                       .way = report.way,
                       .reporter = report.reporter,
                       .authenticated = report.authenticated,
                       .deed = respond::Deed::none,
                       .note = fmt::format("{} {}{}", mark, respond::part_note, report.id),
                       .part = ReportPart::one_of_several};
        const Result<std::string> taken = take(fiber, std::move(part), read.original(mail));
        // Without room it is left out: the desk finds it in the evidence of the whole, and this report waits for nothing.
        if (!taken && taken.error().code == ErrorCode::io) return std::unexpected(taken.error());
        if (!taken)
            services_.log.write(LogLevel::error, "report.not_taken",
                                {{"report", report.id}, {"error", taken.error().message}});
    }
    return own;
}

Result<api::ReportEvidence> ReportIntake::evidence_of(net::Fiber& fiber, const respond::Report& report,
                                                      std::optional<std::size_t> original) {
    const Hash256 hash = TRY(store::hash_from_hex(report.evidence));
    Result<Bytes> content = services_.blocking.call(fiber, [&] { return services_.evidence.get(hash); });
    if (!content && content.error().code == ErrorCode::not_found)
        return fail(ErrorCode::not_found, "the evidence of report " + report.id + " is no longer kept");
    if (!content) return std::unexpected(content.error());
    const HandedForm handed = form_of(report);
    api::ReportEvidence out;
    out.kind = handed.kind;
    out.content = std::move(*content);
    const pool::ReportOutcome read = services_.readers.read_report(fiber, out.content, handed.form);
    if (read.outcome != sandbox::Outcome::verdict) {
        out.problem = fmt::format("no reader could look for a mail in it ({}): {}",
                                  sandbox::to_string(read.outcome), event_text(read.detail));
    } else {
        out.comment = store::stored_text(read.report.comment, limits::report_comment_bytes);
        for (const reported::ReportedMail& mail : read.report.mails)
            out.originals.push_back(found_original(mail, read.original(mail), handed.best));
    }
    TRY(choose(out, original, read));
    return out;
}

void ReportIntake::note_scan(net::Fiber& fiber, ByteView original, std::span<const std::string> readers,
                             respond::ReportFacts& facts) {
    pool::ScanRequest request;
    request.direction = mail::Direction::inbound;
    request.bytes = original;
    const pool::ScanOutcome scanned = services_.readers.scan(fiber, request);
    if (scanned.outcome == sandbox::Outcome::verdict) note_report(scanned.report, readers, services_.is_known_host, facts);
}

/// Our own record of the mail says which way it went, and whose it was.
void ReportIntake::note_record(net::Fiber& fiber, const reported::ReportedMail& mail,
                               respond::ReportFacts& facts) {
    if (facts.direction != respond::MailDirection::unknown || mail.message_id.empty()) return;
    store::RecordFilter filter;
    filter.message_id = mail.message_id;
    filter.limit = 1;
    const Result<std::vector<store::Record>> records =
        services_.blocking.call(fiber, [&]() -> Result<std::vector<store::Record>> {
            TRY(services_.journal.file_all());
            return services_.journal.list(filter);
        });
    if (!records || records->empty()) return;
    const store::Record& record = records->front();
    const Result<bool> same = services_.blocking.call(fiber, [&] { return is_of(record, facts); });
    if (!same || !*same) return;
    // Links and text can be copied into a worse mail: what counts without a person is what our gate itself found hostile.
    if (record.verdict == "phish" || record.verdict == "malware")
        facts.passed_our_gate = respond::Authenticated::yes;
    // What is reported may have our banner in it, and what is looked for at the gate and in the journal has not.
    if (record.text_fingerprint != 0) facts.text_fingerprint = record.text_fingerprint;
    const bool outbound = record.direction == "outbound";
    facts.direction = outbound ? respond::MailDirection::from_customer : respond::MailDirection::inbound;
    if (outbound) facts.customer = event_text(record.customer);
}

/// Whether the record is of the reported mail. The Message-ID is the reporter's word, and every reader of a customer's mail knows
/// one: sender, each link and each file must be in the record, and what has neither link nor file must have its text.
Result<bool> ReportIntake::is_of(const store::Record& record, const respond::ReportFacts& facts) const {
    if (ascii_lower(record.header_from) != ascii_lower(facts.sender)) return false;
    if (facts.hosts.empty() && facts.hashes.empty())
        return facts.text_fingerprint != 0 && similar(record.text_fingerprint, facts.text_fingerprint);
    const auto has = [&](std::optional<std::string> store::RecordFilter::* what,
                         const std::string& value) -> Result<bool> {
        store::RecordFilter filter;
        filter.message_id = record.message_id;
        filter.*what = value;
        filter.limit = limits::listing_rows;
        return contains(TRY(services_.journal.list(filter)), record.id, &store::Record::id);
    };
    for (const std::string& host : facts.hosts)
        if (!TRY(has(&store::RecordFilter::link_domain, host))) return false;
    for (const std::string& hash : facts.hashes)
        if (!TRY(has(&store::RecordFilter::attachment_sha256, hash))) return false;
    return true;
}

}  // namespace tocsin::app
