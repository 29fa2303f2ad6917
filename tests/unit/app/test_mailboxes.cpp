// Whose mailbox it is, and which mail is the mail of an incident.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "app/mailbox_actions.hpp"
#include "app/password_file.hpp"
#include "app/report_pick_up.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::app;

namespace {

void write(const std::string& path, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
}

constexpr std::uint64_t text = 0x0123'4567'89AB'CDEF, other_text = ~text;

Marks phish() {
    return {.text = text,
            .sender = "payroll@portal.example",
            .hosts = {"www.bank.example", "login.evil.example"},
            .urls = {"login.evil.example/x", "www.bank.example/"},
            .files = {}};
}

}  // namespace

TEST_CASE("mailbox list: domains, a file, names and what strangers write") {
    test::TemporaryFolder folder;
    const std::string path = folder.path() / "addresses";
    write(path, "# people\nAnna@Esp.example\nbob@esp.example\tbobby\r\n\n");
    config::MailboxSettings settings;
    settings.domains = {"org.example"};
    settings.addresses = path;
    const MailboxList list = MailboxList::read(settings).value();
    struct Row {
        const char *address, *mailbox;
    };
    for (const Row& row : {Row{"anna@esp.example", "anna@esp.example"},
                           Row{"ANNA@esp.example", "anna@esp.example"}, Row{"bob@esp.example", "bobby"},
                           Row{"bob+news@esp.example", "bobby"}, Row{"carla@esp.example", nullptr},
                           Row{"any@org.example", "any@org.example"}, Row{"any@sub.org.example", nullptr},
                           Row{"a*b@org.example", nullptr}, Row{"\"a b\"@org.example", nullptr},
                           Row{"a%@org.example", nullptr}, Row{"org.example", nullptr}, Row{"", nullptr}}) {
        CAPTURE(row.address);
        CHECK(list.mailbox_of(row.address) ==
              (row.mailbox == nullptr ? std::nullopt : std::optional<std::string>(row.mailbox)));
    }
    CHECK(list.listed().size() == 2);
    settings.name = config::MailboxName::local_part;
    CHECK(MailboxList::read(settings).value().mailbox_of("any@org.example") == "any");
    write(path, "anna@esp.example\nno address\n");
    const auto refused = MailboxList::read(settings);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message.find(":2: this is no address") != std::string::npos);
}

