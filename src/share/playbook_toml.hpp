// A playbook as the file that a person would write (docs/manual/playbooks.md).
#pragma once

#include <string>
#include <string_view>

#include "respond/playbook.hpp"

namespace tocsin::share {

/// TOML 1.0 that config::read_playbook() makes the same playbook of. What has its default is left out. `comment`: lines that
/// stand at its head, each made a comment.
[[nodiscard]] std::string to_toml(const respond::Playbook& playbook, std::string_view comment);

/// A basic string of TOML 1.0: in quotation marks, with everything escaped that would end it or is not printable. Bytes that are
/// no UTF-8 become U+FFFD: TOML has no way to write them.
[[nodiscard]] std::string toml_string(std::string_view text);

}  // namespace tocsin::share
