// What the watch is told about an outgoing message, and what its answer makes of the decision.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "gate/envelope.hpp"
#include "gate/sender_table.hpp"
#include "net/fiber.hpp"
#include "scan/report.hpp"
#include "watch/campaign.hpp"
#include "watch/event.hpp"

namespace tocsin::gate {

struct GateServices;
struct Judgement;

/// Whether there is room in our own keeping for one more message of a campaign that is held.
enum class Room : std::uint8_t {
    yes,
    no,  ///< enough of them are here to be looked at: the sender keeps the others
};

struct WatchAnswer {
    std::uint64_t number = 0;  ///< of the event in the watch's sequence, never 0
    watch::Action action = watch::Action::pass;
    std::string alarm;  ///< that holds it; empty: none
    std::string why;    ///< for the record, and for the sender of a message that does not go; empty: it goes
    Room room = Room::yes;
};

/// Who has a client's network, as far as a database tells.
struct NetworkFacts {
    std::string owner;    ///< "AS64500"
    std::string country;  ///< "DE"
};

/// The watch as the gate sees it. All are always set.
struct MailWatch {
    std::function<WatchAnswer(net::Fiber&, const watch::MessageEvent&)> ask;
    std::function<NetworkFacts(std::string_view client_ip)> network;
    /// What an inbound mail of this moment claims of mail that was sent before.
    std::function<void(TimePoint, const std::vector<scan::ReportedOutcome>&)> outcomes;
};

/// Under which name the watch knows who sends: the customer; where no row of the customer table fits, or the row is that of the
/// operator's own people, each login by itself: "(unknown)/anna@example.org". Empty: nobody whose past could be compared.
[[nodiscard]] std::string watched_name(const SenderTable& senders, const Envelope& envelope,
                                       const std::string& customer);

/// Asks the watch about a message that was judged, if it goes out and there is somebody to compare it with. What the watch wants
/// to be held or to come later then is so for all who would have got it; nothing becomes less strict. `judgement` gets what its
/// record keeps.
void watch_message(GateServices& services, net::Fiber& fiber, const Envelope& envelope, Judgement& judgement,
                   TimePoint now);

/// Tells the watch what a bounce or complaint that came in says. It waits for nothing.
void note_outcomes(GateServices& services, const Envelope& envelope, const Judgement& judgement);

}  // namespace tocsin::gate
