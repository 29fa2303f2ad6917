// Text of the outside world as an event of the response takes it.
#pragma once

#include <string>

#include "base/limits/respond.hpp"
#include "store/stored_text.hpp"

namespace tocsin::app {

/// As it is written down and read again: whole characters, at most limits::respond_text_bytes of them.
[[nodiscard]] inline std::string event_text(const std::string& text) {
    return store::stored_text(text, limits::respond_text_bytes);
}

}  // namespace tocsin::app
