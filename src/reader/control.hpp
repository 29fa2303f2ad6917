// The words between the daemon and a template: what crosses the template's channel. A template has read no mail,
// but it has read rules of many authors, so its words are decoded with the same care as a child's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/hash.hpp"

namespace tocsin::reader {

/// Daemon → template: fork a child. Comes with one descriptor: the child's end of its channel.
struct ForkCommand {
    std::uint64_t child_id = 0;  ///< chosen by the daemon, never used twice
    HashKey hash_key = {};  ///< for content hashes; the daemon checks with the same key what a child claims
};

/// Template → daemon: engines are loaded, and a trial child was confined.
struct TemplateReady {
    std::string engine_version;  ///< scan::Engines::version()
    std::string description;     ///< scan::Engines::describe()
    std::string enforced;        ///< sandbox::Enforced::describe() of the trial child
};

/// Template → daemon: it cannot serve, and ends.
struct TemplateFailed {
    std::string error;
};

/// Template → daemon: the child runs. Comes with one descriptor: its pidfd.
struct ChildForked {
    std::uint64_t child_id = 0;
    std::int32_t pid = 0;
};

/// Template → daemon: there is no such child, and will be none.
struct ForkFailed {
    std::uint64_t child_id = 0;
    std::string error;
};

/// Template → daemon, once per forked child, after its ChildForked: sandbox::ExitReason.
struct ChildExited {
    std::uint64_t child_id = 0;
    bool signalled = false;
    std::int32_t value = 0;
};

using TemplateWord = std::variant<TemplateReady, TemplateFailed, ChildForked, ForkFailed, ChildExited>;

/// Every encoding fits into limits::control_bytes; texts that are too long are cut.
[[nodiscard]] std::string encode(const ForkCommand& command);
[[nodiscard]] std::string encode(const TemplateWord& word);

/// nullopt: not well-formed.
[[nodiscard]] std::optional<ForkCommand> decode_fork_command(std::string_view datagram);
[[nodiscard]] std::optional<TemplateWord> decode_template_word(std::string_view datagram);

}  // namespace tocsin::reader
