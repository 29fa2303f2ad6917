// Copies of a mailing take the answer of others; what an attacker changes in one of them is judged all the same.
//
// The judges have the rules, lists and text model that are shipped. One remembers copies, the other judges every mail
// whole; whatever is changed in a copy, both must say the same.
#include "rules/judge.hpp"

#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/limits/judged_copies.hpp"
#include "scan/scan_fixture.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

/// One rule of medium severity is enough.
constexpr Thresholds thresholds{3, 9};

class SilentLog final : public Log {
public:
    void write(LogLevel, std::string_view, std::initializer_list<LogField>) override {}
};

struct Letter {
    std::string name = "Anna Smith", local_part = "anna", domain = "mail.example", id = "4711";
    std::string from = "Garden shop <news@garden.example>", header, subject = "Spring in the garden";
    std::string greeting = "Dear ", more_text, more_page, charset = "utf-8", attachment;
    std::string host = "garden.example";

    [[nodiscard]] std::string mail() const {
        static const std::string news =
            "thank you for being a customer of our little garden shop. This week all spring bulbs are "
            "cheaper, and whoever comes "
            "before Friday gets a bag of good earth. On Saturday there will be coffee and cake for "
            "everybody, and our gardener "
            "answers every question about roses, lawns and vegetables that you would like to grow.";
        return "From: " + from + "\r\nTo: " + name + " <" + local_part + "@" + domain +
               ">\r\nSubject: " + subject + ", " + name +
               "\r\nDate: Mon, 02 Mar 2026 09:00:10 +0000\r\nMessage-ID: <" + id + ".1@garden.example>\r\n" +
               header + "List-Unsubscribe: <https://garden.example/leave?u=" + id +
               ">\r\nMIME-Version: 1.0\r\n" + "Content-Type: multipart/mixed; boundary=\"=_m" + id +
               "\"\r\n\r\n--=_m" + id + "\r\nContent-Type: multipart/alternative; boundary=\"=_a" + id +
               "\"\r\n\r\n--=_a" + id + "\r\nContent-Type: text/plain; charset=" + charset + "\r\n\r\n" +
               greeting + name + ", " + news + more_text + "\r\nRead on: https://" + host + "/news?u=" + id +
               " (all about it)\r\n--=_a" + id +
               "\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><body><p>" + greeting + name + ", " +
               news + "</p>\r\n<p><a href=\"https://" + host + "/news?u=" + id +
               "\">Read on about roses and lawns</a></p>" + more_page + "</body></html>\r\n--=_a" + id +
               "--\r\n--=_m" + id +
               "\r\nContent-Type: application/octet-stream; name=\"prices.txt\"\r\nContent-Disposition: "
               "attachment; "
               "filename=\"prices.txt\"\r\n\r\nroses 3, lawns 4" +
               attachment + "\r\n--=_m" + id + "--\r\n";
    }
};

/// Two judges over what is shipped: one that remembers, one that does not.
class Courts {
public:
    Courts() : remembering_(load()), whole_(load()) {}

    Judgement remembering(const Letter& letter) { return judge(*remembering_, letter, &key_); }
    Judgement whole(const Letter& letter) { return judge(*whole_, letter, nullptr); }
    /// So many copies that answers are remembered.
    void warm_up() {
        for (int number = 0; number < 4; ++number) remembering(numbered(number));
    }
    static Letter numbered(int number) {
        return {.name = "Reader " + std::to_string(number),
                .local_part = "reader" + std::to_string(number),
                .id = std::to_string(1000 + number)};
    }
    std::chrono::steady_clock::time_point now{std::chrono::hours(1)};

private:
    std::unique_ptr<Judge> load() {
        const std::filesystem::path rules = std::filesystem::path(__FILE__).parent_path() / "../../../rules";
        JudgeConfig config{.rules = {rules.string()},
                           .lists = {(rules / "lists").string()},
                           .text_model = (rules / "text-model.bin").string()};
        config.may_do_without = default_may_do_without();
        config.outbound = thresholds;
        return Judge::load(config, log_).value();
    }
    Judgement judge(Judge& judge, const Letter& letter, const HashKey* key) const {
        const std::string mail = letter.mail();
        const mail::MimeTree tree = mail::parse_mime(as_bytes(mail));
        return judge.judge({.tree = tree,
                            .engines = scan::test::engines(),
                            .direction = mail::Direction::outbound,
                            .envelope_recipient = letter.local_part + "@" + letter.domain,
                            .deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1),
                            .ask_history = {},
                            .remember_copies = key,
                            .now = now});
    }

    SilentLog log_;
    HashKey key_{};
    std::unique_ptr<Judge> remembering_, whole_;
};

std::string names_of(const Judgement& judgement) {
    std::string names;
    for (const RuleHit& hit : judgement.hits) names += hit.rule->file.name + "; ";
    return names;
}

void check_same(Courts& courts, const Letter& letter) {
    const Judgement one = courts.remembering(letter), other = courts.whole(letter);
    CHECK(names_of(one) == names_of(other));
    CHECK(one.points == other.points);
    CHECK(one.undecided == other.undecided);
    CHECK(one.unexcused == other.unexcused);
}

}  // namespace

TEST_CASE("the third copy and those behind it are not judged whole, and one of many is") {
    Courts courts;
    int as_copy = 0;
    constexpr int copies = 400;
    for (int number = 0; number < copies; ++number) {
        const Judgement judgement = courts.remembering(Courts::numbered(number));
        if (number < 2) CHECK(judgement.judged == scan::JudgedHow::whole);
        as_copy += judgement.judged == scan::JudgedHow::as_copy ? 1 : 0;
    }
    CHECK(as_copy > copies * 9 / 10);
    CHECK(as_copy < copies - 2);
    check_same(courts, Courts::numbered(7));
}

