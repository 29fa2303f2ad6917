// The exact words for what operators get wrong: they are the interface.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "config/config.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

Parsed parse_text(std::string_view text) {
    ExactBuffer buffer(text);
    ParseOptions options;
    options.known.part_flags = {"macro", "macro_auto_exec", "qr_code"};
    return parse(buffer.text(), options);
}

std::string lines_of(const Parsed& parsed) {
    std::string out;
    for (const Problem& problem : parsed.problems) out += (out.empty() ? "" : "\n") + to_line("f", problem);
    return out;
}

struct Mistake {
    const char* text;
    const char* lines;
};

void check_all(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
        CAPTURE(mistake.text);
        const Parsed parsed = parse_text(mistake.text);
        CHECK_FALSE(parsed.settings);
        CHECK(lines_of(parsed) == mistake.lines);
    }
}

/// A listener of this kind with these lines.
std::string listener(std::string_view kind, std::string_view lines) {
    return "[[listener]]\nkind = \"" + std::string(kind) + "\"\n" + std::string(lines);
}

}  // namespace

TEST_CASE("what is not TOML is told with its place") {
    check_all({
        {"[daemon]\ndata = ", "f:2:8: not TOML: Error while parsing key-value pair: encountered end-of-file; "
                              "mend this line first; "
                              "what stands behind it was not read"},
        {"[daemon]\nreaders = 1\nreaders = 2\n", "f:3:11: not TOML: Error while parsing key-value pair: "
                                                 "cannot redefine existing integer 'readers'; mend "
                                                 "this line first; what stands behind it was not read"},
        {"a.b.c.d.e.f.g.h.i.j = 1", "f:1:18: too many dots outside quotes; put texts into double quotes"},
        {"[network]\nown_networks = [192.0.2.0/24, 192.0.2.1, 192.0.2.2]",
         "f:2:49: too many dots outside quotes; put texts into double quotes"},
        {"[daemon]\ndata = \xE2\x80\x9C/srv\xE2\x80\x9D",
         "f:2:8: a letter that must stand in quotes; put the text into double quotes"},
        {"\xEF\xBB\x9F#", "f:1:1: a letter that must stand in quotes; put the text into double quotes"},
        {"a = n\n",
         "f:1:6: not TOML: Error while parsing floating-point: expected 'nan', saw 'n?'; mend this "
         "line first; what stands behind it was not read"},
        {"[[[1]]]",
         "f:1:3: not TOML: Error while parsing key: expected bare key starting character or string "
         "delimiter, saw '['; mend this line first; what stands behind it was not read"},
    });
}

TEST_CASE("unknown names are told with what was probably meant") {
    check_all({
        {"[daemom]\n", "f:1:2: there is no section \"daemom\"; did you mean [daemon]?"},
        {"[elsewhere]\n",
         "f:1:2: there is no section \"elsewhere\"; see tocsin config manual for all sections"},
        {"next_hop = \"127.0.0.1:25\"", "f:1:1: \"next_hop\" stands in no section; write it below [daemon]"},
        {"[daemon]\nhostname = \"a\"\n",
         "f:2:1: [daemon] has no setting \"hostname\"; did you mean host_name?"},
        {"[daemon]\nyara = []\n", "f:2:1: [daemon] has no setting \"yara\"; yara belongs to [scan]"},
        {"[network]\nzzz = 1\n", "f:2:1: [network] has no setting \"zzz\"; possible: own_networks"},
        {"[listener]\nkind = \"smtp\"\n",
         "f:1:1: [listener] is written with two brackets; write [[listener]], once for each row"},
        {"[[daemon]]\n", "f:1:1: [[daemon]] is written with one bracket; write [daemon], once"},
        {"keep = 5\n", "f:1:8: keep is a number, must be a section; write [keep], once"},
        {"listener = [5]\n",
         "f:1:13: listener holds a number, must hold sections; write [[listener]], once for each row"},
    });
}

