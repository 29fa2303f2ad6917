// Reports: taken, read, put to those that are like them, before anybody looks.
#include <algorithm>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/response.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

constexpr std::string_view judge = "judge", triage = "triage";

Severity severity_of(const Report& report) {
    if (report.authenticated == Authenticated::yes && report.deed == Deed::gave_credentials)
        return Severity::s1;
    const bool hostile = report.facts && report.facts->judged_as >= JudgedAs::phish;
    const bool acted = report.authenticated == Authenticated::yes && report.deed != Deed::none;
    return hostile || acted ? Severity::s2 : Severity::s3;
}

std::string title_of(const Report& report) {
    if (!report.facts || report.facts->grade == Grade::unread) return "A report that could not be read";
    const bool only_words =
        report.facts->grade == Grade::text_only && report.facts->judged_as == JudgedAs::unknown;
    if (only_words && report.facts->sender.empty())
        return report.facts->subject.empty() ? "Reported in words"
                                             : "Reported in words: " + defanged(report.facts->subject);
    if (report.facts->sender.empty()) return "A reported mail without a sender";
    return "Reported mail from " + report.facts->sender;
}

}  // namespace

Result<void> Response::on(const Event& event, const ReportTaken& what) {
    if (reports_.contains(what.report)) return {};
    if (reports_.size() >= limits::respond_reports)
        return fail(ErrorCode::limit,
                    fmt::format("{} reports are in memory; close incidents, and bring it again",
                                limits::respond_reports));
    reports_.emplace(what.report, Report{.id = what.report,
                                         .taken = event.time,
                                         .way = what.way,
                                         .reporter = what.reporter,
                                         .authenticated = what.authenticated,
                                         .deed = what.deed,
                                         .evidence = what.evidence,
                                         .note = what.note});
    if (what.authenticated == Authenticated::yes) ++record_of(what.reporter).reports;
    plan({TimePoint{now_.microseconds + limits::respond_read_us}, TimerKind::read_report, what.report});
    return {};
}

Result<void> Response::on(const Event&, const ReportRead& what) {
    const auto found = reports_.find(what.report);
    if (found == reports_.end())
        return fail(ErrorCode::not_found, fmt::format("there is no report \"{}\"", what.report));
    Report& report = found->second;
    if (report.facts) return {};
    report.facts = what.facts;
    if (report.cluster.empty()) {
        // Without room for one more incident the report waits, and is tried again.
        if (!file(report))
            plan({TimePoint{now_.microseconds + limits::respond_read_us}, TimerKind::read_report, report.id});
        return {};
    }
    Incident& incident = incidents_.at(clusters_.at(report.cluster).incident);
    note(incident, triage, fmt::format("Report {} could be read now", report.id));
    if (const Cluster* other = cluster_for(*report.facts); other != nullptr && other->id != report.cluster)
        note(incident, triage, fmt::format("It is like those of incident {}: merge them?", other->incident));
    if (incident.is_open()) judge_cluster(incident, report);
    return {};
}

void Response::not_read(const std::string& id) {
    const auto found = reports_.find(id);
    if (found == reports_.end() || !found->second.cluster.empty()) return;
    if (!file(found->second))
        plan({TimePoint{now_.microseconds + limits::respond_read_us}, TimerKind::read_report, id});
}

/// Puts a report to those that are like it, or opens an incident for it.
Result<void> Response::file(Report& report) {
    if (report.facts)
        if (Cluster* cluster = cluster_for(*report.facts)) {
            join(*cluster, report);
            return {};
        }
    Incident* incident =
        TRY(open("r-" + report.id, Source::reports, severity_of(report), title_of(report), triage));
    Cluster& cluster = clusters_[report.id];
    cluster = {.id = report.id, .reports = {}, .incident = incident->id, .latest = now_};
    incident->cluster = cluster.id;
    open_clusters_.insert(cluster.id);
    join(cluster, report);
    if (incident->is_open() && incident->verdict == Verdict::unknown)
        tell_group(*incident, "new-report", "new_report", std::string(desk_group), {});
    return {};
}

Cluster* Response::cluster_for(const ReportFacts& facts) {
    for (auto id = open_clusters_.begin(); id != open_clusters_.end();) {
        Cluster& cluster = clusters_.at(*id);
        if (now_.microseconds - cluster.latest.microseconds > limits::respond_cluster_us) {
            id = open_clusters_.erase(id);
            continue;
        }
        const Report& founder = reports_.at(cluster.reports.front());
        if (founder.facts && alike(*founder.facts, facts)) return &cluster;
        ++id;
    }
    return nullptr;
}

