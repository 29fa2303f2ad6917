// What a command says, and how it says that it failed.
#pragma once

#include <cstdio>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::cli {

void write_text(FILE* file, std::string_view text);
/// "tocsin: MESSAGE" on standard error, fit for a terminal. Returns exit_error, for who ends with it.
int say_error(std::string_view message);
int say_error(const Error& error);

}  // namespace tocsin::cli
