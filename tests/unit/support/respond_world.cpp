#include "support/respond_world.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "respond/variables.hpp"

namespace tocsin::respond {

namespace {

constexpr std::int64_t day_s = 3'600, end_s = 12 * 3'600;

std::int64_t age_s(TimePoint from, TimePoint now) {
    return (now.microseconds - from.microseconds) / story_second_us;
}

/// A number that belongs to a name, the same in every run.
std::uint64_t trait(const std::string& name) {
    std::uint64_t value = 1469598103934665603ULL;
    for (char c : name) value = (value ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    return value >> 7U;
}

ReportFacts mail(std::uint64_t text, JudgedAs judged_as, const std::string& host) {
    ReportFacts facts = phish(text);
    facts.judged_as = judged_as;
    facts.sender = "sender@" + host;
    facts.subject = "About " + host;
    facts.urls = {"http://" + host + "/a", "http://" + host + "/b"};
    facts.hosts = {host};
    return facts;
}

}  // namespace

World::World(std::uint64_t seed, Faults faults) : random_(seed), faults_(faults) {
    mailings_ = {{mail(0x1111'2222'3333'4444, JudgedAs::phish, "one.example"), Verdict::malicious},
                 {mail(0xfefe'0101'fefe'0101, JudgedAs::suspicious, "two.example"), Verdict::malicious},
                 {mail(0x00ff'00ff'00ff'00ff, JudgedAs::clean, "three.example"), Verdict::harmless},
                 {mail(0xabcd'ef01'2345'6789, JudgedAs::suspicious, "four.example"), Verdict::unknown}};
    mailings_[3].facts.drill = "autumn";
    const std::size_t reports = 2 + random_() % 3;
    for (std::size_t at = 0; at < reports; ++at) {
        const std::size_t mailing = random_() % mailings_.size();
        const bool gave = mailing < 2 && random_() % 3 == 0;
        submissions_.push_back(
            {fmt::format("rep{}", at), mailing, static_cast<std::int64_t>(random_() % 1'200),
             gave ? Deed::gave_credentials : Deed::none, fmt::format("staff{}@our.example", at)});
    }
    const auto at_s = [&] { return static_cast<std::int64_t>(random_() % 1'500); };
    if (random_() % 3 == 0)
        facts_["watch"] = {at_s(), WatchAlarmAnswered{"alarm1", AlarmAbout::campaign, AlarmAnswer::not_us,
                                                      "acme", "login7", "", "", ""}};
    if (random_() % 3 == 0)
        facts_["key"] = {at_s(), WatchAlarmAnswered{"alarm2", AlarmAbout::api_key, AlarmAnswer::not_us,
                                                    "globex", "key9", "", "", ""}};
    for (std::uint64_t copy = random_() % 4; copy < 2; ++copy)
        facts_[fmt::format("malware{}", copy)] = {
            at_s(),
            MalwareLeft{fmt::format("rec{}", copy), "initech", "", "x@initech.example", "f00d", "Eicar"}};
    if (random_() % 3 == 0)
        facts_["canary"] = {at_s(), CanaryHit{"canary@our.example", CanaryKind::list, "hooli", "list3"}};
    journal_.push_back({"setup", now_, "setup", SetupChanged{shipped_setup()}});
    restart();
    crashes = 0;
}

void World::may_crash() {
    if (faults_.crash > 0 && chance() < faults_.crash) throw Crash{};
}

void World::restart() {
    ++crashes;
    slow_.clear();
    machine_ = std::make_unique<Response>();
    for (const Event& event : journal_) static_cast<void>(machine_->see(event));
    // A service is back after some seconds.
    now_ = machine_->stamp(after_s(now_, static_cast<std::int64_t>(random_() % 4)));
    machine_->advance(now_);
}

/// Written down, then seen. True: it is accepted and whoever told it knows.
bool World::append(const std::string& id, std::string by, EventBody what) {
    may_crash();
    journal_.push_back({id, machine_->stamp(now_), std::move(by), std::move(what)});
    const bool acknowledges = std::holds_alternative<Acknowledged>(journal_.back().what);
    if (acknowledges) {
        // What counts is what is durable: whoever acknowledged it must not be paged, whether he heard of it or not.
        const std::string incident = std::get<Acknowledged>(journal_.back().what).incident;
        if (const Incident* known = machine_->incident(incident); known != nullptr && known->is_open())
            acknowledged_.insert(incident);
    }
    if (const auto* success = std::get_if<EffectSucceeded>(&journal_.back().what))
        succeeded_.insert(success->key);
    may_crash();
    const bool accepted = machine_->see(journal_.back()).has_value();
    may_crash();
    return accepted;
}

void World::run() {
    // In the calm part the rest of the work is done; then time jumps from one thing that is due to the next.
    for (Faults rough = faults_; age_s(story_begin, now_) < end_s;) {
        if (age_s(story_begin, now_) > day_s) faults_ = {};
        const std::int64_t longest_s = age_s(story_begin, now_) > day_s ? 60 : 9;
        now_ =
            after_s(now_, 1 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(longest_s)));
        try {
            step();
        } catch (const Crash&) {
            restart();
        }
        const bool quiet = age_s(story_begin, now_) > 3 * day_s &&
                           std::ranges::all_of(machine_->incidents(),
                                               [](const auto& entry) { return !entry.second.is_open(); });
        if (quiet && rough.crash >= 0 && machine_->take_effects().empty() &&
            age_s(story_begin, now_) > 4 * day_s)
            break;
    }
    check_end();
}

void World::step() {
    machine_->advance(now_);
    submit_reports();
    tell_facts();
    read_reports();
    late_results();
    execute();
    people_act();
    execute();
}

void World::submit_reports() {
    for (Submission& one : submissions_) {
        if (one.accepted || age_s(story_begin, now_) < one.at_s) continue;
        // The client asks again until it has an answer.
        if (append("intake", ReportTaken{one.report, Way::mailbox, one.reporter, Authenticated::yes, one.deed,
                                         "sha-" + one.report, ""}))
            one.accepted = true;
    }
}

void World::read_reports() {
    for (const Submission& one : submissions_) {
        const Report* report = machine_->report(one.report);
        if (report != nullptr && !report->facts && chance() < 0.7)
            append("reader", ReportRead{one.report, mailings_[one.mailing].facts});
    }
}

void World::tell_facts() {
    for (auto fact = facts_.begin(); fact != facts_.end();) {
        const bool due = age_s(story_begin, now_) >= fact->second.first;
        if (due && append(fact->first, "watch", fact->second.second))
            fact = facts_.erase(fact);
        else
            ++fact;
    }
}

/// People look at the state and do what is to be done, each incident in its own time.
void World::people_act() {
    std::vector<std::string> ids;
    for (const auto& [id, incident] : machine_->incidents()) ids.push_back(id);
    for (const std::string& id : ids)
        if (const Incident* incident = machine_->incident(id); incident != nullptr && incident->is_open())
            act_on(*incident);
}

bool World::act_on(const Incident& incident) {
    const std::uint64_t own = trait(label(incident.id));
    const std::int64_t age = age_s(incident.opened, now_);
    constexpr std::array<std::int64_t, 4> acknowledged_after_s = {3, 30, 420, 1'300};
    if (!incident.is_acknowledged() && age > acknowledged_after_s[own % 4])
        return append(own % 2 == 0 ? "carla" : "bob", Acknowledged{incident.id});
    if (incident.verdict == Verdict::unknown && age > 240 && incident.source == Source::reports) {
        const Report* report = machine_->report(machine_->cluster(incident.cluster)->reports.front());
        for (const Submission& one : submissions_)
            if (report != nullptr && one.report == report->id &&
                mailings_[one.mailing].truth != Verdict::unknown)
                return append("dora",
                              VerdictGiven{incident.id, mailings_[one.mailing].truth, std::nullopt, "seen"});
    }
    for (const Run& run : incident.runs)
        if (act_on_run(incident, run)) return true;
    const bool over = std::ranges::all_of(incident.runs, [](const Run& run) {
        return run.state != RunState::running && run.state != RunState::undoing;
    });
    if (!over || age_s(story_begin, now_) < 2'400 || incident.verdict == Verdict::unknown) return false;
    if (own % 3 == 0 && !incident.runs.empty() && incident.runs.front().state <= RunState::failed)
        return append("dora", RunUndone{incident.id, 1, "it is over"});
    return append("dora", IncidentClosed{incident.id, ClosedAs::resolved, ""});
}

bool World::act_on_run(const Incident& incident, const Run& run) {
    for (std::size_t at = 0; at < run.steps.size(); ++at) {
        const Step& plan = run.playbook->steps[at];
        const StepRun& step = run.steps[at];
        if (age_s(step.started, now_) < 90) continue;
        if (step.state == StepState::awaiting_approval)
            return append("emil", Approval{incident.id, run.number, plan.name, ApprovalAnswer::approve, ""});
        if (step.state == StepState::running && plan.action == Action::manual)
            return append("emil", ManualDone{incident.id, run.number, plan.name, ManualOutcome::done, ""});
        if (step.state == StepState::failed)
            return append("emil", StepRetried{incident.id, run.number, plan.name});
    }
    return false;
}

/// The outbox: what is asked for is tried in the order in which it came, some of it later.
void World::execute() {
    const std::vector<Effect> effects = machine_->take_effects();
    may_crash();
    for (const Effect& effect : effects) execute(effect);
}

void World::execute(const Effect& effect) {
    if (succeeded_.contains(effect.key))
        violated("given again after its success was written down: " + effect.key);
    if (!append("outbox", EffectAttempted{effect.key})) return;
    // Pages fail often, so that many are still tried when somebody answers.
    const bool page = effect.kind == EffectKind::notify && effect.parameters.at("notice") == "page";
    if (chance() < faults_.fails * (page ? 6 : 1)) {
        append("outbox", EffectFailed{effect.key, Retry::possible, "refused for now"});
        return;
    }
    act(effect);
    may_crash();
    if (chance() < faults_.result_lost) return;
    if (chance() < faults_.slow) {
        slow_.push_back(
            {after_s(now_, static_cast<std::int64_t>(random_() % 200)), EffectSucceeded{effect.key, "done"}});
        return;
    }
    append("outbox", EffectSucceeded{effect.key, "done"});
}

void World::late_results() {
    std::vector<Result_> due;
    std::erase_if(slow_, [&](const Result_& one) {
        if (one.at > now_) return false;
        due.push_back(one);
        return true;
    });
    for (const Result_& one : due) append("outbox", one.what);
}

/// Does it: by its key once, a notice as often as it is asked to.
void World::act(const Effect& effect) {
    if (effect.kind == EffectKind::notify) return send(effect);
    if (effect.kind == EffectKind::find_copies)
        append("journal", PeopleTouched{effect.incident,
                                        {{"a@our.example", Deed::none}, {"b@our.example", Deed::clicked}}});
    if (!done_keys_.insert(effect.key).second || effect.kind == EffectKind::alarm) return;
    std::string deed = fmt::format("{} {} {} {}", label(effect.incident), run_of(effect), effect.step,
                                   to_string(effect.kind));
    for (const auto& [name, value] : effect.parameters)
        if (name != "reason") deed += fmt::format(" {}={}", name, value);
    deeds.insert(deed);
    // By what was done, not by its key: a key that was made anew after a crash would not be seen otherwise.
    if (++deed_counts_[deed] > 1) violated("done twice: " + deed);
}

void World::send(const Effect& effect) {
    const bool page = effect.parameters.at("notice") == "page";
    if (page && acknowledged_.contains(effect.incident))
        violated("a page after the acknowledgement: " + effect.key);
    const int sent = ++sends_[effect.key];
    if (sent > 1 && effect.repeat == Repeat::rather_not) violated("sent twice: " + effect.key);
    const std::string& text = effect.parameters.at("text");
    if (text.find("http://") != std::string::npos) violated("a live link in a notice: " + text);
    // Whoever reports while the copies are looked for, or mailboxes are purged, is warned by this step, by that one or not at
    // all, in a calm world too.
    const std::string& whom = effect.parameters.at("whom");
    const bool warns = effect.step == "warn_recipients" || effect.step == "warn_others";
    if (!page && effect.urgency == Urgency::urgent && !effect.step.empty() &&
        !(warns && whom.starts_with("staff")))
        deeds.insert(fmt::format("{} {} tells {}", label(effect.incident), effect.step, whom));
}

/// Its playbook, and for whom it began.
std::string World::run_of(const Effect& effect) const {
    const EffectRow& row = *machine_->effect(effect.key);
    if (row.run == 0) return "-";
    const Run& run = machine_->incident(row.incident)->runs[row.run - 1];
    return fmt::format("{}({})", run.playbook->name, fmt::join(run.victims, ","));
}

std::string World::label(const std::string& id) const {
    for (const Submission& one : submissions_)
        if (id == "r-" + one.report) return fmt::format("mailing{}", one.mailing);
    const Incident* incident = machine_->incident(id);
    return incident == nullptr || incident->values.customers.empty() ? id
                                                                     : incident->values.customers.front();
}

void World::check_end() {
    const Response& machine = *machine_;
    // No report is lost, none counts twice.
    std::map<std::string, int> places;
    for (const auto& [id, incident] : machine.incidents())
        if (const Cluster* cluster = machine.cluster(incident.cluster))
            for (const std::string& report : cluster->reports) ++places[report];
    for (const Submission& one : submissions_) {
        if (!one.accepted) violated("never accepted: " + one.report);
        if (places[one.report] != 1)
            violated(fmt::format("{} is in {} incidents", one.report, places[one.report]));
    }
    if (machine.report_count() != submissions_.size()) violated("another number of reports");
    // No notice that was due is missed: by the frozen plans, and by what was sent.
    for (const auto& [id, incident] : machine.incidents()) {
        for (const Notice& notice : machine.notices_of(incident)) {
            const EffectRow& row = *machine.effect(notice.key);
            const bool gone = row.state == EffectState::withdrawn || row.repeat == Repeat::rather_not;
            if (!gone && sends_[notice.key] == 0) violated("a due notice was missed: " + notice.key);
            if (row.state <= EffectState::attempted) violated("never ended: " + notice.key);
        }
        if (!incident.pages) continue;
        for (std::size_t level = 0; level < incident.pages->levels.size(); ++level) {
            const PageLevel& plan = incident.pages->levels[level];
            const auto stopped = incident.pages->stopped;
            if (stopped && *stopped <= plan.due) continue;
            for (const EffectKey& key : plan.keys) {
                const EffectRow* row = machine.effect(key);
                // Somebody answered while it was still tried.
                const bool overtaken =
                    stopped && row != nullptr && row->state >= EffectState::withdrawn && row->attempts > 0;
                const bool at_once =
                    stopped && stopped->microseconds <= plan.due.microseconds + 20 * story_second_us;
                if (sends_[key] == 0 && !overtaken && !at_once)
                    violated(fmt::format("level {} of {} did not page {}", level, id, key));
            }
        }
    }
    // Nothing that was asked for is forgotten.
    for (const auto& [id, incident] : machine.incidents()) {
        if (incident.is_open()) violated("still open: " + id);
        for (const EffectKey& key : incident.effects)
            if (machine.effect(key)->state == EffectState::done &&
                machine.effect(key)->kind != EffectKind::notify && !done_keys_.contains(key))
                violated("counts as done and was not: " + key);
    }
}

}  // namespace tocsin::respond
