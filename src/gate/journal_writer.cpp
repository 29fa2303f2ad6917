#include "gate/journal_writer.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "net/loop.hpp"

namespace tocsin::gate {

Result<void> JournalWriter::write(net::Fiber& fiber, const store::Record& record, const store::Held* held) {
    Waiting mine{&record, held, std::nullopt};
    queue_.push_back(&mine);
    while (!mine.result) {
        if (writing_) {
            // Nothing may end this wait: the group that is being written uses `mine`.
            (void)written_.wait_uninterrupted(fiber, net::no_deadline);
        } else {
            write_group(fiber);
        }
    }
    // Answers that came while we wrote: whoever waits with a record takes them along, else nobody would.
    while (!writing_ && queue_.empty() && !notes_.empty()) write_group(fiber);
    return *mine.result;
}

void JournalWriter::note_reply(net::Fiber& fiber, std::string record_id, std::string reply) {
    notes_.push_back({std::move(record_id), std::move(reply)});
    while (!notes_.empty() && !writing_) write_group(fiber);
}

/// Where several wrote at once the next ones are on their way: one commit for four costs a fourth of the disk's and the
/// processor's time, and a message as long as it waits less elsewhere. A session that is alone never waits.
void JournalWriter::gather(net::Fiber& fiber) const {
    const Deadline begin = last_end_ + std::chrono::microseconds(limits::journal_gather_us);
    if (last_group_ > 1 && queue_.size() < last_group_ && net::steady_now() < begin)
        static_cast<void>(net::sleep_until(fiber, begin));
}

void JournalWriter::write_group(net::Fiber& fiber) {
    writing_ = true;
    gather(fiber);
    std::size_t count = std::min(queue_.size(), limits::journal_batch);
    std::vector<Waiting*> group(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<store::Record> records;
    std::vector<store::Held> held;
    for (const Waiting* waiting : group) {
        records.push_back(*waiting->record);
        if (waiting->held != nullptr) held.push_back(*waiting->held);
    }
    std::vector<store::NextHopReply> notes;
    notes.swap(notes_);
    Result<void> noted;
    Result<void> result = blocking_.call(fiber, [&] {
        if (held.empty()) {
            Result<void> taken = journal_.take_in(records, notes);
            if (records.empty()) std::swap(noted, taken);
            return taken;
        }
        // A held message and its record are one: a person may ask for it in the next moment.
        Result<void> appended = journal_.append(records, held);
        noted = journal_.take_in({}, notes);
        return appended;
    });
    if (!noted) {
        replies_lost_ += notes.size();
        log_.write(LogLevel::warning, "journal.replies_not_noted",
                   {{"count", std::to_string(notes.size())}, {"error", noted.error().message}});
    }
    for (Waiting* waiting : group) waiting->result = result;
    ++groups_;
    if (result && noted)
        last_good_ = net::steady_now();
    else
        last_good_.reset();
    last_group_ = group.size();
    last_end_ = net::steady_now();
    writing_ = false;
    written_.notify_all();
}

}  // namespace tocsin::gate
