// What the sessions of all listeners share, and the operator's rules as they are in force now.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "gate/banner.hpp"
#include "gate/blocked_files.hpp"
#include "gate/detours.hpp"
#include "gate/gate_metrics.hpp"
#include "gate/held_again.hpp"
#include "gate/journal_writer.hpp"
#include "gate/mail_keeper.hpp"
#include "gate/message_headers.hpp"
#include "gate/order_book.hpp"
#include "gate/policy.hpp"
#include "gate/sender_table.hpp"
#include "gate/unscannable_tries.hpp"
#include "gate/watched_mail.hpp"
#include "net/blocking_pool.hpp"
#include "pool/reader_pool.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/history_index.hpp"

namespace tocsin::gate {

/// From the configuration; replaced as a whole by a reload. A session takes the snapshot that is in force when its message ends.
struct GateRules {
    PolicyTable policy;
    SenderTable senders;
    HeaderPolicy inbound_headers = HeaderPolicy::tagged;
    HeaderPolicy outbound_headers = HeaderPolicy::none;
    BannerRules banner;
    DetourRules detours;
    /// Where people report mail, in lower case: what is for one of these is kept for the response, and never filtered away.
    std::vector<std::string> report_addresses;
    /// Tries of one message further apart are counted anew.
    std::int64_t retry_window_us = std::int64_t{limits::unscannable_window_s} * 1'000'000;
    std::string host_name = "localhost";  ///< as the daemon began with it, like all else that names us
};

/// Everything outlives the sessions.
struct GateServices {
    pool::ReaderPool& readers;
    OrderBook& orders;
    JournalWriter& journal;
    store::EvidenceStore& evidence;
    store::HeldStore& held;
    UnheardHolds& unheard;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    std::shared_ptr<const GateRules> rules = std::make_shared<const GateRules>();
    UnscannableTries tries{limits::unscannable_tries};
    store::HistoryIndex history{};
    BlockedFiles blocked{};
    /// In which group of people an address is counted; empty: nobody knows any groups.
    std::function<std::string(std::string_view address)> group_of = {};
    std::size_t buffered_bytes = 0;  ///< content of all sessions now in memory
    std::size_t buffered_bytes_max = limits::gate_buffered_bytes;
    std::size_t message_bytes = limits::message_bytes;  ///< the largest message that is taken
    GateMetrics metrics{};
    const MailWatch* watch = nullptr;  ///< nullptr: what customers send is not compared with their past
    /// Told of every record that was written; empty: nobody looks for what has to be answered.
    std::function<void(const store::Record&)> recorded = {};
    /// Told of mail of our own people that is held because it goes round the filters; empty: nobody tells them.
    std::function<void(const store::Record&, const FoundDetour&)> coach = {};
    MailKeeper* keeper = nullptr;  ///< nullptr: no mail is kept for looking again
};

/// Who is answerable for outbound mail of this customer.
[[nodiscard]] inline store::WrittenBy written_by(const GateServices& services, std::string_view customer) {
    return services.rules->senders.is_organisation(customer) ? store::WrittenBy::organisation
                                                             : store::WrittenBy::customer;
}

}  // namespace tocsin::gate
