#include "config/table_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/moment.hpp"
#include "config/values.hpp"

namespace tocsin::config {

const Node* TableReader::find(std::string_view key) {
    asked_.emplace(key);
    const auto found = std::ranges::find(table_, key, &Entry::key);
    return found == table_.end() ? nullptr : &found->node;
}

Place TableReader::place_of(std::string_view key) const {
    const auto found = std::ranges::find(table_, key, &Entry::key);
    return found == table_.end() ? place_ : found->node.place;
}

void TableReader::wrong(std::string_view key, std::string message, std::string what_to_do) {
    problems_.add(place_of(key), std::string(key), std::move(message), std::move(what_to_do));
}

std::string TableReader::text(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) return {};
    if (const auto* value = std::get_if<std::string>(&node->value)) return *value;
    wrong(key, fmt::format("{} is {}, must be text", key, name_of(*node)),
          fmt::format("write {} = \"…\"", key));
    return {};
}

std::string TableReader::needed_text(std::string_view key) {
    std::string value = text(key);
    const bool there = std::ranges::find(table_, key, &Entry::key) != table_.end();
    if (!there) wrong(key, fmt::format("[[{}]] has no {}", name_, key), fmt::format("write {} = \"…\"", key));
    return value;
}

std::optional<std::string> TableReader::text_or_number(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) return std::nullopt;
    if (const auto* value = std::get_if<std::string>(&node->value)) return *value;
    if (const auto* value = std::get_if<std::int64_t>(&node->value)) return fmt::format("{}", *value);
    wrong(key, fmt::format("{} is {}, must be text or a number", key, name_of(*node)),
          fmt::format("write {} = \"…\"", key));
    return std::nullopt;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
    std::vector<std::string> values;
    const Node* node = find(key);
    if (node == nullptr) return values;
    const auto* list = std::get_if<List>(&node->value);
    const bool good = list != nullptr && std::ranges::all_of(*list, [](const Node& entry) {
                          return std::holds_alternative<std::string>(entry.value);
                      });
    if (!good) {
        wrong(key, fmt::format("{} must be a list of texts", key), fmt::format("write {} = [\"…\"]", key));
        return values;
    }
    for (const Node& entry : *list) values.push_back(std::get<std::string>(entry.value));
    return values;
}

std::uint32_t TableReader::number(std::string_view key, std::uint32_t absent) {
    const Node* node = find(key);
    if (node == nullptr) return absent;
    const auto* value = std::get_if<std::int64_t>(&node->value);
    if (value != nullptr && *value >= 0 && *value <= UINT32_MAX) return static_cast<std::uint32_t>(*value);
    wrong(key, fmt::format("{} must be a whole number from 0", key), fmt::format("write {} = 5", key));
    return absent;
}

TimePoint TableReader::moment(std::string_view key) {
    const std::string written = needed_text(key);
    const std::optional<TimePoint> found = parse_moment(written);
    if (!found && !written.empty())
        wrong(key, fmt::format("{} is {}, which is no moment", key, in_quotes(written)),
              "write it as \"2026-03-01T09:00:00+01:00\"");
    return found.value_or(TimePoint{});
}

std::vector<std::pair<const Table*, Place>> TableReader::rows(std::string_view key) {
    std::vector<std::pair<const Table*, Place>> found;
    const Node* node = find(key);
    if (node == nullptr) return found;
    const auto* list = std::get_if<List>(&node->value);
    if (list == nullptr) {
        wrong(key, fmt::format("{} is {}, must be written with two brackets", key, name_of(*node)),
              fmt::format("write [[{}]], once for each", key));
        return found;
    }
    for (const Node& row : *list) {
        if (const auto* table = std::get_if<Table>(&row.value))
            found.emplace_back(table, row.place);
        else
            problems_.add(row.place, std::string(key), fmt::format("{} holds {}", key, name_of(row)),
                          fmt::format("write [[{}]], once for each", key));
    }
    return found;
}

std::pair<const Table*, Place> TableReader::table(std::string_view key) {
    const Node* node = find(key);
    if (node == nullptr) return {nullptr, place_};
    const auto* found = std::get_if<Table>(&node->value);
    if (found == nullptr)
        wrong(key, fmt::format("{} is {}, must be a section", key, name_of(*node)),
              fmt::format("write [{}]", key));
    return {found, node->place};
}

void TableReader::unknown_word(std::string_view key, Place place, const std::string& written,
                               const std::vector<std::string_view>& all) {
    std::string what_to_do = "write " + alternatives(all);
    if (const std::optional<std::string_view> meant = similar_name(written, all))
        what_to_do = fmt::format("did you mean \"{}\"?", *meant);
    problems_.add(place, std::string(key), fmt::format("{} cannot be {}", key, in_quotes(written)),
                  std::move(what_to_do));
}

void TableReader::tell_unknown() {
    const std::vector<std::string_view> known(asked_.begin(), asked_.end());
    for (const Entry& entry : table_) {
        if (asked_.contains(entry.key)) continue;
        std::string what_to_do = "there are " + alternatives(known);
        if (const std::optional<std::string_view> meant = similar_name(entry.key, known))
            what_to_do = fmt::format("did you mean {}?", *meant);
        problems_.add(entry.place, entry.key,
                      fmt::format("{} is not known in a {}", in_quotes(entry.key), name_),
                      std::move(what_to_do));
    }
}

}  // namespace tocsin::config
