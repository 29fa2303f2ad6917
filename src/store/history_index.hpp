// Who wrote to whom before, kept small enough to be asked while a message waits. Pure: time is an input. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "store/detail/recent_table.hpp"
#include "store/journal_store.hpp"

namespace tocsin::store {

// docs/manual/rules.md, "History", says what these are for.
/// A sender is "new" for so long after the first message, however many there were: a campaign must not make itself common.
inline constexpr std::int64_t history_new_us = 8LL * 3'600 * 1'000'000;
/// Earlier messages up to which a sender is an outlier, rare, uncommon; above: common.
inline constexpr std::uint32_t outlier_messages_max = 2, rare_messages_max = 9, uncommon_messages_max = 49;
/// Clean messages, and days since the first of them, after which a sender's mail counts as benign: one clean message sent ahead
/// buys nothing.
inline constexpr std::uint32_t benign_messages_min = 3;
inline constexpr std::uint32_t benign_days_min = 7;

/// What is known of a sender before a message. Days are whole ones to that message; nullopt: it never happened.
struct SenderHistory {
    std::string_view prevalence = "new";  ///< new, outlier, rare, uncommon, common
    bool solicited = false;
    bool any_benign = false, any_hostile = false, any_false_positive = false;
    std::uint32_t days_known = 0;
    std::optional<std::uint32_t> first_contact, last_contact, last_inbound, last_outbound;
};

/// Who is answerable for an outbound message; of inbound ones it says nothing.
enum class WrittenBy : std::uint8_t { organisation, customer };

/// An address ("anna@example.org") or a domain ("example.org", with all below it), of any case, is one key. Domains are known up
/// to limits::history_domain_levels above a host. Each of three tables forgets what was not seen for longest: what inbound mail
/// says of the organisation's correspondents, what customers send, and to whom the organisation wrote. So a customer's mailing
/// cannot push out whom the organisation knows.
///
/// The organisation wrote what is outbound and its own, and was passed on. Whom a customer writes to is not kept.
class HistoryIndex {
public:
    struct Bounds {
        std::size_t inbound_senders = limits::history_inbound_senders;
        std::size_t customer_senders = limits::history_customer_senders;
        std::size_t recipients = limits::history_recipients;
    };
    HistoryIndex() : HistoryIndex(Bounds{}) {}
    explicit HistoryIndex(Bounds bounds)
        : inbound_(bounds.inbound_senders), customers_(bounds.customer_senders),
          recipients_(bounds.recipients) {}

    /// A message was recorded. Looks at time, direction, customer, header_from, recipients, verdict, disposition and outcome.
    /// What the sender shall send again (tempfail) does not count, nor what nobody read.
    void note(const Record& record, WrittenBy by);
    /// A person let a message go that note() saw being kept: it was benign, and what was found in it is wrong.
    void note_release(const Record& record, WrittenBy by);

    /// What inbound mail, and the organisation's own, tells of `key`; `written_to`: the address or domain by which it counts as
    /// solicited.
    [[nodiscard]] SenderHistory inbound_sender(std::string_view key, std::string_view written_to,
                                               TimePoint now) const;
    /// What earlier mail of this customer tells of `key` as its sender. Never solicited: nobody knows whom recipients wrote to.
    [[nodiscard]] SenderHistory customer_sender(std::string_view customer, std::string_view key,
                                                TimePoint now) const;
    /// Somebody of the organisation wrote to this address or domain.
    [[nodiscard]] bool wrote_to(std::string_view key) const;
    /// Mail came from this address or domain.
    [[nodiscard]] bool heard_from(std::string_view key) const;
    /// The customer sent as this address or domain.
    [[nodiscard]] bool customer_sent_as(std::string_view customer, std::string_view key) const;

    /// The oldest message that was noted is at least so old: who is not known since then is new.
    [[nodiscard]] bool remembers_since(TimePoint time) const { return oldest_us_ <= time.microseconds; }

    /// Addresses and domains that are remembered.
    [[nodiscard]] std::size_t size() const {
        return inbound_.size() + customers_.size() + recipients_.size();
    }

private:
    struct Sent {
        std::int64_t first_us = 0, last_us = 0;
        std::int64_t first_clean_us = 0;
        std::uint32_t messages = 0;  ///< without hostile ones: who is caught does not become familiar
        std::uint32_t clean = 0;
        std::uint32_t hostile = 0, hostile_released = 0;
        std::uint32_t released = 0, false_positives = 0;
    };
    struct Received {
        std::int64_t first_us = 0, last_us = 0;
    };
    static SenderHistory told_by(const Sent* sent, TimePoint now);
    void note_sender(const Record& record);
    void note_recipients(const Record& record);

    RecentTable<Sent> inbound_, customers_;
    RecentTable<Received> recipients_;
    std::int64_t oldest_us_ = std::numeric_limits<std::int64_t>::max();
};

}  // namespace tocsin::store
