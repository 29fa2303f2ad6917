// Which mail hits a canary.
#include "app/canaries.hpp"

#include <doctest/doctest.h>

using namespace tocsin;
using namespace tocsin::app;

TEST_CASE("a canary is hit by whoever touches it, and not by the customer in whose list it stands") {
    config::Settings settings;
    settings.customers.push_back({.name = "acme", .envelope_domains = {"bounce.acme.example"}});
    settings.canaries = {
        {.address = "x7k2@esp.example",
         .about = config::CanaryAbout::list,
         .customer = "acme",
         .list = "readers"},
        {.address = "q3@esp.example"},
        {.login = "backup-7"},
    };
    const Canaries canaries(settings);
    struct Row {
        store::Record record;
        std::vector<std::size_t> hit;
    };
    const auto record = [](const char* direction, const char* customer, const char* from,
                           std::vector<std::string> to, const char* login = "") {
        store::Record out;
        out.direction = direction;
        out.customer = customer;
        out.mail_from = from;
        out.recipients = std::move(to);
        out.sasl_login = login;
        return out;
    };
    const Row rows[] = {
        {record("outbound", "acme", "a@bounce.acme.example", {"someone@else.example"}), {}},
        {record("outbound", "acme", "a@bounce.acme.example", {"x7k2@esp.example"}), {}},
        {record("outbound", "other", "a@other.example", {"x7k2@esp.example"}), {0}},
        {record("outbound", "(unknown)", "a@bounce.acme.example", {"X7K2@ESP.example"}), {0}},
        {record("inbound", "", "1@BOUNCE.acme.example", {"x7k2@esp.example"}), {}},
        {record("inbound", "", "thief@evil.example", {"x7k2@esp.example", "X7k2@esp.example"}), {0}},
        {record("inbound", "", "", {"x7k2@esp.example"}), {0}},
        {record("outbound", "acme", "a@bounce.acme.example", {"q3@esp.example", "b@c.example"}), {1}},
        {record("outbound", "acme", "a@bounce.acme.example", {"b@c.example"}, "backup-7"), {2}},
        {record("outbound", "acme", "a@bounce.acme.example", {"b@c.example"}, "backup-77"), {}},
        {record("outbound", "acme", "a@b.example", {"q3@esp.example"}, "backup-7"), {1, 2}},
    };
    for (const Row& row : rows) {
        CAPTURE(row.record.mail_from);
        CAPTURE(row.record.direction);
        std::vector<std::size_t> hit;
        for (const config::Canary* const canary : canaries.hit_by(row.record))
            hit.push_back(canaries.number_of(*canary));
        CHECK(hit == row.hit);
    }
    const respond::CanaryHit told = Canaries::what_happened(settings.canaries[0]);
    CHECK(told.canary == "x7k2@esp.example");
    CHECK(told.about == respond::CanaryKind::list);
    CHECK(told.customer == "acme");
    CHECK(told.list == "readers");
}
