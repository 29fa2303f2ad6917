// What rules ask about earlier mail, between reader and daemon. The daemon knows nothing of rules: it looks texts up and says
// what it knows of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::reader {

/// Whom a profile is about.
enum class HistorySubject : std::uint8_t { sender, sender_email, sender_domain, reply_to, count_ };

/// An address ("anna@example.org") or a domain ("example.org"); empty where the message has none. The reader decides which: at a
/// free mail provider everybody is a stranger to everybody else.
struct HistoryProfileQuestion {
    HistorySubject subject{};
    std::string key;
    std::string written_to;  ///< whether somebody wrote to this address or domain
    bool operator==(const HistoryProfileQuestion&) const = default;
};

/// One of the organisation's lists.
enum class HistoryList : std::uint8_t {
    recipient_emails,
    recipient_domains,
    sender_emails,
    sender_domains,
    count_
};

struct HistoryListQuestion {
    HistoryList list{};
    std::string text;
    bool operator==(const HistoryListQuestion&) const = default;
};

/// Reader → daemon, at most once per request. Every text is what the message says.
struct HistoryQuestion {
    std::uint64_t id = 0;
    std::string header_from{};  ///< by which some customers are told apart
    std::vector<HistoryProfileQuestion> profiles{};
    std::vector<HistoryListQuestion> lists{};
};

/// What is known of one sender. Days are counted to the message that is asked about; nullopt: it never happened.
struct HistoryProfile {
    std::string prevalence;  ///< new, outlier, rare, uncommon, common
    bool solicited = false;
    bool any_messages_benign = false;
    bool any_messages_malicious_or_spam = false;
    bool any_false_positives = false;
    std::uint32_t days_known = 0;
    std::optional<std::uint32_t> first_contact{}, last_contact{}, last_inbound{}, last_outbound{};
    bool operator==(const HistoryProfile&) const = default;
};

/// Whether somebody is on a list; unknown where the daemon keeps no such list.
enum class HistoryMembership : std::uint8_t { unknown, no, yes, count_ };

/// Daemon → reader: one answer per question, in order.
struct HistoryAnswer {
    std::uint64_t id = 0;
    std::vector<HistoryProfile> profiles;
    std::vector<HistoryMembership> lists;
};

/// Whether a text crosses as it is: UTF-8 without NUL, at most limits::history_address_bytes.
[[nodiscard]] bool can_ask_about(std::string_view text);

/// A profile for each subject and limits::history_questions lists at most; a text that one cannot ask about becomes empty, for a
/// part of an address is another address. Fits into limits::reply_bytes.
[[nodiscard]] std::string encode(const HistoryQuestion& question);
[[nodiscard]] std::string encode(const HistoryAnswer& answer);

/// nullopt: not well-formed, over a bound, or a text that is no UTF-8 (codec.hpp).
[[nodiscard]] std::optional<HistoryQuestion> decode_history_question(std::string_view datagram);
[[nodiscard]] std::optional<HistoryAnswer> decode_history_answer(std::string_view datagram);

}  // namespace tocsin::reader
