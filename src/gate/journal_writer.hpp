// Groups records of many sessions into few transactions: a session waits until its record is durable, and not for its own fsync.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber_event.hpp"
#include "store/journal_store.hpp"

namespace tocsin::gate {

class JournalWriter {
public:
    JournalWriter(store::JournalStore& journal, net::BlockingPool& blocking)
        : journal_(journal), blocking_(blocking) {}

    /// Returns when the record, and the held message that belongs to it, are on disk. The first session that comes writes for
    /// all that wait; the others sleep. An error goes to every session whose record was in that group.
    [[nodiscard]] Result<void> write(net::Fiber& fiber, const store::Record& record, const store::Held* held);
    /// Adds the next hop's answer to a record that is on disk already.
    [[nodiscard]] Result<void> note_reply(net::Fiber& fiber, const std::string& record_id,
                                          const std::string& reply);
    [[nodiscard]] std::uint64_t groups_written() const { return groups_; }

private:
    struct Waiting {
        const store::Record* record = nullptr;
        const store::Held* held = nullptr;
        std::optional<Result<void>> result;
    };
    void write_group(net::Fiber& fiber);

    store::JournalStore& journal_;
    net::BlockingPool& blocking_;
    std::vector<Waiting*> queue_;
    bool writing_ = false;
    net::FiberEvent written_;
    std::uint64_t groups_ = 0;
};

}  // namespace tocsin::gate
