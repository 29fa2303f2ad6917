// The command line `tocsin …`.
#pragma once

namespace tocsin::cli {

/// Parses the words, runs the command and returns the exit code.
[[nodiscard]] int run(int argc, char** argv);

}  // namespace tocsin::cli