TEST_CASE("wrong types and values") {
    check_all({
        {"[daemon]\nreaders = \"4\"",
         "f:2:11: daemon.readers is text, must be a whole number; write it without quotes: readers = 4"},
        {"[daemon]\nreaders = 1.5", "f:2:11: daemon.readers is a number with a fraction, must be a whole "
                                    "number; for example readers = 0"},
        {"[scan]\nsystem_database = \"false\"",
         "f:2:19: scan.system_database is text, must be true or false; write it without quotes: "
         "system_database = false"},
        {"[scan]\ndatabases = \"/var/db\"",
         "f:2:13: scan.databases is text, must be a list of paths; write it in brackets: databases = "
         "[\"/var/db\"]"},
        {"[scan]\ndatabases = [\"a\", 5]",
         "f:2:19: scan.databases holds a number, must be a list of paths; texts stand in double quotes"},
        {"[daemon]\ndata = [\"a\"]",
         "f:2:8: daemon.data is a list, must be a path; write one value without brackets"},
        {"[daemon]\nhost_name = 2026-03-01",
         "f:2:13: daemon.host_name is a date or time, must be a host name; texts stand in double quotes"},
        {"[scan]\ndeadline_ms = 5",
         "f:2:15: scan.deadline_ms is 5, the least is 100 ms; write a number from 100 to 600000"},
        {"[keep]\nevidence_days = 100000",
         "f:2:17: keep.evidence_days is 100000, the most is 3650 days; write a number from 1 to 3650"},
        {"[daemon]\nlog_level = \"warn\"",
         "f:2:13: daemon.log_level \"warn\" is no choice; write debug, info, warning or error"},
        {"[outbound]\nunknown_sender = \"holt\"", "f:2:18: outbound.unknown_sender \"holt\" is no choice; "
                                                  "did you mean \"hold\"? possible: accept, hold, "
                                                  "reject or tempfail"},
        {"[daemon]\ndata = \"\"", "f:2:8: daemon.data is empty; write a value or leave the line out"},
        {"[daemon]\ndata = \"a\\nb\"",
         "f:2:8: daemon.data contains a control character; write one line of ordinary characters"},
    });
}

TEST_CASE("wrong addresses, networks, domains, logins, recipients, flags") {
    check_all({
        {"[daemon]\nnext_hop = \"localhost:10025\"",
         "f:2:12: daemon.next_hop \"localhost:10025\" is no address; write IP:PORT, for example "
         "127.0.0.1:10025 or [::1]:10025"},
        {"[daemon]\nnext_hop = \"unix:/x\"",
         "f:2:12: daemon.next_hop \"unix:/x\" is no address; write IP:PORT, for example 127.0.0.1:10025 or "
         "[::1]:10025"},
        {"[daemon]\nnext_hop = \"127.0.0.1:0\"",
         "f:2:12: daemon.next_hop \"127.0.0.1:0\" has port 0; write the port of the next hop"},
        {"[network]\nown_networks = [\"10.0.0.0/40\"]", "f:2:17: network.own_networks \"10.0.0.0/40\" is no "
                                                        "network; write an address or a block of them, for "
                                                        "example 192.0.2.0/24 or 2001:db8::/32"},
        {"[[customer]]\nname = \"a\"\nenvelope_domains = [\"@a.example\"]",
         "f:3:21: customer.envelope_domains \"@a.example\" is no domain; write it without @"},
        {"[[customer]]\nname = \"a\"\nheader_domains = [\"bücher.example\"]",
         "f:3:19: customer.header_domains \"bücher.example\" is no domain in ASCII; write it as xn--…"},
        {"[[customer]]\nname = \"a\"\nlogins = [\"shop-*-x\"]",
         "f:3:11: customer.logins \"shop-*-x\" has a * that is not at its end; only the end of a login may "
         "be "
         "left open: shop-*"},
        {"[[policy]]\ndisposition = \"hold\"\nrecipients = [\"example.org\"]",
         "f:3:15: policy.recipients \"example.org\" is no recipient; write an address (boss@example.org) or "
         "@DOMAIN (@example.org)"},
        {"[[policy]]\ndisposition = \"hold\"\nflags = [\"makro\"]",
         "f:3:10: policy.flags \"makro\" is no flag; did you mean \"macro\"? possible: macro, "
         "macro_auto_exec "
         "or qr_code"},
        {"[[policy]]\ndisposition = \"hold\"\nflags = []",
         "f:3:9: policy.flags is an empty list; leave the line out, or say what is meant"},
    });
}

