// The IMAP client machine: what it sends, what it takes an answer for, and what ends the session by name. Every conversation is
// fed whole and byte by byte.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits/imap.hpp"
#include "proto/imap_client.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

using Command = std::function<Result<void>(ImapClientMachine&)>;

constexpr std::string_view greeting =
    "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS ACL NAMESPACE LITERAL+] there\r\n";

struct Conversation {
    ImapClientMachine machine;
    std::string sent;
    ImapEvent last;

    /// Feeds `text` in pieces until an event that is not "more".
    ImapEvent hear(std::string_view text, std::size_t piece_bytes) {
        const ExactBuffer exact(text);
        std::string_view rest = exact.text();
        while (true) {
            ImapEvent event = machine.next();
            sent += machine.take_output();
            if (event.kind != ImapEventKind::need_input && event.kind != ImapEventKind::idle) return event;
            if (rest.empty()) return event;
            const ExactBuffer piece(rest.substr(0, piece_bytes));
            machine.feed(piece.view());
            rest.remove_prefix(std::min(piece_bytes, rest.size()));
        }
    }

    Conversation(std::string_view hello, const Command& command, std::string_view answer,
                 std::size_t piece_bytes) {
        last = hear(hello, piece_bytes);
        if (last.kind != ImapEventKind::greeted) return;
        if (Result<void> given = command(machine); !given) {
            last = {.kind = ImapEventKind::broken, .error = given.error()};
            return;
        }
        last = hear(answer, piece_bytes);
    }
};

/// The same whatever the pieces are.
ImapEvent converse(const Command& command, std::string_view answer, std::string* sent = nullptr,
                   std::string_view hello = greeting) {
    Conversation whole(hello, command, answer, answer.size() + hello.size() + 1);
    for (const std::size_t piece : {1U, 7U}) {
        const Conversation split(hello, command, answer, piece);
        CHECK(split.last.kind == whole.last.kind);
        CHECK(split.last.error.message == whole.last.error.message);
        CHECK(split.last.answer.summary() == whole.last.answer.summary());
        CHECK(split.sent == whole.sent);
    }
    if (sent != nullptr) *sent = whole.sent;
    return whole.last;
}

Command fetch(std::vector<std::uint32_t> uids, ImapFetch what = ImapFetch::message,
              std::uint64_t bytes_max = 1000) {
    return [=](ImapClientMachine& machine) { return machine.fetch(uids, what, bytes_max); };
}
Command select(ImapAccess access = ImapAccess::read_write) {
    return [=](ImapClientMachine& machine) { return machine.open_folder("INBOX", access); };
}
Command list() {
    return [](ImapClientMachine& machine) { return machine.list("*"); };
}
Command search(ImapSearch what) {
    return [=](ImapClientMachine& machine) { return machine.search(what); };
}
Command move(std::vector<std::uint32_t> uids) {
    return [=](ImapClientMachine& machine) { return machine.move(uids, "Sealed"); };
}

}  // namespace