void Response::join(Cluster& cluster, Report& report) {
    cluster.reports.push_back(report.id);
    cluster.latest = now_;
    report.cluster = cluster.id;
    Incident& incident = incidents_.at(cluster.incident);
    score(report, incident.verdict, 1);
    note(incident, report.authenticated == Authenticated::yes ? report.reporter : "somebody unknown",
         fmt::format("reported it by {}, as {} of {} (evidence {})", to_string(report.way),
                     report.facts ? to_string(report.facts->grade) : to_string(Grade::unread), report.id,
                     report.evidence));
    if (severity_of(report) < incident.severity)
        set_severity(incident, severity_of(report), triage, "what a reporter did, or the judge says");
    give_receipt(incident, report);
    judge_cluster(incident, report);
    note_deed(incident, report);
}

void Response::note_deed(Incident& incident, const Report& report) {
    if (report.authenticated == Authenticated::no || report.deed == Deed::none || !incident.is_open()) return;
    touch(incident, report.reporter, report.deed);
    if (report.deed == Deed::gave_credentials)
        trigger(incident, Trigger::report_credentials_given, report.reporter);
}

/// What needs no person: the token of a drill, and mail that is hostile to the judge and was handed in as it was, by somebody who
/// is known to be who he says, or that our own gate has seen. Else whoever can write to us could have a customer held, or a
/// stranger's link blocked for everybody, with a mail that he made himself.
void Response::judge_cluster(Incident& incident, const Report& report) {
    if (incident.verdict != Verdict::unknown || !report.facts || incident.source == Source::split) return;
    const ReportFacts& facts = *report.facts;
    if (!facts.drill.empty())
        decide(incident, Verdict::drill, judge,
               fmt::format("it carries the token of the drill {}", facts.drill));
    else if (facts.judged_as >= JudgedAs::phish && facts.grade >= Grade::rebuilt &&
             (report.authenticated == Authenticated::yes || facts.passed_our_gate == Authenticated::yes))
        decide(incident, Verdict::malicious, judge,
               fmt::format("the mail is {}", to_string(facts.judged_as)));
}

Result<void> Response::on(const Event& event, const ReportsSplit& what) {
    Incident* from = TRY(find_open(what.incident));
    const auto found = clusters_.find(from->cluster);
    const std::string id = "s-" + event.id;
    if (incidents_.contains(id)) return {};
    if (found == clusters_.end())
        return fail(ErrorCode::conflict, fmt::format("incident {} has no reports", from->id));
    std::vector<std::string>& members = found->second.reports;
    std::set<std::string> moved(what.reports.begin(), what.reports.end());
    for (const std::string& report : moved)
        if (!contains(members, report))
            return fail(ErrorCode::not_found,
                        fmt::format("report {} is not of incident {}", report, from->id));
    if (moved.empty() || moved.size() == members.size())
        return fail(ErrorCode::invalid_input, "name some of the incident's reports, and not all of them");
    Incident* incident = TRY(open(id, Source::split, from->severity, "Split from: " + from->title, event.by));
    Cluster& cluster = clusters_[id];
    cluster = {.id = id, .reports = {}, .incident = id, .latest = found->second.latest};
    for (const std::string& report : members)
        if (moved.contains(report)) {
            score(reports_.at(report), from->verdict, -1);
            reports_.at(report).cluster = id;
            cluster.reports.push_back(report);
        }
    std::erase_if(members, [&](const std::string& report) { return moved.contains(report); });
    incident->cluster = id;
    open_clusters_.insert(id);
    note(*from, event.by, fmt::format("{} reports are now in incident {}", moved.size(), id));
    note(*incident, event.by, fmt::format("{} reports came from incident {}", moved.size(), from->id));
    tell_group(*incident, "new-report", "new_report", std::string(desk_group), {});
    return {};
}

/// Counts (+1) a report of somebody known as right or wrong, or takes that back (-1).
void Response::score(const Report& report, Verdict verdict, int change) {
    if (report.authenticated == Authenticated::no) return;
    ReporterRecord& record = record_of(report.reporter);
    // A drill that is reported is what a drill is for.
    const bool right = verdict == Verdict::malicious || verdict == Verdict::drill;
    const auto move = [&](std::uint32_t& count) {
        if (change > 0 || count > 0) count = static_cast<std::uint32_t>(static_cast<int>(count) + change);
    };
    if (right) move(record.confirmed);
    if (verdict == Verdict::harmless) move(record.harmless);
}

ReporterRecord& Response::record_of(const std::string& address) {
    if (!reporters_.contains(address) && reporters_.size() >= limits::respond_reporters)
        reporters_.erase(
            std::ranges::min_element(reporters_, {}, [](const auto& entry) { return entry.second.reports; }));
    return reporters_[address];
}

}  // namespace tocsin::respond
