// Mailboxes without a server: what is said to one, and what its answers come to.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits/imap.hpp"
#include "mailbox/find.hpp"
#include "mailbox/imap_session.hpp"
#include "mailbox/move.hpp"
#include "mailbox/pick_up.hpp"
#include "mailbox/purge.hpp"
#include "mailbox/sealed_folder.hpp"
#include "net/loop.hpp"
#include "support/scripted_stream.hpp"

using namespace tocsin;
using namespace tocsin::mailbox;

namespace {

/// A session after its login, whose server says these things; `written` stays valid as long as the session.
struct Scripted {
    test::ScriptedStream* stream = nullptr;
    std::unique_ptr<ImapSession> session;

    explicit Scripted(std::string_view answers,
                      std::string_view capabilities = "IMAP4rev1 UIDPLUS MOVE ACL") {
        auto owned = std::make_unique<test::ScriptedStream>();
        stream = owned.get();
        stream->peer_sends("* OK [CAPABILITY IMAP4rev1] hello\r\n");
        stream->peer_sends("t1 OK [CAPABILITY " + std::string(capabilities) + "] in\r\n");
        stream->peer_sends_slowly(answers);
        session = std::make_unique<ImapSession>(std::move(owned), net::no_deadline);
        REQUIRE(session->begin({.user = "tocsin", .password = "secret"}, "tocsin"));
        (void)stream->take_written();
    }
};

ImapServer master() {
    return {.login = ImapLogin::master_user, .user = "tocsin", .password = "secret"};
}

Result<void> begin(std::string_view answers, const ImapServer& server, const std::string& mailbox = "bob") {
    auto stream = std::make_unique<test::ScriptedStream>();
    stream->peer_sends(answers);
    return ImapSession(std::move(stream), net::no_deadline).begin(server, mailbox);
}

}  // namespace

