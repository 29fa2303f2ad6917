// What the gate needs to see mail that goes round the filters: lists, the past, and who belongs to which group.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "gate/blocked_files.hpp"
#include "gate/detours.hpp"
#include "respond/people.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// With the lists free_email_providers and file_share_hosts of `lists_folder`, and what the operator's own folders say of
/// them. Errors: io.
[[nodiscard]] Result<gate::DetourRules> detour_rules(const config::Settings& settings,
                                                     const std::string& lists_folder);

/// What was held back before we started.
[[nodiscard]] Result<void> read_blocked_files(store::JournalStore& journal, gate::BlockedFiles& blocked,
                                              TimePoint since);

/// The first group of the file of people that names whose address it is; `small groups` where it has so few people that a number
/// would be about somebody; gate::no_group for everybody else. Groups by rota are not looked at: who is on call changes.
[[nodiscard]] std::string counted_group(const respond::Directory& directory, std::string_view address);

}  // namespace tocsin::app
