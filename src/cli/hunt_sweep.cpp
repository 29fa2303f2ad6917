#include "cli/hunt_sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "cli/rule_names.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Those of which mail is kept; see keep_for_hunts in the gate.
constexpr const char* kept_dispositions[] = {"accept", "tag", "hold", "quarantine"};

mail::Direction direction_from(const std::string& word) {
    if (word == mail::to_string(mail::Direction::outbound)) return mail::Direction::outbound;
    if (word == mail::to_string(mail::Direction::internal)) return mail::Direction::internal;
    return mail::Direction::inbound;
}

/// Queries tell a value, and exclusions speak for a mail: neither finds one.
bool finds(const Json& rule) {
    const std::string type = rule.at("type").get<std::string>();
    return type != "query" && type != "exclusion";
}

}  // namespace

HuntSweep::HuntSweep(const HuntQuestion& question, store::KeptMailReader& kept, store::Database& database)
    : question_(question), kept_(kept), journal_(database), held_(database) {
    report_.since = question.since;
    report_.until = question.until;
}

bool HuntSweep::is_meant_time(TimePoint time, const std::string& direction) const {
    return time >= question_.since && time < question_.until &&
           (question_.direction.empty() || direction == question_.direction);
}

std::optional<AskedMail> HuntSweep::next() {
    if (!named_) return std::nullopt;
    while (std::optional<Result<store::KeptEntry>> entry = kept_.next()) {
        if (!*entry) {
            ++report_.damaged;
            clear_progress();
            std::fputs(fmt::format("tocsin: {}\n", for_terminal(entry->error().message)).c_str(), stderr);
        } else if (const auto* note = std::get_if<store::NotKept>(&**entry)) {
            if (!is_meant_time(note->time, note->direction)) continue;
            for (std::size_t why = 0; why < note->counts.size(); ++why)
                report_.not_kept.counts.at(why) += note->counts.at(why);
        } else {
            store::KeptMail kept = std::get<store::KeptMail>(std::move(**entry));
            if (!is_meant_time(kept.facts.time, kept.facts.direction)) continue;
            AskedMail mail;
            mail.name = kept.facts.record_id;
            mail.bytes = std::move(kept.content);
            mail.direction = direction_from(kept.facts.direction);
            mail.recipient = kept.facts.recipient;
            asked_[mail.name] = std::move(kept.facts);
            return mail;
        }
    }
    return std::nullopt;
}

std::uint64_t HuntSweep::same_text(const store::KeptFacts& facts) {
    if (facts.text_fingerprint == 0) return 0;
    if (same_text_.size() >= limits::hunt_texts) return 0;
    const std::string key = fmt::format("{} {} {}", facts.text_fingerprint, facts.direction, facts.customer);
    const auto [known, is_new] = same_text_.try_emplace(key);
    if (!is_new) return known->second;
    Result<std::vector<std::uint64_t>> copies = journal_.similar_fingerprints(facts.text_fingerprint);
    if (!copies) return 0;
    store::RecordFilter filter;
    filter.text_fingerprints = std::move(*copies);
    filter.direction = facts.direction;
    filter.customer = facts.customer;
    filter.from = question_.since;
    filter.until = question_.until;
    known->second = journal_.count(filter).value_or(0);
    return known->second;
}

FoundMail HuntSweep::look_up(store::KeptFacts facts) {
    FoundMail found;
    found.verdict = facts.verdict;
    found.disposition = facts.disposition;
    found.same_text = same_text(facts);
    const Result<store::Record> record = journal_.get(facts.record_id);
    found.facts = std::move(facts);
    if (!record) return found;
    found.in_journal = InJournal::yes;
    found.verdict = record->verdict;
    found.disposition = record->disposition;
    found.next_hop_reply = record->next_hop_reply;
    found.held_id = record->held_id;
    if (found.held_id.empty()) return found;
    if (const Result<store::Held> held = held_.get(found.held_id)) {
        found.held_state = held->state;
        found.decided_by = held->decided_by;
    }
    return found;
}

void HuntSweep::take(const AskedMail& mail, const Json& answers) {
    // All answers are about the same rules.
    if (report_.looked_at++ == 0) named_ = check_named(answers.at("rules"), question_.rules.rule);
    const auto facts = asked_.extract(mail.name);
    ASSERT(!facts.empty(), "it is answered for what was asked");
    std::vector<HuntTally*> fired;
    for (const Json& rule : answers.at("rules")) {
        if (!finds(rule) || !is_meant(rule, question_.rules.rule)) continue;
        HuntTally& tally = report_.rules[rule.at("path").get<std::string>()];
        if (count_answer(tally, rule)) fired.push_back(&tally);
    }
    if (fired.empty()) return;
    FoundMail found = look_up(std::move(facts.mapped()));
    for (const HuntTally* tally : fired) found.rules.push_back(tally->name);
    count_found(found, fired);
    if (was_delivered(found) || question_.rules.all) print(found);
}

void HuntSweep::count_found(const FoundMail& mail, const std::vector<HuntTally*>& fired) {
    const bool delivered = was_delivered(mail);
    const KnownAs known = known_as(mail);
    ++report_.found;
    if (delivered) ++report_.delivered;
    for (HuntTally* tally : fired) {
        if (delivered) ++tally->delivered;
        if (known == KnownAs::hostile) ++tally->right;
        if (known == KnownAs::good) ++tally->wrong;
    }
}

void HuntSweep::print(const FoundMail& mail) const {
    clear_progress();
    const std::string text =
        question_.rules.json ? found_json(mail).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                             : found_lines(mail);
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);  // a hunt takes long, and who sees the first one may know enough
}

void HuntSweep::fail_one(const AskedMail& mail, const std::string& why) {
    ++report_.unread;
    asked_.erase(mail.name);
    clear_progress();
    std::fputs(fmt::format("tocsin: kept mail {}: {}\n", for_terminal(mail.name), for_terminal(why)).c_str(),
               stderr);
}

std::string HuntSweep::progress() const {
    const std::uint64_t bytes = std::max<std::uint64_t>(1, kept_.bytes());
    return fmt::format("{} % of kept mail, {} looked at, {} found",
                       std::min<std::uint64_t>(100, kept_.bytes_read() * 100 / bytes), report_.looked_at,
                       report_.found);
}

Result<HuntReport> HuntSweep::report(SweepEnd end) {
    TRY(Result<void>(named_));
    report_.end = end;
    store::RecordFilter filter;
    filter.from = question_.since;
    filter.until = question_.until;
    if (!question_.direction.empty()) filter.direction = question_.direction;
    report_.in_journal = 0;
    for (const char* disposition : kept_dispositions) {
        filter.disposition = disposition;
        report_.in_journal += TRY(journal_.count(filter));
    }
    return report_;
}

}  // namespace tocsin::cli