TEST_CASE("imap client: what is sent") {
    struct Row {
        const char* name;
        Command command;
        const char* sent;
    };
    const Row rows[] = {
        {"capability", [](auto& m) { return m.capability(); }, "t1 CAPABILITY\r\n"},
        {"login", [](auto& m) { return m.login("a*b", "p\"w\\"); }, "t1 LOGIN \"a*b\" \"p\\\"w\\\\\"\r\n"},
        {"login in UTF-8", [](auto& m) { return m.login("j\xC3\xBC", "p"); },
         "t1 LOGIN {3+}\r\nj\xC3\xBC \"p\"\r\n"},
        {"line ends stay inside a literal", [](auto& m) { return m.create("a\r\nt2 DELETE INBOX"); },
         "t1 CREATE {18+}\r\na\r\nt2 DELETE INBOX\r\n"},
        {"list", list(), "t1 LIST \"\" \"*\"\r\n"},
        {"examine", select(ImapAccess::read_only), "t1 EXAMINE \"INBOX\"\r\n"},
        {"select", select(), "t1 SELECT \"INBOX\"\r\n"},
        {"fetch", fetch({1, 2, 3, 7, 9, 10}, ImapFetch::facts),
         "t1 UID FETCH 1:3,7,9:10 (UID FLAGS INTERNALDATE RFC822.SIZE)\r\n"},
        {"content is peeked at", fetch({4}),
         "t1 UID FETCH 4 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])\r\n"},
        {"header", fetch({4}, ImapFetch::header), "t1 UID FETCH 4 (UID BODY.PEEK[HEADER])\r\n"},
        {"search",
         search(
             {.message_ids = {"<a@b>", "<c@d>", "<e@f>"}, .from = "x", .since = "1-Mar-2026", .uid_from = 5}),
         "t1 UID SEARCH UID 5:* SINCE 1-Mar-2026 FROM \"x\" OR HEADER Message-ID \"<a@b>\" OR HEADER "
         "Message-ID \"<c@d>\" HEADER "
         "Message-ID \"<e@f>\"\r\n"},
        {"search for one of several", search({.message_ids = {"<a@b>"}, .senders = {"x@y", "z@y"}}),
         "t1 UID SEARCH OR HEADER Message-ID \"<a@b>\" OR FROM \"x@y\" FROM \"z@y\"\r\n"},
        {"search for a sender", search({.senders = {"x@y"}, .since = "1-Mar-2026"}),
         "t1 UID SEARCH SINCE 1-Mar-2026 FROM \"x@y\"\r\n"},
        {"search in UTF-8", search({.subject = "\xC3\xBC"}),
         "t1 UID SEARCH CHARSET UTF-8 SUBJECT {2+}\r\n\xC3\xBC\r\n"},
        {"search for a size", search({.size_bytes = 10}), "t1 UID SEARCH LARGER 9 SMALLER 11\r\n"},
        {"search for nothing inside", search({.size_bytes = 0}), "t1 UID SEARCH SMALLER 1\r\n"},
        {"flags", [](auto& m) { return m.store_flags({3}, ImapStore::add, {"\\Seen", "$X"}); },
         "t1 UID STORE 3 +FLAGS.SILENT (\\Seen $X)\r\n"},
        {"no flags", [](auto& m) { return m.store_flags({3}, ImapStore::replace, {}); },
         "t1 UID STORE 3 FLAGS.SILENT ()\r\n"},
        {"move", move({3, 4}), "t1 UID MOVE 3:4 \"Sealed\"\r\n"},
        {"expunge", [](auto& m) { return m.expunge({3}); }, "t1 UID EXPUNGE 3\r\n"},
        {"rights", [](auto& m) { return m.set_rights("S", "-owner", "lr"); },
         "t1 SETACL \"S\" \"-owner\" \"lr\"\r\n"},
        {"namespace", [](auto& m) { return m.name_space(); }, "t1 NAMESPACE\r\n"},
        {"logout", [](auto& m) { return m.logout(); }, "t1 LOGOUT\r\n"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::string sent;
        const ImapEvent event = converse(row.command, "t1 OK done\r\n", &sent);
        CHECK(sent == row.sent);
        CHECK(event.kind == ImapEventKind::answer);
    }
}

TEST_CASE("imap client: literals and AUTHENTICATE wait for the go-ahead where they must") {
    const std::string_view old = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] there\r\n";
    std::string sent;
    const Command login = [](auto& m) { return m.login("\xC3\xBC", "\xC3\xA4"); };
    CHECK(converse(login, "", &sent, old).kind == ImapEventKind::need_input);
    CHECK(sent == "t1 LOGIN {2}\r\n");
    CHECK(converse(login, "+ go\r\n+ \r\nt1 OK in\r\n", &sent, old).answer.ok());
    CHECK(sent == "t1 LOGIN {2}\r\n\xC3\xBC {2}\r\n\xC3\xA4\r\n");
    const ImapEvent refused = converse(login, "t1 NO [AUTHENTICATIONFAILED] no\r\n", &sent, old);
    CHECK(refused.kind == ImapEventKind::answer);
    CHECK(refused.answer.code == "AUTHENTICATIONFAILED");
    CHECK(converse(login, "t1 OK half a command\r\n", &sent, old).kind == ImapEventKind::broken);

    const Command plain = [](auto& m) { return m.authenticate_plain("bob", "service", "secret"); };
    CHECK(converse(plain, "+ \r\nt1 OK in\r\n", &sent, old).answer.ok());
    CHECK(sent == "t1 AUTHENTICATE PLAIN\r\nYm9iAHNlcnZpY2UAc2VjcmV0\r\n");
    CHECK(converse(plain, "t1 OK in\r\n", &sent, "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] x\r\n")
              .answer.ok());
    CHECK(sent == "t1 AUTHENTICATE PLAIN Ym9iAHNlcnZpY2UAc2VjcmV0\r\n");
}

