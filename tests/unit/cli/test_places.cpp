// Where the command line looks when nobody says where.
#include "cli/places.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace tocsin::cli;

TEST_CASE("the daemon's data folder as its clients find it") {
    char folder[] = "/tmp/tocsin-unit-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string file = std::string(folder) + "/tocsin.toml";
    CHECK(installed_config(file).empty());
    CHECK(daemon_data_folder(file) == "data");
    std::ofstream(file) << "[daemon]\ndata = \"/srv/mail\"\n";
    CHECK(installed_config(file) == file);
    CHECK(daemon_data_folder(file) == "/srv/mail");
    std::ofstream(file) << "";
    CHECK(daemon_data_folder(file) == "/var/lib/tocsin");
    std::ofstream(file) << "[daemon]\ndata = 7\n";
    CHECK(daemon_data_folder(file) == "/var/lib/tocsin");
    std::filesystem::remove_all(folder);
}
