#include "app/response_room.hpp"

#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "app/event_text.hpp"
#include "app/response_files.hpp"
#include "app/share_house.hpp"
#include "app/webhook_check.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/response.hpp"
#include "base/unknown_customer.hpp"
#include "store/stored_text.hpp"
#include "watch/alarm_json.hpp"

namespace tocsin::app {

namespace {

/// Besides one for each report mailbox.
constexpr std::size_t fibers_of_room = 4;
constexpr std::int64_t missed_us = 24LL * 3'600 * 1'000'000;

Result<respond::Setup> read_setup(const RoomServices& services) {
    config::RespondSetup read = load_response(services.settings, services.playbooks_folder);
    if (read.problems.empty()) return std::move(read.setup);
    std::string all = "the response cannot begin:";
    for (const std::string& problem : read.problems) all += "\n  " + problem;
    return fail(ErrorCode::invalid_input, all);
}

/// An alarm about acts on the account names the worst of them; the playbook follows from it.
respond::AlarmAbout about(const watch::Alarm& alarm) {
    if (alarm.kind == watch::AlarmKind::campaign) return respond::AlarmAbout::campaign;
    std::string acts;
    for (const watch::Reading& reading : alarm.readings) acts += reading.text + "\n";
    if (acts.find("list exported") != std::string::npos) return respond::AlarmAbout::list_export;
    if (acts.find("api key made") != std::string::npos) return respond::AlarmAbout::api_key;
    return respond::AlarmAbout::account;
}

/// What the engine calls it.
std::string name_of_malware(const store::Record& record) {
    const nlohmann::json findings = nlohmann::json::parse(record.findings, nullptr, false);
    if (findings.is_array())
        for (const nlohmann::json& finding : findings)
            if (finding.value("severity", "") == "malware") return finding.value("name", "malware");
    return "malware";
}

respond::WatchAlarmAnswered answered(const watch::Alarm& alarm) {
    return {.alarm = alarm.id,
            .about = about(alarm),
            .answer = respond::AlarmAnswer::not_us,
            .customer = alarm.customer,
            .credential = event_text(alarm.credential),
            .sender =
                alarm.campaigns.empty() ? std::string() : event_text(alarm.campaigns.front().header_from),
            .list = {},
            .note = event_text(alarm.note)};
}

/// Whoever reads the note, a program or the desk, knows what the evidence is.
std::string_view mark_of(api::HandedIn content) {
    switch (content) {
        case api::HandedIn::mail_about_it: return {};
        case api::HandedIn::the_mail: return submitted_mark;
        case api::HandedIn::pasted_mail: return pasted_mark;
        case api::HandedIn::words: break;
    }
    return words_mark;
}

}  // namespace

ResponseRoom::ResponseRoom(RoomServices services)
    : services_(std::move(services)), store_(services_.database), purges_(services_.database),
      service_(store_, services_.blocking, services_.loop, services_.clock, services_.log),
      intake_({services_.settings, service_, services_.held, services_.journal, services_.evidence,
               services_.readers, services_.blocking, services_.clock, services_.log,
               [this](std::string_view host) { return is_known_host(*house_, host); }}),
      canaries_(services_.settings), coach_(services_.settings, services_.clock, services_.log),
      mailboxes_({services_.settings, purges_, services_.journal, service_, services_.readers,
                  services_.blocking, services_.clock}),
      webhooks_({services_.settings, services_.blocking, services_.loop, services_.clock}),
      notices_({services_.settings, services_.clock, services_.log, webhooks_,
                api::AcknowledgeLinks(services_.acknowledge_key), services_.watch}),
      doer_({services_.settings, services_.orders, services_.journal, services_.blocking, services_.clock,
             services_.log, service_, mailboxes_, webhooks_, notices_,
             [this](std::string_view host) { return why_left_alone(*house_, host); }, services_.watch,
             services_.orders_changed}),
      perform_(
          [this](net::Fiber& fiber, const respond::Effect& effect) { return doer_.perform(fiber, effect); }),
      fibers_(services_.loop, fibers_of_room + services_.settings.mailboxes.report_mailboxes.size()) {
    for (const std::string& name : services_.settings.mailboxes.report_mailboxes)
        pick_ups_.emplace_back(PickUpServices{services_.settings, purges_, intake_, service_,
                                              services_.readers, services_.blocking, services_.log},
                               name);
}

Result<void> ResponseRoom::start(net::Fiber& fiber) {
    respond::Setup setup = TRY(services_.blocking.call(fiber, [&] { return read_setup(services_); }));
    house_ = TRY(services_.blocking.call(
        fiber, [&] { return make_house(services_.settings, setup.directory, services_.lists_folder); }));
    TRY(webhooks_.check(fiber));
    warn_of_missing(setup);
    TRY(service_.recover(fiber));
    TRY(service_.set_up(fiber, std::move(setup)));
    TRY(note_what_was_missed(fiber));
    TRY(check_mailboxes(fiber));
    TRY(fibers_.spawn([this](net::Fiber& own) { service_.act_for_ever(own, perform_); }));
    TRY(fibers_.spawn([this](net::Fiber& own) { intake_.work_for_ever(own); }));
    TRY(fibers_.spawn([this](net::Fiber& own) { coach_.work_for_ever(own); }));
    for (ReportPickUp& pick_up : pick_ups_)
        TRY(fibers_.spawn([&pick_up](net::Fiber& own) { pick_up.work_for_ever(own); }));
    return fibers_.spawn([this](net::Fiber& own) { tell_for_ever(own); });
}

/// A password that cannot be read is told now, and not in the middle of an attack.
Result<void> ResponseRoom::check_mailboxes(net::Fiber& fiber) {
    const config::MailboxSettings& settings = services_.settings.mailboxes;
    if (!settings.server) return {};
    return services_.blocking.call(fiber, [&]() -> Result<void> {
        TRY(mailbox_server(settings));
        TRY(MailboxList::read(settings));
        return {};
    });
}

void ResponseRoom::warn_of_missing(const respond::Setup& setup) {
    const std::set<std::string> missing = missing_webhooks(services_.settings, setup);
    if (!missing.empty())
        services_.log.write(LogLevel::warning, "respond.webhooks_missing",
                            {{"webhooks", fmt::format("{}", fmt::join(missing, ", "))}});
}

void ResponseRoom::stop(net::Fiber& fiber, Deadline deadline) {
    fibers_.stop_and_join(fiber, deadline);
    service_.stop(fiber, deadline);
    webhooks_.stop(fiber);
}

Result<void> ResponseRoom::note_what_was_missed(net::Fiber& fiber) {
    if (services_.watch != nullptr)
        for (const auto& [id, alarm] : services_.watch->watch().alarms())
            if (alarm.state == watch::AlarmState::incident) note_alarm(alarm);
    store::RecordFilter malware;
    malware.direction = "outbound";
    malware.verdict = "malware";
    TRY(note_missed(fiber, malware));
    for (const config::Canary& canary : services_.settings.canaries) {
        store::RecordFilter filter;
        (canary.address ? filter.recipient : filter.sasl_login) =
            canary.address ? canary.address : canary.login;
        TRY(note_missed(fiber, filter));
    }
    return {};
}

Result<void> ResponseRoom::note_missed(net::Fiber& fiber, store::RecordFilter filter) {
    filter.from = TimePoint{services_.clock.now().microseconds - missed_us};
    filter.limit = limits::listing_rows;
    const std::vector<store::Record> records =
        TRY(services_.blocking.call(fiber, [&]() -> Result<std::vector<store::Record>> {
            TRY(services_.journal.file_all());
            return services_.journal.list(filter);
        }));
    for (auto record = records.rbegin(); record != records.rend(); ++record) see(*record);
    return {};
}

void ResponseRoom::see(const store::Record& record) {
    if (record.direction == "outbound" && record.verdict == "malware" && left_for_others(record))
        note_malware(record);
    note_canaries(record);
}

/// Who reports malware sends it, and to nobody but those who look at reports.
bool ResponseRoom::left_for_others(const store::Record& record) const {
    const std::vector<std::string>& addresses = services_.settings.respond.report_addresses;
    return record.recipients.empty() || std::ranges::any_of(record.recipients, [&](const std::string& to) {
               return !contains(addresses, ascii_lower(to), [](const std::string& one) { return ascii_lower(one); });
           });
}

void ResponseRoom::note_canaries(const store::Record& record) {
    for (const config::Canary* const canary : canaries_.hit_by(record))
        if (canaries_.is_worth_telling(*canary, services_.clock.now()))
            note("canary-" + record.id + "-" + std::to_string(canaries_.number_of(*canary)),
                 Canaries::what_happened(*canary));
}

void ResponseRoom::note_malware(const store::Record& record) {
    // Whom nobody knows is not held: that would be all mail that fits no row.
    const std::string customer = record.customer == unknown_customer ? std::string() : record.customer;
    note(
        "malware-" + record.id,
        respond::MalwareLeft{.record = record.id,
                             .customer = customer,
                             .credential = event_text(record.sasl_login),
                             .sender = event_text(record.header_from),
                             .file = record.attachment_sha256.empty() ? "" : record.attachment_sha256.front(),
                             .name = event_text(name_of_malware(record))});
}

void ResponseRoom::note_alarm(const watch::Alarm& alarm) {
    note("alarm-" + alarm.id, answered(alarm));
}

void ResponseRoom::note(std::string id, respond::EventBody what) {
    if (facts_.size() >= limits::respond_facts_waiting) {
        services_.log.write(LogLevel::error, "respond.fact_left_out", {{"id", id}});
        return;
    }
    facts_.push_back({std::move(id), std::move(what)});
    new_facts_.notify_all();
}

void ResponseRoom::tell_for_ever(net::Fiber& fiber) {
    while (!fiber.stop_requested()) {
        while (!facts_.empty() && !fiber.stop_requested()) {
            const Fact fact = facts_.front();
            const Result<void> told = service_.tell(fiber, fact.what, "tocsin", fact.id);
            if (!told && (told.error().code == ErrorCode::unavailable || told.error().code == ErrorCode::io ||
                          told.error().code == ErrorCode::limit)) {
                services_.log.write(LogLevel::error, "respond.not_written",
                                    {{"key", fact.id}, {"error", told.error().message}});
                // What has no room must not keep back what has some: an open incident takes more of its own.
                if (told.error().code == ErrorCode::limit) {
                    facts_.push_back(fact);
                    facts_.pop_front();
                }
                static_cast<void>(net::sleep_until(fiber, net::deadline_in_ms(limits::respond_intake_ms)));
                continue;
            }
            // One that came before changes nothing; all else would be forgotten unseen.
            if (!told && told.error().code != ErrorCode::conflict)
                services_.log.write(LogLevel::error, "respond.fact_left_out",
                                    {{"id", fact.id}, {"error", told.error().message}});
            facts_.pop_front();
        }
        static_cast<void>(
            new_facts_.wait(fiber, net::deadline_in_ms(limits::respond_idle_ms), net::OnStop::give_up));
    }
}

api::RespondActions ResponseRoom::actions() {
    return {.response = &service_.response(),
            .take = [this](net::Fiber& fiber, api::SubmittedReport report,
                           ByteView content) -> Result<std::string> {
                NewReport taken{.id = {},
                                .way = report.way,
                                .reporter = std::move(report.reporter),
                                .authenticated = report.authenticated,
                                .deed = report.deed,
                                .note = std::move(report.note)};
                if (const std::string_view mark = mark_of(report.content); !mark.empty())
                    taken.note = std::string(mark) + " " + taken.note;
                return intake_.take(fiber, std::move(taken), content);
            },
            .tell =
                [this](net::Fiber& fiber, respond::EventBody what, const std::string& by, std::string id) {
                    return service_.tell(fiber, std::move(what), by, std::move(id));
                },
            .find_evidence =
                [this](net::Fiber& fiber, const respond::Report& report,
                       std::optional<std::size_t> original) {
                    return intake_.evidence_of(fiber, report, original);
                },
            .house = house_};
}

}  // namespace tocsin::app
