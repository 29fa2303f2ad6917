// Lists and groups for mail that goes round the filters.
#include "app/detour_rules.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::app;

namespace {

void write(const std::filesystem::path& folder, const char* name, const char* text) {
    std::ofstream(folder / name) << text;
}

respond::Directory house() {
    respond::Directory directory;
    respond::Group sales{.name = "sales"}, board{.name = "board"}, desk{.name = "desk", .rota = "first"};
    for (int number = 0; number < 6; ++number) {
        const std::string id = "p" + std::to_string(number);
        directory.people.push_back(
            {.id = id, .channels = {{respond::ChannelKind::mail, id + "@company.example"}}});
        if (number < 5) sales.people.push_back(id);
        if (number > 3) board.people.push_back(id);
    }
    directory.groups = {desk, sales, board};
    return directory;
}

}  // namespace

TEST_CASE("people are counted in the first group that names them, and never in a small one by its name") {
    const respond::Directory directory = house();
    CHECK(counted_group(directory, "p0@company.example") == "sales");
    CHECK(counted_group(directory, "P4@Company.example") == "sales");
    // Two people together are no crowd either.
    CHECK(counted_group(directory, "p5@company.example") == "no group");
    respond::Directory larger = directory;
    larger.groups.push_back({.name = "press", .people = {"q1", "q2", "q3"}});
    CHECK(counted_group(larger, "p5@company.example") == "small groups");
    CHECK(counted_group(directory, "stranger@company.example") == "no group");
    CHECK(counted_group({}, "") == "no group");
}

TEST_CASE("the operator's lists add to ours, take away from them, or take their place") {
    const test::TemporaryFolder ours, own;
    write(ours.path(), "file_share_hosts.txt", "# services\ndropbox.com\nwe.tl\n");
    write(ours.path(), "free_email_providers.txt", "gmail.com\n");
    write(own.path(), "file_share_hosts.add.txt", "files.partner.example\n");
    write(own.path(), "file_share_hosts.remove.txt", "we.tl\n");
    write(own.path(), "free_email_providers.txt", "gmx.de\n");
    config::Settings settings;
    settings.judge.lists = {own.path().string()};
    settings.detours.hours = 2;
    const auto rules = detour_rules(settings, ours.path().string());
    REQUIRE(rules);
    CHECK(rules->window_us == 7'200LL * 1'000'000);
    CHECK(rules->mode == gate::DetourMode::hold);
    CHECK(rules->is_file_store("dropbox.com"));
    CHECK(rules->is_file_store("files.partner.example"));
    CHECK_FALSE(rules->is_file_store("we.tl"));
    CHECK(rules->is_free_mail("gmx.de"));
    CHECK_FALSE(rules->is_free_mail("gmail.com"));
}
