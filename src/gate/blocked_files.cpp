#include "gate/blocked_files.hpp"

#include <algorithm>

#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "gate/address_match.hpp"
#include "gate/link_reason.hpp"

namespace tocsin::gate {
namespace {

std::string key_of(std::string_view direction, std::string_view header_from) {
    return std::string(direction) + " " + ascii_lower(header_from);
}

/// Empty where there are too many: then every domain counts.
std::vector<std::string> domains_of(std::span<const std::string> recipients) {
    std::vector<std::string> domains;
    for (const std::string& recipient : recipients) {
        std::string domain = ascii_lower(domain_of(recipient));
        if (contains(domains, domain)) continue;
        if (domains.size() >= limits::blocked_domains) return {};
        domains.push_back(std::move(domain));
    }
    return domains;
}

bool was_held_back(std::string_view disposition) {
    return disposition == "hold" || disposition == "quarantine" || disposition == "reject";
}

/// Only our own words stand at the beginning of the reasons, a JSON array.
bool is_held_for_an_earlier_one(std::string_view reasons) {
    constexpr std::string_view list_begin = "[\"";
    return reasons.starts_with(list_begin) &&
           reasons.substr(list_begin.size()).starts_with(link_reason_begin) &&
           reasons.find(link_reason_middle) != std::string_view::npos;
}

}  // namespace

void BlockedFiles::note(const store::Record& record) {
    if (record.header_from.empty() || record.attachment_sha256.empty() ||
        !was_held_back(record.disposition) || is_held_for_an_earlier_one(record.reasons))
        return;
    const std::string key = key_of(record.direction, record.header_from);
    if (!senders_.contains(key) && senders_.size() >= senders_max_) forget_one();
    std::vector<Blocked>& messages = senders_[key];
    if (messages.size() >= limits::blocked_messages_of_sender) messages.erase(messages.begin());
    messages.push_back({{record.id, record.time}, domains_of(record.recipients)});
}

void BlockedFiles::note_release(const store::Record& record) {
    const auto found = senders_.find(key_of(record.direction, record.header_from));
    if (found == senders_.end()) return;
    std::erase_if(found->second, [&](const Blocked& message) { return message.file.record_id == record.id; });
    if (found->second.empty()) senders_.erase(found);
}

std::optional<BlockedFile> BlockedFiles::latest(std::string_view direction, std::string_view header_from,
                                                std::span<const std::string> recipients,
                                                TimePoint since) const {
    const auto found = senders_.find(key_of(direction, header_from));
    if (header_from.empty() || found == senders_.end()) return std::nullopt;
    for (auto message = found->second.rbegin(); message != found->second.rend(); ++message) {
        const auto is_there = [&](const std::string& recipient) {
            return message->domains.empty() || contains(message->domains, ascii_lower(domain_of(recipient)));
        };
        if (message->file.time >= since && std::ranges::any_of(recipients, is_there)) return message->file;
    }
    return std::nullopt;
}

void BlockedFiles::forget_one() {
    const auto oldest = std::ranges::min_element(
        senders_, {}, [](const auto& sender) { return sender.second.back().file.time; });
    if (oldest != senders_.end()) senders_.erase(oldest);
}

}  // namespace tocsin::gate
