#include "cli/output.hpp"

#include <string>

#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"

namespace tocsin::cli {

void write_text(FILE* file, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), file);
}

int say_error(std::string_view message) {
    write_text(stderr, "tocsin: " + for_terminal(message) + "\n");
    return exit_error;
}

int say_error(const Error& error) {
    return say_error(std::string_view(error.message));
}

}  // namespace tocsin::cli
