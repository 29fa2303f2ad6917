#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "config/config.hpp"
#include "config/files.hpp"
#include "config/setting_table.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

Settings settings_of(std::string_view text, const ParseOptions& options = {}) {
    Parsed parsed = parse(text, options);
    for (const Problem& problem : parsed.problems) MESSAGE(to_line("f", problem));
    REQUIRE(parsed.settings);
    return *parsed.settings;
}

void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

}  // namespace

TEST_CASE("an empty file gives listeners on loopback, and no SMTP without a next hop") {
    const Settings settings = settings_of("");
    REQUIRE(settings.listeners.size() == 4);
    for (const Listener& listener : settings.listeners) CHECK(is_local(listener.address));
    CHECK(settings.listeners[0].name == "milter");
    CHECK(settings.listeners[0].direction == DirectionRule::by_sender);
    CHECK(settings.listeners[2].direction == DirectionRule::inbound);
    CHECK(settings.listeners[3].sessions == 64);
    CHECK(settings.outbound.unknown_sender == UnknownSender::accept);
    CHECK(settings.network.own_networks.size() == 2);
}

TEST_CASE("a next hop brings the two SMTP listeners") {
    const Settings settings =
        settings_of("[daemon]\nnext_hop = \"127.0.0.1:10025\"\noutbound_next_hop = \"[::1]:10026\"\n");
    REQUIRE(settings.listeners.size() == 6);
    CHECK(settings.listeners[0].name == "smtp-inbound");
    CHECK(to_text(settings.listeners[0].address) == "127.0.0.1:2525");
    CHECK(to_text(*settings.listeners[0].next_hop) == "127.0.0.1:10025");
    CHECK(settings.listeners[1].name == "smtp-outbound");
    CHECK(to_text(settings.listeners[1].address) == "127.0.0.1:2526");
    CHECK(to_text(*settings.listeners[1].next_hop) == "[::1]:10026");
}

TEST_CASE("a table of customers makes unknown senders wait, unless the file says otherwise") {
    const std::string customer =
        "[[customer]]\nname = \"a\"\nlogins = [\"a*\"]\nenvelope_domains = [\"A.Example\"]\n";
    CHECK(settings_of(customer).outbound.unknown_sender == UnknownSender::hold);
    CHECK(settings_of(customer).customers[0].envelope_domains[0] == "a.example");
    CHECK(settings_of(customer + "[outbound]\nunknown_sender = \"accept\"\n").outbound.unknown_sender ==
          UnknownSender::accept);
}

TEST_CASE("a listener's own words win over the defaults") {
    const Settings settings =
        settings_of("[daemon]\nnext_hop = \"127.0.0.1:1\"\n"
                    "[[listener]]\nkind = \"smtp\"\naddress = \"192.0.2.1:25\"\n"
                    "direction = \"by_sender\"\nnext_hop = \"192.0.2.2:25\"\nsessions = 3\n"
                    "xforward_from = [\"192.0.2.0/24\"]\n"
                    "[[listener]]\nkind = \"check\"\naddress = \"192.0.2.1:80\"\n"
                    "allow_remote = true\ndirection = \"outbound\"\n");
    REQUIRE(settings.listeners.size() == 2);
    CHECK(settings.listeners[0].name == "smtp-by_sender");
    CHECK(settings.listeners[0].sessions == 3);
    CHECK(settings.listeners[0].next_hop->host == "192.0.2.2");
    CHECK(settings.listeners[0].xforward_from[0].block.contains(*parse_ip_address("192.0.2.77")));
    CHECK(settings.listeners[1].direction == DirectionRule::outbound);
}

TEST_CASE("the command line replaces what the file says, with the same checks") {
    ParseOptions options;
    options.overrides = {{"daemon.next_hop", "127.0.0.1:10025"},
                         {"daemon.readers", "4"},
                         {"scan.system_database", "false"},
                         {"scan.yara", "/a"},
                         {"scan.yara", "/b"}};
    const Settings settings = settings_of("[daemon]\nreaders = 2\n[scan]\nyara = [\"/c\"]\n", options);
    CHECK(settings.daemon.readers == 4);
    CHECK_FALSE(settings.scan.system_database);
    CHECK(settings.scan.yara == std::vector<std::string>{"/a", "/b"});
    CHECK(settings.listeners.size() == 6);
    options.overrides = {{"daemon.readers", "many"}, {"daemon.reader", "1"}, {"nothing", ""}};
    const Parsed wrong = parse("", options);
    REQUIRE(wrong.problems.size() == 3);
    CHECK(to_line("tocsin", wrong.problems[0]) ==
          "tocsin: daemon.readers is text, must be a whole number; write it without quotes: readers = 0");
}

