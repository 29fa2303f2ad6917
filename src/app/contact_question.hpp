// A customer's contact is asked by mail whether it was them: one fixed text and a link, nothing of what is under suspicion.
#pragma once

#include <functional>
#include <string>

#include "api/answer_links.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"
#include "gate/next_hop.hpp"
#include "net/blocking_pool.hpp"
#include "store/watch_store.hpp"
#include "watch/watch.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct ContactQuestion {
    const config::Settings& settings;
    const watch::Watch& watch;
    store::WatchStore& store;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    api::AnswerLinks links;
};

/// Who may be asked about this customer, or in `why_not` why nobody.
struct AskedContact {
    std::string address, why_not;
};
/// Never somebody at a domain from which the customer sent: whoever stole the account could read the question.
[[nodiscard]] AskedContact contact_of(const config::Settings& settings, const watch::Watch& watch,
                                      const std::string& customer);

/// Asks, and notes whom, or why nobody, beside the alarm. Does nothing where no answer_url is configured, or somebody was asked
/// already.
void ask_contact(const ContactQuestion& question, net::Fiber& fiber, const watch::Alarm& alarm);

}  // namespace tocsin::app
