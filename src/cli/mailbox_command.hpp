// `tocsin mailbox …`: the options.
#pragma once

#include <functional>

#include "cli/mailbox_words.hpp"

namespace CLI {
class App;
}

namespace tocsin::cli {

/// Adds the group of commands; the one that is chosen sets `chosen`.
void add_mailbox(CLI::App& app, MailboxWords& words, std::function<int()>& chosen, Log& log);

}  // namespace tocsin::cli
