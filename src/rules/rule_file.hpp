// One rule as its author wrote it: a YAML file in the form of the public rule feed, with a few keys of our own.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "rules/syntax.hpp"

namespace tocsin::rules {

/// How bad a match is, as the author says.
enum class RuleSeverity : std::uint8_t { informational, low, medium, high, critical };
[[nodiscard]] std::string_view to_string(RuleSeverity severity);

/// What the rule's result means.
enum class RuleType : std::uint8_t {
    rule,       ///< a match speaks against the message
    exclusion,  ///< a match takes the message out of judgement
    query,      ///< an insight: a value to show
    dlp,        ///< a match speaks of what leaves the organisation
    triage,     ///< about reports of users; reads fields that no message has
};

struct RuleFile {
    std::string path;  ///< as given; names the rule in errors together with `id`
    std::string id;
    std::string name;
    RuleType type = RuleType::rule;
    RuleSeverity severity = RuleSeverity::medium;
    std::string description;
    std::string source;             ///< MQL
    std::size_t source_line = 1;    ///< line of the file on which `source` begins
    std::size_t source_column = 1;  ///< column of its first byte on each of its lines
    /// `source` has the lines and columns of the file: plain, or behind `|`. Behind `>` and in quotes lines are joined and
    /// letters escaped; then a place in it is told as where it begins.
    bool source_is_as_written = true;
    std::vector<std::string> attack_types, detection_methods, tactics, tags, references;
    /// Ours: a line for the reader of the mail, in plain words.
    std::string coaching;
    /// Ours: MQL that is worth a text, what the rule saw in this message.
    std::string shows;
};

/// Reads one file's text. Unknown keys are ignored. Problems: no YAML, more than one document, a key that is given twice in one
/// map (at any depth), no map, `name` or `source` missing, a value of the wrong kind, more than limits::rule_file_bytes.
[[nodiscard]] std::expected<RuleFile, Problem> read_rule_file(std::string_view yaml, std::string path);

}  // namespace tocsin::rules
