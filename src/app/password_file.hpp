// A file with nothing but a password in it.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace tocsin::app {

/// Who may read it besides its owner.
enum class MayRead : std::uint8_t { nobody, its_group };

/// The password: one line, without its end. Errors: permission (others may read it), invalid_input (it is empty, or more than one
/// line), not_found, io.
[[nodiscard]] Result<std::string> read_password(const std::string& path, MayRead others);

}  // namespace tocsin::app
