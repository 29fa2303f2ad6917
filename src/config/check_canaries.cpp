// A canary that could never be hit, or would be hit by honest mail, is told when the file is read.
#include <unordered_map>

#include <fmt/format.h>

#include "base/contains.hpp"
#include "base/limits/respond.hpp"
#include "config/config.hpp"
#include "config/rows.hpp"
#include "config/values.hpp"

namespace tocsin::config {

namespace {

/// Adds what is wrong with one row.
class CanaryCheck {
public:
    CanaryCheck(const Settings& settings, const Canary& canary, const RowPlaces& row, Problems& problems)
        : settings_(settings), canary_(canary), row_(row), problems_(problems) {}

    void run() {
        check_what();
        check_list();
        if (canary_.address && contains(settings_.respond.report_addresses, *canary_.address))
            wrong("address", "takes reports: people write to it", "give the canary an address of its own");
        if (canary_.customer && !contains(settings_.customers, *canary_.customer, &Customer::name))
            wrong("customer", "names no [[customer]]", "write the name of one, or leave it out");
    }

private:
    void check_what() {
        if (canary_.address.has_value() == canary_.login.has_value())
            wrong("address", canary_.address ? "and login are both there" : "and login are both missing",
                  "write one of the two; make two rows of both");
        if (canary_.address && !is_plain_address(*canary_.address))
            wrong("address", "is no address", "write one as in a To field, without a name: x7k2@example.org");
        if (canary_.login && canary_.login->empty())
            wrong("login", "is empty", "write what the intruder would log in as");
        if (canary_.login && canary_.about == CanaryAbout::list)
            wrong("about", "is list, and a login stands in no list", "write about = \"infrastructure\"");
    }
    void check_list() {
        if (canary_.about == CanaryAbout::list && canary_.list.value_or("").empty())
            wrong("list", "is missing", "write what people call the list: they are told its name");
        if (canary_.about == CanaryAbout::infrastructure && canary_.list)
            wrong("list", "belongs to about = \"list\"", "take it out, or write about = \"list\"");
    }
    void wrong(const std::string& key, const std::string& message, const std::string& what_to_do) {
        problems_.add(row_.of(key), "canary." + key, "canary." + key + " " + message, what_to_do);
    }

    const Settings& settings_;
    const Canary& canary_;
    const RowPlaces& row_;
    Problems& problems_;
};

}  // namespace

void check_canaries(const Settings& settings, const Places& places, Problems& problems) {
    const auto rows = places.find("canary");
    if (rows == places.end()) return;
    std::unordered_map<std::string_view, std::uint32_t> lines;
    for (std::size_t i = 0; i < rows->second.size() && i < settings.canaries.size(); ++i) {
        const RowPlaces& row = rows->second[i];
        const Canary& canary = settings.canaries[i];
        if (row.flawed) continue;
        CanaryCheck(settings, canary, row, problems).run();
        if (canary.address.has_value() == canary.login.has_value()) continue;
        const std::string& what = canary.address ? *canary.address : *canary.login;
        const auto [seen, is_new] = lines.emplace(what, row.place.line);
        if (!is_new)
            problems.add(
                row.place, "canary",
                fmt::format("the canary {} is there already (line {})", in_quotes(what), seen->second),
                "take one of the two out");
    }
    if (rows->second.empty()) return;
    if (settings.canaries.size() > limits::canaries)
        problems.add(rows->second.front().place, "canary",
                     fmt::format("there are {} canaries; at most {} are looked for", settings.canaries.size(),
                                 limits::canaries),
                     "take some out");
    if (!settings.respond.people)
        problems.add(rows->second.front().place, "canary",
                     "there are canaries, and the response is off: nobody would be told",
                     "set people in [respond], or take [[canary]] out");
}

}  // namespace tocsin::config
