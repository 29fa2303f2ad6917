#include <algorithm>
#include <charconv>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "config/config.hpp"
#include "config/document.hpp"
#include "config/rows.hpp"
#include "config/setting_table.hpp"

namespace tocsin::config {

namespace {

std::vector<std::string_view> section_names() {
    std::vector<std::string_view> names;
    for (const Section& section : sections()) names.push_back(section.name);
    return names;
}

/// Reads a document along the table. Everything that is wrong becomes a problem; what is right is stored all the same, so that
/// the checks behind find what else is wrong.
class Reading {
public:
    Reading(const ParseOptions& options, Problems& problems)
        : context_{options.folder, options.known.part_flags, options.path_check}, problems_(problems) {}

    void read(const Table& document) {
        for (const Entry& entry : document) {
            if (const Section* section = find_section(entry.key))
                read_section(*section, entry);
            else
                unknown_section(entry);
        }
        for (const Section& section : sections())
            if (section.rows == Rows::one) places[std::string(section.name)].resize(1);
    }

    Settings settings;
    Places places;

private:
    void unknown_section(const Entry& entry) {
        const bool is_table =
            std::holds_alternative<Table>(entry.node.value) || std::holds_alternative<List>(entry.node.value);
        for (const Section& section : sections())
            if (!is_table && find_setting(section, entry.key) != nullptr) {
                problems_.add(entry.place, entry.key,
                              fmt::format("{} stands in no section", in_quotes(entry.key)),
                              fmt::format("write it below {}", head_of(section)));
                return;
            }
        std::string what_to_do = "see tocsin config manual for all sections";
        if (std::optional<std::string_view> meant = similar_name(entry.key, section_names()))
            what_to_do = fmt::format("did you mean {}?", head_of(*find_section(*meant)));
        problems_.add(entry.place, entry.key, fmt::format("there is no section {}", in_quotes(entry.key)),
                      std::move(what_to_do));
    }

    void read_section(const Section& section, const Entry& entry) {
        const auto* table = std::get_if<Table>(&entry.node.value);
        const auto* list = std::get_if<List>(&entry.node.value);
        if (section.rows == Rows::one && table != nullptr)
            return read_row(section, 0, entry.node.place, *table);
        if (section.rows == Rows::many && list != nullptr) return read_rows(section, *list);
        std::string wrong = table != nullptr ? fmt::format("[{}] is written with two brackets", section.name)
                            : list != nullptr && section.rows == Rows::one
                                ? fmt::format("[[{}]] is written with one bracket", section.name)
                                : fmt::format("{} is {}, must be a section", entry.key, name_of(entry.node));
        problems_.add(entry.node.place, entry.key, std::move(wrong),
                      fmt::format("write {}{}", head_of(section),
                                  section.rows == Rows::one ? ", once" : ", once for each row"));
        places[std::string(section.name)].resize(1);
        places[std::string(section.name)][0].flawed = true;
        if (section.count(settings) == 0) section.append(settings);
    }

    void read_rows(const Section& section, const List& rows) {
        const std::size_t rows_max = section.name == "listener"  ? limits::config_listeners
                                     : section.name == "webhook" ? limits::webhooks
                                                                 : limits::config_rows;
        for (const Node& row : rows) {
            const std::size_t number = section.count(settings);
            if (number >= rows_max) {
                problems_.add(row.place, std::string(section.name),
                              fmt::format("more than {} rows of [[{}]]", rows_max, section.name),
                              "remove some, or join them");
                return;
            }
            section.append(settings);
            if (const auto* table = std::get_if<Table>(&row.value)) {
                read_row(section, number, row.place, *table);
                continue;
            }
            problems_.add(row.place, std::string(section.name),
                          fmt::format("{} holds {}, must hold sections", section.name, name_of(row)),
                          fmt::format("write {}, once for each row", head_of(section)));
            places[std::string(section.name)].push_back({row.place, {}, true});
        }
    }

    void read_row(const Section& section, std::size_t row, Place place, const Table& table) {
        auto& rows = places[std::string(section.name)];
        if (rows.size() <= row) rows.resize(row + 1);
        rows[row].place = place;
        const std::size_t problems_before = problems_.size();
        for (const Entry& entry : table) {
            rows[row].given.emplace(entry.key, entry.place);
            if (const Setting* setting = find_setting(section, entry.key))
                read_setting(section, *setting, row, entry.node);
            else
                unknown_setting(section, entry);
        }
        for (const Setting& setting : section.settings)
            if (setting.need == Need::required && !rows[row].has(setting.key))
                problems_.add(place, fmt::format("{}.{}", section.name, setting.key),
                              fmt::format("{} without {}", head_of(section), setting.key),
                              fmt::format("write a line {} = …", setting.key));
        rows[row].flawed = problems_.size() != problems_before || problems_.full();
    }

    void read_setting(const Section& section, const Setting& setting, std::size_t row, const Node& node) {
        const std::string key = fmt::format("{}.{}", section.name, setting.key);
        auto complain = [&](Place place, Complaint complaint) {
            problems_.add(place, key, fmt::format("{} {}", key, complaint.message),
                          std::move(complaint.what_to_do));
        };
        if (std::optional<Value> value = read_value(setting, node, context_, complain))
            setting.access.store(settings, row, *value);
    }

