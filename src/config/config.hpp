// The configuration file: TOML text in, Settings out, or everything that is wrong with it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/result.hpp"
#include "config/problem.hpp"
#include "config/settings.hpp"
#include "config/values.hpp"

namespace tocsin::config {

/// Names that other rooms define and a configuration may use; this room knows none of them.
struct KnownNames {
    std::vector<std::string> part_flags;  ///< empty: any name is taken
};

/// One setting of a [section] from the command line; it replaces what the file says. A list is written by several of them.
struct Override {
    std::string key;   ///< "daemon.next_hop"
    std::string text;  ///< "127.0.0.1:10025", "4", "true"
};

struct ParseOptions {
    std::filesystem::path folder;  ///< relative paths start here; empty: they stay as they are
    KnownNames known;
    std::vector<Override> overrides;
    std::vector<std::string> listen;  ///< "NAME=ADDRESS" gives a listener another address, "NAME=off" takes it out
    PathCheck path_check;  ///< looks at every path; empty: nobody looks (see look_at_path in files.hpp)
};

struct Parsed {
    std::optional<Settings> settings;  ///< complete; only if there is no problem
    std::vector<Problem> problems;     ///< in the order of the file, at most limits::config_problems
};

/// Pure, unless `path_check` looks at something. An empty text gives the defaults.
[[nodiscard]] Parsed parse(std::string_view text, const ParseOptions& options);

/// Reads and parses a file; relative paths start at its folder, whatever `options.folder` is. Errors: it cannot be read, or is
/// larger than limits::config_bytes.
[[nodiscard]] Result<Parsed> load(const std::filesystem::path& file, ParseOptions options);

/// The sections whose settings count after a restart only and are others now, as "[daemon], [watch]"; empty: none is.
[[nodiscard]] std::string sections_to_restart_for(const Settings& now, const Settings& begun_with);

/// The mail server that takes questions to contacts: ask_through, where released outbound mail goes, or the next hop of the first
/// SMTP listener that is not inbound, or of any. Nothing: there is none.
[[nodiscard]] std::optional<Address> question_hop(const Settings& settings);
/// An address as we write it into an envelope and into a header field of our own: nothing that would have to be quoted.
[[nodiscard]] bool is_plain_address(std::string_view text);

/// A SHA-256 as people write it: 64 hexadecimal digits, with colons or without. Nothing: it is none.
[[nodiscard]] std::optional<Hash256> certificate_hash(std::string_view text);

/// check and clamd believe whoever comes, and to the api a token is sent in the clear: they must not be open to the world by
/// accident. What is wrong, in words; nothing when the listener is local, guards itself, or has allow_remote.
[[nodiscard]] std::optional<std::string> reach_problem(const Listener& listener);

/// The settings as TOML with comments; parse() of it gives the same settings.
[[nodiscard]] std::string show(const Settings& settings);

/// The manual's reference of all settings, as Markdown.
[[nodiscard]] std::string manual();

}  // namespace tocsin::config
