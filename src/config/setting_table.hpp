// The one table of every setting. From it come: unknown keys, type and range errors, the values themselves, `config show` and the
// manual's page.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.hpp"

namespace tocsin::config {

/// A checked value on its way between file and Settings. monostate: not set.
using Value = std::variant<std::monostate, bool, std::int64_t, std::string, std::vector<std::string>>;

enum class Type : std::uint8_t {
    boolean,
    integer,
    word,  ///< one of Setting::words
    text,
    path,  ///< relative: to the folder of the configuration file
    host_name,
    listen_address,  ///< with "unix:"
    hop_address,
    words,  ///< lists from here on
    texts,
    paths,
    networks,
    logins,
    domains,
    recipients,
    flags,  ///< names of part flags, known to the caller
};
[[nodiscard]] constexpr bool is_list(Type type) {
    return type >= Type::words;
}
/// "whole number", "list of networks": for the manual.
[[nodiscard]] std::string_view describe(Type type);

enum class Need : std::uint8_t { optional, required };
enum class EmptyList : std::uint8_t { means_none, refused };

/// What a path must lead to; `config check` looks.
enum class PathUse : std::uint8_t {
    nothing,         ///< no path, or one that need not exist
    file_or_folder,  ///< exists and can be read
    file,            ///< a file that can be read
    secret_file,     ///< ... by nobody else
    program,         ///< a file that can be run
    folder,
    new_folder,  ///< a folder, or one that can be made
    socket,      ///< a socket can be made there
};

/// How a setting is written into Settings and read from them; made by bound<> (binding.hpp).
struct Access {
    void (*store)(Settings&, std::size_t row, const Value&);
    Value (*read)(const Settings&, std::size_t row);
    std::span<const std::string_view> words;
};

/// Bits of Setting::kinds, in the order of ListenerKind.
inline constexpr unsigned every_kind = 0, on_smtp = 1, on_milter = 2, on_check = 4, on_clamd = 8, on_api = 16,
                          on_answers = 32, on_report_form = 64;

struct Setting {
    std::string_view key;
    Type type;
    Access access;
    std::string_view help;            ///< sentences
    std::string_view unit = {};       ///< of an integer
    std::int64_t least = 0;           ///< of an integer
    std::int64_t most = 0;            ///< of an integer; of a text: bytes
    std::string_view default_text{};  ///< where the default is not simply the initializer in Settings
    Need need = Need::optional;
    EmptyList empty_list = EmptyList::means_none;
    PathUse path_use = PathUse::nothing;
    unsigned kinds = every_kind;  ///< listeners that have it
};

enum class Rows : std::uint8_t { one, many };

/// [name] or [[name]].
struct Section {
    std::string_view name;
    Rows rows;
    std::string_view help;
    std::span<const Setting> settings;
    std::size_t (*count)(const Settings&);
    void (*append)(Settings&);  ///< adds a row with the defaults; nothing for Rows::one
};

[[nodiscard]] std::span<const Section> sections();
[[nodiscard]] const Section* find_section(std::string_view name);
/// "[daemon]", "[[listener]]"
[[nodiscard]] std::string head_of(const Section& section);
[[nodiscard]] const Setting* find_setting(const Section& section, std::string_view key);

/// The initializer in Settings as TOML; "" for what is required or not set.
[[nodiscard]] std::string default_of(const Section& section, const Setting& setting);

/// "smtp, milter": the kinds of listener that have this setting; "" for all.
[[nodiscard]] std::string kinds_of(const Setting& setting);

}  // namespace tocsin::config