TEST_CASE("relative paths start at the folder of the file") {
    test::TemporaryFolder folder;
    write_file(folder.path() / "t.toml",
               "[daemon]\ndata = \"d/../data\"\n[scan]\nyara = [\"rules\", \"/r\"]\n"
               "[[listener]]\nkind = \"milter\"\naddress = \"unix:m.sock\"\n");
    const Result<Parsed> parsed = load(folder.path() / "t.toml", {});
    REQUIRE(parsed);
    REQUIRE(parsed->settings);
    CHECK(parsed->settings->daemon.data == (folder.path() / "data").string());
    CHECK(parsed->settings->scan.yara == std::vector{(folder.path() / "rules").string(), std::string("/r")});
    CHECK(parsed->settings->listeners[0].address.path == (folder.path() / "m.sock").string());
}

TEST_CASE("a file that cannot be read is an error, not a list of problems") {
    test::TemporaryFolder folder;
    const Result<Parsed> missing = load(folder.path() / "none.toml", {});
    REQUIRE_FALSE(missing);
    CHECK(missing.error().code == ErrorCode::not_found);
    CHECK(missing.error().message == (folder.path() / "none.toml").string() + ": no such file");
    CHECK(load(folder.path(), {}).error().code == ErrorCode::invalid_input);
    write_file(folder.path() / "large.toml", std::string(limits::config_bytes + 1, '\n'));
    CHECK(load(folder.path() / "large.toml", {}).error().code == ErrorCode::limit);
    write_file(folder.path() / "fits.toml", std::string(limits::config_bytes, '\n'));
    CHECK(load(folder.path() / "fits.toml", {})->settings.has_value());
}

TEST_CASE("config check looks at what paths lead to") {
    test::TemporaryFolder folder;
    const std::string here = folder.path().string();
    write_file(folder.path() / "key.pem", "k");
    write_file(folder.path() / "reader", "r");
    std::filesystem::permissions(folder.path() / "key.pem", std::filesystem::perms(0644));
    std::filesystem::permissions(folder.path() / "reader", std::filesystem::perms(0644));
    struct Look {
        PathUse use;
        std::string path, message;
    };
    for (const Look& look : std::vector<Look>{
             {PathUse::file, here + "/none.pem", "\"" + here + "/none.pem\": no such file"},
             {PathUse::file, here, "\"" + here + "\" is a folder"},
             {PathUse::file, here + "/key.pem", ""},
             {PathUse::secret_file, here + "/key.pem",
              "\"" + here + "/key.pem\" can be used by everybody on this machine"},
             {PathUse::program, here + "/reader", "\"" + here + "/reader\" cannot be run"},
             {PathUse::file_or_folder, here, ""},
             {PathUse::file_or_folder, here + "/x", "\"" + here + "/x\": no such file or folder"},
             {PathUse::folder, here, ""},
             {PathUse::folder, here + "/reader", "\"" + here + "/reader\" is no folder"},
             {PathUse::folder, here + "/none", "\"" + here + "/none\": no such folder"},
             {PathUse::new_folder, here + "/a/b/c", ""},
             {PathUse::new_folder, here + "/reader/a", "\"" + here + "/reader\" is no folder"},
             {PathUse::socket, here + "/s", ""},
             {PathUse::socket, here + "/none/s", "is in \"" + here + "/none\", which is no folder"},
         }) {
        CAPTURE(look.path);
        const std::optional<Complaint> complaint = look_at_path(look.use, look.path);
        CHECK((complaint ? complaint->message : "") == look.message);
    }
    std::filesystem::permissions(folder.path() / "key.pem", std::filesystem::perms(0600));
    CHECK_FALSE(look_at_path(PathUse::secret_file, here + "/key.pem"));
    ParseOptions options;
    options.folder = folder.path();
    options.path_check = look_at_path;
    const Parsed parsed = parse("[scan]\nyara = [\"none\"]\n", options);
    REQUIRE(parsed.problems.size() == 1);
    CHECK(parsed.problems[0].message == "scan.yara \"" + here + "/none\": no such file or folder");
}

