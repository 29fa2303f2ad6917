// `config show`, the manual's page, and that both come from the table.
#include <doctest/doctest.h>

#include <rapidcheck.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "config/config.hpp"
#include "config/setting_table.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

std::string read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

template <typename T>
T pick(std::vector<T> choices) {
    return *rc::gen::elementOf(std::move(choices));
}

bool coin() {
    return *rc::gen::arbitrary<bool>();
}

std::string random_text() {
    std::string text = "t";
    for (int i = *rc::gen::inRange(0, 8); i > 0; --i)
        text += pick<std::string>({"a", "Z", " ", "\"", "\\", "#", "=", "[", "'", "ü", "→", "\xC2\xA0", "."});
    return text;
}

/// A text that a setting of this type takes.
std::string random_text_of(const Setting& setting) {
    switch (setting.type) {
        case Type::word:
        case Type::words:
            return std::string(
                pick<std::string_view>({setting.access.words.begin(), setting.access.words.end()}));
        case Type::host_name:
        case Type::domains: return pick<std::string>({"a", "a.example", "A-b.example.org", "x_y.z"});
        case Type::hop_address:
            return pick<std::string>({"127.0.0.1:1", "[2001:db8::1]:65535", "192.0.2.9:25"});
        case Type::networks: return pick<std::string>({"192.0.2.0/24", "::/0", "10.1.2.3", "2001:db8::/32"});
        case Type::logins: return random_text() + (coin() ? "*" : "");
        case Type::recipients:
            return pick<std::string>({"@a.example", "x+y@a.example", "\"a\\\"b\"@c.example"});
        case Type::flags: return pick<std::string>({"macro", "qr_code"});
        default: return random_text();
    }
}

std::string random_toml(const Setting& setting) {
    if (setting.type == Type::boolean) return coin() ? "true" : "false";
    if (setting.type == Type::integer)
        return std::to_string(*rc::gen::inRange<std::int64_t>(setting.least, setting.most + 1));
    if (!is_list(setting.type)) return to_toml(random_text_of(setting));
    std::vector<std::string> list;
    const int least = setting.empty_list == EmptyList::refused ? 1 : 0;
    for (int i = *rc::gen::inRange(least, 4); i > 0; --i) list.push_back(random_text_of(setting));
    return to_toml(list);
}

std::string line(std::string_view key, const std::string& toml) {
    return std::string(key) + " = " + toml + "\n";
}

/// Some settings of a section, without those that depend on others.
std::string random_lines(const Section& section, const std::vector<std::string_view>& without) {
    std::string out;
    for (const Setting& setting : section.settings)
        if (std::ranges::find(without, setting.key) == without.end() && coin())
            out += line(setting.key, random_toml(setting));
    return out;
}

std::string random_listener(int number) {
    const std::string kind = pick<std::string>({"smtp", "milter", "check", "clamd", "api", "answers"});
    std::string out = "[[listener]]\n" + line("kind", to_toml(kind));
    out += line("name", to_toml("l" + std::to_string(number)));
    out += line("address", to_toml(coin() ? "127.0.0.1:" + std::to_string(30'000 + number)
                                          : "unix:/run/" + std::to_string(number)));
    if (coin()) out += line("sessions", "7");
    if (kind != "api" && kind != "answers" && coin())
        out += line("direction", to_toml(pick<std::string>({"inbound", "by_sender"})));
    if (kind == "milter" && coin()) out += line("keep", "\"mta\"");
    if (kind == "clamd" && coin()) out += line("scan_root", to_toml("/" + random_text()));
    if (kind != "smtp") return out;
    out += line("next_hop", "\"192.0.2.1:25\"");
    if (coin()) out += "tls = \"require\"\ntls_certificate = \"/c\"\ntls_key = \"k\"\n";
    if (coin()) out += "next_hop_tls = \"verify\"\nnext_hop_name = \"mx.example\"\n";
    if (coin()) out += "xforward_from = [\"192.0.2.0/24\"]\n";
    return out;
}

std::string random_policy(const Section& section) {
    const std::string out = "[[policy]]\n" + random_lines(section, {"direction", "outcomes", "customers",
                                                                    "disposition", "verdicts"});
    if (coin())
        return out + "disposition = \"hold\"\ncustomers = [\"(unknown)\"]\n" +
               (coin() ? "direction = \"outbound\"\n" : "");
    return out + "disposition = \"tag\"\nverdicts = [\"clean\", \"phish\"]\n" +
           (coin() ? "outcomes = [\"verdict\"]\n" : "");
}

/// What is needed to come into a mailbox stands there; the rest is random.
std::string random_mailboxes(const Section& section) {
    return "[mailboxes]\nserver = \"192.0.2.1:993\"\nuser = \"t\"\npassword_file = \"/p\"\ndomains = "
           "[\"a.example\"]\n" +
           random_lines(section, {"server", "tls", "tls_name", "authorities", "certificate_sha256", "login",
                                  "user", "separator", "password_file", "domains", "sealed_folder"});
}

std::string random_config() {
    std::string out;
    for (const Section& section : sections()) {
        if (section.name == "mailboxes") {
            if (coin()) out += random_mailboxes(section);
        } else if (section.name == "respond") {
            out += "[respond]\npeople = \"/people\"\n" +
                   random_lines(section, {"people", "acknowledge_url", "syslog", "notices_from"}) +
                   (coin() ? "notices_from = \"security@esp.example\"\n" : "") +
                   (coin() ? "syslog = \"unix:/dev/log\"\n" : "");
        } else if (section.rows == Rows::one && coin())
            // Some texts of the banner must be long enough, or ASCII.
            out += "[" + std::string(section.name) + "]\n" +
                   random_lines(section, {"heading", "mark", "fallback", "answer_url", "ask_from"}) +
                   (section.name == "banner" ? line("mark", to_toml("twelve letters" + random_text())) : "");
        const int rows = section.rows == Rows::many ? *rc::gen::inRange(0, 4) : 0;
        for (int row = 0; row < rows; ++row) {
            if (section.name == "listener") out += random_listener(row);
            if (section.name == "customer")
                out += "[[customer]]\n" + line("name", to_toml(std::to_string(row) + random_text())) +
                       line("networks", "[\"192.0.2.1\"]") +
                       random_lines(section, {"name", "networks", "listeners", "contact"});
            if (section.name == "policy") out += random_policy(section);
            if (section.name == "webhook")
                out += "[[webhook]]\n" + line("name", to_toml("w" + std::to_string(row))) +
                       "url = \"https://h.example/t\"\nsecret_file = \"/s\"\n" +
                       random_lines(section, {"name", "url", "secret_file", "suspend_hours"});
        }
    }
    return out;
}

}  // namespace

