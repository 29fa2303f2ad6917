#include "gate/held_again.hpp"

#include <algorithm>

#include "base/fold_case.hpp"
#include "base/limits.hpp"

namespace tocsin::gate {

namespace {

/// By how much trace fields may make two tries differ.
constexpr std::uint64_t trace_bytes = 4096;
constexpr std::string_view trace_name = "received:";

/// Where the line that begins at `from` ends, behind its line end.
std::size_t next_line(std::string_view text, std::size_t from) {
    const std::size_t end = text.find('\n', from);
    return end == std::string_view::npos ? text.size() : end + 1;
}

bool could_be(const store::Held& candidate, const HeldQuestion& question) {
    const std::uint64_t size = question.content.size();
    const std::uint64_t apart =
        candidate.size_bytes > size ? candidate.size_bytes - size : size - candidate.size_bytes;
    return candidate.direction == question.direction && candidate.mail_from == question.mail_from &&
           candidate.recipients == question.recipients && apart <= trace_bytes;
}

}  // namespace

void UnheardHolds::add(const std::string& held_id) {
    const std::lock_guard guard(mutex_);
    ids_.insert(held_id);
    if (ids_.size() > limits::unheard_holds) ids_.erase(ids_.begin());
}

bool UnheardHolds::may_be_unheard(const store::Held& held) const {
    const std::lock_guard guard(mutex_);
    return held.time < began_ || ids_.contains(held.id);
}

ByteView behind_trace(ByteView content) {
    const std::string_view text = as_text(content);
    std::size_t at = 0;
    while (ascii_lower(text.substr(at, trace_name.size())) == trace_name) {
        at = next_line(text, at);
        // RFC 5322 section 2.2.3: a line that begins with a blank goes on with the field.
        while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) at = next_line(text, at);
    }
    return content.subspan(at);
}

Result<std::optional<store::Held>> find_held_again(store::HeldStore& held, store::EvidenceStore& evidence,
                                                   const UnheardHolds& unheard,
                                                   const HeldQuestion& question) {
    store::HeldFilter filter;
    filter.state = store::HeldState::held;
    filter.sender = question.mail_from;
    filter.from = TimePoint{question.now.microseconds - limits::held_again_window_us};
    filter.limit = limits::held_again_compared;
    std::vector<store::Held> candidates = TRY(held.list(filter));
    const ByteView message = behind_trace(question.content);
    std::size_t opened = 0;
    for (store::Held& candidate : candidates) {
        if (!could_be(candidate, question) || !unheard.may_be_unheard(candidate)) continue;
        if (opened++ == limits::held_again_opened) break;
        const Result<Hash256> hash = store::hash_from_hex(candidate.content_sha256);
        if (!hash) continue;
        const Result<Bytes> content = evidence.get(*hash);
        if (content && std::ranges::equal(behind_trace(*content), message))
            return std::optional(std::move(candidate));
    }
    return std::optional<store::Held>();
}

}  // namespace tocsin::gate
