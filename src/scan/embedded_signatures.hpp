// Signatures that are part of the program: it recognises the harmless test files with no database installed.
#pragma once

#include <string_view>

namespace tocsin::scan {

/// signatures/tocsin.ndb (ClamAV's extended signature format).
[[nodiscard]] std::string_view embedded_ndb();

}  // namespace tocsin::scan
