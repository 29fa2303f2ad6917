#include "app/journal_copies.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "base/limits/imap.hpp"
#include "base/limits/response.hpp"
#include "store/order_value.hpp"

namespace tocsin::app {

namespace {

/// Host of a link: what stands before the path of its key.
std::string host_of(const std::string& url) {
    const std::string key = store::link_key(url);
    return key.substr(0, key.find_first_of("/?:"));
}

bool can_be_asked_for(const std::string& message_id) {
    return message_id.size() > 2 && message_id.size() <= limits::imap_string_bytes &&
           message_id.front() == '<' && message_id.back() == '>' &&
           std::ranges::all_of(message_id, [](char c) { return c > ' ' && c < 0x7F; });
}

}  // namespace

std::vector<std::string> lines_of(const respond::Effect& effect, const std::string& name) {
    std::vector<std::string> lines;
    const auto found = effect.parameters.find(name);
    std::string_view rest = found == effect.parameters.end() ? std::string_view() : found->second;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        if (end > 0) lines.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return lines;
}

Result<void> JournalCopies::look_for(const respond::Effect& effect) {
    for (const std::string& file : lines_of(effect, "file")) {
        store::RecordFilter filter;
        filter.attachment_sha256 = file;
        TRY(take(filter));
    }
    for (const std::string& text : lines_of(effect, "text")) {
        std::uint64_t fingerprint = 0;
        std::from_chars(text.data(), text.data() + text.size(), fingerprint, 16);
        if (fingerprint == 0) continue;
        store::RecordFilter filter;
        filter.text_fingerprints = TRY(journal_.similar_fingerprints(fingerprint));
        TRY(take(filter));
    }
    for (const std::string& sender : lines_of(effect, "sender"))
        for (const std::string& url : lines_of(effect, "url")) {
            store::RecordFilter filter;
            filter.sender = sender;
            filter.link_domain = host_of(url);
            TRY(take(filter));
        }
    return {};
}

std::string JournalCopies::summary() const {
    return fmt::format("{} copies went to {} people here{}; {} left for strangers, {} were stopped",
                       records() - stopped() - left(), recipients().size(), cut() ? ", and there are more" : "",
                       left(), stopped());
}

Result<void> JournalCopies::take(store::RecordFilter filter) {
    filter.from = since_;
    filter.limit = limits::listing_rows;
    while (true) {
        const std::vector<store::Record> page = TRY(journal_.list(filter));
        for (const store::Record& record : page) note(record);
        if (page.size() < filter.limit) return {};
        if (seen_.size() >= limits::respond_copies) {
            cut_ = true;
            return {};
        }
        filter.before_id = page.back().id;
    }
}

void JournalCopies::note(const store::Record& record) {
    if (!seen_.insert(record.id).second) return;
    if (record.disposition != "accept" && record.disposition != "tag") {
        ++stopped_;
        return;
    }
    // Only people of the house are told that they got it: what left is for strangers, and its customer's affair.
    if (record.direction != "inbound") {
        ++left_;
        return;
    }
    for (const std::string& recipient : record.recipients) {
        GotCopies& got = recipients_[ascii_lower(recipient)];
        if (can_be_asked_for(record.message_id))
            got.by_message_id.try_emplace(record.message_id,
                                          SeenCopy{ascii_lower(record.header_from), record.text_fingerprint});
        else
            got.without_id = true;
    }
}

}  // namespace tocsin::app
