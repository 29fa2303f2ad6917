// The table in words: what `config show` and the manual say about it.
#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "config/config.hpp"
#include "config/setting_table.hpp"

namespace tocsin::config {

namespace {

std::string joined(std::span<const std::string_view> words, std::string_view between) {
    std::string out;
    for (std::string_view word : words) out += (out.empty() ? "" : std::string(between)) + std::string(word);
    return out;
}

/// A `|` would end the cell.
std::string cell(std::string_view text) {
    std::string out;
    for (char c : text) out += c == '|' ? "\\|" : std::string(1, c);
    return out;
}

std::string type_cell(const Setting& setting) {
    std::string out(describe(setting.type));
    if (!setting.access.words.empty())
        out += fmt::format(": `{}`", joined(setting.access.words, "`, `"));
    else if (setting.type == Type::integer)
        out += fmt::format(", {} to {}{}{}", setting.least, setting.most, setting.unit.empty() ? "" : " ",
                           setting.unit);
    else if (setting.most > 0)
        out += fmt::format(", at most {} bytes", setting.most);
    return out;
}

std::string default_cell(const Section& section, const Setting& setting) {
    if (setting.need == Need::required) return "**must be given**";
    if (!setting.default_text.empty()) return std::string(setting.default_text);
    const std::string text = default_of(section, setting);
    return text.empty() ? "not set" : fmt::format("`{}`", text);
}

bool is_set(const Setting& setting, const std::string& toml) {
    return !toml.empty() && toml != "\"\"" && (toml != "[]" || setting.empty_list == EmptyList::means_none);
}

/// Comments stand at the first row only; ten thousand customers are read more easily without.
std::string show_row(const Section& section, const Settings& settings, std::size_t row) {
    std::string out = head_of(section) + "\n";
    unsigned kind = every_kind;
    if (section.name == "listener") kind = 1U << static_cast<unsigned>(settings.listeners[row].kind);
    for (const Setting& setting : section.settings) {
        if (setting.kinds != every_kind && (setting.kinds & kind) == 0) continue;
        const std::string toml = to_toml(setting.access.read(settings, row));
        if (row == 0) out += fmt::format("# {}\n", setting.help);
        if (is_set(setting, toml))
            out += fmt::format("{} = {}\n", setting.key, toml);
        else if (row == 0)
            out += fmt::format("# {} is not set\n", setting.key);
    }
    return out;
}

}  // namespace

const Section* find_section(std::string_view name) {
    const auto all = sections();
    const auto found = std::ranges::find(all, name, &Section::name);
    return found == all.end() ? nullptr : &*found;
}

std::string head_of(const Section& section) {
    return section.rows == Rows::one ? fmt::format("[{}]", section.name)
                                     : fmt::format("[[{}]]", section.name);
}

const Setting* find_setting(const Section& section, std::string_view key) {
    const auto found = std::ranges::find(section.settings, key, &Setting::key);
    return found == section.settings.end() ? nullptr : &*found;
}

std::string_view describe(Type type) {
    switch (type) {
        case Type::boolean: return "true or false";
        case Type::integer: return "a whole number";
        case Type::word: return "one word";
        case Type::text: return "text";
        case Type::path: return "a path";
        case Type::host_name: return "a host name";
        case Type::listen_address: return "IP:PORT or unix:/PATH";
        case Type::hop_address: return "IP:PORT";
        case Type::words: return "a list of words";
        case Type::texts: return "a list of texts";
        case Type::paths: return "a list of paths";
        case Type::networks: return "a list of networks";
        case Type::logins: return "a list of logins";
        case Type::domains: return "a list of domains";
        case Type::recipients: return "a list of recipients";
        case Type::flags: return "a list of flags";
    }
    return "text";
}

std::string default_of(const Section& section, const Setting& setting) {
    if (setting.need == Need::required) return "";
    Settings defaults;
    if (section.count(defaults) == 0) section.append(defaults);
    std::string toml = to_toml(setting.access.read(defaults, 0));
    return is_set(setting, toml) ? toml : "";
}

std::string kinds_of(const Setting& setting) {
    std::vector<std::string_view> kinds;
    for (std::size_t i = 0; i < words<ListenerKind>.size(); ++i)
        if ((setting.kinds & (1U << i)) != 0) kinds.push_back(words<ListenerKind>[i]);
    return joined(kinds, ", ");
}

std::string show(const Settings& settings) {
    std::string out = "# Settings in force, with what was not written filled in. tocsin config manual "
                      "explains all of them.\n";
    for (const Section& section : sections()) {
        out += fmt::format("\n# {}\n", section.help);
        const std::size_t rows = section.count(settings);
        if (rows == 0) out += fmt::format("# No [[{}]] is given.\n", section.name);
        for (std::size_t row = 0; row < rows; ++row)
            out += (row == 0 ? "" : "\n") + show_row(section, settings, row);
    }
    return out;
}

std::string manual() {
    std::string out = "## All settings\n";
    for (const Section& section : sections()) {
        out += fmt::format("\n### {}\n{}\n\n", head_of(section), section.help);
        out += "| setting | value | default | meaning |\n|---|---|---|---|\n";
        for (const Setting& setting : section.settings) {
            std::string help(setting.help);
            if (setting.kinds != every_kind) help = fmt::format("({}) {}", kinds_of(setting), help);
            out += fmt::format("| `{}` | {} | {} | {} |\n", setting.key, cell(type_cell(setting)),
                               cell(default_cell(section, setting)), cell(help));
        }
    }
    return out;
}

}  // namespace tocsin::config
