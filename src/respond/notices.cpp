// Who is told, who is paged until somebody answers, who is told that it is over, and who looks whether all that happened.
#include <algorithm>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "respond/response.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

constexpr std::string_view page_purpose = "page";

/// What tells the ways to somebody apart.
std::string identity(const Target& target) {
    return fmt::format("{} {} {} {}", to_string(target.kind), target.whom, to_string(target.channel.kind),
                       target.channel.address);
}

Target mail_to(std::string address) {
    return {TargetKind::address, address, {ChannelKind::mail, address}};
}

}  // namespace

std::vector<Target> Response::targets_of_people(const std::vector<std::string>& ids, Urgency urgency) const {
    std::vector<Target> targets;
    for (const std::string& id : ids) {
        const Person* person = find_person(setup_->directory, id);
        if (person == nullptr) continue;
        for (const Channel& channel : person->channels) {
            targets.push_back({TargetKind::person, id, channel});
            if (urgency == Urgency::normal) break;
        }
    }
    return targets;
}

std::vector<Target> Response::targets_of(const Incident& incident, const Run* run, const std::string& group,
                                         Urgency urgency, TimePoint at) const {
    std::vector<Target> targets;
    const auto touched = [&](Deed least) {
        for (const auto& [address, deed] : incident.touched)
            if (deed >= least) targets.push_back(mail_to(address));
        if (run == nullptr) return;
        for (const auto& [address, deed] : run->found)
            if (deed >= least && !incident.touched.contains(address)) targets.push_back(mail_to(address));
    };
    switch (group_kind(group)) {
        case GroupKind::listed:
        case GroupKind::everyone: return targets_of_people(members(setup_->directory, group, at), urgency);
        case GroupKind::recipients: touched(Deed::none); break;
        case GroupKind::openers: touched(Deed::clicked); break;
        case GroupKind::victims: touched(Deed::gave_credentials); break;
        case GroupKind::customer_contact:
            for (const std::string& customer : values_of(incident).customers)
                targets.push_back({TargetKind::customer, customer, {}});
            break;
        case GroupKind::reporters:
            for (const std::string& address : reporters_of(incident)) targets.push_back(mail_to(address));
            break;
    }
    return targets;
}

/// Whoever is not known to be the reporter gets no mail for what somebody said in his name.
std::vector<std::string> Response::reporters_of(const Incident& incident) const {
    std::vector<std::string> addresses;
    const auto cluster = clusters_.find(incident.cluster);
    if (cluster == clusters_.end()) return addresses;
    std::set<std::string> seen;
    for (const std::string& id : cluster->second.reports) {
        const Report& report = reports_.at(id);
        if (report.authenticated == Authenticated::yes && seen.insert(report.reporter).second)
            addresses.push_back(report.reporter);
    }
    return addresses;
}

/// By the ways that give no answer of their own: who hears nothing does not report again. To nobody else than who is known to
/// be the reporter, or a forged report would send mail to strangers.
void Response::give_receipt(Incident& incident, const Report& report) {
    const bool is_answered = report.way != Way::mailbox && report.way != Way::imap;
    if (is_answered || report.authenticated == Authenticated::no || report.is_part()) return;
    // Setups of before have no words for it.
    if (!incident.is_open() || find_template(*setup_, "report_received") == nullptr) return;
    tell(incident, "receipt", "report_received", mail_to(report.reporter), Urgency::normal, NoticeKind::tell,
         nullptr);
}

/// nullptr: it is there already, or the incident has too many effects. `run`: nullptr for what no step asked for.
EffectRow* Response::tell(Incident& incident, const std::string& purpose, std::string_view text_name,
                          const Target& target, Urgency urgency, NoticeKind kind, const Run* run) {
    const bool urgent = urgency == Urgency::urgent;
    const bool dry = run != nullptr && run->kind == RunKind::dry;
    EffectRow row{
        .key = make_key(incident.id, run == nullptr ? 0 : run->number, purpose, "do", identity(target)),
        .kind = EffectKind::notify,
        .run_kind = dry ? RunKind::dry : RunKind::real,
        .repeat = urgent ? Repeat::rather_twice : Repeat::rather_not,
        .urgency = urgency,
        .retries = urgent ? limits::respond_urgent_retries : limits::respond_notice_retries,
        .retry_us = limits::respond_retry_us,
        .retry_us_max = urgent ? limits::respond_urgent_retry_us_max : limits::respond_retry_us_max,
        .step = run == nullptr ? std::string() : purpose,
        .run = run == nullptr ? 0 : run->number,
        .parameters = {{"template", std::string(text_name)}},
        .notice = kind,
        .target = target};
    if (run != nullptr) row.parameters["step"] = purpose;
    if (dry) row.repeat = Repeat::by_key;
    EffectRow* made = make(incident, std::move(row));
    if (made != nullptr && urgent && !dry)
        plan({TimePoint{now_.microseconds + limits::respond_audit_us}, TimerKind::audit, incident.id});
    return made;
}

