// Whoever of the house wrote a mail that goes round the filters hears why it was held, and what to do instead: in a mail, in
// plain words, to nobody else.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "base/clock.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

class Coach {
public:
    /// All outlive it.
    Coach(const config::Settings& settings, const Clock& clock, Log& log)
        : settings_(settings), clock_(clock), log_(log) {}

    /// Tells the writer of this held mail soon, once in limits::coach_again_us: who is at it all day is not written to all day.
    /// It waits for nothing. Where notices_from is not set, or the writer has no plain address, nobody is told. What is not sent
    /// when the daemon ends is not sent: the mail itself is held all the same, and its SMTP answer says why.
    void tell(const store::Record& record, std::string coaching);
    void work_for_ever(net::Fiber& fiber);

private:
    struct Waiting {
        std::string address, record, text;
        std::uint32_t tries = 0;
    };
    void forget_old();
    /// Whether it is done with, well or not.
    [[nodiscard]] bool send(net::Fiber& fiber, const Waiting& mail);

    const config::Settings& settings_;
    const Clock& clock_;
    Log& log_;
    std::deque<Waiting> waiting_;
    std::map<std::string, TimePoint> told_;  ///< address → when; forgotten after coach_again_us
    net::FiberEvent new_mail_;
};

}  // namespace tocsin::app
