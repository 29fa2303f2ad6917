// The judge over rules, lists and the text model in folders: what matches add up to, and what is said of it.
#include "rules/judge.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "scan/scan_fixture.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

constexpr std::string_view plain_mail =
    "From: Anna <anna@sender.example>\r\nTo: bob@example.net\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
    "Content-Type: text/plain\r\n\r\ntrusted words\r\n";

/// Two boundaries: one reader sees the first part, another the second.
constexpr std::string_view ambiguous_mail =
    "From: anna@sender.example\r\nTo: bob@example.net\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=one; boundary=two\r\n\r\n"
    "--one\r\nContent-Type: text/plain\r\n\r\ntrusted words\r\n--one--\r\n"
    "--two\r\nContent-Type: text/plain\r\n\r\nother words\r\n--two--\r\n";

std::string own_model() {
    return (std::filesystem::path(__FILE__).parent_path() / "../../../rules/text-model.bin").string();
}

struct RuleText {
    std::string name, source;
    std::string severity = "medium", type = "rule", more;
};

/// Keeps the identifiers and fields of what is logged.
class KeptLog final : public Log {
public:
    void write(LogLevel, std::string_view event_id, std::initializer_list<LogField> fields) override {
        std::string line(event_id);
        for (const LogField& field : fields)
            line += " " + std::string(field.key) + "=" + std::string(field.value);
        lines.push_back(line);
    }
    std::vector<std::string> lines;
};

/// A judge over rules that are written into a folder.
class Court {
public:
    explicit Court(const std::vector<RuleText>& rules) {
        config.rules = {(folder_.path() / "rules").string()};
        std::filesystem::create_directories(folder_.path() / "rules");
        std::filesystem::create_directories(folder_.path() / "lists");
        for (const RuleText& rule : rules)
            write("rules/" + rule.name + ".yml", "name: " + rule.name + "\ntype: " + rule.type +
                                                     "\nseverity: " + rule.severity + "\n" + rule.more +
                                                     "source: |\n  " + rule.source + "\n");
    }
    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.path() / name, std::ios::binary) << text;
    }
    void use_lists() { config.lists = {(folder_.path() / "lists").string()}; }

    Judge& judge() {
        if (!judge_) judge_ = std::move(Judge::load(config, log).value());
        return *judge_;
    }
    Judgement ask(std::string_view mail = plain_mail, mail::Direction direction = mail::Direction::inbound) {
        tree_ = mail::parse_mime(as_bytes(mail));
        return judge().judge(request(direction));
    }
    scan::ScanReport report(std::string_view mail = plain_mail,
                            mail::Direction direction = mail::Direction::inbound) {
        tree_ = mail::parse_mime(as_bytes(mail));
        scan::ScanReport report;
        judge().report(request(direction), report);
        return report;
    }

    JudgeConfig config;
    KeptLog log;
    bool details = false;
    AskHistory history;

private:
    [[nodiscard]] JudgeRequest request(mail::Direction direction) const {
        return {.tree = tree_,
                .engines = scan::test::engines(),
                .direction = direction,
                .envelope_recipient = "bob@example.net",
                .deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1),
                .ask_history = history,
                .details = details};
    }

    tocsin::test::TemporaryFolder folder_;
    std::unique_ptr<Judge> judge_;
    mail::MimeTree tree_;
};

/// "name name", in their order.
std::string names_of(const std::vector<RuleHit>& hits) {
    std::string names;
    for (const RuleHit& hit : hits) names += (names.empty() ? "" : " ") + hit.rule->file.name;
    return names;
}

