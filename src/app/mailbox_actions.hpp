// Takes the mail of an incident out of the mailboxes of the house, and brings it back: the effects purge and restore_purged.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/journal_copies.hpp"
#include "app/mailbox_server.hpp"
#include "app/response_service.hpp"
#include "app/siblings.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "mailbox/many.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber_event.hpp"
#include "pool/reader_pool.hpp"
#include "respond/effect.hpp"
#include "store/journal_store.hpp"
#include "store/purge_store.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct MailboxWorld {
    const config::Settings& settings;
    store::PurgeStore& purges;
    store::JournalStore& journal;
    ResponseService& response;
    pool::ReaderPool& readers;
    net::BlockingPool& blocking;
    const Clock& clock;
};

/// One effect at a time: all of them together have the connections that are configured. On the loop's thread.
class MailboxActions {
public:
    explicit MailboxActions(MailboxWorld world) : world_(world) {}

    /// A purge moves every copy of the incident's mail into a sealed folder: first in the mailboxes of people who are known to
    /// have got one, then in all others that are listed. What is moved is written down before, under the effect's key, so that a
    /// repeat goes on where the last one ended. A dry one counts, and changes no mailbox and no record. restore_purged brings
    /// back what the effect that it undoes moved. Returns what came of it. Errors: see PerformEffect; where some mailboxes could
    /// not be done they are named, and a repeat visits only these.
    [[nodiscard]] Result<std::string> perform(net::Fiber& fiber, const respond::Effect& effect);

private:
    Result<std::string> purge(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> restore(net::Fiber& fiber, const respond::Effect& effect);

    MailboxWorld world_;
    bool busy_ = false;
    net::FiberEvent free_;
};

/// A folder's name for an effect's key, which may be no folder's name itself; two keys have two names.
[[nodiscard]] std::string sealed_name_of(const respond::EffectKey& key);

}  // namespace tocsin::app
