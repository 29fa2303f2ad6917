// `tocsin rules hunt`: what rules of today say of mail that went through yesterday.
#pragma once

#include <cstdint>
#include <string>

#include "base/log.hpp"
#include "cli/rules_command.hpp"

namespace tocsin::cli {

struct HuntCommand {
    RulesCommand rules;
    std::string data_folder;  ///< empty: what the configuration says
    std::string
        configuration;       ///< file; empty: the installed one, if there is one and no data folder is named
    std::string since;       ///< RFC 3339; empty: all that is kept
    std::uint32_t days = 0;  ///< instead of `since`
    std::string direction;   ///< empty: all
};

/// Reads what the daemon kept, beside it or without it, as the user that owns the data folder, and changes nothing; an entry in
/// `<data>/hunt/hunts.log` says who looked at what before anything is shown. Exit code: 0 nothing that was delivered is found, 1
/// something is, 2 an error (also: it was interrupted, or nothing is found and not all could be read).
[[nodiscard]] int run_rules_hunt(const HuntCommand& command, Log& log);

}  // namespace tocsin::cli