const scan::Finding* find(const scan::ScanReport& report, std::string_view engine) {
    const auto found = std::ranges::find(report.findings, engine, &scan::Finding::engine);
    return found == report.findings.end() ? nullptr : &*found;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("a match adds the points of its severity, and hits are sorted by them") {
    Court court({{"a", "type.inbound", "low"},
                 {"b", "type.inbound", "critical"},
                 {"c", "type.inbound", "informational"},
                 {"d", "type.inbound", "high"},
                 {"e", "type.inbound", "medium"},
                 {"f", "type.outbound", "critical"},
                 {"g", "subject.subject", "critical", "query"}});
    const Judgement judgement = court.ask();
    CHECK(names_of(judgement.hits) == "b d e a c");
    CHECK(judgement.points == 8 + 5 + 3 + 1 + 0);
    CHECK(judgement.asked == 6);  // an insight says nothing that counts
    CHECK(judgement.undecided == 0);
    CHECK(judgement.missing.empty());
    CHECK_FALSE(judgement.unexcused);
    CHECK(points_of(RuleSeverity::critical) == 8);
    CHECK(court.judge().describe().starts_with("7 rules, "));
}

TEST_CASE("points of words rise with the odds, up to their limit, and never fall below nothing") {
    CHECK(points_of_text(0) == 0);
    CHECK(points_of_text(0.5) == 0);
    std::uint32_t last = 0;
    for (int percent = 0; percent <= 100; ++percent) {
        const std::uint32_t points = points_of_text(percent / 100.0);
        CHECK(points >= last);
        last = points;
    }
    CHECK(last == points_of_text(0.99999999));
    CHECK(points_of_text(0.8) < JudgeConfig{}.inbound.suspicious);
    CHECK(last < JudgeConfig{}.inbound.phish);
}

TEST_CASE("thresholds are those of the direction") {
    Court court({{"a", "true", "medium"}, {"b", "true", "low", "dlp"}});
    court.config.inbound = {4, 9};
    court.config.outbound = {2, 4};
    const scan::ScanReport inbound = court.report(plain_mail, mail::Direction::inbound);
    REQUIRE(find(inbound, "judge") != nullptr);
    CHECK(find(inbound, "judge")->severity == scan::Severity::suspicious);
    CHECK(find(inbound, "judge")->text.contains("4 points (0 of them for its words, 4 for 2 rules)"));
    CHECK(inbound.rules.suspicious_from == 4);
    CHECK(inbound.rules.phish_from == 9);
    const scan::ScanReport outbound = court.report(plain_mail, mail::Direction::outbound);
    CHECK(find(outbound, "judge")->severity == scan::Severity::phish);
    CHECK(outbound.rules.suspicious_from == 2);
    CHECK(outbound.findings.front().engine == "judge");

    Court few({{"a", "true", "low"}});
    const scan::ScanReport report = few.report();
    CHECK(find(report, "judge") == nullptr);
    REQUIRE(find(report, "rules") != nullptr);
    CHECK(find(report, "rules")->severity == scan::Severity::info);
    CHECK(report.rules.coaching.empty());
    CHECK(report.rules.points == 1);
}

TEST_CASE("an exclusion takes a message out") {
    Court court({{"bad", "type.inbound", "critical"},
                 {"ours", "strings.icontains(body.current_thread.text, 'trusted')", "low", "exclusion",
                  "description: mail of our own printer\n"}});
    const Judgement judgement = court.ask();
    REQUIRE(judgement.exempted_by != nullptr);
    CHECK(judgement.exempted_by->file.name == "ours");
    const scan::ScanReport report = court.report();
    REQUIRE(report.findings.size() == 1);
    CHECK(report.findings[0].rule == "ours");
    CHECK(report.findings[0].severity == scan::Severity::info);
    CHECK(report.findings[0].text.contains("mail of our own printer"));
    CHECK(report.rules.coaching.empty());
    CHECK(scan::decide_verdict(report.findings, report.limits_hit) == scan::Verdict::clean);
}

TEST_CASE("an exclusion that holds for one reading only does not hold") {
    const RuleText bad{"bad", "type.inbound", "critical"};
    REQUIRE(mail::parse_mime(as_bytes(ambiguous_mail)).readings.size() > 1);
    for (const char* words : {"trusted", "other"}) {
        CAPTURE(std::string(words));
        Court court({bad,
                     {"ours", "strings.icontains(body.current_thread.text, '" + std::string(words) + "')",
                      "low", "exclusion"}});
        const Judgement judgement = court.ask(ambiguous_mail);
        CHECK(judgement.exempted_by == nullptr);
        CHECK(judgement.points == 8);
    }
    Court always({bad, {"ours", "subject.subject == 'hello'", "low", "exclusion"}});
    CHECK(always.ask(ambiguous_mail).exempted_by != nullptr);
    // The worst reading counts.
    for (const char* words : {"trusted", "other"}) {
        Court court(
            {{"bad", "strings.icontains(body.current_thread.text, '" + std::string(words) + "')", "high"}});
        CHECK(court.ask(ambiguous_mail).points == 5);
    }
}

TEST_CASE("rules about what leaves see outgoing mail as we do, all others as its recipient does") {
    Court court({{"leaves", "type.outbound and not type.inbound", "high", "dlp"},
                 {"comes", "type.inbound", "low", "rule"}});
    CHECK(names_of(court.ask(plain_mail, mail::Direction::outbound).hits) == "leaves comes");
    CHECK(names_of(court.ask(plain_mail, mail::Direction::inbound).hits) == "comes");
}

TEST_CASE("what is missing is counted by name, and what may not be missing makes the message unscannable") {
    const std::vector<RuleText> rules = {
        {"a", "any(body.links, true) or ml.attack_score().score > 5"},
        {"b", "ml.attack_score().verdict == 'x'"},
        {"c", "sender.email.domain.root_domain in $tranco_1m"},
        {"d", "profile.by_sender().prevalence == 'new'"},
        {"e", "type.inbound", "low"},
    };
    Court lenient(rules);
    lenient.config.may_do_without = default_may_do_without();
    const Judgement judgement = lenient.ask();
    CHECK(judgement.undecided == 4);
    REQUIRE(judgement.missing.size() == 3);
    CHECK(judgement.missing[0].name == "$tranco_1m");
    CHECK(judgement.missing[0].rules == 1);
    CHECK(judgement.missing[1].name == "attack_score");
    CHECK(judgement.missing[1].rules == 2);
    CHECK(judgement.missing[2].name == "history");
    CHECK_FALSE(judgement.unexcused);
    CHECK(lenient.report().limits_hit.empty());
    CHECK(lenient.report().rules.missing.size() == 3);

    for (const auto& [excused, told] :
         std::vector<std::pair<Names, std::string>>{{{}, "$tranco_1m, attack_score, history"},
                                                    {{"attack_score", "history"}, "$tranco_1m"},
                                                    {{"$", "history"}, "attack_score"},
                                                    {{"$"}, "attack_score, history"},
                                                    {{"$other", "attack_score", "history"}, "$tranco_1m"}}) {
        Court strict(rules);
        strict.config.may_do_without = excused;
        CHECK(strict.ask().unexcused);
        const scan::ScanReport report = strict.report();
        REQUIRE(report.limits_hit.size() == 1);
        CHECK(report.limits_hit[0].limit == scan::ScanLimit::rules);
        CHECK(report.limits_hit[0].part == scan::whole_message);
        CHECK(report.limits_hit[0].detail.starts_with(told + "; asked by “"));
        CHECK(scan::decide_verdict(report.findings, report.limits_hit) == scan::Verdict::unscannable);
    }
    Court one(rules);
    one.config.may_do_without = {"attack_score", "history"};
    CHECK(one.report().limits_hit.at(0).detail == "$tranco_1m; asked by “c”");
    Court named(rules);
    named.config.may_do_without = {"$tranco_1m", "attack_score", "history"};
    CHECK_FALSE(named.ask().unexcused);
}

TEST_CASE("a message of which something shown was cut off is not clean without a word") {
    const std::vector<RuleText> rules = {{"a", "strings.icontains(body.current_thread.text, 'bomb')"}};
    Court court(rules);
    court.config.may_do_without = default_may_do_without();
    const std::string head = "From: anna@sender.example\r\nContent-Type: text/plain\r\n\r\n";
    const scan::ScanReport whole = court.report(head + std::string(limits::text_bytes / 2, '\n') + "the end");
    CHECK(whole.findings.empty());
    const scan::ScanReport cut = court.report(head + std::string(limits::text_bytes, '\n') + "the end");
    REQUIRE(cut.findings.size() == 1);
    CHECK(cut.findings[0].engine == "tocsin");
    CHECK(cut.findings[0].rule == "more_text");
    CHECK(cut.findings[0].severity == scan::Severity::suspicious);
    CHECK(cut.rules.undecided == 1);
    CHECK(cut.limits_hit.empty());
    // A header that is cut hides nothing that is shown.
    std::string ids = "References:";
    for (std::size_t i = 0; i <= limits::references; ++i) ids += " <" + std::to_string(i) + "@x>\r\n";
    CHECK(court.report(ids + head + "text").findings.empty());
}

TEST_CASE("rules that spend the budget of the message take no answer from cheap ones, whatever their names") {
    const std::string fields = "headers.hops[0].fields";
    std::vector<RuleText> rules = {{"z", "strings.icontains(subject.subject, 'hello')", "critical"}};
    for (std::size_t number = 0; number < 2 * limits::message_rule_steps / limits::rule_steps; ++number)
        rules.push_back(
            {"a" + std::to_string(number), "any(" + fields + ", any(" + fields + ", any(" + fields +
                                               ", .name == ..value or .name == ...value or .value == 'x" +
                                               std::to_string(number) + "')))"});
    std::string mail;
    for (std::size_t field = 0; field < 100; ++field)
        mail += "X-Field-" + std::to_string(field) + ": v" + std::to_string(field) + "\r\n";
    Court court(rules);
    const Judgement judgement = court.ask(mail + std::string(plain_mail));
    CHECK(names_of(judgement.hits) == "z");
    CHECK(judgement.undecided == rules.size() - 1);
    CHECK(judgement.unexcused);
    CHECK(judgement.unexcused_by.size() == 4);
}

TEST_CASE("history is asked once for all rules, and those that wait for it are asked again") {
    Court court({{"new", "profile.by_sender().prevalence == 'new'", "high"},
                 {"old", "profile.by_sender_email().days_known > 5", "low"},
                 {"plain", "type.inbound", "low"}});
    std::size_t asked = 0;
    court.history = [&](const History::Question& question,
                        const mail::Message&) -> std::optional<History::Answer> {
        ++asked;
        CHECK(question.profiles.size() == 2);
        History::Answer answer;
        answer.profiles[ProfileOf::sender].prevalence = "new";
        answer.profiles[ProfileOf::sender_email].days_known = 7;
        return answer;
    };
    CHECK(names_of(court.ask().hits) == "new old plain");
    CHECK(asked == 1);
    court.history = [](const History::Question&, const mail::Message&) { return std::nullopt; };
    CHECK(court.ask().undecided == 2);
}

TEST_CASE("a rule that is rejected is logged with its place and leaves the others") {
    Court court({{"good", "type.inbound", "low"}, {"wrong", "type.inbound\n  and sendr.email == 'x'"}});
    court.write("rules/broken.yaml", "name: [");
    court.write("rules/readme.txt", "no rule");
    CHECK(names_of(court.ask().hits) == "good");
    REQUIRE(court.judge().rule_set().rejected().size() == 2);
    REQUIRE(court.log.lines.size() == 2);
    CHECK(court.log.lines[0].contains("broken.yaml"));
    CHECK(court.log.lines[1].starts_with("rules.rejected rule="));
    CHECK(court.log.lines[1].contains("wrong.yml line=6 column=7 error=Message has no field 'sendr'"));
    CHECK(court.judge().describe().starts_with("1 rules (2 rejected), "));
}

TEST_CASE("what was named and is not there, or is wrong, fails the load") {
    const auto code_of = [](const JudgeConfig& config) {
        NullLog log;
        const auto judge = Judge::load(config, log);
        return judge ? std::string() : judge.error().message;
    };
    const tocsin::test::TemporaryFolder folder;
    const std::string here = folder.path().string(), none = here + "/none";
    CHECK(code_of({.rules = {none}}).contains(none));
    CHECK(code_of({.lists = {none}}).contains(none));
    CHECK(code_of({.text_model = none}).contains(none));
    std::ofstream(folder.path() / "model.bin") << "no model";
    CHECK(code_of({.text_model = here + "/model.bin"}).contains("text model"));
    std::ofstream(folder.path() / "words.txt") << "good\n"
                                               << std::string(limits::list_entry_bytes + 1, 'x') << "\n";
    CHECK(code_of({.lists = {here}}) == "");  // a bad line is left out
    std::ofstream(folder.path() / "no-name.txt") << "good\n";
    CHECK(code_of({.lists = {here}}).contains("no-name.txt"));
    CHECK(code_of({}) == "");
}

TEST_CASE("lists of a folder are asked, and the organisation's are empty where nobody gave them") {
    Court court({{"listed", "sender.email.domain.domain in $partners", "high"},
                 {"ours", "sender.email.domain.domain not in $org_domains", "low"},
                 {"vip", "any($org_vips, .email == sender.email.email)", "critical"}});
    court.write("lists/partners.txt", "# ours\nsender.example\n");
    court.use_lists();
    const Judgement judgement = court.ask();
    CHECK(names_of(judgement.hits) == "listed ours");
    CHECK(judgement.undecided == 0);
    const auto sizes = court.judge().list_sizes();
    CHECK(std::ranges::find(sizes, std::pair<std::string, std::size_t>("partners", 1)) != sizes.end());
}

TEST_CASE("a rule shows what it saw; look-alikes of the organisation's names are known to rules") {
    const std::string shows = "shows: tocsin.lookalike(sender.email.domain).words\n";
    Court court(
        {{"alike", "tocsin.lookalike(sender.email.domain).kind == 'organisation'", "high", "rule", shows},
         {"long", "type.inbound", "low", "rule", "shows: strings.concat(body.plain.raw, 'x')\n"},
         {"nothing", "type.inbound", "low", "rule", "shows: mailbox.display_name\n"},
         {"wrong", "type.inbound", "low", "rule", "shows: type.inbound\n"},
         {"broken", "type.inbound", "low", "rule", "shows: strings.concat(\n"}});
    court.write("lists/org_domains.txt", "s3nders.example\ncom\n");
    court.use_lists();
    const std::string head = "From: a@senders.example\r\nTo: b@example.net\r\nMIME-Version: "
                             "1.0\r\nContent-Type: text/plain\r\n\r\n";
    const scan::ScanReport report = court.report(head + std::string(500, 'a') + "\r\n");
    REQUIRE(report.findings.size() == 4);
    CHECK(report.findings[0].text.starts_with(
        "alike. senders.example is not s3nders.example, our own domain, but looks like it: "));
    CHECK(report.findings[1].text.starts_with("senders.example is not s3nders.example"));
    CHECK(report.findings[1].text.ends_with(" alike"));
    CHECK(report.findings[2].text == std::string(400, 'a') + "… long");
    CHECK(report.findings[3].text == "nothing");
    const std::vector<Rejected>& rejected = court.judge().rule_set().rejected();
    REQUIRE(rejected.size() == 2);
    CHECK(rejected[0].problem.message.starts_with("shows: "));
    CHECK(rejected[1].problem.message.starts_with("shows: a text is expected"));
    CHECK(std::ranges::find(
              court.log.lines,
              "lookalikes.not_protected list=$org_domains reason=com: not a registrable domain") !=
          court.log.lines.end());
}

TEST_CASE("the version changes with rules and lists, and is the same for the same") {
    const auto version = [](const std::string& source, const std::string& list) {
        Court court({{"a", source}});
        court.write("lists/partners.txt", list);
        court.use_lists();
        return court.judge().version();
    };
    CHECK(version("type.inbound", "x\n").size() == 16);
    CHECK(version("type.inbound", "x\n") != version("type.inbound", "y\n"));
    Court same(std::vector<RuleText>{{"a", "type.inbound"}});
    CHECK(same.report().rules.version == same.judge().version());
}

TEST_CASE("the words of an attack are named, and good words buy nothing") {
    Court court({{"a", "type.inbound", "low"}});
    court.config.text_model = own_model();
    const std::string head =
        "From: a@sender.example\r\nTo: b@example.net\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n";
    const Judgement attack = court.ask(
        head +
        "Subject: Your mailbox is full\r\n\r\nDear user, your mailbox password expires today. Verify your "
        "account now or it will be suspended. Click here to keep the same password.\r\n");
    CHECK(attack.hostility > 0.5);
    CHECK(attack.text_points == points_of_text(attack.hostility));
    CHECK(attack.text_points > 0);
    CHECK(attack.points == attack.text_points + 1);
    CHECK_FALSE(attack.words.empty());
    CHECK(attack.words.size() <= 6);
    const Judgement good =
        court.ask(head + "Subject: Friday\r\n\r\nHi Bob, thanks for the notes of the meeting. "
                         "I have added my comments on page three. See you on Friday, Anna\r\n");
    CHECK(good.text_points == 0);
    CHECK(good.points == 1);
    CHECK(good.words.empty());
}

TEST_CASE("the line for the reader is that of the rule with most points that has one, else ours") {
    const std::string line = "coaching: Call the person on a number that you know.\n";
    Court own({{"a", "type.inbound", "critical"},
               {"b", "type.inbound", "low", "rule", line},
               {"c", "type.inbound", "medium", "rule", "coaching: Ask your bank.\n"}});
    CHECK(own.report().rules.coaching == "Ask your bank.");
    Court phish({{"a", "type.inbound", "critical"}});
    CHECK(phish.report().rules.coaching.starts_with("This message looks like an attack."));
    Court suspicious({{"a", "type.inbound", "high"}});
    CHECK(suspicious.report().rules.coaching.starts_with("Be careful with this message"));
    Court nothing({{"b", "type.inbound", "low", "rule", line}});
    CHECK(nothing.report().rules.coaching.empty());
}

TEST_CASE("many hits and long texts keep within the bounds of a report, and the verdict comes first") {
    std::vector<RuleText> rules;
    for (std::size_t at = 0; at < limits::findings + 20; ++at)
        rules.push_back(
            {"rule" + std::to_string(at), "type.inbound", "critical", "rule",
             "description: " + std::string(5'000, 'd') + "\ncoaching: " + std::string(5'000, 'c') + "\n"});
    Court court(rules);
    reader::Reply reply;
    reply.report = court.report();
    CHECK(reply.report.rules.matched == rules.size());
    CHECK(reply.report.findings.size() <= limits::findings + 1);
    CHECK(reply.report.findings.front().engine == "judge");
    const std::string datagram = reader::encode(reply);
    CHECK(datagram.size() <= limits::reply_bytes);
    const std::optional<reader::Reply> read = reader::decode_reply(datagram);
    REQUIRE(read.has_value());
    REQUIRE_FALSE(read->report.findings.empty());
    CHECK(read->report.findings.front().engine == "judge");
    CHECK(read->report.findings.front().severity == scan::Severity::phish);
    for (const scan::Finding& finding : read->report.findings) CHECK(finding.text.size() < 5'000);
    CHECK(read->report.rules.coaching.size() < 5'000);
    CHECK_FALSE(read->report.rules.coaching.empty());
}

TEST_CASE("details are told of every rule and each of its clauses") {
    Court court(
        {{"clauses", "type.inbound and subject.subject == 'other'\n  and profile.by_sender().solicited"},
         {"value", "subject.subject", "low", "query"}});
    court.config.clauses = Clauses::kept;
    court.details = true;
    const Judgement judgement = court.ask();
    REQUIRE(judgement.details.size() == 2);
    CHECK(judgement.details[0].rule->file.name == "clauses");
    CHECK(judgement.details[0].answer.answer == Answer::no_match);
    CHECK(judgement.details[0].clauses == Names{"true", "false", "undecided: history"});
    CHECK(judgement.details[1].value.contains("hello"));
}

TEST_CASE("details of decided rules stay when history was asked") {
    Court court({{"plain", "type.inbound"}, {"waits", "profile.by_sender().solicited"}});
    court.details = true;
    court.history = [](const History::Question&, const mail::Message&) {
        History::Answer answer;
        answer.profiles[ProfileOf::sender].solicited = true;
        return std::optional(answer);
    };
    CHECK(court.ask().details.size() == 2);
}

TEST_CASE("the language of outgoing mail is told, of what a person sees of its first reading") {
    Court court({{"a", "type.inbound", "low"}});
    const std::string page =
        "From: anna@sender.example\r\nTo: bob@example.net\r\nSubject: hello\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/html; "
        "charset=iso-8859-1\r\n\r\n<style>.thank-you-for-your-order{color:red}</style>"
        "<p>Sch\xF6nen Tag, und vielen Dank f&uuml;r Ihre Bestellung bei unserer kleinen G\xE4rtnerei. In "
        "dieser Woche "
        "sind alle Blumenzwiebeln billiger, und wer vor Freitag bestellt, bekommt einen Sack gute Erde "
        "geschenkt.</p>"
        "<p style=\"display:none\">" +
        std::string("Thank you for being a customer of our shop and for all the orders of this year. ") +
        "Thank you for being a customer of our shop, and for all of your orders, which we value.</p>\r\n";
    CHECK(court.report(page, mail::Direction::outbound).facts.language == "de");
    CHECK(court.report(page, mail::Direction::inbound).facts.language.empty());
    CHECK(court.report(plain_mail, mail::Direction::outbound).facts.language.empty());
}