TEST_CASE("listeners that cannot work together, or alone") {
    const std::string api = listener("api", "address = \"127.0.0.1:1\"\n");
    check_all({
        {"[[listener]]\n", "f:1:1: [[listener]] without kind; write a line kind = …\n"
                           "f:1:1: [[listener]] without address; write a line address = …"},
        {listener("smtp", "address = \"127.0.0.1:25\"").c_str(),
         "f:1:1: listener \"smtp-inbound\" does not know where mail goes on to; write next_hop = \"IP:PORT\" "
         "here, or in [daemon] for all of them"},
        {(api + listener("clamd", "address = \"127.0.0.1:1\"")).c_str(),
         "f:6:1: listener \"clamd\" has the address of \"api\" (line 1): 127.0.0.1:1; give each its own "
         "port"},
        {(api + listener("api", "address = \"127.0.0.1:2\"")).c_str(),
         "f:4:1: there is a listener \"api\" already (line 1); give each its own name"},
        {(api + listener("milter", "address = \"0.0.0.0:1\"")).c_str(),
         "f:6:1: listener \"milter\" has the address of \"api\" (line 1): 0.0.0.0:1; give each its own port"},
        {listener("check", "address = \"0.0.0.0:11333\"").c_str(),
         "f:3:1: kind \"check\" asks for no password, and 0.0.0.0:11333 can be reached from other machines; "
         "listen on 127.0.0.1, [::1] or unix:/PATH, or write allow_remote = true if a firewall guards it"},
        {listener("api", "address = \"[::]:8420\"").c_str(),
         "f:3:1: kind \"api\" asks for its token in the clear, and [::]:8420 can be reached from other "
         "machines; listen on 127.0.0.1, [::1] or unix:/PATH, or write allow_remote = true if a firewall "
         "guards "
         "it"},
        {listener("clamd", "address = \"127.0.0.1:1\"\nkeep = \"mta\"").c_str(),
         "f:4:1: listener.keep means nothing for kind \"clamd\"; remove it; it is for milter"},
        {listener("smtp", "address = \"127.0.0.1:25\"\nnext_hop = \"127.0.0.1:25\"").c_str(),
         "f:4:1: listener \"smtp-inbound\" passes mail on to listener \"smtp-inbound\", 127.0.0.1:25; name "
         "the "
         "mail server behind Tocsin: mail would go round in a circle"},
        {listener("smtp", "address = \"127.0.0.1:25\"\nnext_hop = \"127.0.0.1:26\"\ntls = \"offer\"\n"
                          "tls_key = \"k\"\nnext_hop_tls = \"verify\"")
             .c_str(),
         "f:5:1: tls = \"offer\" without tls_certificate; write tls_certificate = \"FILE.pem\"\n"
         "f:7:1: next_hop_tls = \"verify\" without next_hop_name; write the name that the next hop's "
         "certificate has"},
        {listener("smtp", "address = \"127.0.0.1:25\"\nnext_hop = \"127.0.0.1:26\"\ntls_key = \"k\"\n"
                          "next_hop_name = \"mx.example\"")
             .c_str(),
         "f:5:1: tls_key without tls; write tls = \"offer\" or \"require\"\n"
         "f:6:1: next_hop_tls = \"none\" looks at no name; write next_hop_tls = \"verify\", or remove "
         "next_hop_name"},
        {"[[listener]]\nkind = \"api\"\naddress = \"::1:25\"",
         "f:3:11: listener.address \"::1:25\" is no address; write IP:PORT, for example 127.0.0.1:2525 or "
         "[::1]:2525, or unix:/PATH"},
    });
}

