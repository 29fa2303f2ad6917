// The commands of ImapClientMachine.
#include <algorithm>
#include <utility>

#include "base/limits/imap.hpp"
#include "proto/imap_client.hpp"
#include "proto/imap_command.hpp"

namespace tocsin::proto {

namespace {

std::unexpected<Error> not_offered(const char* what) {
    return fail(ErrorCode::unavailable, std::string("the IMAP server does not offer ") + what);
}

std::string_view items_of(ImapFetch what) {
    switch (what) {
        case ImapFetch::facts: return " (UID FLAGS INTERNALDATE RFC822.SIZE)";
        case ImapFetch::header: return " (UID BODY.PEEK[HEADER])";
        case ImapFetch::message: return " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])";
    }
    return "";
}

/// RFC 9051 section 9: `flag`. They came from a server, and go back to it.
bool is_flag(std::string_view flag) {
    if (flag.starts_with('\\')) flag.remove_prefix(1);
    return !flag.empty() && flag.size() <= limits::imap_word_bytes && std::ranges::all_of(flag, [](char c) {
        return c > ' ' && c < 0x7F && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
    });
}

}  // namespace

Result<void> ImapClientMachine::send(ImapCommand command, ImapExpected expected, After after) {
    if (state_ == State::broken) return std::unexpected(broken_why_);
    if (under_way_ || state_ != State::open)
        return fail(ErrorCode::conflict, "another IMAP command is under way");
    std::deque<std::string> pieces = TRY(command.finish());
    tag_ = "t" + std::to_string(++commands_);
    output_ += tag_ + " " + pieces.front();
    pieces.pop_front();
    later_ = std::move(pieces);
    under_way_ = true;
    after_ = after;
    command_bytes_ = untagged_ = 0;
    gathered_.expected = expected;
    gathered_.answer = {};
    return {};
}

Result<void> ImapClientMachine::send_about(ImapCommand command, const std::vector<std::uint32_t>& uids,
                                           ImapExpected expected, std::uint64_t content_bytes_max) {
    if (uids.empty() || uids.size() > limits::imap_uids_per_command)
        return fail(ErrorCode::limit, "an IMAP command for no messages, or for too many");
    TRY(send(std::move(command), expected));
    gathered_.asked_uids = {uids.begin(), uids.end()};
    gathered_.content_bytes_max = content_bytes_max;
    return {};
}

Result<void> ImapClientMachine::capability() {
    return send({"CAPABILITY", capabilities_}, ImapExpected::nothing);
}

Result<void> ImapClientMachine::start_tls() {
    if (!capabilities_.start_tls || preauthenticated_) return not_offered("STARTTLS");
    return send({"STARTTLS", capabilities_}, ImapExpected::nothing, After::start_tls);
}

Result<void> ImapClientMachine::authenticate_plain(std::string_view act_as, std::string_view user,
                                                   std::string_view password) {
    if (!capabilities_.plain) return not_offered("AUTH=PLAIN");
    for (const std::string_view text : {act_as, user, password}) {
        if (text.find('\0') != std::string_view::npos)
            return fail(ErrorCode::invalid_input, "a name or password with NUL cannot be sent");
        if (text.size() > limits::imap_user_bytes)
            return fail(ErrorCode::limit, "a name or password is too long");
    }
    std::string secret(act_as);
    secret.append(1, '\0').append(user).append(1, '\0').append(password);
    ImapCommand command("AUTHENTICATE PLAIN", capabilities_);
    if (capabilities_.initial_response)
        command.add(" " + imap_base64(secret));
    else
        command.add_after_go_ahead(imap_base64(secret));
    Result<void> sent = send(std::move(command), ImapExpected::nothing);
    // RFC 9051 section 6.1.1: what is offered changes with the login.
    if (sent) capabilities_ = {};
    return sent;
}

Result<void> ImapClientMachine::login(std::string_view user, std::string_view password) {
    if (capabilities_.login_disabled) return not_offered("LOGIN without TLS");
    ImapCommand command("LOGIN", capabilities_);
    command.add_string(user).add_string(password);
    Result<void> sent = send(std::move(command), ImapExpected::nothing);
    if (sent) capabilities_ = {};
    return sent;
}

Result<void> ImapClientMachine::name_space() {
    if (!capabilities_.name_space) return not_offered("NAMESPACE");
    return send({"NAMESPACE", capabilities_}, ImapExpected::name_space);
}

Result<void> ImapClientMachine::list(std::string_view pattern) {
    ImapCommand command("LIST \"\"", capabilities_);
    command.add_string(pattern);
    return send(std::move(command), ImapExpected::folders);
}

Result<void> ImapClientMachine::create(std::string_view folder) {
    ImapCommand command("CREATE", capabilities_);
    command.add_string(folder);
    return send(std::move(command), ImapExpected::nothing);
}

Result<void> ImapClientMachine::open_folder(std::string_view folder, ImapAccess access) {
    ImapCommand command(access == ImapAccess::read_only ? "EXAMINE" : "SELECT", capabilities_);
    command.add_string(folder);
    TRY(send(std::move(command), ImapExpected::selected, After::open_folder));
    gathered_.open_uid_validity.reset();
    return {};
}

Result<void> ImapClientMachine::search(const ImapSearch& search) {
    const bool anything = !search.message_ids.empty() || !search.senders.empty() || !search.from.empty() ||
                          !search.subject.empty() || !search.since.empty() || search.size_bytes ||
                          search.uid_from > 0;
    if (!anything) return fail(ErrorCode::invalid_input, "a search for nothing would find everything");
    return send(search_command(search, capabilities_), ImapExpected::uids);
}

Result<void> ImapClientMachine::fetch(const std::vector<std::uint32_t>& uids, ImapFetch what,
                                      std::uint64_t content_bytes_max) {
    ImapCommand command("UID FETCH " + imap_uid_set(uids), capabilities_);
    command.add(items_of(what));
    return send_about(std::move(command), uids, ImapExpected::messages,
                      what == ImapFetch::facts ? 0 : std::max<std::uint64_t>(content_bytes_max, 1));
}

Result<void> ImapClientMachine::store_flags(const std::vector<std::uint32_t>& uids, ImapStore how,
                                            const std::vector<std::string>& flags) {
    ImapCommand command("UID STORE " + imap_uid_set(uids), capabilities_);
    command.add(how == ImapStore::add ? " +FLAGS.SILENT (" : " FLAGS.SILENT (");
    for (std::size_t index = 0; index < flags.size(); ++index) {
        if (!is_flag(flags[index])) return fail(ErrorCode::invalid_input, "this is no flag of a message");
        command.add((index > 0 ? " " : "") + flags[index]);
    }
    command.add(")");
    return send_about(std::move(command), uids, ImapExpected::messages);
}

Result<void> ImapClientMachine::move(const std::vector<std::uint32_t>& uids, std::string_view folder) {
    if (!capabilities_.move) return not_offered("MOVE");
    ImapCommand command("UID MOVE " + imap_uid_set(uids), capabilities_);
    command.add_string(folder);
    return send_about(std::move(command), uids, ImapExpected::copied);
}

Result<void> ImapClientMachine::copy(const std::vector<std::uint32_t>& uids, std::string_view folder) {
    ImapCommand command("UID COPY " + imap_uid_set(uids), capabilities_);
    command.add_string(folder);
    return send_about(std::move(command), uids, ImapExpected::copied);
}

Result<void> ImapClientMachine::expunge(const std::vector<std::uint32_t>& uids) {
    if (!capabilities_.uid_plus) return not_offered("UIDPLUS, without which others would be expunged too");
    return send_about({"UID EXPUNGE " + imap_uid_set(uids), capabilities_}, uids, ImapExpected::nothing);
}

Result<void> ImapClientMachine::set_rights(std::string_view folder, std::string_view who,
                                           std::string_view rights) {
    if (!capabilities_.acl) return not_offered("ACL");
    ImapCommand command("SETACL", capabilities_);
    command.add_string(folder).add_string(who).add_string(rights);
    return send(std::move(command), ImapExpected::nothing);
}

Result<void> ImapClientMachine::rights_of(std::string_view folder) {
    if (!capabilities_.acl) return not_offered("ACL");
    ImapCommand command("GETACL", capabilities_);
    command.add_string(folder);
    return send(std::move(command), ImapExpected::rights);
}

Result<void> ImapClientMachine::my_rights(std::string_view folder) {
    if (!capabilities_.acl) return not_offered("ACL");
    ImapCommand command("MYRIGHTS", capabilities_);
    command.add_string(folder);
    return send(std::move(command), ImapExpected::rights);
}

Result<void> ImapClientMachine::logout() {
    return send({"LOGOUT", capabilities_}, ImapExpected::nothing, After::logout);
}

}  // namespace tocsin::proto