/// What the machine itself has to say; urgent. `step`: what it is about.
void Response::tell_group(Incident& incident, const std::string& purpose, std::string_view text_name,
                          const std::string& group, std::string_view step) {
    const std::vector<Target> targets = targets_of(incident, nullptr, group, Urgency::urgent, now_);
    for (const Target& target : targets)
        if (EffectRow* row =
                tell(incident, purpose, text_name, target, Urgency::urgent, NoticeKind::tell, nullptr))
            row->parameters["step"] = step;
    if (targets.empty())
        raise_alarm(incident, purpose, fmt::format("nobody is in the group {} to be told", group));
}

/// By another way than notices: the log, a metric, whatever watches Tocsin from outside.
void Response::raise_alarm(Incident& incident, const std::string& about, const std::string& text) {
    EffectRow row{.key = make_key(incident.id, 0, "auditor", "alarm", about),
                  .kind = EffectKind::alarm,
                  .repeat = Repeat::by_key,
                  .urgency = Urgency::urgent,
                  .retries = limits::respond_urgent_retries,
                  .retry_us = limits::respond_retry_us,
                  .retry_us_max = limits::respond_urgent_retry_us_max,
                  .parameters = {{"text", text}, {"about", about}}};
    make(incident, std::move(row));
}

// ---- pages --------------------------------------------------------------------------------------------------------------

/// Freezes who is paged when. A level with nobody in it pages whom the next level would page.
void Response::start_pages(Incident& incident) {
    if (incident.severity > setup_->page_from || incident.pages || !incident.is_open() ||
        incident.is_acknowledged() || incident.verdict == Verdict::harmless ||
        incident.verdict == Verdict::drill)
        return;
    const Directory& directory = setup_->directory;
    PagePlan pages{.started = now_};
    for (std::uint32_t round = 0; round < directory.escalation_rounds; ++round)
        for (const EscalationLevel& level : directory.escalation) {
            const std::int64_t minutes =
                std::int64_t{round} * directory.escalation_round_minutes + level.after_minutes;
            const TimePoint due{now_.microseconds + minutes * minute_us};
            pages.levels.push_back({due, targets_of(incident, nullptr, level.group, Urgency::urgent, due)});
        }
    for (std::size_t at = pages.levels.size(); at-- > 1;)
        if (pages.levels[at - 1].targets.empty()) pages.levels[at - 1].targets = pages.levels[at].targets;
    const bool nobody =
        std::ranges::all_of(pages.levels, [](const PageLevel& level) { return level.targets.empty(); });
    for (std::size_t at = 0; at < pages.levels.size(); ++at)
        for (const Target& target : pages.levels[at].targets)
            pages.levels[at].keys.push_back(
                make_key(incident.id, 0, fmt::format("{}-{}", page_purpose, at), "do", identity(target)));
    incident.pages = std::move(pages);
    if (nobody) raise_alarm(incident, "escalation", "nobody is on call, and nobody was paged");
    for (std::uint32_t at = 0; at < incident.pages->levels.size(); ++at) {
        const TimePoint due = incident.pages->levels[at].due;
        plan({due, TimerKind::page, incident.id, at});
        plan({TimePoint{due.microseconds + limits::respond_audit_us}, TimerKind::audit, incident.id});
    }
    // The first page does not wait for the clock to be asked again.
    for (std::uint32_t at = 0; at < incident.pages->levels.size(); ++at)
        if (incident.pages->levels[at].due <= now_) page(incident, at);
}

void Response::page(Incident& incident, std::uint32_t level) {
    if (!incident.pages || incident.pages->stopped || level >= incident.pages->levels.size()) return;
    for (const Target& target : incident.pages->levels[level].targets)
        tell(incident, fmt::format("{}-{}", page_purpose, level), "page", target, Urgency::urgent,
             NoticeKind::page, nullptr);
}

