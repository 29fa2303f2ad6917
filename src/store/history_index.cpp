#include "store/history_index.hpp"

#include <algorithm>
#include <array>

#include "base/fold_case.hpp"
#include "base/time_units.hpp"

namespace tocsin::store {

namespace {

/// Words of gate and scan, as a record has them.
constexpr std::array hostile_verdicts = {"phish", "malware"};
constexpr std::array passing_dispositions = {"accept", "tag"};
constexpr std::string_view clean_verdict = "clean", again_later = "tempfail", outbound = "outbound",
                           was_read = "verdict";

bool is_one_of(const auto& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

std::string_view without_final_dot(std::string_view domain) {
    if (domain.ends_with('.')) domain.remove_suffix(1);
    return domain;
}

/// As addresses and domains are compared; empty for what is neither or longer than one.
std::string key_of(std::string_view text) {
    text = without_final_dot(text);
    if (text.size() > limits::history_address_bytes) return {};
    return fold_case(text);
}

/// Keys are told apart by customer: no key holds a NUL.
std::string customer_key(std::string_view customer, std::string_view key) {
    if (key.empty()) return {};
    std::string out(customer);
    out += '\0';
    return out.append(key);
}

/// The address itself, its host and the domains above, without top level domains; empty for what is no address.
std::vector<std::string> keys_of_address(std::string_view text) {
    const std::string address = key_of(text);
    const std::size_t at = address.rfind('@');
    if (at == std::string::npos || at + 1 == address.size()) return {};
    std::vector<std::string> keys = {address};
    const std::string host = address.substr(at + 1);
    // From the right: registrable domains stand there, and the host itself is added whatever its length.
    std::size_t dot = host.rfind('.');
    while (dot != std::string::npos && dot > 0 && keys.size() < limits::history_domain_levels) {
        dot = host.rfind('.', dot - 1);
        if (dot != std::string::npos) keys.push_back(host.substr(dot + 1));
    }
    keys.push_back(host);
    return keys;
}

bool is_outbound(const Record& record) {
    return record.direction == outbound;
}

void note_time(auto& facts, std::int64_t time_us) {
    const bool first = facts.last_us == 0;
    facts.first_us = first ? time_us : std::min(facts.first_us, time_us);
    facts.last_us = std::max(facts.last_us, time_us);
}

std::uint32_t days_between(std::int64_t earlier_us, std::int64_t later_us) {
    return static_cast<std::uint32_t>(std::max<std::int64_t>(later_us - earlier_us, 0) / day_us);
}

std::string_view prevalence_of(std::uint32_t messages) {
    if (messages == 0) return "new";
    if (messages <= outlier_messages_max) return "outlier";
    if (messages <= rare_messages_max) return "rare";
    return messages <= uncommon_messages_max ? "uncommon" : "common";
}

}  // namespace

void HistoryIndex::note(const Record& record, WrittenBy by) {
    if (record.disposition == again_later) return;
    oldest_us_ = std::min(oldest_us_, record.time.microseconds);
    if (record.outcome == was_read) note_sender(record);
    if (is_outbound(record) && by == WrittenBy::organisation &&
        is_one_of(passing_dispositions, record.disposition))
        note_recipients(record);
}

void HistoryIndex::note_sender(const Record& record) {
    for (const std::string& key : keys_of_address(record.header_from)) {
        Sent& sent =
            is_outbound(record) ? customers_.touch(customer_key(record.customer, key)) : inbound_.touch(key);
        note_time(sent, record.time.microseconds);
        if (is_one_of(hostile_verdicts, record.verdict)) {
            ++sent.hostile;
            continue;
        }
        ++sent.messages;
        if (record.verdict != clean_verdict) continue;
        sent.first_clean_us = sent.clean == 0 ? record.time.microseconds
                                              : std::min(sent.first_clean_us, record.time.microseconds);
        ++sent.clean;
    }
}

void HistoryIndex::note_recipients(const Record& record) {
    const std::size_t count = std::min(record.recipients.size(), limits::history_recipients_of_message);
    for (std::size_t at = 0; at < count; ++at)
        for (const std::string& key : keys_of_address(record.recipients[at]))
            note_time(recipients_.touch(key), record.time.microseconds);
}

void HistoryIndex::note_release(const Record& record, WrittenBy by) {
    for (const std::string& key : keys_of_address(record.header_from)) {
        Sent* const sent =
            is_outbound(record) ? customers_.find(customer_key(record.customer, key)) : inbound_.find(key);
        if (sent == nullptr) continue;
        ++sent->released;
        if (is_one_of(hostile_verdicts, record.verdict)) {
            ++sent->hostile_released;
            ++sent->messages;
        }
        if (record.outcome == was_read && record.verdict != clean_verdict) ++sent->false_positives;
    }
    if (is_outbound(record) && by == WrittenBy::organisation) note_recipients(record);
}

SenderHistory HistoryIndex::told_by(const Sent* sent, TimePoint now) {
    SenderHistory told;
    if (sent == nullptr) return told;
    if (now.microseconds - sent->first_us >= history_new_us) told.prevalence = prevalence_of(sent->messages);
    const bool long_clean = sent->clean >= benign_messages_min &&
                            days_between(sent->first_clean_us, now.microseconds) >= benign_days_min;
    told.any_benign = sent->released > 0 || long_clean;
    told.any_hostile = sent->hostile > sent->hostile_released;
    told.any_false_positive = sent->false_positives > 0;
    told.first_contact = told.days_known = days_between(sent->first_us, now.microseconds);
    told.last_contact = days_between(sent->last_us, now.microseconds);
    return told;
}

SenderHistory HistoryIndex::inbound_sender(std::string_view key, std::string_view written_to,
                                           TimePoint now) const {
    SenderHistory told = told_by(inbound_.find(key_of(key)), now);
    told.last_inbound = told.last_contact;
    told.solicited = wrote_to(written_to);
    const Received* const written = recipients_.find(key_of(key));
    if (written == nullptr) return told;
    const std::uint32_t first = days_between(written->first_us, now.microseconds);
    told.last_outbound = days_between(written->last_us, now.microseconds);
    told.first_contact = told.days_known = std::max(told.first_contact.value_or(first), first);
    told.last_contact = std::min(told.last_contact.value_or(*told.last_outbound), *told.last_outbound);
    return told;
}

SenderHistory HistoryIndex::customer_sender(std::string_view customer, std::string_view key,
                                            TimePoint now) const {
    SenderHistory told = told_by(customers_.find(customer_key(customer, key_of(key))), now);
    told.last_outbound = told.last_contact;
    return told;
}

bool HistoryIndex::wrote_to(std::string_view key) const {
    return recipients_.find(key_of(key)) != nullptr;
}

bool HistoryIndex::heard_from(std::string_view key) const {
    return inbound_.find(key_of(key)) != nullptr;
}

bool HistoryIndex::customer_sent_as(std::string_view customer, std::string_view key) const {
    return customers_.find(customer_key(customer, key_of(key))) != nullptr;
}

}  // namespace tocsin::store