TEST_CASE("imap client: what is not offered or cannot be sent is not sent") {
    const std::string_view bare = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] there\r\n";
    const std::vector<std::uint32_t> many(limits::imap_uids_per_command + 1, 1);
    struct Row {
        const char* name;
        Command command;
        ErrorCode code;
    };
    const Row rows[] = {
        {"login", [](auto& m) { return m.login("a", "b"); }, ErrorCode::unavailable},
        {"plain", [](auto& m) { return m.authenticate_plain("", "a", "b"); }, ErrorCode::unavailable},
        {"starttls", [](auto& m) { return m.start_tls(); }, ErrorCode::unavailable},
        {"move", move({1}), ErrorCode::unavailable},
        {"expunge", [](auto& m) { return m.expunge({1}); }, ErrorCode::unavailable},
        {"acl", [](auto& m) { return m.my_rights("a"); }, ErrorCode::unavailable},
        {"namespace", [](auto& m) { return m.name_space(); }, ErrorCode::unavailable},
        {"search for nothing", search({}), ErrorCode::invalid_input},
        {"NUL", [](auto& m) { return m.create(std::string_view("a\0b", 3)); }, ErrorCode::invalid_input},
        {"long text", [](auto& m) { return m.create(std::string(limits::imap_string_bytes + 1, 'a')); },
         ErrorCode::limit},
        {"no message", fetch({}), ErrorCode::limit},
        {"too many messages", fetch(many), ErrorCode::limit},
        {"a flag that ends the list", [](auto& m) { return m.store_flags({1}, ImapStore::add, {"a) b"}); },
         ErrorCode::invalid_input},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        std::string sent;
        const ImapEvent event = converse(row.command, "", &sent, bare);
        CHECK(event.error.code == row.code);
        CHECK(sent.empty());
    }
}

