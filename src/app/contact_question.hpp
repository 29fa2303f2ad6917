// A customer's contact is asked by mail whether it was them: one fixed text and a link, nothing of what is under suspicion.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "api/answer_links.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"
#include "gate/next_hop.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
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

/// Asks contacts about alarms, one after the other, in a fiber of its own: a mail server that stalls delays nothing else. What
/// could not be sent is tried again, later and later, while the alarm is open.
class ContactQuestions {
public:
    explicit ContactQuestions(ContactQuestion services) : services_(std::move(services)) {}

    /// Asks about this alarm soon, unless somebody was asked already, or no answer_url is configured.
    void ask_about(const std::string& alarm_id);
    /// Works until the fiber is asked to stop. Whom it asked, or why nobody, is noted beside the alarm.
    void ask_for_ever(net::Fiber& fiber);

private:
    struct Waiting {
        std::string alarm_id;
        Deadline due{};
        std::uint32_t tries = 0;
    };
    enum class Asked : std::uint8_t { done, try_again };
    void ask_all_due(net::Fiber& fiber);
    Asked ask(net::Fiber& fiber, const std::string& alarm_id, std::uint32_t tries);
    void note(net::Fiber& fiber, const std::string& alarm_id, const std::string& asked, Asked how);

    ContactQuestion services_;
    std::vector<Waiting> waiting_;
    net::FiberEvent work_;
};

}  // namespace tocsin::app
