// The judge: asks all rules and the text model about one message, and adds up what they say.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "mail/direction.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "rules/confusables.hpp"
#include "rules/history.hpp"
#include "rules/judged_copies.hpp"
#include "rules/judgement.hpp"
#include "rules/lists.hpp"
#include "rules/load_notices.hpp"
#include "rules/lookalike.hpp"
#include "rules/rule_set.hpp"
#include "rules/text_model.hpp"
#include "scan/engines.hpp"
#include "scan/message_facts.hpp"
#include "scan/picture_text.hpp"

namespace tocsin::rules {

/// Points from which on the verdict is that. docs/manual/judge.md says how they were found.
struct Thresholds {
    std::uint32_t suspicious = 0;
    std::uint32_t phish = 0;
};

inline constexpr Thresholds inbound_thresholds{5, 8};
/// Suspicious outgoing mail is held: words alone must not do that (text_points_max is below it).
inline constexpr Thresholds outbound_thresholds{7, 9};

struct JudgeConfig {
    std::vector<std::string> rules;  ///< folders of rule files
    std::vector<std::string> lists;  ///< folders of lists; what comes later wins
    std::string text_model;          ///< a file; empty: intents cannot be told
    /// Names of what rules may ask for in vain (Capability, or "$list"); "$" stands for every absent list. A message about which
    /// a rule could not be answered for another reason is not clean.
    std::vector<std::string> may_do_without;
    /// Names that own servers give themselves in Authentication-Results (mail::MessageContext).
    std::vector<std::string> trusted_servers;
    /// Domains of forwarders whose word in a chain of ARC counts (mail::AuthenticationSubject).
    std::vector<std::string> trusted_sealers;
    Thresholds inbound = inbound_thresholds, outbound = outbound_thresholds;
    Clauses clauses = Clauses::left_out;
    /// no: not read even where Tesseract is installed.
    PicturesRead pictures = PicturesRead::yes;
    scan::OnStall on_picture_stall = scan::OnStall::wait;
};

/// What every installation has to do without, unless it brings it: the default of JudgeConfig::may_do_without.
[[nodiscard]] std::vector<std::string> default_may_do_without();

/// Answers a question about history; nullopt: nobody can be asked.
using AskHistory =
    std::function<std::optional<History::Answer>(const History::Question&, const mail::Message&)>;

struct JudgeRequest {
    const mail::MimeTree& tree;
    const scan::Engines& engines;
    mail::Direction direction = mail::Direction::inbound;
    std::string envelope_recipient;
    std::chrono::steady_clock::time_point deadline;
    AskHistory ask_history;                                 ///< empty: nobody can be asked
    PicturesRead pictures = PicturesRead::yes;              ///< no: an earlier try did not come back from one
    const mail::AuthenticationResults* verified = nullptr;  ///< what we verified ourselves
    /// Copies of one mailing may take the answer of others; which of them are judged whole all the same, only who has the key
    /// can tell. nullptr: every message is judged whole.
    const HashKey* remember_copies = nullptr;
    std::chrono::steady_clock::time_point now;  ///< for what is remembered
    scan::ContentDigests* digests = nullptr;    ///< of the tree's files, as far as they are known already
    const scan::FoundCodes* codes = nullptr;    ///< QR codes of the tree's files that were searched already
    bool details = false;
};

/// Loaded once; judges one message at a time.
class Judge {
    struct Unloaded {};  ///< only load() makes one

public:
    Judge(Unloaded, JudgeConfig config) : config_(std::move(config)) {}
    /// Loads everything. A rule that cannot be loaded, and a line of a list that is no entry, is logged and listed in
    /// rule_set().rejected() and lists().bad_lines(); it is no error.
    /// Errors: a folder or file that was named is not there or cannot be read; a list or the text model is wrong.
    static Result<std::unique_ptr<Judge>> load(JudgeConfig config, Log& log);

    /// All readings of an ambiguous message are judged, up to limits::judged_readings; the worst counts. A copy of an outgoing
    /// mailing may have the answer of others of it (Judgement::judged).
    [[nodiscard]] Judgement judge(const JudgeRequest& request);
    /// judge() as findings, a summary and, where something could not be told that must be, a limit.
    void report(const JudgeRequest& request, scan::ScanReport& report);

    [[nodiscard]] const RuleSet& rule_set() const { return *set_; }
    [[nodiscard]] const Lists& lists() const { return lists_; }
    [[nodiscard]] const JudgeConfig& config() const { return config_; }
    [[nodiscard]] const Confusables& confusables() const { return *confusables_; }
    /// Names of lists that are not protected against look-alikes.
    [[nodiscard]] const LoadNotices& unprotected() const { return unprotected_; }
    /// Names of the lists that are there, and how many entries each has.
    [[nodiscard]] std::vector<std::pair<std::string, std::size_t>> list_sizes() const;
    /// For people: "642 rules (3 rejected), 22 lists, text model".
    [[nodiscard]] std::string describe() const;
    /// Changes when rules, lists or the text model do.
    [[nodiscard]] const std::string& version() const { return version_; }

private:
    struct Asked;
    Result<void> load_lists();
    Result<void> load_look_alikes(Log& log);
    Result<void> load_text_model();
    void load_picture_reader(Log& log);
    [[nodiscard]] PicturesRead pictures_read() const;
    Result<void> load_rules(Log& log);
    void note_version();
    Judgement judge_whole(const JudgeRequest& request);
    Judgement judge_reading(const JudgeRequest& request, std::size_t reading);
    [[nodiscard]] bool may_be_remembered(const Judgement& judgement) const;
    void ask_all(Asked& asked, Judgement& judgement);
    void name_unexcused(const std::vector<RuleAnswer>& answers, Judgement& judgement) const;
    void weigh_text(const mail::Message& message, TextReadings& readings, Judgement& judgement) const;
    [[nodiscard]] bool excused(const std::string& name) const;

    JudgeConfig config_;
    Lists lists_;
    std::optional<Confusables> confusables_;
    std::optional<LookAlikes> look_alikes_;
    LoadNotices unprotected_;
    std::optional<TextModel> text_model_;
    std::optional<scan::PictureReader> pictures_;  ///< none: not installed, or no rule asks
    std::unique_ptr<RuleSet> set_;
    std::unique_ptr<Evaluation> evaluation_;
    /// When a rule is asked, and how: kept apart from the rules, which are too large to be looked through for each message.
    struct Turn {
        std::uint32_t rule = 0;  ///< its number
        RuleType type = RuleType::rule;
    };
    /// The cheap ones first: what spends the message's budget takes no answer from them.
    std::vector<Turn> turns_;
    mail::MailTools tools_;
    std::optional<JudgedCopies> copies_;
    std::string version_, text_model_version_;
};

}  // namespace tocsin::rules
