// Commands that talk to a running daemon over its Unix socket: journal, held messages, standing orders, status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tocsin::cli {

struct ClientOptions {
    std::string data_folder;  ///< empty: daemon_data_folder()
    bool json = false;
};

/// Entries that one command may list.
inline constexpr std::size_t listed_entries_max = 100'000;

struct Paging {
    std::size_t limit = 100;  ///< 1 to listed_entries_max
    std::string before;       ///< id, or moment in RFC 3339; empty: from the newest
};
struct JournalFilter {
    std::string sender, recipient, subject, direction, verdict, disposition;
    std::string customer, link_domain, attachment_sha256, login, queue_id, since, campaign;
    Paging paging;
};
[[nodiscard]] int run_journal_list(const ClientOptions& options, const JournalFilter& filter);
/// `id`: of a record, or of a held message.
[[nodiscard]] int run_journal_show(const ClientOptions& options, const std::string& id);

struct OrderWords {
    std::string action;  ///< order_action_words
    std::string subject_kind = "sender";
    std::string value;
    std::string direction;
    std::string reason;
    std::string given_by;
    std::optional<std::int64_t> expires_in_s;  ///< nullopt: until revoked
};
[[nodiscard]] int run_order_give(const ClientOptions& options, const OrderWords& words);
/// Which orders are listed.
enum class OrderChoice : std::uint8_t { in_force, all };
[[nodiscard]] int run_order_list(const ClientOptions& options, OrderChoice choice, const Paging& paging);
[[nodiscard]] int run_order_revoke(const ClientOptions& options, const std::string& id,
                                   const std::string& by);
/// Who runs this command: SUDO_USER, then the login name of the user id, then "uid N".
[[nodiscard]] std::string calling_user();
[[nodiscard]] int run_status(const ClientOptions& options);

}  // namespace tocsin::cli