TEST_CASE("mailbox: a session that cannot begin says why") {
    const std::string hello = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n";
    struct Row {
        const char* name;
        std::string answers;
        ErrorCode code;
        const char* expected;
    };
    const Row rows[] = {
        {"refused", hello + "t1 NO [AUTHENTICATIONFAILED] no\r\n", ErrorCode::permission,
         "AUTHENTICATIONFAILED"},
        {"refused without a code", hello + "t1 NO no\r\n", ErrorCode::permission, "refused: NO no"},
        {"refused as bad", hello + "t1 BAD what\r\n", ErrorCode::corrupt, "BAD what"},
        {"somebody already", "* PREAUTH [CAPABILITY IMAP4rev1] hello\r\n", ErrorCode::permission, "PREAUTH"},
        {"gone", hello, ErrorCode::closed, "closed the connection"},
        {"no IMAP", "220 mail.example ESMTP\r\n", ErrorCode::corrupt, "no IMAP server"},
        {"no login without TLS", "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] x\r\n", ErrorCode::permission,
         "without TLS"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const Result<void> begun = begin(row.answers, master());
        REQUIRE_FALSE(begun);
        CHECK(begun.error().code == row.code);
        CHECK_MESSAGE(begun.error().message.find(row.expected) != std::string::npos, begun.error().message);
    }
}

TEST_CASE("mailbox: a separator in a name would open another mailbox") {
    const Result<void> begun = begin("* OK [CAPABILITY IMAP4rev1] hello\r\n", master(), "bob*alice");
    REQUIRE_FALSE(begun);
    CHECK(begun.error().code == ErrorCode::invalid_input);
}

TEST_CASE("mailbox: refusals have a kind") {
    Scripted talk("t2 NO [OVERQUOTA] full\r\nt3 NO [TRYCREATE] no such folder\r\nt4 NO [NOPERM] no\r\nt5 BAD "
                  "what\r\nt6 NO x\r\n");
    for (const ErrorCode code : {ErrorCode::limit, ErrorCode::not_found, ErrorCode::permission,
                                 ErrorCode::corrupt, ErrorCode::unavailable}) {
        const auto moved = talk.session->move({3}, "Sealed");
        REQUIRE_FALSE(moved);
        CHECK(moved.error().code == code);
        CHECK_FALSE(talk.session->is_over());
    }
    CHECK(talk.session->move({3}, "Sealed").error().code == ErrorCode::closed);
    CHECK(talk.session->is_over());
}

TEST_CASE("mailbox: a folder that can only be read is not taken for one that can be written") {
    Scripted talk("* OK [UIDVALIDITY 5] x\r\nt2 OK [READ-ONLY] there\r\n");
    CHECK(talk.session->open_folder("INBOX", proto::ImapAccess::read_write).error().code ==
          ErrorCode::permission);
}

TEST_CASE("mailbox: the last message of all is not new because * means it") {
    Scripted talk("* SEARCH 7\r\nt2 OK\r\n");
    CHECK(talk.session->search({.uid_from = 8})->empty());
}

TEST_CASE("mailbox: Message-ID as a whole, whatever its line breaks") {
    struct Row {
        const char* message;
        bool found;
    };
    const Row rows[] = {
        {"Message-ID: <a@b>\r\n\r\n", true},
        {"message-id:<a@b>\n\n", true},
        {"X: y\r\nMessage-Id:\r\n  <a@b>\r\n\r\n", true},
        {"Message-ID: <a@b>", true},
        {"Message-ID: <other>\r\nMessage-ID: <a@b>\r\n\r\n", true},
        {"Message-ID: <xa@b>\r\n\r\n", false},
        {"Message-ID: <x> <a@b>\r\n\r\n", false},
        {"Subject: x\r\n Message-ID: <a@b>\r\n\r\n", false},
        {"Subject: x\r\n\r\nMessage-ID: <a@b>\r\n", false},
        {"\r\nMessage-ID: <a@b>\r\n", false},
        {"", false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.message);
        CHECK(has_message_id(as_bytes(std::string_view(row.message)), {"<a@b>"}) == row.found);
    }
}

TEST_CASE("mailbox: mail of a sender is a candidate whatever its Message-ID, and confirmed by its content") {
    Scripted talk(
        "* OK [UIDVALIDITY 5] x\r\nt2 OK [READ-ONLY] x\r\n* SEARCH 3 4\r\nt3 OK x\r\n"
        "* 1 FETCH (UID 3 FLAGS () INTERNALDATE \"d\" RFC822.SIZE 4)\r\n"
        "* 2 FETCH (UID 4 FLAGS () INTERNALDATE \"d\" RFC822.SIZE 4)\r\nt4 OK x\r\n"
        "* 1 FETCH (UID 3 FLAGS () INTERNALDATE \"d\" RFC822.SIZE 4 BODY[] {4}\r\nevil)\r\nt5 OK x\r\n"
        "* 2 FETCH (UID 4 FLAGS () INTERNALDATE \"d\" RFC822.SIZE 4 BODY[] {4}\r\ngood)\r\nt6 OK x\r\n");
    Wanted wanted{.message_ids = {"<a@b>"}, .senders = {"x@y.example"}};
    wanted.confirm = [](net::Fiber&, ByteView bytes) -> Result<bool> { return as_text(bytes) == "evil"; };
    net::Loop loop;
    Result<Findings> found;
    loop.spawn([&](net::Fiber& fiber) {
        found = find_copies(fiber, *talk.session, wanted,
                            {{.name = "INBOX", .delimiter = '.', .selectable = true}}, "Tocsin-sealed");
    });
    loop.run();
    REQUIRE(found.has_value());
    REQUIRE(found->copies.size() == 1);
    CHECK(found->copies[0].uid == 3);
    CHECK(found->innocent == 1);
    CHECK(talk.stream->take_written().find(
              "UID SEARCH OR HEADER Message-ID \"<a@b>\" FROM \"x@y.example\"\r\n") != std::string::npos);
}

TEST_CASE("mailbox: without MOVE a message leaves its folder when its copy was seen, and alone") {
    const std::string content = "hello\r\n";
    const FoundCopy copy{
        .folder = "INBOX", .uid_validity = 5, .uid = 3, .sha256 = sha256(as_bytes(content)), .size_bytes = 7};
    const std::string copied =
        "t2 OK [COPYUID 9 3 41] x\r\n* OK [UIDVALIDITY 9] x\r\nt3 OK [READ-ONLY] x\r\n";
    const std::string removed = "* OK [UIDVALIDITY 5] x\r\nt5 OK [READ-WRITE] x\r\nt6 OK\r\nt7 OK\r\n";
    {
        Scripted talk(copied + "* 1 FETCH (UID 41 FLAGS () BODY[] {7}\r\nhello\r\n)\r\nt4 OK\r\n" + removed,
                      "IMAP4rev1 UIDPLUS");
        const auto seen = move_messages(*talk.session, {"INBOX", 5, 4, proto::ImapAccess::read_write}, {copy},
                                        "Sealed", {});
        REQUIRE(seen);
        CHECK(seen->front().uid == 41);
        const std::string said = talk.stream->take_written();
        CHECK(said.find("UID STORE 3 +FLAGS.SILENT (\\Deleted)\r\n") != std::string::npos);
        CHECK(said.ends_with("t7 UID EXPUNGE 3\r\n"));
    }
    {
        // The copy is another message: the server lost a byte, or lies. Nothing leaves.
        Scripted talk(
            copied + "* 1 FETCH (UID 41 FLAGS () BODY[] {6}\r\nhello\n)\r\nt4 OK\r\n* SEARCH\r\nt5 OK\r\n",
            "IMAP4rev1 UIDPLUS");
        const auto seen = move_messages(*talk.session, {"INBOX", 5, 4, proto::ImapAccess::read_write}, {copy},
                                        "Sealed", {});
        REQUIRE(seen);
        CHECK(seen->front().uid == 0);
        CHECK(talk.stream->take_written().find("EXPUNGE") == std::string::npos);
    }
    {
        Scripted talk("", "IMAP4rev1");
        CHECK(
            move_messages(*talk.session, {"INBOX", 5, 4, proto::ImapAccess::read_write}, {copy}, "Sealed", {})
                .error()
                .code == ErrorCode::unavailable);
        CHECK(talk.stream->take_written().empty());
    }
}

TEST_CASE("mailbox: a folder that was made anew is not expunged by old numbers") {
    Scripted talk("* OK [UIDVALIDITY 6] x\r\nt2 OK [READ-WRITE] x\r\n");
    CHECK_FALSE(expunge_copied(*talk.session, "INBOX", 5, {3}));
    CHECK(talk.stream->take_written() == "t2 SELECT \"INBOX\"\r\n");
}

TEST_CASE("mailbox: an account that loses its own rights moves nothing") {
    Scripted talk(
        "t2 OK made\r\nt3 OK\r\nt4 OK\r\n* ACL S -owner lr\r\nt5 OK\r\n* MYRIGHTS S l\r\nt6 OK\r\n");
    const auto made = make_sealed_folder(*talk.session, {"R", "S"}, "bob", ImapLogin::master_user);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == ErrorCode::permission);
    Scripted own("t2 OK made\r\n");
    CHECK(*make_sealed_folder(*own.session, {"R", "S"}, "bob", ImapLogin::own) == SealState::own_account);
}

TEST_CASE("mailbox: the last word about a message holds") {
    PurgeRecord record{.before = {.folder = "INBOX", .uid_validity = 5, .uid = 3}};
    std::vector<PurgeRecord> records{record};
    record.stage = RecordStage::moved;
    records.push_back(record);
    record.before.uid = 4;
    record.stage = RecordStage::intent;
    records.push_back(record);
    const auto last = last_words(records);
    REQUIRE(last.size() == 2);
    CHECK(last[0].stage == RecordStage::moved);
    CHECK(last[1].before.uid == 4);
}

TEST_CASE("mailbox: after failures the next pass waits longer, and not for ever") {
    CHECK(pick_up_delay_ms(0) == 0);
    CHECK(pick_up_delay_ms(1) == limits::pick_up_retry_ms);
    CHECK(pick_up_delay_ms(3) == 4 * limits::pick_up_retry_ms);
    CHECK(pick_up_delay_ms(1'000'000) == limits::pick_up_retry_ms_max);
}
