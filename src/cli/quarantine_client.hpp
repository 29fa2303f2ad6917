// `tocsin quarantine`: what a person does with held mail.
#pragma once

#include <string>
#include <vector>

#include "cli/daemon_client.hpp"

namespace tocsin::cli {

struct QuarantineWords {
    std::vector<std::string> ids;
    std::string state;  ///< empty: what waits for a decision
    std::string sender, recipient, customer;
    std::string by, why;
    std::string raw_file;
    bool again = false;
    Paging paging;
};

[[nodiscard]] int run_quarantine_list(const ClientOptions& options, const QuarantineWords& words);
[[nodiscard]] int run_quarantine_show(const ClientOptions& options, const QuarantineWords& words);
/// Bytes go to a file or a pipe, never to a terminal.
[[nodiscard]] int run_quarantine_read(const ClientOptions& options, const QuarantineWords& words);
/// Goes on with the others when one fails; the exit code says whether all were released.
[[nodiscard]] int run_quarantine_release(const ClientOptions& options, const QuarantineWords& words);
[[nodiscard]] int run_quarantine_delete(const ClientOptions& options, const QuarantineWords& words);

}  // namespace tocsin::cli