TEST_CASE("addresses") {
    struct Row {
        const char *text, *again;
    };
    for (const Row& row : std::vector<Row>{{"127.0.0.1:25", "127.0.0.1:25"},
                                           {"[::1]:25", "[::1]:25"},
                                           {"0.0.0.0:0", "0.0.0.0:0"},
                                           {"127.0.0.1:65535", "127.0.0.1:65535"},
                                           {"unix:/a b", "unix:/a b"},
                                           {"127.0.0.1:65536", nullptr},
                                           {"127.0.0.1:", nullptr},
                                           {"127.0.0.1:+5", nullptr},
                                           {"127.0.0.1", nullptr},
                                           {"::1", nullptr},
                                           {"[127.0.0.1]:25", nullptr},
                                           {"unix:", nullptr},
                                           {"", nullptr},
                                           {":25", nullptr}}) {
        CAPTURE(row.text);
        const std::optional<Address> address = parse_address(row.text);
        REQUIRE(address.has_value() == (row.again != nullptr));
        if (address) CHECK(to_text(*address) == row.again);
    }
    CHECK(is_local(*parse_address("127.9.9.9:1")));
    CHECK(is_local(*parse_address("[::ffff:127.0.0.1]:1")));
    CHECK_FALSE(is_local(*parse_address("[::]:1")));
    CHECK_FALSE(overlap(*parse_address("127.0.0.1:0"), *parse_address("127.0.0.1:0")));
    CHECK_FALSE(overlap(*parse_address("[::]:1"), *parse_address("127.0.0.1:1")));
    CHECK(overlap(*parse_address("unix:/a"), *parse_address("unix:/a")));
}

TEST_CASE("similar names") {
    const std::vector<std::string_view> names{"host_name", "next_hop", "readers"};
    CHECK(similar_name("hostname", names) == "host_name");
    CHECK(similar_name("nexthop", names) == "next_hop");
    CHECK(similar_name("raeders", names) == "readers");
    CHECK(similar_name("Readers", names) == "readers");
    CHECK_FALSE(similar_name("colour", names));
    CHECK_FALSE(similar_name(std::string(65, 'r'), names));
    CHECK_FALSE(similar_name("", names));
}

TEST_CASE("the table: each name once, each with help, every default within its own limits") {
    for (const Section& section : sections()) {
        CHECK(find_section(section.name) == &section);
        for (const Setting& setting : section.settings) {
            CAPTURE(setting.key);
            CHECK(find_setting(section, setting.key) == &setting);
            CHECK(setting.help.ends_with("."));
            CHECK((setting.type == Type::word || setting.type == Type::words) ==
                  !setting.access.words.empty());
            if (setting.type == Type::integer) CHECK(setting.most > setting.least);
            const bool has_unit = setting.key.ends_with("_ms") || setting.key.ends_with("_s") ||
                                  setting.key.ends_with("_bytes") || setting.key.ends_with("_mib") ||
                                  setting.key.ends_with("_hours") || setting.key.ends_with("_days");
            CHECK(has_unit == !setting.unit.empty());
        }
    }
}

TEST_CASE("listeners are checked as the command line leaves them") {
    const auto problems_of = [](std::vector<std::string> listen, const char* next_hop) {
        ParseOptions options;
        options.listen = std::move(listen);
        if (next_hop != nullptr) options.overrides = {{"daemon.next_hop", next_hop}};
        std::string all;
        for (const Problem& problem : parse("", options).problems) all += to_line("f", problem) + "\n";
        return all;
    };
    const std::string moved_in = "smtp-inbound=127.0.0.1:15000", moved_out = "smtp-outbound=127.0.0.1:15001";
    CHECK(problems_of({}, "127.0.0.1:2525").find("round in a circle") != std::string::npos);
    CHECK(problems_of({moved_in, moved_out}, "127.0.0.1:2525").empty());
    CHECK(problems_of({moved_in}, "127.0.0.1:15000").find("round in a circle") != std::string::npos);
    CHECK(problems_of({"smtp-inbound=off", "smtp-outbound=off"}, "127.0.0.1:2525").empty());
    CHECK(problems_of({moved_in, "milter=127.0.0.1:15000"}, "127.0.0.1:25").find("give each its own port") !=
          std::string::npos);
    CHECK(problems_of({moved_in}, nullptr) == "f: --listen smtp-inbound=127.0.0.1:15000: there is no SMTP proxy, for nobody said "
                                              "where mail goes on to; give --next-hop IP:PORT, too\n");
    CHECK(problems_of({"nobody=off"}, nullptr).find("name one of milter, check, clamd, api") != std::string::npos);
    for (const char* word : {"milter", "milter=", "milter=here", "=off"}) {
        CAPTURE(word);
        CHECK_FALSE(problems_of({word}, nullptr).empty());
    }
}

TEST_CASE("what a running daemon cannot take over is named") {
    const Settings begun_with = *parse("", {}).settings;
    Settings now = begun_with;
    CHECK(sections_to_restart_for(now, begun_with).empty());
    now.daemon.readers = begun_with.daemon.readers + 1;
    now.keep.evidence_days = begun_with.keep.evidence_days + 1;
    CHECK(sections_to_restart_for(now, begun_with) == "[daemon], [keep]");
}
