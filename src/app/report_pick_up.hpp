// Reports out of IMAP mailboxes: each message is stored as a report before anything is done to it there.
#pragma once

#include <cstdint>
#include <string>

#include "app/report_intake.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "mailbox/pick_up.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "store/purge_store.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct PickUpServices {
    const config::Settings& settings;
    store::PurgeStore& store;
    ReportIntake& intake;
    ResponseService& response;
    pool::ReaderPool& readers;
    net::BlockingPool& blocking;
    Log& log;
};

/// One of the report mailboxes, on a fiber of its own.
class ReportPickUp {
public:
    ReportPickUp(PickUpServices services, std::string mailbox)
        : services_(services), mailbox_(std::move(mailbox)) {}

    /// Looks into it every mailboxes.report_poll_s until the fiber is asked to stop; after failures less and less often.
    void work_for_ever(net::Fiber& fiber);

private:
    [[nodiscard]] Result<mailbox::PickUpTally> pass(net::Fiber& fiber);
    [[nodiscard]] Result<mailbox::Stored> take(net::Fiber& fiber, const mailbox::PickedMessage& message);
    [[nodiscard]] std::string reporter_of(net::Fiber& fiber, ByteView message);
    void tell(const Result<mailbox::PickUpTally>& tally);

    PickUpServices services_;
    std::string mailbox_;
    std::uint32_t failures_ = 0;
};

/// The report of a message: the same content in the same mailbox is the same report, however often it is fetched, and under
/// whatever number.
[[nodiscard]] std::string picked_report_id(const std::string& mailbox, const Hash256& content);

}  // namespace tocsin::app
