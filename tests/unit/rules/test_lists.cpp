#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/limits.hpp"
#include "rules/lists.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

void write(const std::filesystem::path& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::vector<std::string> entries_of(const Lists& lists, std::string_view name) {
    std::vector<std::string> entries;
    if (const List* list = lists.find(name))
        for (std::size_t index = 0; index < list->size(); ++index) entries.emplace_back((*list)[index]);
    return entries;
}

using Texts = std::vector<std::string>;

/// rules/lists of the repository, if the tests run beside it.
std::filesystem::path shipped_folder() {
    return std::filesystem::path(__FILE__).parent_path() / "../../../rules/lists";
}

}  // namespace

TEST_CASE("text set: order, membership, growth") {
    TextSet set(12345);
    CHECK_FALSE(set.contains(""));
    for (int index = 0; index < 20'000; ++index) CHECK(set.insert(fmt::format("entry {}", index)));
    CHECK_FALSE(set.insert("entry 77"));
    CHECK(set.size() == 20'000);
    CHECK(set[0] == "entry 0");
    CHECK(set[19'999] == "entry 19999");
    CHECK(set.contains("entry 19999"));
    CHECK_FALSE(set.contains("entry 20000"));
    CHECK_FALSE(set.contains("entry"));
    CHECK(set.insert(""));
    CHECK(set.contains(""));
    CHECK(set.insert(std::string("entry 1\0", 8)));  // no padding makes two texts one
    CHECK(set.size() == 20'002);
    CHECK(set.memory_bytes() < 2'000'000);
}

TEST_CASE("lists: all names of the feed are known") {
    CHECK(known_lists().size() == 36);  // 32 of the feed, and four of ours
    std::set<std::string_view> names;
    for (const KnownList& list : known_lists()) {
        names.insert(list.name);
        CHECK(find_known_list(list.name) == &list);
        CHECK((list.items == ListItems::people) == (list.name == "org_vips"));
    }
    CHECK(names.size() == 36);
    CHECK(find_known_list("org_vip") == nullptr);
    CHECK(find_known_list("") == nullptr);
    CHECK(find_known_list("sender_emails")->kind == ListKind::history);
    CHECK(find_known_list("org_slds")->kind == ListKind::organisation);
    CHECK(find_known_list("tranco_1m")->kind == ListKind::fixed);
    CHECK(find_known_list("abuse_ch_urlhaus_domains_trusted_reporters")->kind == ListKind::threat_feed);
}

TEST_CASE("lists: unknown, absent and present are three answers") {
    Lists lists;
    CHECK(lists.state("free_file_hosts") == ListState::absent);
    CHECK(lists.state("free_file_host") == ListState::unknown);
    CHECK(lists.state("org_vips") == ListState::absent);
    CHECK(lists.vips() == nullptr);
    REQUIRE(lists.set("recipient_emails", Texts{}).has_value());
    CHECK(lists.state("recipient_emails") == ListState::present);
    CHECK(lists.find("recipient_emails")->size() == 0);
    CHECK_FALSE(lists.find("recipient_emails")->contains("a@example.org"));
    CHECK_FALSE(lists.find("recipient_emails")->contains_folded(""));
    REQUIRE(lists.set_vips({{"Ada Lovelace", "ada@example.org"}, {"Alan Turing", ""}}).has_value());
    CHECK(lists.state("org_vips") == ListState::present);
    REQUIRE(lists.vips() != nullptr);
    CHECK(lists.vips()->size() == 2);
    CHECK(lists.find("org_vips") == nullptr);
    CHECK(lists.names() == Texts{"org_vips", "recipient_emails"});
}

TEST_CASE("lists: exact and folded membership") {
    Lists lists;
    REQUIRE(
        lists.set("org_display_names", Texts{"Ada Lovelace", "ΣΊΣΥΦΟΣ", "plain", "Straße", "Ada Lovelace"})
            .has_value());
    const List& list = *lists.find("org_display_names");
    CHECK(list.size() == 4);
    struct Case {
        std::string text;
        bool exact, folded;
    };
    const std::vector<Case> cases = {
        {"Ada Lovelace", true, true},
        {"ADA LOVELACE", false, true},
        {"ada lovelac", false, false},
        {"σίσυφος", false, true},
        {"plain", true, true},
        {"PLAIN", false, true},
        {"STRASSE", false, false},
        {"straße", false, true},
        {"\xFF", false, false},
        {"Ada Lovelace ", false, false},
        {"", false, false},
    };
    for (const Case& c : cases) {
        CAPTURE(c.text);
        CHECK(list.contains(c.text) == c.exact);
        CHECK(list.contains_folded(c.text) == c.folded);
    }
    REQUIRE(lists.set("org_domains", Texts{"example.org"}).has_value());  // folded as it stands: one index
    CHECK(lists.find("org_domains")->contains_folded("EXAMPLE.org"));
}

TEST_CASE("lists: files") {
    const tocsin::test::TemporaryFolder folder;
    write(folder.path() / "url_shorteners.txt",
          "\xEF\xBB\xBF# head\r\n\r\n  b.example \r\na.example\r\nb.example\r\n#x\r\nA.example");
    write(folder.path() / "tranco_50k.csv", "1,first.example\n2, second.example\r\n");
    write(folder.path() / "suspicious_subjects.txt", "action required\ncase # 7\n");
    write(folder.path() / "README.md", "not a list\x01");
    write(folder.path() / "NOTICE", "not a list");
    write(folder.path() / ".hidden.txt", "\x01");
    write(folder.path() / "my_own.txt", "");
    std::filesystem::create_directory(folder.path() / "sub.txt");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    CHECK(lists.names() == Texts{"my_own", "suspicious_subjects", "tranco_50k", "url_shorteners"});
    CHECK(entries_of(lists, "url_shorteners") == Texts{"b.example", "a.example", "A.example"});
    CHECK(entries_of(lists, "tranco_50k") == Texts{"first.example", "second.example"});
    CHECK(entries_of(lists, "suspicious_subjects") == Texts{"action required", "case # 7"});
    CHECK(lists.state("my_own") == ListState::present);
}

TEST_CASE("lists: later folders take the place, add and remove") {
    const tocsin::test::TemporaryFolder ours, theirs;
    write(ours.path() / "url_shorteners.txt", "a.example\nb.example\n");
    write(ours.path() / "free_file_hosts.txt", "x.example\ny.example\n");
    write(ours.path() / "social_landing_hosts.txt", "s.example\n");
    write(theirs.path() / "url_shorteners.txt", "c.example\n");
    write(theirs.path() / "url_shorteners.add.txt", "d.example\nc.example\n");
    write(theirs.path() / "free_file_hosts.add.txt", "z.example\n");
    write(theirs.path() / "free_file_hosts.remove.txt", "x.example\nunheard.example\n");
    write(theirs.path() / "suspicious_tlds.add.txt", "zip\n");
    write(theirs.path() / "tranco_1m.remove.txt", "zip\n");
    Lists lists;
    REQUIRE(lists.load_folder(ours.path().string()).has_value());
    const std::string before = lists.version();
    REQUIRE(lists.load_folder(theirs.path().string()).has_value());
    CHECK(entries_of(lists, "url_shorteners") == Texts{"c.example", "d.example"});
    CHECK(entries_of(lists, "free_file_hosts") == Texts{"y.example", "z.example"});
    CHECK(entries_of(lists, "social_landing_hosts") == Texts{"s.example"});
    CHECK(lists.state("suspicious_tlds") == ListState::absent);  // one entry is not the list
    CHECK(lists.state("tranco_1m") == ListState::absent);        // nothing to take away from
    REQUIRE(lists.passed_over().kept().size() == 1);
    CHECK(lists.passed_over().kept()[0].path.ends_with("suspicious_tlds.add.txt"));
    CHECK(lists.passed_over().kept()[0].message ==
          "there is no $suspicious_tlds that this could be added to");
    CHECK_FALSE(lists.find("free_file_hosts")->contains("x.example"));
    CHECK(lists.version() != before);
}

TEST_CASE("lists: what is added makes a list of the organisation's or of one's own, and of what another file "
          "gives") {
    const tocsin::test::TemporaryFolder folder;
    write(folder.path() / "org_domains.add.txt", "example.net\n");
    write(folder.path() / "partners.add.txt", "p.example\n");
    write(folder.path() / "url_shorteners.add.txt", "b.example\n");
    write(folder.path() / "url_shorteners.csv", "1,a.example\n");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    CHECK(entries_of(lists, "org_domains") == Texts{"example.net"});
    CHECK(entries_of(lists, "partners") == Texts{"p.example"});
    CHECK(entries_of(lists, "url_shorteners") == Texts{"a.example", "b.example"});
    CHECK(lists.passed_over().kept().empty());
}

TEST_CASE("lists: a file that makes no list is told, unless it is called like a remark") {
    const tocsin::test::TemporaryFolder folder;
    for (const char* name : {"umbrella_1m.TXT", "tenant_domains.lst", "org_domains", "README.md", "README",
                             "NOTICE", "LICENSE.lists", "lists.md", ".org_domains.swp"})
        write(folder.path() / name, "a.example\n");
    std::filesystem::create_directory(folder.path() / "old");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    CHECK(lists.names().empty());
    std::set<std::string> told;
    for (const LoadNotice& one : lists.passed_over().kept()) {
        told.insert(std::filesystem::path(one.path).filename().string());
        CHECK(one.message == "no list: those end in .txt or .csv, in small letters");
    }
    CHECK(told == std::set<std::string>{"umbrella_1m.TXT", "tenant_domains.lst", "org_domains"});
}

TEST_CASE("lists: domains and people are kept as messages have them") {
    const tocsin::test::TemporaryFolder folder;
    for (const char* name :
         {"org_domains", "tenant_domains", "customer_domains", "lookalike_allowed", "my_own"})
        write(folder.path() / (std::string(name) + ".txt"),
              "Example.NET\nMünchen.de\nexample.net.\nnot a domain\n");
    write(folder.path() / "org_vips.txt", "\"Q, Name\" <q@Example.ORG>\n\"Ann \\\"Q\\\" Low\" "
                                          "<Ann.Low@MÜNCHEN.de>\nBob <bob>\n\"\" <c@example.org>\n");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    const Texts expected = {"example.net", "xn--mnchen-3ya.de", "not a domain"};
    CHECK(entries_of(lists, "org_domains") == expected);
    CHECK(entries_of(lists, "tenant_domains") == expected);
    CHECK(entries_of(lists, "customer_domains") == expected);
    CHECK(entries_of(lists, "lookalike_allowed") == expected);
    CHECK(entries_of(lists, "my_own") == Texts{"Example.NET", "München.de", "example.net.", "not a domain"});
    CHECK(entries_of(lists, "org_slds") == Texts{"example", "xn--mnchen-3ya"});
    REQUIRE(lists.vips()->size() == 3);
    CHECK(lists.vips()->at(0).display_name == "Q, Name");
    CHECK(lists.vips()->at(0).email == "q@example.org");
    CHECK(lists.vips()->at(1).display_name == "Ann \"Q\" Low");
    CHECK(lists.vips()->at(1).email == "Ann.Low@xn--mnchen-3ya.de");
    CHECK(lists.vips()->at(2).email == "bob");
    CHECK(lists.bad_lines().kept().size() == 1);  // no name
    REQUIRE(lists.set("org_domains", Texts{"BÜCHER.example"}).has_value());
    CHECK(entries_of(lists, "org_domains") == Texts{"xn--bcher-kva.example"});
    REQUIRE(lists.set_vips({{"Ada", "ada@Example.ORG"}}).has_value());
    CHECK(lists.vips()->front().email == "ada@example.org");
}

TEST_CASE("lists: a bad line is left out and told with file and line, and the others count") {
    struct Case {
        std::string file, text, told;
        Texts entries;
    };
    const std::vector<Case> cases = {
        {"url_shorteners.txt",
         "good.example\n\nb\x01y\nlast.example\n",
         "url_shorteners.txt:3: an entry holds control characters",
         {"good.example", "last.example"}},
        {"url_shorteners.txt", "a\n\xFF\n", "url_shorteners.txt:2: an entry is not UTF-8", {"a"}},
        {"url_shorteners.txt",
         std::string("a\n#\nb\0c\n", 8),
         "url_shorteners.txt:3: an entry holds control characters",
         {"a"}},
        {"url_shorteners.txt",
         std::string(limits::list_entry_bytes + 1, 'x') + "\ny\n",
         "url_shorteners.txt:1: an entry is too long",
         {"y"}},
        {"tranco_50k.csv", "1,a.example\nb.example\n", "tranco_50k.csv:2: not \"rank,entry\"", {"a.example"}},
        {"tranco_50k.csv",
         "rank,domain\n1,a.example\n",
         "tranco_50k.csv:1: not \"rank,entry\"",
         {"a.example"}},
        {"tranco_50k.csv", "1,\n", "tranco_50k.csv:1: not \"rank,entry\"", {}},
    };
    for (const Case& c : cases) {
        CAPTURE(c.told);
        const tocsin::test::TemporaryFolder folder;
        write(folder.path() / c.file, c.text);
        Lists lists;
        REQUIRE(lists.load_folder(folder.path().string()).has_value());
        REQUIRE(lists.bad_lines().kept().size() == 1);
        const LoadNotice& told = lists.bad_lines().kept().front();
        CHECK(fmt::format("{}:{}: {}", told.path, told.line, told.message).ends_with(c.told));
        CHECK(entries_of(lists, c.file.substr(0, c.file.find('.'))) == c.entries);
    }
}

TEST_CASE("lists: a bad line about people harms no other") {
    const tocsin::test::TemporaryFolder folder;
    write(folder.path() / "org_vips.txt",
          "\xEF\xBB\xBF# people\nAda\nAda <ada@example.org>\n<b@example.org>\nC\x01 <c@example.org>\nD <>\n");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    REQUIRE(lists.vips()->size() == 2);
    CHECK(lists.vips()->front().email == "ada@example.org");
    std::vector<std::size_t> lines;
    for (const LoadNotice& told : lists.bad_lines().kept()) lines.push_back(told.line);
    CHECK(lines == std::vector<std::size_t>{2, 4, 5});
}

TEST_CASE("lists: warnings are bounded, and further ones counted") {
    const tocsin::test::TemporaryFolder folder;
    std::string text = "good.example\n";
    for (std::size_t line = 0; line < limits::load_notices + 7; ++line) text += "\x01\n";
    write(folder.path() / "url_shorteners.txt", text);
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    CHECK(lists.bad_lines().kept().size() == limits::load_notices);
    CHECK(lists.bad_lines().left_out() == 7);
    CHECK(lists.bad_lines().told().back().message == "7 more of this kind");
    CHECK(entries_of(lists, "url_shorteners") == Texts{"good.example"});
}

TEST_CASE("lists: a file that is no list is an error, and nothing is changed") {
    struct Case {
        std::string file, text, told;
    };
    const std::vector<Case> cases = {
        {"org_vips.add.txt", "Ada <ada@example.org>\n", "org_vips"},
        {"not-a-name.txt", "a\n", "not-a-name"},
        {"7th.add.txt", "a\n", "7th"},
    };
    for (const Case& c : cases) {
        CAPTURE(c.file);
        const tocsin::test::TemporaryFolder folder;
        write(folder.path() / "a_good_one.txt", "entry\n\x01\n");
        write(folder.path() / c.file, c.text);
        Lists lists;
        const Result<void> loaded = lists.load_folder(folder.path().string());
        REQUIRE_FALSE(loaded.has_value());
        CHECK(loaded.error().code == ErrorCode::invalid_input);
        CHECK(loaded.error().message.find(c.told) != std::string::npos);
        CHECK(lists.names().empty());
        CHECK(lists.bad_lines().kept().empty());
    }
    const tocsin::test::TemporaryFolder folder;
    Lists lists;
    CHECK(lists.load_folder((folder.path() / "none").string()).error().code == ErrorCode::not_found);
    write(folder.path() / "url_shorteners.txt", std::string(limits::list_entry_bytes, 'x') + "\n");
    CHECK(lists.load_folder(folder.path().string()).has_value());
    std::filesystem::resize_file(folder.path() / "url_shorteners.txt", limits::list_file_bytes + 1);
    CHECK(lists.load_folder(folder.path().string()).error().code == ErrorCode::limit);
}

TEST_CASE("lists: too many files and entries") {
    const tocsin::test::TemporaryFolder folder;
    for (std::size_t index = 0; index <= limits::list_files; ++index)
        write(folder.path() / fmt::format("l{}.txt", index), "x\n");
    Lists lists;
    CHECK(lists.load_folder(folder.path().string()).error().code == ErrorCode::limit);

    const tocsin::test::TemporaryFolder large;
    std::string text;
    for (std::size_t index = 0; index <= limits::list_entries; ++index) text += fmt::format("{}\n", index);
    write(large.path() / "tranco_1m.txt", text);
    const Result<void> loaded = lists.load_folder(large.path().string());
    REQUIRE_FALSE(loaded.has_value());
    CHECK(loaded.error().code == ErrorCode::limit);
    CHECK(lists.state("tranco_1m") == ListState::absent);
}

TEST_CASE("lists: what is given in code is checked, too") {
    Lists lists;
    CHECK(lists.set("org_domains", Texts{"a.example", ""}).error().message ==
          "$org_domains, entry 2: an entry is empty");
    CHECK(lists.set("org_domains", Texts{"a\nb"}).error().code == ErrorCode::invalid_input);
    CHECK(lists.set("org_domains", Texts{std::string(limits::list_entry_bytes + 1, 'x')}).error().code ==
          ErrorCode::limit);
    CHECK(lists.set("org_vips", Texts{"a"}).error().code == ErrorCode::invalid_input);
    CHECK(lists.set("", Texts{"a"}).error().code == ErrorCode::invalid_input);
    CHECK(lists.set_vips({{"", "ada@example.org"}}).error().code ==
          ErrorCode::invalid_input);  // "" stands in every text
    CHECK(lists.names().empty());
}

TEST_CASE("lists: org_slds follows from org_domains") {
    Lists lists;
    REQUIRE(lists
                .set("org_domains",
                     Texts{"example.org", "Mail.Other.co.uk", "example.com", "com", "bücher.example"})
                .has_value());
    CHECK(entries_of(lists, "org_slds") == Texts{"example", "other", "xn--bcher-kva"});
    REQUIRE(lists.set("org_domains", Texts{"third.example"}).has_value());
    CHECK(entries_of(lists, "org_slds") == Texts{"third"});
    REQUIRE(lists.set("org_slds", Texts{"mine"}).has_value());
    REQUIRE(lists.set("org_domains", Texts{"fourth.example"}).has_value());
    CHECK(entries_of(lists, "org_slds") == Texts{"mine"});

    const tocsin::test::TemporaryFolder folder;
    write(folder.path() / "org_domains.txt", "files.example\n");
    Lists from_files;
    REQUIRE(from_files.load_folder(folder.path().string()).has_value());
    CHECK(entries_of(from_files, "org_slds") == Texts{"files"});
}

TEST_CASE("lists: the version names the content, not the run") {
    Lists first, second;
    CHECK(first.version() == second.version());
    CHECK(first.version().size() == 16);
    REQUIRE(first.set("org_display_names", Texts{"a", "b"}).has_value());
    CHECK(first.version() != second.version());
    REQUIRE(second.set("org_display_names", Texts{"a", "b", "a"}).has_value());
    CHECK(first.version() == second.version());
    REQUIRE(second.set("org_display_names", Texts{"b", "a"}).has_value());
    CHECK(first.version() != second.version());
    REQUIRE(second.set("org_display_names", Texts{"a", "b"}).has_value());
    REQUIRE(first.set_vips({{"a", "b"}}).has_value());
    REQUIRE(second.set_vips({{"ab", ""}}).has_value());
    CHECK(first.version() != second.version());
}

TEST_CASE("lists: people come from org_vips.txt") {
    const tocsin::test::TemporaryFolder folder;
    write(folder.path() / "org_vips.txt",
          "# directors\n\nAda Lovelace <ada@example.org>\nTuring, Alan <>\r\n");
    Lists lists;
    REQUIRE(lists.load_folder(folder.path().string()).has_value());
    REQUIRE(lists.vips() != nullptr);
    REQUIRE(lists.vips()->size() == 2);
    CHECK(lists.vips()->at(0).display_name == "Ada Lovelace");
    CHECK(lists.vips()->at(0).email == "ada@example.org");
    CHECK(lists.vips()->at(1).display_name == "Turing, Alan");
    CHECK(lists.vips()->at(1).email.empty());
}

TEST_CASE("lists: the lists that we ship") {
    Lists lists;
    const auto start = std::chrono::steady_clock::now();
    const Result<void> loaded = lists.load_folder(shipped_folder().string());
    const auto took = std::chrono::steady_clock::now() - start;
    REQUIRE_MESSAGE(loaded.has_value(), (loaded ? "" : loaded.error().message));
    MESSAGE("loaded in " << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms");

    const std::set<std::string_view> not_shipped = {"tranco_1m", "umbrella_1m", "alexa_1m"};
    for (const KnownList& known : known_lists()) {
        CAPTURE(known.name);
        const bool shipped = known.kind == ListKind::fixed && !not_shipped.contains(known.name);
        CHECK(lists.state(known.name) == (shipped ? ListState::present : ListState::absent));
    }
    for (const std::string& name : lists.names()) {
        CAPTURE(name);
        CHECK(find_known_list(name) != nullptr);  // no file that no rule can ask for
        const List& list = *lists.find(name);
        CHECK(list.size() > 0);
        for (std::size_t index = 0; index < list.size(); ++index)
            if (list[index].find_first_of("*_ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string_view::npos)
                FAIL_CHECK(list[index]);
    }
    CHECK(lists.find("free_email_providers")->contains("gmail.com"));
    CHECK(lists.find("free_email_providers")->contains_folded("GMail.com"));
    CHECK(lists.find("free_email_providers")->size() > 22'000);
    CHECK(lists.find("url_shorteners")->contains("bit.ly"));
    CHECK_FALSE(lists.find("url_shorteners")->contains("youtu.be"));
    CHECK(lists.find("tranco_50k")->size() > 49'000);
    CHECK((*lists.find("tranco_10k"))[0] == "google.com");
    CHECK(lists.find("high_trust_sender_root_domains")->contains("chase.com"));
    for (const std::string_view open :
         {"docusign.net", "paypal.com", "google.com", "dropbox.com", "amazonaws.com", "zoom.us"})
        CHECK_FALSE(
            lists.find("high_trust_sender_root_domains")->contains(open));  // anybody can send in its name
    std::size_t memory = 0;
    for (const std::string& name : lists.names()) memory += lists.find(name)->memory_bytes();
    CHECK(memory < 8U << 20);
}
