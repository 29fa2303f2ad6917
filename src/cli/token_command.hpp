// The commands `tocsin token make|list|revoke`: who may ask the API in his own name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/command_line_detail.hpp"

namespace tocsin::cli {

struct TokenWords {
    std::string person, note, by, id;
    std::vector<std::string> roles;
    std::uint32_t days = 0;  ///< 0: as long as the daemon gives
    bool all = false;
};

void add_tokens(CLI::App& app, TokenWords& words, ClientOptions& client, Chosen& chosen);

}  // namespace tocsin::cli