TEST_CASE("an answer grows old") {
    Courts courts;
    courts.warm_up();
    Letter letter = Courts::numbered(20);
    CHECK(courts.remembering(letter).judged == scan::JudgedHow::as_copy);
    courts.now += std::chrono::milliseconds(limits::judged_answer_ms);
    letter = Courts::numbered(21);
    CHECK(courts.remembering(letter).judged == scan::JudgedHow::whole);
    letter = Courts::numbered(22);
    CHECK(courts.remembering(letter).judged == scan::JudgedHow::as_copy);
}

TEST_CASE("nothing is smuggled in a copy: it is judged whole, or its answer is that of the whole") {
    struct Attack {
        std::string what;
        Letter letter;
        bool must_be_whole = true;
    };
    Letter base = Courts::numbered(50);
    std::vector<Attack> attacks;
    const auto add = [&](std::string what, auto change) {
        Attack attack{std::move(what), base};
        change(attack.letter);
        attacks.push_back(std::move(attack));
    };
    add("a link", [](Letter& l) { l.more_page = "<a href=\"https://evil.example/login\">Sign in</a>"; });
    add("another host", [](Letter& l) { l.host = "garden-shop.example"; });
    add("a form", [](Letter& l) {
        l.more_page = "<form action=\"https://evil.example/\"><input type=password></form>";
    });
    add("a script", [](Letter& l) { l.more_page = "<script>location='https://evil.example/'</script>"; });
    add("a host in a name", [](Letter& l) { l.name = "see evil.example"; });
    add("an address in a name", [](Letter& l) { l.name = "write to a@evil.example"; });
    add("a telephone number in a name", [](Letter& l) { l.name = "call 800 555 0199 now"; });
    add("a lure in a name", [](Letter& l) { l.name = "your account is suspended verify your password now"; });
    add("a brand in a name", [](Letter& l) { l.name = "PayPal Security Team"; });
    add("a lure in front of a name",
        [](Letter& l) { l.greeting = "Your password expires today, verify your account at once, "; });
    add("words in the text",
        [](Letter& l) { l.more_text = " Send gift cards to the office today and tell nobody."; });
    add("another sender", [](Letter& l) { l.from = "PayPal <news@garden.example>"; });
    add("another address", [](Letter& l) { l.from = "Garden shop <news@evil.example>"; });
    add("a way to answer", [](Letter& l) { l.header = "Reply-To: x@evil.example\r\n"; });
    add("a field", [](Letter& l) { l.header = "X-Priority: 1\r\n"; });
    add("another subject", [](Letter& l) { l.subject = "Urgent: your invoice is overdue"; });
    add("another reader's house", [](Letter& l) { l.domain = "paypal.com"; });
    add("another charset", [](Letter& l) { l.charset = "utf-7"; });
    add("another attachment", [](Letter& l) { l.attachment = "!"; });
    add("an address in the id", [](Letter& l) { l.id = "cmVhZGVyNTBAbWFpbC5leGFtcGxl"; });
    add("a path in the id", [](Letter& l) { l.id = "../a.zip"; });
    Courts courts;
    for (const Attack& attack : attacks) {
        CAPTURE(attack.what);
        courts.warm_up();
        REQUIRE(courts.remembering(base).judged == scan::JudgedHow::as_copy);
        CHECK(courts.remembering(attack.letter).judged == scan::JudgedHow::whole);
        check_same(courts, attack.letter);
    }
}

TEST_CASE("a mailing in which something is found has no remembered answer") {
    Courts courts;
    Letter lure{.from = "PayPal Security <security@garden.example>",
                .subject = "Your account is suspended",
                .greeting = "Your PayPal account is suspended. Verify your password now, ",
                .host = "bit.ly"};
    const Judgement judgement = courts.whole(lure);
    CAPTURE(names_of(judgement));
    REQUIRE(judgement.points >= thresholds.suspicious);
    for (int number = 0; number < 6; ++number) {
        lure.id = std::to_string(2000 + number);
        CHECK(courts.remembering(lure).judged == scan::JudgedHow::whole);
    }
}

TEST_CASE("whatever stands in the personal places, a remembered answer is that of the whole") {
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    std::mt19937 random(seed);
    const std::vector<std::string> words = {
        "Anna",    "Bill", "Mark",    "Jürgen", "password",  "urgent",  "invoice",  "PayPal",    "verify",
        "account", "Mr",   "support", "O'Neil", "Microsoft", "payment", "12",       "login",     "gift",
        "card",    "CEO",  "bank",    "Grace",  "Chase",     "Apple",   "security", "suspended", "click",
        "here",    "now",  "wallet",  "Will",   "reader",    "news"};
    Courts courts;
    int as_copy = 0;
    for (int turn = 0; turn < 300; ++turn) {
        Letter letter = Courts::numbered(turn % 5);
        letter.name.clear();
        for (auto count = 1 + random() % 3; count > 0; --count)
            letter.name += (letter.name.empty() ? "" : " ") + words[random() % words.size()];
        letter.id = std::to_string(random());
        const Judgement one = courts.remembering(letter);
        if (one.judged != scan::JudgedHow::as_copy) continue;
        ++as_copy;
        const Judgement other = courts.whole(letter);
        CAPTURE(letter.name);
        CHECK(names_of(one) == names_of(other));
        CHECK(one.points >= other.points);
    }
    CHECK(as_copy > 0);
}
