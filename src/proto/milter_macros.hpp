// Macros: what the MTA tells about a session beside the commands (queue id, login, TLS), each with a stage.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proto/milter_types.hpp"

namespace tocsin::proto {

/// Macros come in a frame of their own before the command of their stage. They hold until that stage comes again, or
/// an earlier one: so that a login of the last message is never taken for the login of this one.
class MilterMacros {
public:
    /// Names and values in turn, for a stage that comes next. none, malformed (a name without value) or
    /// too_many_macros.
    [[nodiscard]] MilterViolation take(MilterStage stage, const std::vector<std::string_view>& strings);
    /// The command of `stage` came.
    void begin(MilterStage stage);
    /// Forgets what stages from `mail` on brought; what waits for its command is kept.
    void end_message();
    void clear();
    /// Braces around a name mean nothing: `i` and `{i}` are the same. The latest stage that has it wins.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;

private:
    using Set = std::map<std::string, std::string, std::less<>>;
    std::array<Set, milter_stages> current_;
    std::array<std::optional<Set>, milter_stages> waiting_;
};

}  // namespace tocsin::proto