TEST_CASE("customers") {
    check_all({
        {"[[customer]]\nname = \"a\"",
         "f:1:1: customer \"a\" would fit all outbound mail; write logins, networks, envelope_domains, "
         "header_domains or listeners"},
        {"[[customer]]\nlogins = [\"a\"]", "f:1:1: [[customer]] without name; write a line name = …"},
        {"[[customer]]\nname = \"a\"\nlogins = [\"a\"]\n[[customer]]\nname = \"a\"\nlogins = [\"b\"]",
         "f:5:1: there is a customer \"a\" already (line 1); join the two rows, or give this one another "
         "name"},
        {"[[customer]]\nname = \"(unknown)\"\nlogins = [\"a\"]",
         "f:2:1: the name \"(unknown)\" stands for mail that no customer fits; give the customer another "
         "name"},
        {"[[customer]]\nname = \"a\"\nlisteners = [\"miltre\"]",
         "f:3:1: there is no listener \"miltre\"; did you mean \"milter\"?"},
    });
}

TEST_CASE("no policy row lets malware or unscanned mail pass") {
    check_all({
        {"[[policy]]\nflags = [\"macro\"]\ndisposition = \"accept\"",
         "f:3:1: this row would accept malware and unscannable messages: it fits every verdict; write "
         "verdicts "
         "= [...] with clean, suspicious or phish only"},
        {"[[policy]]\nverdicts = [\"clean\", \"malware\"]\ndisposition = \"tag\"",
         "f:3:1: this row would tag malware messages, which never pass; write verdicts = [...] with clean, "
         "suspicious or phish only"},
        {"[[policy]]\nverdicts = [\"unscannable\"]\ndisposition = \"accept\"",
         "f:3:1: this row would accept unscannable messages, which never pass; write verdicts = [...] with "
         "clean, suspicious or phish only"},
        {"[[policy]]\nverdicts = [\"clean\"]\noutcomes = [\"verdict\", \"crashed\"]\ndisposition = "
         "\"accept\"",
         "f:3:1: this row would accept messages that were not scanned (crashed), which never pass; write "
         "outcomes = [\"verdict\"], or another disposition"},
        {"[[policy]]\nverdicts = [\"clean\"]\noutcomes = [\"crashed\"]\ndisposition = \"hold\"",
         "f:3:1: this row fits nothing: verdicts, ambiguous and flags need the outcome \"verdict\"; make two "
         "rows of it"},
        {"[[policy]]\ncustomers = [\"b\"]\ndirection = \"outbound\"\ndisposition = \"hold\"",
         "f:2:1: there is no customer \"b\"; write the name of a [[customer]]"},
        {"[[policy]]\ncustomers = [\"(unknown)\"]\ndirection = \"inbound\"\ndisposition = \"hold\"",
         "f:2:1: this row fits nothing: inbound mail has no customer; remove customers, or write direction = "
         "\"outbound\""},
        {"[[policy]]\nverdicts = [\"clean\"]",
         "f:1:1: [[policy]] without disposition; write a line disposition = …"},
    });
    const Parsed fits =
        parse_text("[[policy]]\nverdicts = [\"clean\", \"suspicious\", \"phish\"]\ndisposition = \"accept\"");
    REQUIRE(fits.settings);
    CHECK(fits.settings->policy.size() == 1);
}

