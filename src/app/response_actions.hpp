// What effects of the response do here: orders at the gates, the watch, searches of the journal. Mailboxes are the business of
// MailboxActions, notices of NoticeSender, other systems of Webhooks.
#pragma once

#include <functional>
#include <string>

#include "app/mailbox_actions.hpp"
#include "app/notice_sender.hpp"
#include "app/response_service.hpp"
#include "app/watch_service.hpp"
#include "app/webhooks.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "respond/effect.hpp"
#include "store/journal_store.hpp"
#include "store/order_store.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct ResponseWorld {
    const config::Settings& settings;
    store::OrderStore& orders;
    store::JournalStore& journal;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    ResponseService& response;
    MailboxActions& mailboxes;
    Webhooks& webhooks;
    NoticeSender& notices;
    /// Why no playbook orders anything about links to a host (share_house.hpp); empty: it may.
    std::function<std::string(std::string_view host)> why_left_alone;
    WatchService* watch = nullptr;  ///< nullptr: it is off
    /// Makes every gate use what is ordered now. Returns when it is in force.
    std::function<Result<void>(net::Fiber&)> orders_changed;
};

class ResponseActions {
public:
    explicit ResponseActions(ResponseWorld world) : world_(std::move(world)) {}

    /// Does what the effect asks for, once however often it is asked: the key is the id of the order, the Message-ID of the mail,
    /// the webhook-id of a call.
    /// A dry one says what would be done. Returns what came of it. Errors: see PerformEffect.
    [[nodiscard]] Result<std::string> perform(net::Fiber& fiber, const respond::Effect& effect);

private:
    Result<std::string> give_order(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> hold_customer(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> add(net::Fiber& fiber, const respond::Effect& effect, store::Order order);
    Result<std::string> lift_order(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> take_care(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> find_copies(net::Fiber& fiber, const respond::Effect& effect);
    Result<std::string> raise_alarm(const respond::Effect& effect);

    ResponseWorld world_;
};

}  // namespace tocsin::app