    void unknown_setting(const Section& section, const Entry& entry) {
        std::vector<std::string_view> keys;
        for (const Setting& setting : section.settings) keys.push_back(setting.key);
        std::string what_to_do;
        if (std::optional<std::string_view> meant = similar_name(entry.key, keys))
            what_to_do = fmt::format("did you mean {}?", *meant);
        for (const Section& other : sections())
            if (what_to_do.empty() && find_setting(other, entry.key) != nullptr)
                what_to_do = fmt::format("{} belongs to {}", entry.key, head_of(other));
        if (what_to_do.empty()) what_to_do = "possible: " + alternatives(keys);
        problems_.add(entry.place, fmt::format("{}.{}", section.name, entry.key),
                      fmt::format("{} has no setting {}", head_of(section), in_quotes(entry.key)),
                      std::move(what_to_do));
    }

    ValueContext context_;
    Problems& problems_;
};

Entry& entry_of(Table& table, std::string_view key, Node otherwise) {
    for (Entry& entry : table)
        if (entry.key == key) return entry;
    return table.emplace_back(std::string(key), Place{}, std::move(otherwise));
}

/// The words of the command line as if they stood in the file.
Node node_of(std::string_view text, const Setting* setting) {
    if (setting != nullptr && setting->type == Type::boolean && (text == "true" || text == "false"))
        return {{}, text == "true"};
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (setting != nullptr && setting->type == Type::integer && error == std::errc{} &&
        end == text.data() + text.size())
        return {{}, number};
    Node node{{}, std::string(text)};
    if (setting != nullptr && is_list(setting->type)) return {{}, List{std::move(node)}};
    return node;
}

void apply(const std::vector<Override>& overrides, Table& document) {
    std::vector<std::string_view> replaced;
    for (const Override& override : overrides) {
        const std::size_t dot = std::min(override.key.find('.'), override.key.size());
        const std::string_view name = std::string_view(override.key).substr(0, dot);
        const std::string_view key =
            std::string_view(override.key).substr(std::min(dot + 1, override.key.size()));
        const Section* section = find_section(name);
        const Setting* setting = section == nullptr ? nullptr : find_setting(*section, key);
        auto* table = std::get_if<Table>(&entry_of(document, name, {{}, Table{}}).node.value);
        if (table == nullptr) continue;  // the file has something else here, and hears of it
        Node node = node_of(override.text, setting);
        Entry& entry = entry_of(*table, key, {});
        entry.place = {};
        auto* list = std::get_if<List>(&node.value);
        auto* so_far = std::get_if<List>(&entry.node.value);
        if (list != nullptr && so_far != nullptr &&
            std::ranges::find(replaced, override.key) != replaced.end())
            so_far->push_back(std::move(list->front()));
        else
            entry.node = std::move(node);
        replaced.push_back(override.key);
    }
}

}  // namespace

Parsed parse(std::string_view text, const ParseOptions& options) {
    Problems problems;
    Parsed parsed;
    std::optional<Table> document = read_document(text, problems);
    if (document) {
        apply(options.overrides, *document);
        Reading reading(options, problems);
        reading.read(*document);
        complete(reading.settings, reading.places);
        apply_listen(options.listen, reading.settings, reading.places, problems);
        check_listeners(reading.settings, reading.places, problems);
        check_customers(reading.settings, reading.places, problems);
        check_policy(reading.settings, reading.places, problems);
        check_banner(reading.settings, reading.places, problems);
        check_watch(reading.settings, reading.places, problems);
        check_canaries(reading.settings, reading.places, problems);
        check_mailboxes(reading.settings, reading.places, problems);
        check_webhooks(reading.settings, reading.places, problems);
        if (problems.empty()) parsed.settings = std::move(reading.settings);
    }
    parsed.problems = problems.take();
    return parsed;
}

Result<Parsed> load(const std::filesystem::path& file, ParseOptions options) {
    std::error_code error;
    const std::filesystem::path absolute = std::filesystem::absolute(file, error).lexically_normal();
    if (error) return fail(ErrorCode::io, fmt::format("{}: {}", file.string(), error.message()));
    const std::filesystem::file_status status = std::filesystem::status(absolute, error);
    if (!std::filesystem::exists(status))
        return fail(ErrorCode::not_found, fmt::format("{}: no such file", file.string()));
    if (!std::filesystem::is_regular_file(status))
        return fail(ErrorCode::invalid_input, fmt::format("{}: not a file", file.string()));
    std::ifstream stream(absolute, std::ios::binary);
    // One byte more than is allowed tells a file that is too large from one that just fits.
    std::string text(limits::config_bytes + 1, '\0');
    if (stream) stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (stream.bad() || !stream.is_open())
        return fail(ErrorCode::permission, fmt::format("{}: cannot be read", file.string()));
    text.resize(static_cast<std::size_t>(stream.gcount()));
    if (text.size() > limits::config_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("{}: larger than {} bytes", file.string(), limits::config_bytes));
    options.folder = absolute.parent_path();
    return parse(text, options);
}

}  // namespace tocsin::config
