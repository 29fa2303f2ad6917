// Asking rules about many mails in confined readers: what `tocsin rules backtest` and `tocsin rules hunt` have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "cli/reader_setup.hpp"
#include "mail/direction.hpp"

namespace tocsin::cli {

struct RulesCommand;

/// One mail that rules are asked about.
struct AskedMail {
    std::string name;
    Bytes bytes;
    mail::Direction direction = mail::Direction::inbound;
    std::string recipient;       ///< of the envelope; empty: nobody knows
    std::optional<Error> error;  ///< why it cannot be asked about
};

/// Where the mails come from, and who hears the answers. All on one thread.
class RulesSweep {
public:
    virtual ~RulesSweep() = default;
    /// nullopt: the end.
    [[nodiscard]] virtual std::optional<AskedMail> next() = 0;
    /// `answers` has the array `rules`, of objects whose path, name, type and answer are texts.
    virtual void take(const AskedMail& mail, const nlohmann::ordered_json& answers) = 0;
    virtual void fail_one(const AskedMail& mail, const std::string& why) = 0;
    /// One line for a person who waits.
    [[nodiscard]] virtual std::string progress() const = 0;
};

enum class SweepEnd : std::uint8_t { whole, interrupted };

/// Asks about one mail after the other, as many at once as there are readers, and shows progress on a terminal. Errors: no reader
/// can be started.
[[nodiscard]] Result<SweepEnd> sweep_rules(const ReaderOptions& options, Log& log, RulesSweep& sweep);

/// Readers for the rules that the command names: folders are asked instead of Tocsin's own rules, with its lists and text model.
[[nodiscard]] ReaderOptions readers_for(const RulesCommand& command);

/// Takes the line of progress away, so that another can be written in its place.
void clear_progress();

/// How often one rule did what.
struct RuleTally {
    std::string name;
    std::size_t fired = 0, silent = 0, undecided = 0;
    std::size_t right = 0, wrong = 0;  ///< of those that fired, as far as somebody said so
    std::uint64_t steps = 0;
};

/// Counts what a rule said; true: it matched.
bool count_answer(RuleTally& tally, const nlohmann::ordered_json& rule);

}  // namespace tocsin::cli
