#include "reader/arguments.hpp"

#include <doctest/doctest.h>

using namespace tocsin;
using namespace tocsin::reader;

TEST_CASE("the command line of the reader") {
    Arguments arguments = parse_arguments({"--scratch", "/s", "--clamav", "/a", "--clamav", "/b", "--yara",
                                           "/c", "--without", "documents", "--log-level", "debug"})
                              .value();
    CHECK(arguments.scratch == "/s");
    CHECK(arguments.engines.clamav_databases == std::vector<std::string>{"/a", "/b"});
    CHECK(arguments.engines.yara_rules == std::vector<std::string>{"/c"});
    CHECK(arguments.engines.clamav);
    CHECK_FALSE(arguments.engines.documents);
    CHECK(arguments.log_level == LogLevel::debug);
}

TEST_CASE("what is wrong with a command line is said") {
    auto error = [](const std::vector<std::string>& words) { return parse_arguments(words).error().message; };
    CHECK(error({}) == "--scratch DIR is missing");
    CHECK(error({"--scratch"}) == "--scratch: a value is missing");
    CHECK(error({"--scratch", "/s", "--colour", "red"}) == "unknown option --colour");
    CHECK(error({"--scratch", "/s", "--without", "brakes"}) == "--without: unknown engine 'brakes'");
    CHECK(error({"--scratch", "/s", "--log-level", "loud"}) == "--log-level: unknown level 'loud'");
}
