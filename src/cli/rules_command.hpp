// `tocsin rules`: look at rules, test them, and ask them about mail that is there already. Rules are compiled, and mail is
// read, in confined readers only; what comes back is JSON.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/inputs.hpp"
#include "cli/reader_setup.hpp"
#include "mail/direction.hpp"

namespace tocsin::cli {

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
};

/// Says of each rule what is wrong with it and what it lacks here. Exit code 1: a rule was rejected.
[[nodiscard]] int run_rules_check(const RulesCommand& command, Log& log);
/// One line for each rule that is loaded.
[[nodiscard]] int run_rules_list(const RulesCommand& command, Log& log);
/// Asks rules about NAME.match.eml and NAME.miss.eml in a folder of mails: the rule NAME must match, or must not. Exit code 1:
/// one did otherwise.
[[nodiscard]] int run_rules_test(const RulesCommand& command, Log& log);
/// Says which rules match one message, which of their clauses hold, and what it adds up to.
[[nodiscard]] int run_rules_explain(const RulesCommand& command, Log& log);
/// Asks rules about many messages: how often each would have fired, not, or been undecided, and, where labels are given, how
/// often rightly.
[[nodiscard]] int run_rules_backtest(const RulesCommand& command, Log& log);
/// Makes the second of `paths` a copy of those rules of the first that load. Exit code 1: some were rejected, and left out.
[[nodiscard]] int run_rules_update(const RulesCommand& command, Log& log);

}  // namespace tocsin::cli
