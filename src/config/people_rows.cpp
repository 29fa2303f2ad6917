#include <fmt/format.h>

#include "config/respond_rows.hpp"
#include "config/table_reader.hpp"

namespace tocsin::config {

namespace {

using namespace respond;

constexpr std::uint32_t no_severity = 0;

Person read_person(TableReader& row) {
    Person person{.id = row.needed_text("id"), .name = row.text("name"), .channels = {}};
    for (std::string& address : row.texts("mail"))
        person.channels.push_back({ChannelKind::mail, std::move(address)});
    for (std::string& url : row.texts("webhook"))
        person.channels.push_back({ChannelKind::webhook, std::move(url)});
    for (std::string& facility : row.texts("syslog"))
        person.channels.push_back({ChannelKind::syslog, std::move(facility)});
    return person;
}

Rota read_rota(TableReader& row) {
    return {.name = row.needed_text("name"),
            .turns = row.texts("turns"),
            .begins = row.moment("begins"),
            .turn_hours = row.number("turn_hours", Rota{}.turn_hours),
            .overrides = {}};
}

void read_override(TableReader& row, Directory& directory) {
    const std::string name = row.needed_text("rota");
    const RotaOverride one{row.text("person"), row.moment("from"), row.moment("until")};
    for (Rota& rota : directory.rotas)
        if (rota.name == name) return rota.overrides.push_back(one);
    row.wrong("rota", fmt::format("there is no rota {}", in_quotes(name)), "name a rota of this file");
}

std::optional<Severity> read_severity(TableReader& row, std::string_view key) {
    const std::uint32_t number = row.number(key, no_severity);
    if (number != no_severity && number <= respond::words<Severity>.size())
        return static_cast<Severity>(number - 1);
    row.wrong(key, fmt::format("{} must be a severity", key), "write 1 (worst) to 4");
    return std::nullopt;
}

void read_deadlines(TableReader& row, Setup& setup) {
    const std::optional<Severity> severity = read_severity(row, "severity");
    DutyMinutes read;
    DutyMinutes& minutes = severity ? setup.duties[static_cast<std::size_t>(*severity)] : read;
    minutes.acknowledge = row.number("acknowledge_minutes", minutes.acknowledge);
    minutes.verify = row.number("verify_minutes", minutes.verify);
    minutes.contain = row.number("contain_minutes", minutes.contain);
    minutes.recover = row.number("recover_minutes", minutes.recover);
}

}  // namespace

void read_people_rows(const Table& document, Setup& setup, NamedPlaces& places, Problems& problems) {
    TableReader reader("file of people", document, {1, 1}, problems);
    Directory& directory = setup.directory;
    const auto each = [&](std::string_view key, auto read) {
        for (const auto& [table, place] : reader.rows(key)) {
            TableReader row(key, *table, place, problems);
            const std::string name = read(row);
            row.tell_unknown();
            places[{name, ""}] = place;
            for (const Entry& entry : *table) places[{name, entry.key}] = entry.node.place;
        }
    };
    each("person", [&](TableReader& row) { return directory.people.emplace_back(read_person(row)).id; });
    each("group", [&](TableReader& row) {
        return directory.groups
            .emplace_back(Group{row.needed_text("name"), row.texts("people"), row.text("rota")})
            .name;
    });
    each("rota", [&](TableReader& row) { return directory.rotas.emplace_back(read_rota(row)).name; });
    each("override", [&](TableReader& row) { return read_override(row, directory), std::string(); });
    each("page", [&](TableReader& row) {
        directory.escalation.push_back({row.number("after_minutes", 0), row.needed_text("group")});
        return std::string("page");
    });
    each("deadlines", [&](TableReader& row) { return read_deadlines(row, setup), std::string(); });
    if (const auto [table, place] = reader.table("escalation"); table != nullptr) {
        TableReader row("escalation", *table, place, problems);
        directory.escalation_rounds = row.number("rounds", directory.escalation_rounds);
        directory.escalation_round_minutes = row.number("round_minutes", directory.escalation_round_minutes);
        if (row.number("page_from_severity", no_severity) != no_severity)
            setup.page_from = read_severity(row, "page_from_severity").value_or(setup.page_from);
        row.tell_unknown();
    }
    reader.tell_unknown();
}

}  // namespace tocsin::config