TEST_CASE("imap client: folders, selected, search, rights") {
    const ImapEvent folders = converse(
        list(), "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\Noselect \\X) \".\" {3}\r\na b\r\n"
                "* LIST () NIL \"q \\\"x\"\r\n* STATUS INBOX (MESSAGES 1)\r\nt1 OK\r\n");
    REQUIRE(folders.answer.folders.size() == 3);
    CHECK(folders.answer.folders[0] == ImapFolder{"INBOX", '/', true});
    CHECK(folders.answer.folders[1] == ImapFolder{"a b", '.', false});
    CHECK(folders.answer.folders[2] == ImapFolder{"q \"x", 0, true});

    const ImapEvent selected =
        converse(select(), "* 3 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [UIDVALIDITY 77] valid {5}\r\n"
                           "* OK [UIDNEXT 9] next\r\n* OK [HIGHESTMODSEQ 12345678901] x\r\n"
                           "t1 OK [READ-ONLY] there\r\n");
    CHECK(selected.answer.selected.uid_validity == 77);
    CHECK(selected.answer.selected.uid_next == 9);
    CHECK(selected.answer.selected.exists == 3);
    CHECK(selected.answer.selected.highest_modseq == 12'345'678'901U);
    CHECK(selected.answer.selected.access == ImapAccess::read_only);
    CHECK(converse(select(), "t1 OK no number\r\n").answer.status == ImapStatus::no);

    const ImapEvent found =
        converse(search({.from = "x"}), "* SEARCH 9 3 3\r\n* SEARCH 1 (MODSEQ 4)\r\n* SEARCH\r\nt1 OK\r\n");
    CHECK(found.answer.uids == std::vector<std::uint32_t>{1, 3, 9});

    const ImapEvent acl =
        converse([](auto& m) { return m.rights_of("S"); }, "* ACL S -owner lr #x \"\"\r\nt1 OK\r\n");
    CHECK(acl.answer.access_list == std::vector<ImapRights>{{"-owner", "lr"}, {"#x", ""}});
    CHECK(
        converse([](auto& m) { return m.my_rights("S"); }, "* MYRIGHTS S lrwi\r\nt1 OK\r\n").answer.rights ==
        "lrwi");
    const auto space = converse([](auto& m) { return m.name_space(); },
                                "* NAMESPACE ((\"INBOX.\" \".\")) NIL NIL\r\nt1 OK\r\n");
    CHECK(space.answer.personal_namespace == std::pair<std::string, char>("INBOX.", '.'));
}

TEST_CASE("imap client: messages") {
    const ImapEvent event = converse(fetch({4, 5}),
                                     "* 1 FETCH (UID 4 FLAGS (\\Seen \\Recent $Forwarded) INTERNALDATE "
                                     "\"17-Jul-2026 02:44:25 -0700\" RFC822.SIZE 13 BODY[] {13}\r\n"
                                     "a {5}\r\n* 1)\r\n X-NEW (a (b \"c\") {2}\r\n)) d))\r\n"
                                     "* 2 FETCH (FLAGS (\\Deleted))\r\n"        // nobody's
                                     "* 3 FETCH (UID 9 FLAGS (\\Deleted))\r\n"  // another's flags
                                     "* 2 FETCH (UID 5 BODY[] {0}\r\n FLAGS ())\r\n"
                                     "* 7 EXPUNGE\r\n"
                                     "t1 OK done\r\n");
    REQUIRE(event.answer.messages.size() == 2);
    const ImapMessage& first = event.answer.messages.front();
    CHECK(first.uid == 4);
    CHECK(*first.content == "a {5}\r\n* 1)\r\n");
    CHECK(*first.flags == std::vector<std::string>{"$Forwarded", "\\Seen"});
    CHECK(first.internal_date == "17-Jul-2026 02:44:25 -0700");
    CHECK(first.size_bytes == 13);
    CHECK(event.answer.messages.back().content == "");
    CHECK(converse(fetch({4}), "* 1 FETCH (UID 4 BODY[] \"short \\\"one\\\"\")\r\nt1 OK\r\n")
              .answer.messages.front()
              .content == "short \"one\"");
    CHECK(converse(fetch({4}, ImapFetch::header),
                   "* 1 FETCH (BODY[HEADER.FIELDS (\"a]b\" x)] NIL UID 4)\r\nt1 OK\r\n")
              .answer.messages.front()
              .content == std::nullopt);
}

TEST_CASE("imap client: where moved messages are") {
    const auto moved =
        converse(move({3, 4, 9}), "* OK [COPYUID 7 3:4,9 21:22,30] moved\r\n* 1 EXPUNGE\r\nt1 OK\r\n");
    REQUIRE(moved.answer.copied);
    CHECK(moved.answer.copied->uid_validity == 7);
    CHECK(moved.answer.copied->uids ==
          std::vector<std::pair<std::uint32_t, std::uint32_t>>{{3, 21}, {4, 22}, {9, 30}});
    CHECK(converse(move({3}), "t1 OK [COPYUID 7 3 21] moved\r\n").answer.copied->uids.size() == 1);
    CHECK_FALSE(converse(move({3}), "t1 OK nothing to move\r\n").answer.copied);
    const auto full = converse(move({3}), "t1 NO [OVERQUOTA] full\x01\r\n");
    CHECK(full.answer.summary() == "NO [OVERQUOTA] full?");
}

TEST_CASE("imap client: a server that lies ends the session by name") {
    const std::string many_lists = [] {
        std::string text;
        for (std::size_t index = 0; index <= limits::imap_folders; ++index) text += "* LIST () NIL a\r\n";
        return text;
    }();
    const std::string endless = [] {
        std::string text;
        for (std::size_t index = 0; index <= limits::imap_untagged_answers; ++index) text += "* X\r\n";
        return text;
    }();
    struct Row {
        const char* name;
        Command command;
        std::string answer;
        const char* expected;
    };
    const Row rows[] = {
        {"another tag", list(), "t2 OK\r\n", "not asked"},
        {"no condition", list(), "t1 FINE\r\n", "not asked"},
        {"go-ahead for nothing", list(), "+ go\r\n", "nothing to say"},
        {"bye", list(), "* BYE too many\r\n", "closes: too many"},
        {"second greeting", list(), "* PREAUTH hello\r\n", "greets twice"},
        {"bare LF", list(), "* LIST\nx\r\n", "bare CR, LF or NUL"},
        {"NUL", list(), std::string("* X \0\r\n", 7), "bare CR, LF or NUL"},
        {"long line", list(), std::string(limits::imap_answer_bytes + 1, 'a'), "too long a line"},
        {"literal that nobody asked for", list(), "* LIST () NIL {5000}\r\n", "announced a literal of 5000"},
        {"literal that is larger than the message may be", fetch({4}, ImapFetch::message, 5000),
         "* 1 FETCH (UID 4 BODY[] {5001}\r\n", "announced a literal of 5001"},
        {"literal beyond all numbers", list(), "* LIST () NIL {99999999999999999999}\r\n",
         "announced a literal of 184467"},
        {"shorter literal than it says", fetch({4}), "* 1 FETCH (UID 4 BODY[] {3}\r\nabcdef)\r\n", "without"},
        {"content of another message", fetch({4}), "* 1 FETCH (UID 5 BODY[] {1}\r\na)\r\n",
         "was not asked for"},
        {"content without a number", fetch({4}), "* 1 FETCH (BODY[] {1}\r\na)\r\n", "was not asked for"},
        {"content twice", fetch({4}), "* 1 FETCH (UID 4 BODY[] a)\r\n", "without"},
        {"content two times", fetch({4}),
         "* 1 FETCH (UID 4 BODY[] \"a\")\r\n* 1 FETCH (UID 4 BODY[] \"a\")\r\n", "twice"},
        {"a part of the content", fetch({4}), "* 1 FETCH (UID 4 BODY[]<0> \"a\")\r\n", "not the whole"},
        {"content when facts were asked for", fetch({4}, ImapFetch::facts),
         "* 1 FETCH (UID 4 BODY[] \"a\")\r\n", "unasked"},
        {"moved another", move({3}), "* OK [COPYUID 7 4 9] x\r\n", "was not asked for"},
        {"moved one to two places", move({3}), "* OK [COPYUID 7 3 9:10] x\r\n",
         "more messages before than after"},
        {"moved to two folders", move({3, 4}), "* OK [COPYUID 7 3 9] x\r\n* OK [COPYUID 8 4 9] x\r\n",
         "two folders"},
        {"moved the whole world", move({3}), "* OK [COPYUID 7 1:4294967295 1:4294967295] x\r\n",
         "too many messages"},
        {"two UIDVALIDITY", select(), "* OK [UIDVALIDITY 1] x\r\n* OK [UIDVALIDITY 2] x\r\n", "two values"},
        {"no UIDVALIDITY", select(), "* OK [UIDVALIDITY 0] x\r\n", "UIDVALIDITY 0"},
        {"too many folders", list(), many_lists, "too many folders"},
        {"endless", list(), endless, "more and more"},
        {"deep", fetch({4}), "* 1 FETCH (X " + std::string(limits::imap_nesting + 1, '(') + "\r\n",
         "parentheses"},
        {"half a list", fetch({4}), "* 1 FETCH (UID 4\r\n", "without"},
        {"number too large", fetch({4}), "* 1 FETCH (UID 4294967296)\r\n", "without a number"},
        {"UID 0 moved", move({3}), "* OK [COPYUID 7 0 9] x\r\n", "too many messages"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const ImapEvent event = converse(row.command, row.answer);
        CHECK(event.kind == ImapEventKind::broken);
        CHECK_MESSAGE(event.error.message.find(row.expected) != std::string::npos, event.error.message);
    }
}

TEST_CASE("imap client: UIDVALIDITY that changes while a folder is open ends the session") {
    Conversation talk(greeting, select(), "* OK [UIDVALIDITY 5] x\r\nt1 OK\r\n", 100);
    REQUIRE(talk.last.answer.ok());
    REQUIRE(talk.machine.search({.from = "x"}));
    const ImapEvent event = talk.hear("* OK [UIDVALIDITY 6] surprise\r\n", 100);
    CHECK(event.kind == ImapEventKind::broken);
    CHECK(event.error.code == ErrorCode::conflict);
    CHECK_FALSE(talk.machine.list("*"));
}

TEST_CASE("imap client: STARTTLS forgets what was said in the clear, and takes nothing behind it") {
    const std::string_view hello = "* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] there\r\n";
    const Command start = [](auto& m) { return m.start_tls(); };
    Conversation talk(hello, start, "t1 OK begin\r\n", 100);
    REQUIRE(talk.last.answer.ok());
    CHECK_FALSE(talk.machine.capability());
    talk.machine.tls_started();
    CHECK_FALSE(talk.machine.capabilities().known);
    CHECK(talk.machine.capability());
    Conversation injected(hello, start, "t1 OK begin\r\nt2 OK injected\r\n", 1000);
    CHECK(injected.hear("", 1).kind == ImapEventKind::broken);
    Conversation anybody("* PREAUTH [CAPABILITY IMAP4rev1 STARTTLS] hi\r\n", start, "", 100);
    CHECK(anybody.last.error.code == ErrorCode::unavailable);
    CHECK(anybody.machine.preauthenticated());
}

TEST_CASE("imap client: who is no IMAP server") {
    for (const std::string_view hello :
         {"220 mail.example ESMTP\r\n", "* HELLO\r\n", "+OK pop\r\n", "* BYE go away\r\n", "\r\n"}) {
        CAPTURE(hello);
        CHECK(converse(list(), "", nullptr, hello).kind == ImapEventKind::broken);
    }
}

TEST_CASE("imap types: days, sets, names") {
    CHECK(imap_day(0) == "1-Jan-1970");
    CHECK(imap_day(1'772'323'200'000'000) == "1-Mar-2026");
    CHECK(imap_day(-1) == "31-Dec-1969");
    CHECK(imap_uid_set({1}) == "1");
    CHECK(imap_uid_set({1, 2, 4, 4'294'967'295U}) == "1:2,4,4294967295");
    CHECK(imap_base64("") == "");
    CHECK(imap_base64("f") == "Zg==");
    CHECK(imap_base64("fo") == "Zm8=");
    CHECK(imap_base64("foob\xFF") == "Zm9vYv8=");
    CHECK(is_plain_folder_level("incident-2026_1"));
    for (const char* bad : {"", "a.b", "a/b", "a b", "\xC3\xBC", "a*"})
        CHECK_FALSE(is_plain_folder_level(bad));
    CHECK_FALSE(is_plain_folder_level(std::string(limits::incident_name_bytes + 1, 'a')));
}
