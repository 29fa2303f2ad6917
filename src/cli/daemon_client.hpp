// Commands that talk to a running daemon over its Unix socket: journal, held messages, standing orders, status.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tocsin::cli {

struct ClientOptions {
    std::string data_folder = "data";
    bool json = false;
};

struct JournalFilter {
    std::string sender, recipient, subject, direction, verdict, disposition;
    std::size_t limit = 50;
};
[[nodiscard]] int run_journal_list(const ClientOptions& options, const JournalFilter& filter);
[[nodiscard]] int run_held_list(const ClientOptions& options);

struct OrderWords {
    std::string action;  ///< block or hold
    std::string subject_kind = "sender";
    std::string value;
    std::string direction;
    std::string reason;
    std::string given_by;
    std::optional<std::int64_t> expires_in_s;  ///< nullopt: until revoked
};
[[nodiscard]] int run_order_give(const ClientOptions& options, const OrderWords& words);
[[nodiscard]] int run_order_list(const ClientOptions& options);
[[nodiscard]] int run_order_revoke(const ClientOptions& options, const std::string& id);
[[nodiscard]] int run_status(const ClientOptions& options);

}  // namespace tocsin::cli
