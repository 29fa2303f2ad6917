// Whether mail should be sent here now. Not being ready loses nothing: a daemon that is asked all the same answers 4xx.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/journal_writer.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "store/database.hpp"

namespace tocsin::app {

class Readiness {
public:
    Readiness(pool::ReaderPool& readers, const gate::JournalWriter& journal, store::Database& database,
              net::BlockingPool& blocking, std::string data_folder)
        : readers_(readers), journal_(journal), database_(database), blocking_(blocking),
          data_folder_(std::move(data_folder)) {}

    /// Starts engines that are gone: else a daemon that gets no mail because it is not ready would never be ready again.
    /// Each reason in words, with what to do; empty: ready. A write to the journal that is younger than
    /// limits::ready_probe_ms proves that it can be written, else one is tried.
    [[nodiscard]] std::vector<std::string> reasons_against(net::Fiber& fiber);

private:
    [[nodiscard]] Result<void> try_journal(net::Fiber& fiber);
    [[nodiscard]] Result<void> look_at_disk() const;
    [[nodiscard]] Result<void> look_at_folder() const;

    pool::ReaderPool& readers_;
    const gate::JournalWriter& journal_;
    store::Database& database_;
    net::BlockingPool& blocking_;
    std::string data_folder_;
    Result<void> last_try_;
    std::optional<Deadline> tried_at_;
};

}  // namespace tocsin::app
