// What the watch is told: messages, acts on accounts, outcomes of mail, and answers to its alarms. Plain values with their time.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/time_units.hpp"

namespace tocsin::watch {

/// A host that links of a message lead to, and how many do.
struct LinkHost {
    std::string host;  ///< lower case, A-labels
    std::uint32_t count = 1;
};

enum class BodyForm : std::uint8_t { unknown, plain, html };
enum class JudgedAs : std::uint8_t { unknown, clean, suspicious, hostile };

/// One outgoing message as the gate judged it. Everything but id, time and customer may be empty: what is not known is no signal.
struct MessageEvent {
    std::string id;  ///< of its record
    TimePoint time;
    std::string customer;
    std::string credential;  ///< SASL login or name of the API key
    std::string client_ip;
    std::string network_owner;  ///< autonomous system of client_ip, "AS64500"; empty without a database
    std::string country;        ///< of client_ip
    std::string mail_from;
    std::string header_from;
    std::string header_from_name;
    std::string reply_to;
    std::string subject;
    std::vector<std::string> recipients;
    std::uint64_t text_fingerprint = 0;  ///< scan::text_fingerprint(); 0: too little text
    std::uint64_t page_fingerprint = 0;  ///< scan::page_fingerprint(); 0: no page, or too little of one
    BodyForm form = BodyForm::unknown;
    std::string language;  ///< ISO 639-1 code, "pt"; empty: it cannot be told
    std::vector<LinkHost> links;
    bool links_cut = false;  ///< it leads to more hosts than those
    /// What somebody registered, of those hosts, where that is more than the last two labels: "example.co.uk".
    std::vector<std::string> registrable_domains;
    std::vector<std::string> attachment_types;  ///< by content: "pdf", "zip", "html"
    std::uint32_t judge_points = 0;
    double hostility = 0;  ///< of the words alone, 0 to 1
    JudgedAs judged_as = JudgedAs::unknown;
    /// For a reason of its own the gate let it go to nobody: it says nothing about what the customer sends.
    bool refused = false;
    /// It was held, and a person let it go: it is learnt and not judged. Its id is not that of the message when it was held.
    bool released = false;
    /// The gate sees it now, or saw it when it wrote the record: its time is that of our own clock, and is believed whatever the
    /// events before said. Not a part of what is exported.
    bool live = false;
};

/// What people and programs do with an account. Names: to_string().
enum class AccountAct : std::uint8_t {
    login,
    login_failed,
    device_added,
    password_changed,
    second_factor_changed,
    contact_changed,
    api_key_made,
    sender_added,
    list_imported,
    list_exported,
    quota_raised,
    user_added,
    role_added,
    template_changed,
    control_call,  ///< any other call that asks or changes settings
    count_,
};

struct AccountEvent {
    std::string id;
    TimePoint time;
    AccountAct act{};
    std::string customer;
    std::string credential;  ///< whose login or key it was
    std::string actor;       ///< who acted, when it was not the customer: a person of the ESP's staff
    std::string client_ip;
    std::string network_owner;
    std::string country;
    std::string device;
    std::string value;  ///< what it was about: the sender, the list, the key
    std::uint64_t count = 1;
    bool verified = false;  ///< of a sender: its domain was shown to be the customer's
};

enum class Outcome : std::uint8_t {
    delivered,
    bounce_hard,
    bounce_soft,
    complaint,
    trap,
    canary,
    unsubscribe,
    count_
};

struct OutcomeEvent {
    std::string id;
    TimePoint time;
    Outcome outcome{};
    std::string customer;
    std::string record_id;  ///< of the message, when that is known
    std::uint64_t count = 1;
};

/// What somebody who may decide says of an alarm.
enum class Answer : std::uint8_t { this_is_us, not_us, closed };

struct AnswerEvent {
    std::string id;
    TimePoint time;
    std::string alarm;
    Answer answer{};
    std::string by;
    std::string note;
};

/// Somebody who may decide wants a customer to be watched closely, or all of his mail to go in small parts, until these moments;
/// absent: as it was. A moment that has passed ends it.
struct CareEvent {
    std::string id;
    TimePoint time;
    std::string customer;
    std::optional<TimePoint> watched_until, paced_until;
    std::string by;
    std::string note;
};

using Event = std::variant<MessageEvent, AccountEvent, OutcomeEvent, AnswerEvent, CareEvent>;

[[nodiscard]] std::string_view to_string(AccountAct act);
[[nodiscard]] std::string_view to_string(Outcome outcome);
[[nodiscard]] std::string_view to_string(Answer answer);
[[nodiscard]] std::string_view to_string(BodyForm form);
[[nodiscard]] std::optional<AccountAct> account_act(std::string_view name);
[[nodiscard]] std::optional<Outcome> outcome(std::string_view name);
[[nodiscard]] std::optional<Answer> answer(std::string_view name);

/// A day since 1970-01-01 UTC.
using Day = std::int32_t;
inline constexpr Day week_days = 7;
[[nodiscard]] constexpr Day day_of(TimePoint time) {
    const std::int64_t days = time.microseconds / day_us;
    return static_cast<Day>(time.microseconds % day_us < 0 ? days - 1 : days);
}

}  // namespace tocsin::watch