TEST_CASE("show(parse(x)) parses to the same settings") {
    ParseOptions options;
    options.known.part_flags = {"macro", "qr_code"};
    CHECK(rc::check("for settings from the table", [&] {
        options.folder = coin() ? "/etc/tocsin" : "";
        const std::string text = random_config();
        RC_LOG() << text;
        const Parsed parsed = parse(text, options);
        for (const Problem& problem : parsed.problems) RC_LOG() << to_line("f", problem) << "\n";
        RC_ASSERT(parsed.settings.has_value());
        const std::string shown = show(*parsed.settings);
        RC_LOG() << shown;
        const Parsed again = parse(shown, options);
        RC_ASSERT(again.settings.has_value());
        RC_ASSERT(*again.settings == *parsed.settings);
    }));
    CHECK(*parse(show(*parse("", options).settings), options).settings == *parse("", options).settings);
}

TEST_CASE("show writes what is in force, with a comment for each setting") {
    const Parsed parsed = parse("[daemon]\nnext_hop = \"127.0.0.1:10025\"\n", {});
    const std::string shown = show(*parsed.settings);
    CHECK(shown.find("# Our name in SMTP greetings and in header fields.\nhost_name = \"localhost\"\n") !=
          std::string::npos);
    CHECK(shown.find("name = \"smtp-inbound\"\nkind = \"smtp\"\naddress = \"127.0.0.1:2525\"\n") ==
          std::string::npos);
    CHECK(shown.find("name = \"smtp-outbound\"\nkind = \"smtp\"\naddress = \"127.0.0.1:2526\"\n") !=
          std::string::npos);
    CHECK(shown.find("# No [[customer]] is given.\n") != std::string::npos);
    CHECK(shown.find("# outbound_next_hop is not set\n") != std::string::npos);
}

TEST_CASE("the manual names every setting of the table") {
    const std::string text = manual();
    for (const Section& section : sections()) {
        CHECK(text.find("\n### " + head_of(section) + "\n") != std::string::npos);
        for (const Setting& setting : section.settings) {
            CAPTURE(setting.key);
            CHECK(text.find("\n| `" + std::string(setting.key) + "` | ") != std::string::npos);
        }
    }
    CHECK(text.find("| `deadline_ms` | a whole number, 100 to 600000 ms | `30000` | ") != std::string::npos);
    CHECK(text.find("| `kind` | one word: `smtp`, `milter`, `check`, `clamd`, `api`, `answers`, "
                    "`report_form` | **must be given** | ") != std::string::npos);
}

TEST_CASE("docs/manual/configuration.md ends with what `tocsin config manual` prints") {
    const std::string page = read_file(TOCSIN_DOCS "/manual/configuration.md");
    const std::size_t begin = page.find("## All settings\n");
    REQUIRE(begin != std::string::npos);
    // Otherwise: write the output of `tocsin config manual` there.
    CHECK(page.substr(begin) == manual());
}

TEST_CASE("the manual's example is right") {
    const std::string page = read_file(TOCSIN_DOCS "/manual/configuration.md");
    const std::size_t begin = page.find("```toml\n");
    REQUIRE(begin != std::string::npos);
    const std::size_t end = page.find("```\n", begin + 8);
    ParseOptions options;
    options.folder = "/etc/tocsin";
    const Parsed parsed = parse(page.substr(begin + 8, end - begin - 8), options);
    for (const Problem& problem : parsed.problems) MESSAGE(to_line("example", problem));
    REQUIRE(parsed.settings);
    CHECK(parsed.settings->listeners.size() >= 3);
    CHECK(parsed.settings->customers.size() >= 2);
    CHECK(parsed.settings->policy.size() >= 2);
}