TEST_CASE("every combination of verdicts and outcomes: only rows within the law pass") {
    for (unsigned bits = 0; bits < 32; ++bits)
        for (const Outcome outcome : {Outcome::verdict, Outcome::timed_out, Outcome::unavailable})
            for (const char* disposition : {"accept", "tag", "hold"}) {
                std::string verdicts;
                for (unsigned i = 0; i < 5; ++i)
                    if ((bits & (1U << i)) != 0)
                        verdicts +=
                            (verdicts.empty() ? "\"" : ", \"") + std::string(words<Verdict>[i]) + "\"";
                std::string text = "[[policy]]\ndisposition = \"" + std::string(disposition) +
                                   "\"\noutcomes = [\"" + std::string(to_string(outcome)) + "\"]\n";
                if (!verdicts.empty()) text += "verdicts = [" + verdicts + "]\n";
                CAPTURE(text);
                const bool passes = std::string_view(disposition) != "hold";
                const bool dangerous = bits == 0 || (bits & 0b11000) != 0 || outcome != Outcome::verdict;
                const bool empty = bits != 0 && outcome != Outcome::verdict;
                CHECK(parse_text(text).settings.has_value() == !((passes && dangerous) || empty));
            }
}

TEST_CASE("all problems are told at once, in the order of the file, but not without end") {
    const Parsed two = parse_text("[network]\nown_networks = [\"x\", \"y\"]\n[daemon]\nreaders = -1\n");
    REQUIRE(two.problems.size() == 3);
    CHECK(two.problems[0].line == 2);
    CHECK(two.problems[1].column > two.problems[0].column);
    CHECK(two.problems[2].key == "daemon.readers");
    std::string many;
    for (int i = 0; i < 500; ++i) many += "section" + std::to_string(i) + " = 1\n";
    const Parsed cut = parse_text(many);
    REQUIRE(cut.problems.size() == limits::config_problems + 1);
    CHECK(to_line("f", cut.problems.back()) == "f: more than 100 problems; mend these, then check again");
}

TEST_CASE("limits of a configuration") {
    CHECK(lines_of(parse_text(std::string(limits::config_bytes + 1, '\n'))) ==
          "f: the file is larger than 4194304 bytes; is it a configuration file?");
    std::string list = "[scan]\nyara = [";
    for (std::size_t i = 0; i <= limits::config_list_entries; ++i) list += "\"a\",";
    CHECK(lines_of(parse_text(list + "]")) ==
          "f:2:8: scan.yara has 10001 entries, the most are 10000; shorten the list");
    std::string listeners;
    for (std::size_t i = 0; i <= limits::config_listeners; ++i)
        listeners += listener("api", "address = \"127.0.0.1:" + std::to_string(i + 1) + "\"\nname = \"" +
                                         std::to_string(i) + "\"\n");
    CHECK(lines_of(parse_text(listeners)) ==
          "f:257:1: more than 64 rows of [[listener]]; remove some, or join them");
    std::string policy;
    for (std::size_t i = 0; i <= limits::config_rows; ++i) policy += "[[policy]]\ndisposition = \"hold\"\n";
    CHECK(lines_of(parse_text(policy)) ==
          "f:40001:1: more than 20000 rows of [[policy]]; remove some, or join them");
    const std::string name(65, 'n');
    CHECK(lines_of(parse_text("[[listener]]\nkind = \"api\"\naddress = \"127.0.0.1:1\"\nname = \"" + name +
                              "\"")) ==
          "f:4:8: listener.name is 65 bytes long, the longest is 64 bytes; shorten it");
    CHECK(lines_of(parse_text("[daemon]\ndata = \"" + std::string(4097, 'd') + "\"")) ==
          "f:2:8: daemon.data is 4097 bytes long, the longest is 4096 bytes; shorten it");
    const std::string long_word(200, 'w');
    CHECK(lines_of(parse_text("[daemon]\nlog_level = \"" + long_word + "\"")) ==
          "f:2:13: daemon.log_level \"" + std::string(80, 'w') +
              "…\" is no choice; write debug, info, warning or error");
    const std::string socket = "unix:/" + std::string(107, 's');
    CHECK(lines_of(parse_text(listener("api", "address = \"" + socket + "\"")))
              .starts_with("f:3:11: listener.address"));
    CHECK(parse_text(std::string(30, '[') + std::string(30, ']')).problems.size() == 1);
}
