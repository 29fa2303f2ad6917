// `tocsin rules`: look at rules, test them, and ask them about mail that is there already. Rules are compiled, and mail is
// read, in confined readers only; what comes back is JSON.
#pragma once

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/log.hpp"
#include "cli/inputs.hpp"
#include "cli/reader_setup.hpp"
#include "mail/direction.hpp"

namespace tocsin::cli {

enum class UpdateWay : std::uint8_t {
    forward,
    back,  ///< to the version before
};

/// What `tocsin rules update` may be told about an archive.
struct UpdateWords {
    UpdateWay way = UpdateWay::forward;
    std::string from;     ///< a folder, an archive or its address; UpdateWay::back: the copy
    std::string to;       ///< the copy
    std::string folder;   ///< only what is below this folder of the archive
    std::string sha256;   ///< of the archive, hexadecimal in lower case; empty: any
    std::string ca_file;  ///< whom to trust instead of the system's authorities
    std::uint32_t timeout_s = limits::download_s;
};

struct RulesCommand {
    std::vector<std::string> folders;  ///< of rules; empty: Tocsin's own
    std::vector<std::string> paths;    ///< of messages
    Folders inside = Folders::recursive;
    std::string rule;  ///< only those with this in their name or path
    bool json = false;
    bool all = false;    ///< also rules that lack nothing, or do not match
    std::string labels;  ///< TSV with the columns file and label, for precision
    mail::Direction direction = mail::Direction::inbound;
    ReaderOptions readers;
    UpdateWords update;
};

/// Says of each rule what is wrong with it and what it lacks here. Exit code 1: a rule was rejected, or a line of a list is no
/// entry.
[[nodiscard]] int run_rules_check(const RulesCommand& command, Log& log);
/// One line for each rule that is loaded.
[[nodiscard]] int run_rules_list(const RulesCommand& command, Log& log);
/// Asks rules about NAME.match.eml and NAME.miss.eml in a folder of mails: the rule NAME must match, or must not. Exit code 1:
/// one did otherwise; 2: a mail has no such name.
[[nodiscard]] int run_rules_test(const RulesCommand& command, Log& log);
/// Says which rules match one message, which of their clauses hold, and what it adds up to.
[[nodiscard]] int run_rules_explain(const RulesCommand& command, Log& log);
/// Asks rules about many messages: how often each would have fired, not, or been undecided, and, where labels are given, how
/// often rightly. Exit code 2: a label fits no message.
[[nodiscard]] int run_rules_backtest(const RulesCommand& command, Log& log);
/// Makes UpdateWords::to a copy of those rules of UpdateWords::from that load, in one step; the version before is kept beside
/// it. Exit code 1: some were rejected, and left out.
[[nodiscard]] int run_rules_update(const RulesCommand& command, Log& log);

}  // namespace tocsin::cli
