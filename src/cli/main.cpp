#include <csignal>

#include "cli/command_line.hpp"

int main(int argc, char** argv) {
    // A peer that goes away is an error of one write, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    return tocsin::cli::run(argc, argv);
}
