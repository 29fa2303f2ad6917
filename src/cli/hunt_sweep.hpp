// The mail that the daemon kept, asked about one by one, and what the journal says of those that are found.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/hunt_report.hpp"
#include "cli/rules_command.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/kept_mail_reader.hpp"

namespace tocsin::cli {

struct HuntQuestion {
    const RulesCommand& rules;  ///< rule, json, all
    TimePoint since, until;
    std::string direction;  ///< empty: all
};

/// Prints what it finds as it finds it.
class HuntSweep final : public RulesSweep {
public:
    HuntSweep(const HuntQuestion& question, store::KeptMailReader& kept, store::Database& database);

    std::optional<AskedMail> next() override;
    void take(const AskedMail& mail, const nlohmann::ordered_json& answers) override;
    void fail_one(const AskedMail& mail, const std::string& why) override;
    [[nodiscard]] std::string progress() const override;
    /// With how many messages there were in the time looked at. Errors: the journal cannot be read; --rule means no rule.
    [[nodiscard]] Result<HuntReport> report(SweepEnd end);

private:
    [[nodiscard]] bool is_meant_time(TimePoint time, const std::string& direction) const;
    FoundMail look_up(store::KeptFacts facts);
    std::uint64_t same_text(const store::KeptFacts& facts);
    void count_found(const FoundMail& mail, const std::vector<HuntTally*>& fired);
    void print(const FoundMail& mail) const;

    HuntQuestion question_;
    store::KeptMailReader& kept_;
    store::JournalStore journal_;
    store::HeldStore held_;
    HuntReport report_;
    Result<void> named_;  ///< whether there is a rule that --rule means
    std::map<std::string, store::KeptFacts>
        asked_;  ///< by the record's id: those about which a reader is being asked
    std::map<std::string, std::uint64_t> same_text_;
};

}  // namespace tocsin::cli
