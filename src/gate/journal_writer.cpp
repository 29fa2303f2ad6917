#include "gate/journal_writer.hpp"

#include <algorithm>

#include "base/limits.hpp"

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
    return *mine.result;
}

Result<void> JournalWriter::note_reply(net::Fiber& fiber, const std::string& record_id,
                                       const std::string& reply) {
    return blocking_.call(fiber, [&] { return journal_.note_next_hop_reply(record_id, reply); });
}

void JournalWriter::write_group(net::Fiber& fiber) {
    writing_ = true;
    std::size_t count = std::min(queue_.size(), limits::journal_batch);
    std::vector<Waiting*> group(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
    std::vector<store::Record> records;
    std::vector<store::Held> held;
    for (const Waiting* waiting : group) {
        records.push_back(*waiting->record);
        if (waiting->held != nullptr) held.push_back(*waiting->held);
    }
    Result<void> result = blocking_.call(fiber, [&] { return journal_.append(records, held); });
    for (Waiting* waiting : group) waiting->result = result;
    ++groups_;
    writing_ = false;
    written_.notify_all();
}

}  // namespace tocsin::gate
