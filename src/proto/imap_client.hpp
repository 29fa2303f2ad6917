// The client side of IMAP (RFC 9051, RFC 3501), without I/O. One command at a time; its whole answer is one event.
//
//     machine.next() == need_input: write(machine.take_output()), read, feed()
//
// A server that lies ends the session by name (`broken`): nothing it says unasked is taken for an answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proto/imap_answers.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::proto {

class ImapCommand;

enum class ImapEventKind : std::uint8_t {
    need_input,  ///< write take_output(), then read and feed()
    greeted,     ///< the server is there: give commands
    answer,      ///< the command ended: `answer`
    idle,        ///< nothing is awaited: give the next command
    broken,      ///< no IMAP, over a limit, or a lie: `error` says what. Close
};

struct ImapEvent {
    ImapEventKind kind = ImapEventKind::need_input;
    ImapAnswer answer = {};
    Error error = {};
};

/// What is fetched of each message besides its UID.
enum class ImapFetch : std::uint8_t {
    facts,    ///< FLAGS, INTERNALDATE, RFC822.SIZE
    header,   ///< BODY.PEEK[HEADER]
    message,  ///< the facts, and BODY.PEEK[]: the message as it is
};

/// What STORE does with flags.
enum class ImapStore : std::uint8_t { add, replace };

/// One connection to a server. Errors of all commands: conflict (another command is under way), closed (broken), limit and
/// invalid_input (what cannot be sent); then nothing was sent.
class ImapClientMachine {
public:
    void feed(ByteView bytes);
    [[nodiscard]] ImapEvent next();
    [[nodiscard]] std::string take_output();
    [[nodiscard]] const ImapCapabilities& capabilities() const { return capabilities_; }
    /// The greeting said PREAUTH: nobody may log in any more, and TLS cannot be started (RFC 9051 section 7.1.4).
    [[nodiscard]] bool preauthenticated() const { return preauthenticated_; }

    [[nodiscard]] Result<void> capability();
    /// After its OK shake hands and call tls_started(). Errors: unavailable (not offered, or preauthenticated).
    [[nodiscard]] Result<void> start_tls();
    /// The session is encrypted now: what was said before is forgotten.
    void tls_started();
    /// SASL PLAIN (RFC 4616): `user` signs in with `password` and acts as `act_as`; empty: as itself. Errors: unavailable
    /// (AUTH=PLAIN is not offered), invalid_input (NUL).
    [[nodiscard]] Result<void> authenticate_plain(std::string_view act_as, std::string_view user,
                                                  std::string_view password);
    /// Errors: unavailable (LOGINDISABLED).
    [[nodiscard]] Result<void> login(std::string_view user, std::string_view password);

    [[nodiscard]] Result<void> name_space();
    [[nodiscard]] Result<void> list(std::string_view pattern);
    [[nodiscard]] Result<void> create(std::string_view folder);
    /// SELECT or EXAMINE. An answer without UIDVALIDITY is a NO: without it no message has a name.
    [[nodiscard]] Result<void> open_folder(std::string_view folder, ImapAccess access);
    /// Errors: invalid_input (no condition).
    [[nodiscard]] Result<void> search(const ImapSearch& search);
    /// `uids`: ascending, 1 to limits::imap_uids_per_command. `content_bytes_max`: of each message's content.
    [[nodiscard]] Result<void> fetch(const std::vector<std::uint32_t>& uids, ImapFetch what,
                                     std::uint64_t content_bytes_max = 0);
    [[nodiscard]] Result<void> store_flags(const std::vector<std::uint32_t>& uids, ImapStore how,
                                           const std::vector<std::string>& flags);
    /// Errors: unavailable (MOVE is not offered).
    [[nodiscard]] Result<void> move(const std::vector<std::uint32_t>& uids, std::string_view folder);
    [[nodiscard]] Result<void> copy(const std::vector<std::uint32_t>& uids, std::string_view folder);
    /// UID EXPUNGE: only these. Errors: unavailable (UIDPLUS is not offered: EXPUNGE would take others with it).
    [[nodiscard]] Result<void> expunge(const std::vector<std::uint32_t>& uids);
    /// RFC 4314.
    [[nodiscard]] Result<void> set_rights(std::string_view folder, std::string_view who,
                                          std::string_view rights);
    [[nodiscard]] Result<void> rights_of(std::string_view folder);
    [[nodiscard]] Result<void> my_rights(std::string_view folder);
    [[nodiscard]] Result<void> logout();

private:
    enum class State : std::uint8_t { greeting, open, wait_tls, broken };
    enum class Line : std::uint8_t { whole, goes_on };
    enum class After : std::uint8_t { nothing, start_tls, open_folder, logout };

    [[nodiscard]] Result<void> send(ImapCommand command, ImapExpected expected, After after = After::nothing);
    [[nodiscard]] Result<void> send_about(ImapCommand command, const std::vector<std::uint32_t>& uids,
                                          ImapExpected expected, std::uint64_t content_bytes_max = 0);
    std::optional<std::string> take_line();
    Line append_line(std::size_t line_end);
    bool append_literal();
    std::optional<ImapEvent> handle(std::string_view line);
    std::optional<ImapEvent> handle_greeting(std::string_view line);
    void handle_untagged(std::string_view line);
    std::optional<ImapEvent> handle_tagged(std::string_view line);
    void finish(ImapAnswer& answer);
    void go_ahead();
    void break_off(ErrorCode code, std::string why);

    State state_ = State::greeting;
    After after_ = After::nothing;
    bool preauthenticated_ = false;
    bool under_way_ = false;
    std::uint64_t commands_ = 0;
    std::string tag_;
    std::string input_;
    std::size_t searched_ = 0;  ///< so far there is no line end in the input
    std::string output_;
    std::deque<std::string> later_;  ///< pieces of the command that wait for the server's go-ahead
    std::string line_;               ///< an answer that is not whole yet
    std::size_t line_bytes_ = 0;     ///< of it, without literals
    std::size_t literals_ = 0;
    std::uint64_t literal_left_ = 0;
    std::size_t command_bytes_ = 0;
    std::size_t untagged_ = 0;
    ImapGathered gathered_;
    ImapCapabilities capabilities_;
    Error broken_why_;
};

}  // namespace tocsin::proto
