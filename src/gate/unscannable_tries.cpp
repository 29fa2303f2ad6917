#include "gate/unscannable_tries.hpp"

#include <algorithm>
#include <iterator>
#include <span>

namespace tocsin::gate {

namespace {

/// Where the header ends is the protocol's business as little as anything else in the message: the first empty line will do, and
/// bytes without one are taken whole.
std::string_view behind_header(std::string_view content) {
    std::size_t empty_line = content.find("\r\n\r\n");
    return empty_line == std::string_view::npos ? content : content.substr(empty_line + 4);
}

}  // namespace

Hash256 retry_key(const std::string& mail_from, std::vector<std::string> recipients, ByteView content) {
    std::ranges::sort(recipients);
    ByteWriter key;
    key.string(mail_from);
    for (const std::string& recipient : recipients) key.string(recipient);
    const Hash256 body = sha256(as_bytes(behind_header(as_text(content))));
    key.string(to_hex(std::as_bytes(std::span(body))));
    return sha256(as_bytes(key.data()));
}

std::uint32_t UnscannableTries::count(const Hash256& key, TimePoint now, std::int64_t window_us) {
    auto found = entries_.find(key);
    if (found != entries_.end() && now.microseconds - found->second.last.microseconds > window_us) {
        drop(found);
        found = entries_.end();
    }
    if (found == entries_.end()) {
        if (entries_.size() >= entries_max_ && !by_age_.empty()) drop(entries_.find(by_age_.front()));
        by_age_.push_back(key);
        found = entries_.emplace(key, Entry{0, now, std::prev(by_age_.end())}).first;
    } else {
        by_age_.splice(by_age_.end(), by_age_, found->second.place);
    }
    found->second.last = now;
    return ++found->second.tries;
}

void UnscannableTries::forget(const Hash256& key) {
    if (auto found = entries_.find(key); found != entries_.end()) drop(found);
}

void UnscannableTries::drop(std::map<Hash256, Entry>::iterator entry) {
    by_age_.erase(entry->second.place);
    entries_.erase(entry);
}

}  // namespace tocsin::gate