void Response::stop_pages(Incident& incident, std::string_view why) {
    if (!incident.pages || incident.pages->stopped) return;
    incident.pages->stopped = now_;
    for (const PageLevel& level : incident.pages->levels)
        for (const EffectKey& key : level.keys)
            if (const auto row = effects_.find(key); row != effects_.end())
                withdraw(row->second, std::string(why));
}

Result<void> Response::on(const Event& event, const Acknowledged& what) {
    Incident* incident = TRY(find_open(what.incident));
    if (find_person(setup_->directory, event.by) == nullptr)
        return fail(ErrorCode::permission, fmt::format("\"{}\" is nobody who is listed", event.by));
    Incident& root = root_of(*incident);
    acknowledge(root, event.by);
    for (const std::string& part : root.merged) acknowledge(incidents_.at(part), event.by);
    return {};
}

void Response::acknowledge(Incident& incident, const std::string& by) {
    if (incident.is_acknowledged()) return;
    incident.acknowledged_by = by;
    incident.acknowledged = now_;
    incident.duty(Duty::acknowledge).met = now_;
    if (incident.owner.empty()) incident.owner = by;
    note(incident, by, "Acknowledged");
    stop_pages(incident, fmt::format("{} has it", by));
}

void Response::all_clear(Incident& incident) {
    std::map<std::string, Target> alarmed;
    for (const EffectKey& key : incident.effects) {
        const EffectRow& row = effects_.at(key);
        const bool went = row.state == EffectState::done || row.attempts > 0;
        if (row.kind == EffectKind::notify && row.urgency == Urgency::urgent &&
            row.run_kind == RunKind::real && went)
            alarmed.emplace(identity(row.target), row.target);
    }
    for (const auto& [name, target] : alarmed)
        tell(incident, "all-clear", "all_clear", target, Urgency::urgent, NoticeKind::all_clear, nullptr);
}

// ---- the auditor --------------------------------------------------------------------------------------------------------

void Response::missed_of(const Incident& incident, TimePoint now, std::vector<MissedNotice>& missed) const {
    const auto over = [&](TimePoint due) {
        return due.microseconds + limits::respond_audit_us <= now.microseconds;
    };
    if (incident.pages)
        for (std::size_t at = 0; at < incident.pages->levels.size(); ++at) {
            const PageLevel& level = incident.pages->levels[at];
            const auto stopped = incident.pages->stopped;
            if (!over(level.due) ||
                (stopped && stopped->microseconds <= level.due.microseconds + limits::respond_audit_us))
                continue;
            if (level.targets.empty())
                missed.push_back({incident.id, fmt::format("page-{}", at), level.due, std::nullopt});
            for (std::size_t one = 0; one < level.keys.size(); ++one) {
                const auto row = effects_.find(level.keys[one]);
                if (row == effects_.end() || row->second.state != EffectState::done)
                    missed.push_back({incident.id, level.keys[one], level.due, level.targets[one]});
            }
        }
    for (const EffectKey& key : incident.effects) {
        const EffectRow& row = effects_.at(key);
        if (row.kind == EffectKind::notify && row.notice != NoticeKind::page &&
            row.urgency == Urgency::urgent && row.run_kind == RunKind::real && over(row.asked) &&
            row.state != EffectState::done && row.state != EffectState::withdrawn)
            missed.push_back({incident.id, key, row.asked, row.target});
    }
}

std::vector<MissedNotice> Response::missed_notices(TimePoint now) const {
    std::vector<MissedNotice> missed;
    for (const auto& [id, incident] : incidents_) missed_of(incident, now, missed);
    return missed;
}

void Response::audit(Incident& incident) {
    std::vector<MissedNotice> missed;
    missed_of(incident, now_, missed);
    for (const MissedNotice& one : missed)
        raise_alarm(incident, one.what,
                    fmt::format("a notice that was due at {} has not gone out", to_rfc3339(one.due)));
}

std::vector<Notice> Response::notices_of(const Incident& incident) const {
    std::vector<Notice> notices;
    for (const EffectKey& key : incident.effects) {
        const EffectRow& row = effects_.at(key);
        if (row.kind == EffectKind::notify)
            notices.push_back({key, row.run_kind, row.notice, row.target, row.parameters.at("template"),
                               row.asked, row.state});
    }
    return notices;
}

}  // namespace tocsin::respond
