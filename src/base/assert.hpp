// ASSERT stays on in release builds: a broken invariant of our own ends the process, and systemd starts a clean one.
// Never assert on data from outside; a reader's reply is outside data too.
#pragma once

namespace tocsin {
[[noreturn]] void assertion_failed(const char* condition, const char* why, const char* file, int line);
}

#define ASSERT(condition, why)                                                                               \
    (static_cast<bool>(condition) ? static_cast<void>(0)                                                     \
                                  : ::tocsin::assertion_failed(#condition, why, __FILE__, __LINE__))
