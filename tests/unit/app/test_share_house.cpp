// What counts as of the house, and what as a great provider's, when an attack is shared with others.
#include <doctest/doctest.h>

#include <fstream>
#include <set>

#include "app/share_house.hpp"
#include "base/contains.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::app;

TEST_CASE("a host belongs to a great provider, unless anybody gets one like it there") {
    const std::set<std::string, std::less<>> great = {"google.com", "pages.dev"}, tenants = {"pages.dev"};
    const auto belongs = [&](std::string_view host) {
        return belongs_to_great_provider(
            host, [&](std::string_view name) { return great.contains(name); },
            [&](std::string_view name) { return tenants.contains(name); });
    };
    for (const char* host : {"google.com", "docs.google.com", "a.b.google.com", "pages.dev"})
        CHECK(belongs(host));
    for (const char* host :
         {"evil.pages.dev", "a.evil.pages.dev", "notgoogle.com", "google.com.evil.example", "com", ""})
        CHECK_FALSE(belongs(host));
}

TEST_CASE("the house is what the configuration, the people and the operator's lists say") {
    const test::TemporaryFolder folder;
    std::ofstream(folder.path() / "org_domains.txt") << "# ours\nOurs.Example\n";
    std::ofstream(folder.path() / "tranco_10k.txt") << "great.example\n";
    config::Settings settings;
    settings.daemon.host_name = "mx.esp.example";
    settings.respond.notices_from = "security@esp.example";
    settings.respond.report_addresses = {"phish@reports.example"};
    settings.judge.lists = {folder.path().string()};
    settings.customers.resize(1);
    settings.customers[0].envelope_domains = {"acme.example"};
    settings.customers[0].header_domains = {"acme-news.example"};
    settings.customers[0].contact = "carla@elsewhere.example";
    respond::Directory people;
    people.people = {
        {.id = "anna", .name = "Anna", .channels = {{respond::ChannelKind::mail, "anna@desk.example"}}}};
    const auto house = make_house(settings, people, folder.path().string());
    REQUIRE(house);
    CHECK((*house)->organisation == "esp.example");
    CHECK((*house)->contact == "security@esp.example");
    for (const char* domain : {"mx.esp.example", "esp.example", "reports.example", "acme.example",
                               "acme-news.example", "elsewhere.example", "desk.example", "ours.example"}) {
        INFO(std::string(domain));
        CHECK(contains((*house)->domains, domain));
    }
    CHECK(contains((*house)->addresses, "anna@desk.example"));
    CHECK(contains((*house)->addresses, "carla@elsewhere.example"));
    CHECK((*house)->is_great("www.great.example"));
    CHECK_FALSE((*house)->is_great("evil.example"));
}

TEST_CASE("no playbook orders anything about links that honest mail has, too") {
    const test::TemporaryFolder folder;
    std::ofstream(folder.path() / "tranco_10k.txt") << "greatbank.example\ngreat.example\n";
    std::ofstream(folder.path() / "self_service_creation_platform_domains.txt") << "forms.great.example\n";
    std::ofstream(folder.path() / "free_subdomain_hosts.txt") << "pages.example\n";
    config::Settings settings;
    settings.customers.resize(1);
    settings.customers[0].envelope_domains = {"acme.example"};
    const auto house = make_house(settings, {}, folder.path().string());
    REQUIRE(house);
    for (const char* host : {"www.greatbank.example", "great.example", "acme.example", "shop.acme.example"}) {
        CAPTURE(host);
        CHECK(why_left_alone(**house, host).find(host) == 0);
        CHECK(is_known_host(**house, host));
    }
    // Where strangers have pages one page is like any other; but what is cut off a link there would be about all of them.
    for (const char* host : {"forms.great.example", "evil.pages.example"}) {
        CAPTURE(host);
        CHECK(why_left_alone(**house, host).empty());
        CHECK(is_known_host(**house, host));
    }
    for (const char* host : {"evil.example", "greatbank.example.evil.example", ""}) {
        CAPTURE(host);
        CHECK(why_left_alone(**house, host).empty());
        CHECK_FALSE(is_known_host(**house, host));
    }
}
