#include "rules/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/limits/judged_copies.hpp"
#include "mail/message.hpp"
#include "rules/html_pages.hpp"
#include "rules/message_files.hpp"
#include "rules/protected_names.hpp"
#include "rules/show_value.hpp"
#include "rules/text_readings.hpp"
#include "scan/describe_files.hpp"
#include "scan/rule_files.hpp"

namespace tocsin::rules {

namespace {

/// Points of a match, in the order of RuleSeverity.
constexpr std::array<std::uint32_t, 5> severity_points = {0, 1, 3, 5, 8};
/// Points of the words: so many for each doubling of the odds that they are hostile, up to so many in all. So words alone make
/// a message suspicious from a probability of 0.91 on (rules/text-model.md: one in 500 of the good mail that was measured), and
/// never phish: good mail of a kind that the model has never seen is called hostile much more often.
constexpr double points_per_doubling = 1.5;
constexpr std::uint32_t text_points_max = 6;
/// Words that are named as what spoke most for an attack.
constexpr std::size_t words_named = 6;
/// Of what a rule shows of the message: a sentence.
constexpr std::size_t shown_bytes = 400;
constexpr std::size_t version_bytes = 8;
/// Rules that are named when the message cannot be judged without their answer.
constexpr std::size_t rules_named = 4;
/// Lists of the organisation are empty where nobody gave them: it protects no name, and that is an answer.
constexpr std::array organisation_lists = {"org_domains", "org_display_names", "tenant_domains",
                                           "customer_domains", "lookalike_allowed"};

/// What is looked at to choose copies that are judged whole: the header, in which no two copies are alike.
constexpr std::size_t sampled_bytes = 1024;

/// The name that stands for every list that is not there.
constexpr std::string_view any_list = "$";

std::string short_digest(std::string_view text) {
    const Hash256 hash = sha256(as_bytes(text));
    return to_hex(std::as_bytes(std::span(hash)).first(version_bytes));
}

bool counts(RuleType type) {
    return type == RuleType::rule || type == RuleType::dlp;
}

/// Insights and rules about reports say nothing that counts: they are asked only where a person wants to see them.
bool is_asked(RuleType type, const JudgeRequest& request) {
    return request.details || counts(type) || type == RuleType::exclusion;
}

/// Rules about what leaves see outgoing mail as the organisation does; all others as its recipient does.
View view_of(RuleType type, mail::Direction direction) {
    return direction == mail::Direction::outbound && type != RuleType::dlp ? View::recipient : View::own;
}

std::string clause_answer(const RuleSet& set, const Value& value, const Type& type) {
    if (value.missing == 0) return show(value, type);
    std::string names;
    for (const std::string& name : set.names_of(value.missing)) names += (names.empty() ? "" : ", ") + name;
    return "undecided: " + names;
}

/// A text on one line; nothing of anything else.
std::string sentence_of(const Value& value) {
    if (value.kind != Kind::text) return {};
    std::string text(value.text());
    if (text.size() > shown_bytes) {
        std::size_t end = shown_bytes;
        while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
            --end;  // between characters
        text.resize(end);
        text += "…";
    }
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
    return text;
}

}  // namespace

/// One reading on its way through all rules.
struct Judge::Asked {
    const JudgeRequest& request;
    const mail::Message& message;
    Surroundings surroundings;
    History history;
    std::vector<RuleAnswer> answers{};           ///< in the order of the rules; without a rule: not asked
    std::map<const Rule*, std::string> shown{};  ///< by rules that matched
};

std::uint32_t points_of(RuleSeverity severity) {
    return severity_points[static_cast<std::size_t>(severity)];
}

std::uint32_t points_of_text(double hostility) {
    constexpr double surest = 0.9999;
    if (hostility <= 0.5) return 0;
    const double odds = std::min(hostility, surest) / (1 - std::min(hostility, surest));
    return std::min(text_points_max, static_cast<std::uint32_t>(points_per_doubling * std::log2(odds)));
}

std::vector<std::string> default_may_do_without() {
    std::vector<std::string> names;
    for (const Capability capability :
         {Capability::history, Capability::text_intent, Capability::screenshots, Capability::text_in_pictures,
          Capability::picture_given_up, Capability::logos, Capability::domain_age, Capability::link_analysis,
          Capability::translation, Capability::macro_model, Capability::attack_score,
          Capability::sensitive_data, Capability::user_reports, Capability::cut_off})
        names.emplace_back(to_string(capability));
    names.emplace_back(any_list);
    return names;
}

Result<std::unique_ptr<Judge>> Judge::load(JudgeConfig config, Log& log) {
    auto judge = std::make_unique<Judge>(Unloaded{}, std::move(config));
    TRY(judge->load_lists());
    for (const LoadNotice& line : judge->lists_.bad_lines().told())
        log.write(LogLevel::warning, "lists.line_left_out",
                  {{"file", line.path}, {"line", std::to_string(line.line)}, {"reason", line.message}});
    for (const LoadNotice& file : judge->lists_.passed_over().told())
        log.write(LogLevel::warning, "lists.passed_over", {{"file", file.path}, {"reason", file.message}});
    TRY(judge->load_text_model());
    judge->confusables_ = TRY(Confusables::build());
    TRY(judge->load_look_alikes(log));
    TRY(judge->load_rules(log));
    judge->load_picture_reader(log);
    judge->copies_.emplace(judge->set_->patterns(), judge->text_model_ ? &*judge->text_model_ : nullptr);
    judge->note_version();
    return judge;
}

Result<void> Judge::load_lists() {
    for (const std::string& folder : config_.lists) TRY(lists_.load_folder(folder));
    for (const char* name : organisation_lists)
        if (lists_.state(name) == ListState::absent) TRY(lists_.set(name, std::vector<std::string>{}));
    if (lists_.vips() == nullptr) TRY(lists_.set_vips({}));
    return {};
}

Result<void> Judge::load_look_alikes(Log& log) {
    look_alikes_ = TRY(look_alikes_of(lists_, tools_.domain_names, *confusables_, unprotected_));
    for (const LoadNotice& one : unprotected_.told())
        log.write(LogLevel::warning, "lookalikes.not_protected",
                  {{"list", one.path}, {"reason", one.message}});
    return {};
}

Result<void> Judge::load_text_model() {
    if (config_.text_model.empty()) return {};
    const std::string file = TRY(scan::read_rule_file(config_.text_model));
    text_model_ = TRY(TextModel::load(as_bytes(file)));
    text_model_version_ = short_digest(file);
    return {};
}

/// Only where a rule asks for it: it takes a twentieth of a second and 30 MiB.
void Judge::load_picture_reader(Log& log) {
    const auto asks = [](const Rule& rule) { return rule.file.source.find("ocr") != std::string::npos; };
    if (pictures_read() == PicturesRead::no || std::ranges::none_of(set_->rules(), asks)) return;
    Result<scan::PictureReader> reader = scan::PictureReader::load(config_.on_picture_stall);
    if (reader)
        pictures_ = std::move(*reader);
    else
        log.write(LogLevel::warning, "pictures.not_read", {{"error", reader.error().message}});
}

PicturesRead Judge::pictures_read() const {
    return scan::PictureReader::installed() ? config_.pictures : PicturesRead::no;
}

Result<void> Judge::load_rules(Log& log) {
    set_ = std::make_unique<RuleSet>(
        lists_, AtHand{.text_model = text_model_.has_value(), .pictures = pictures_read()});
    if (config_.clauses == Clauses::kept) set_->keep_clauses();
    for (const std::string& folder : config_.rules) TRY(set_->add_folder(folder));
    TRY(set_->finish());
    for (const Rejected& rejected : set_->rejected())
        log.write(LogLevel::warning, "rules.rejected",
                  {{"rule", rejected.path},
                   {"line", std::to_string(rejected.problem.line)},
                   {"column", std::to_string(rejected.problem.column)},
                   {"error", rejected.problem.message}});
    for (const LoadNotice& one : set_->passed_over().told())
        log.write(LogLevel::warning, "rules.passed_over",
                  {{"file", one.path}, {"line", std::to_string(one.line)}, {"reason", one.message}});
    evaluation_ = std::make_unique<Evaluation>(set_->graph(), set_->patterns());
    for (const Rule* rule : set_->order_of_asking())
        turns_.push_back({static_cast<std::uint32_t>(rule - set_->rules().data()), rule->file.type});
    return {};
}

void Judge::note_version() {
    std::string all = lists_.version() + text_model_version_;
    for (const Rule& rule : set_->rules()) all += rule.file.path + '\n' + rule.file.source + '\n';
    version_ = short_digest(all);
}

std::vector<std::pair<std::string, std::size_t>> Judge::list_sizes() const {
    std::vector<std::pair<std::string, std::size_t>> sizes;
    for (const std::string& name : lists_.names()) {
        const List* const list = lists_.find(name);
        sizes.emplace_back(name, list != nullptr ? list->size() : lists_.vips()->size());
    }
    return sizes;
}

std::string Judge::describe() const {
    std::string out = fmt::format("{} rules", set_->rules().size());
    if (!set_->rejected().empty()) out += fmt::format(" ({} rejected)", set_->rejected().size());
    return out + fmt::format(", {} lists{}", lists_.names().size(), text_model_ ? ", text model" : "");
}

bool Judge::excused(const std::string& name) const {
    return std::ranges::any_of(config_.may_do_without, [&](const std::string& excuse) {
        return excuse == name || (excuse == any_list && name.starts_with(any_list));
    });
}

/// All rules that see the message in the same way, one after the other, without beginning anew.
void Judge::ask_all(Asked& asked, Judgement& judgement) {
    const std::vector<Rule>& rules = set_->rules();
    const Budget budget{limits::rule_steps, limits::message_rule_steps};
    asked.answers.resize(rules.size());
    for (const View view : {View::own, View::recipient}) {
        asked.surroundings.view = view;
        bool begun = false;
        for (const auto& [at, type] : turns_) {
            if (!is_asked(type, asked.request)) continue;
            if (view_of(type, asked.request.direction) != view) continue;
            if (asked.answers[at].rule != nullptr && asked.answers[at].answer != Answer::undecided) continue;
            if (!std::exchange(begun, true)) evaluation_->begin(asked.message, asked.surroundings, budget);
            asked.answers[at] = set_->ask(rules[at], *evaluation_);
            if (asked.answers[at].answer == Answer::match && rules[at].shows)
                asked.shown[&rules[at]] = sentence_of(evaluation_->value_of(*rules[at].shows));
            if (!asked.request.details) continue;
            RuleDetail detail{.rule = &rules[at], .answer = asked.answers[at]};
            if (rules[at].file.type == RuleType::query)
                detail.value = clause_answer(*set_, evaluation_->value_of(rules[at].root), *rules[at].type);
            for (const RuleClause& clause : rules[at].clauses)
                detail.clauses.push_back(
                    clause_answer(*set_, evaluation_->value_of(clause.root), *clause.type));
            judgement.details.push_back(std::move(detail));
        }
    }
}

void Judge::weigh_text(const mail::Message& message, TextReadings& readings, Judgement& judgement) const {
    const std::string_view text = message.body.current_thread.text, subject = message.subject.subject;
    const TextReading& reading = readings.of(text, subject);
    judgement.hostility = reading.intents.hostility;
    judgement.text_points = points_of_text(judgement.hostility);
    if (judgement.text_points == 0) return;
    judgement.words = text_model_->why(reading, text, subject);
    if (judgement.words.size() > words_named) judgement.words.resize(words_named);
}

namespace {

/// Counts answers and what they lack, and adds up the points of matches.
void tally(const RuleSet& set, const std::vector<RuleAnswer>& answers,
           const std::map<const Rule*, std::string>& shown, Judgement& judgement) {
    std::map<std::string, std::uint32_t> missing;
    for (const RuleAnswer& answer : answers) {
        if (answer.rule == nullptr) continue;  // it was not asked
        const Rule& rule = *answer.rule;
        ++judgement.asked;
        if (answer.answer == Answer::undecided) {
            ++judgement.undecided;
            for (const std::string& name : set.names_of(answer.missing)) ++missing[name];
        }
        if (answer.answer != Answer::match) continue;
        if (rule.file.type == RuleType::exclusion && judgement.exempted_by == nullptr)
            judgement.exempted_by = &rule;
        if (!counts(rule.file.type)) continue;
        const auto sentence = shown.find(&rule);
        judgement.hits.push_back({&rule, points_of(rule.file.severity),
                                  sentence == shown.end() ? std::string() : sentence->second});
    }
    for (const auto& [name, rules] : missing) judgement.missing.push_back({name, rules});
    std::ranges::stable_sort(judgement.hits, std::ranges::greater{}, &RuleHit::points);
    for (const RuleHit& hit : judgement.hits) judgement.points += hit.points;
    judgement.points += judgement.text_points;
}

/// What rules hear of authentication: of what we did not verify, only the summary.
std::vector<mail::AuthVerdict> authentication_of(const mail::Headers& headers, bool verified) {
    if (verified) return headers.hops.back().authentication_results->verdicts;
    std::vector<mail::AuthVerdict> out;
    if (headers.spf) out.push_back(*headers.spf);
    if (headers.dmarc) out.push_back(*headers.dmarc);
    return out;
}

}  // namespace

Judgement Judge::judge_reading(const JudgeRequest& request, std::size_t reading) {
    mail::Message message = mail::build_message(request.tree, reading,
                                                {.direction = request.direction,
                                                 .envelope_recipient = request.envelope_recipient,
                                                 .trusted_servers = config_.trusted_servers,
                                                 .verified = request.verified},
                                                tools_);
    scan::describe_files(message, request.tree, request.engines);
    HtmlPages pages(tools_.html_trees,
                    message.body.html ? std::string_view(message.body.html->raw) : std::string_view());
    std::optional<ExplodeTools> explode;
    std::optional<MessageFiles> files;
    const bool gave_up = request.pictures == PicturesRead::no;
    if (request.engines.inspection() != nullptr) {
        explode.emplace(
            ExplodeTools{request.engines.typer(),
                         *request.engines.inspection(),
                         {},
                         tools_,
                         pictures_ && !gave_up ? &*pictures_ : nullptr,
                         pictures_ && gave_up ? Capability::picture_given_up : Capability::text_in_pictures,
                         request.codes});
        if (request.engines.yara() != nullptr) explode->yara.push_back(request.engines.yara());
        files.emplace(*explode, request.deadline);
        files->add(message, request.tree);
    }
    Judgement judgement;
    judgement.cut = message.body.cut;
    Asked asked{.request = request,
                .message = message,
                .surroundings = {.tools = tools_, .confusables = *confusables_, .pages = &pages},
                .history = {}};
    asked.surroundings.files = files ? &*files : nullptr;
    asked.surroundings.history = &asked.history;
    asked.surroundings.look_alikes = &*look_alikes_;
    std::optional<TextReadings> readings;
    if (text_model_)
        asked.surroundings.readings =
            &readings.emplace(*text_model_, message.body.current_thread.text, message.subject.subject);
    ask_all(asked, judgement);
    if (!asked.history.asked().empty() && request.ask_history) {
        if (std::optional<History::Answer> known = request.ask_history(asked.history.asked(), message)) {
            asked.history.answered(std::move(*known));
            // Only undecided rules are asked again; what is known of the others stays.
            std::erase_if(judgement.details,
                          [](const RuleDetail& detail) { return detail.answer.answer == Answer::undecided; });
            ask_all(asked, judgement);
        }
    }
    // Only the watch asks for it, and it looks at what customers send.
    if (reading == 0 && request.direction == mail::Direction::outbound)
        judgement.language = request.engines.language_of(message.body.current_thread.text);
    if (request.details)
        judgement.authentication = authentication_of(message.headers, request.verified != nullptr);
    if (readings) weigh_text(message, *readings, judgement);
    tally(*set_, asked.answers, asked.shown, judgement);
    name_unexcused(asked.answers, judgement);
    std::ranges::sort(judgement.details, {}, &RuleDetail::rule);  // back into the order of the rules
    return judgement;
}

void Judge::name_unexcused(const std::vector<RuleAnswer>& answers, Judgement& judgement) const {
    for (const RuleAnswer& answer : answers) {
        if (answer.rule == nullptr || answer.answer != Answer::undecided) continue;
        std::vector<std::string> names = set_->names_of(answer.missing);
        std::erase_if(names, [this](const std::string& name) { return excused(name); });
        if (names.empty()) continue;
        judgement.unexcused = true;
        judgement.unexcused_names.insert(names.begin(), names.end());
        if (judgement.unexcused_by.size() < rules_named) judgement.unexcused_by.push_back(answer.rule);
    }
}

/// What counts against a mailing is looked for in each of its copies, and so is what somebody may decide about: a limit.
bool Judge::may_be_remembered(const Judgement& judgement) const {
    return judgement.points < config_.outbound.suspicious && !judgement.unexcused && !judgement.cut &&
           judgement.exempted_by == nullptr &&
           std::ranges::find(judgement.missing, to_string(Capability::cut_off), &scan::MissingAnswer::name) ==
               judgement.missing.end();
}

namespace {

/// At random to everybody who does not know the key.
bool is_judged_whole_anyway(const JudgeRequest& request) {
    const ByteView head = request.tree.input.first(std::min(request.tree.input.size(), sampled_bytes));
    return keyed_hash(*request.remember_copies, head)[0] % limits::judged_whole_one_in == 0;
}

}  // namespace

Judgement Judge::judge(const JudgeRequest& request) {
    // Incoming mail hangs on who its reader knows.
    if (request.remember_copies == nullptr || request.direction != mail::Direction::outbound ||
        request.details)
        return judge_whole(request);
    const std::optional<CopyForm> form = copy_form(request.tree, request.envelope_recipient, request.digests);
    if (!form) return judge_whole(request);
    const JudgedCopies::Place place = copies_->place_of(*form);
    if (const Judgement* const known = copies_->answer_for(place, request.now);
        known != nullptr && !is_judged_whole_anyway(request)) {
        Judgement judgement = *known;
        judgement.judged = scan::JudgedHow::as_copy;
        return judgement;
    }
    Judgement judgement = judge_whole(request);
    // What was judged without pictures is no answer for a copy whose pictures can be read.
    if (may_be_remembered(judgement) && request.pictures == PicturesRead::yes)
        copies_->learn(place, *form, judgement, request.now);
    else
        copies_->forget(place);
    return judgement;
}

Judgement Judge::judge_whole(const JudgeRequest& request) {
    const std::size_t readings =
        request.tree.ambiguous() ? std::min(request.tree.readings.size(), limits::judged_readings) : 1;
    Judgement worst = judge_reading(request, 0);
    for (std::size_t reading = 1; reading < readings; ++reading) {
        Judgement other = judge_reading(request, reading);
        const bool unexcused = worst.unexcused || other.unexcused;
        const bool cut = worst.cut || other.cut;
        other.language = worst.language;
        std::vector<const Rule*> by = worst.unexcused ? worst.unexcused_by : other.unexcused_by;
        std::set<std::string> names = worst.unexcused_names;
        names.merge(other.unexcused_names);
        // An exclusion that holds for one reading only is a trick.
        const bool exempted = worst.exempted_by != nullptr && other.exempted_by != nullptr;
        if (!exempted && (worst.exempted_by != nullptr || other.points > worst.points))
            worst = std::move(other);
        if (!exempted) worst.exempted_by = nullptr;
        worst.unexcused = unexcused;
        worst.cut = cut;
        worst.unexcused_by = std::move(by);
        worst.unexcused_names = std::move(names);
    }
    return worst;
}

}  // namespace tocsin::rules
