// Groups records of many sessions into few transactions: a session waits until its record is durable, and not for its own fsync.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber_event.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

class JournalWriter {
public:
    JournalWriter(store::JournalStore& journal, net::BlockingPool& blocking, Log& log)
        : journal_(journal), blocking_(blocking), log_(log) {}

    /// Returns when the record, and the held message that belongs to it, are on disk. The first session that comes writes for
    /// all that wait; the others sleep. While many sessions write, a group begins limits::journal_gather_us after the last one.
    /// An error goes to every session whose record was in that group.
    [[nodiscard]] Result<void> write(net::Fiber& fiber, const store::Record& record, const store::Held* held);
    /// Adds the next hop's answer to a record that is on disk already. It is written with the next group, by whoever writes that:
    /// only when nobody writes does the caller wait. A crash before leaves the record without the answer; an error is logged.
    void note_reply(net::Fiber& fiber, std::string record_id, std::string reply);
    [[nodiscard]] std::uint64_t groups_written() const { return groups_; }
    /// Answers of next hops that did not reach the disk.
    [[nodiscard]] std::uint64_t replies_lost() const { return replies_lost_; }
    /// When a group last reached the disk; nothing: never, or a later one did not.
    [[nodiscard]] std::optional<Deadline> last_good() const { return last_good_; }

private:
    struct Waiting {
        const store::Record* record = nullptr;
        const store::Held* held = nullptr;
        std::optional<Result<void>> result;
    };
    void write_group(net::Fiber& fiber);
    void gather(net::Fiber& fiber) const;

    store::JournalStore& journal_;
    net::BlockingPool& blocking_;
    Log& log_;
    std::vector<Waiting*> queue_;
    std::vector<store::NextHopReply> notes_;
    bool writing_ = false;
    std::size_t last_group_ = 0;  ///< records in it
    Deadline last_end_{};
    net::FiberEvent written_;
    std::uint64_t groups_ = 0, replies_lost_ = 0;
    std::optional<Deadline> last_good_;
};

}  // namespace tocsin::gate