TEST_CASE("password file: one line that nobody else can read") {
    test::TemporaryFolder folder;
    const std::string path = folder.path() / "password";
    write(path, "secret\n");
    CHECK(read_password(path, MayRead::nobody).value() == "secret");
    write(path, "secret\n", 0640);
    CHECK(read_password(path, MayRead::its_group).value() == "secret");
    CHECK(read_password(path, MayRead::nobody).error().code == ErrorCode::permission);
    write(path, "secret\n", 0644);
    CHECK(read_password(path, MayRead::its_group).error().code == ErrorCode::permission);
    for (const std::string& bad : {std::string("\n"), std::string("a\nb\n"), std::string(2'000, 'x')}) {
        write(path, bad);
        CHECK(read_password(path, MayRead::nobody).error().code == ErrorCode::invalid_input);
    }
}

TEST_CASE("siblings: the domain that somebody has for himself") {
    struct Row {
        const char *host, *domain;
    };
    for (const Row& row : {Row{"a.b.evil.example", "evil.example"}, Row{"evil.example", "evil.example"},
                           Row{"a.evil.co.uk", "evil.co.uk"}, Row{"evil.co.uk", "evil.co.uk"},
                           Row{"a.portal.de", "portal.de"}, Row{"192.0.2.1", "192.0.2.1"},
                           Row{"[2001:db8::1]", "[2001:db8::1]"}, Row{"localhost", "localhost"}, Row{"", ""}})
        CHECK(owned_domain(row.host) == row.domain);
}

TEST_CASE("siblings: what was copied from innocent mail takes no innocent mail with it") {
    const auto clean = scan::Verdict::clean;
    Marks found = phish();
    found.hosts = {"x7.evil.example", "bank.example", "more.example"};
    found.sender = "payroll2@portal.example";
    CHECK(
        is_sibling(phish(), found, clean));  // personalised: another sender, another host of the same domain
    SUBCASE("the honest original of a copied text links to the bank alone") {
        found.hosts = {"www.bank.example"};
        CHECK_FALSE(is_sibling(phish(), found, clean));
    }
    SUBCASE("mail of the same sender with the link of his signature") {
        found = phish();
        found.text = other_text;
        found.urls = {"www.bank.example/"};
        CHECK_FALSE(is_sibling(phish(), found, clean));
    }
    SUBCASE("another text, whatever the links") {
        found.text = other_text;
        CHECK_FALSE(is_sibling(phish(), found, clean));
        found.text = 0;
        CHECK_FALSE(is_sibling(phish(), found, clean));
    }
}

TEST_CASE("siblings: a file that everybody has is no mark of one mail") {
    const Marks known{.text = text,
                      .sender = "boss@evil.example",
                      .hosts = {},
                      .urls = {},
                      .files = {"handbook", "invoice"}};
    Marks found{
        .text = other_text, .sender = "hr@esp.example", .hosts = {}, .urls = {}, .files = {"handbook"}};
    CHECK_FALSE(is_sibling(known, found, scan::Verdict::malware));  // not all of them
    found.files.insert("invoice");
    CHECK_FALSE(is_sibling(known, found, scan::Verdict::clean));
    CHECK(is_sibling(known, found, scan::Verdict::malware));
    found.sender = "boss@evil.example";
    CHECK(is_sibling(known, found, scan::Verdict::clean));
}

TEST_CASE("siblings: with too little text all links and the sender must be the same") {
    const Marks known{
        .sender = "a@evil.example", .hosts = {"evil.example"}, .urls = {"evil.example/1"}, .files = {}};
    Marks found = known;
    CHECK(is_sibling(known, found, scan::Verdict::clean));
    found.urls = {"evil.example/2"};
    CHECK_FALSE(is_sibling(known, found, scan::Verdict::clean));
    found = known;
    found.sender = "b@evil.example";
    CHECK_FALSE(is_sibling(known, found, scan::Verdict::clean));
    const Marks nothing{.sender = "a@evil.example"};
    CHECK_FALSE(is_sibling(nothing, nothing, scan::Verdict::clean));
}

TEST_CASE("siblings: what a person wrote down is enough by itself") {
    CHECK(is_sibling({.by = MarkedBy::person, .text = text}, {.text = text, .hosts = {}},
                     scan::Verdict::clean));
    CHECK(is_sibling({.by = MarkedBy::person, .files = {"x"}}, {.text = text, .files = {"x", "y"}},
                     scan::Verdict::clean));
    CHECK_FALSE(is_sibling({.by = MarkedBy::person, .sender = "a@b.example", .urls = {"u"}},
                           {.sender = "c@b.example", .urls = {"u"}}, scan::Verdict::clean));
}

TEST_CASE("siblings: marks of an incident without reports are what the effect names") {
    const respond::Response response;
    respond::Effect effect;
    effect.incident = "h-1";
    CHECK(marks_of(response, effect).empty());
    effect.parameters = {
        {"text", "0123456789abcdef\n0"}, {"file", "AB\nCD"}, {"sender", "A@b.example"}, {"url", "http://u/"}};
    const std::vector<Marks> marks = marks_of(response, effect);
    REQUIRE(marks.size() == 4);
    CHECK(marks[0].text == text);
    CHECK(marks[1].files.contains("ab"));
    CHECK(marks[3].sender == "a@b.example");
    CHECK(marks[3].urls.contains("u/"));
}

TEST_CASE("names that come of keys and contents") {
    const std::string name = sealed_name_of("r-77ab.1.purge.do");
    CHECK(name.starts_with("r-77ab-1-purge-do-"));
    CHECK(name.find('.') == std::string::npos);
    CHECK(name != sealed_name_of("r-77ab.1-purge.do"));
    CHECK(sealed_name_of(std::string(300, 'x')).size() < 100);
    CHECK(picked_report_id("a", sha256({})) == picked_report_id("a", sha256({})));
    CHECK(picked_report_id("a", sha256({})) != picked_report_id("b", sha256({})));
    CHECK(respond::is_id(picked_report_id("a", sha256({}))));
}
