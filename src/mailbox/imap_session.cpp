#include "mailbox/imap_session.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace tocsin::mailbox {

namespace {

using proto::ImapAnswer;
using proto::ImapEventKind;

constexpr std::size_t read_bytes = 64U << 10;

/// RFC 5530 section 3.
ErrorCode code_of(const ImapAnswer& answer) {
    static constexpr std::array<std::pair<std::string_view, ErrorCode>, 9> codes = {{
        {"AUTHENTICATIONFAILED", ErrorCode::permission},
        {"AUTHORIZATIONFAILED", ErrorCode::permission},
        {"EXPIRED", ErrorCode::permission},
        {"PRIVACYREQUIRED", ErrorCode::permission},
        {"NOPERM", ErrorCode::permission},
        {"OVERQUOTA", ErrorCode::limit},
        {"NONEXISTENT", ErrorCode::not_found},
        {"TRYCREATE", ErrorCode::not_found},
        {"ALREADYEXISTS", ErrorCode::conflict},
    }};
    for (const auto& [name, code] : codes)
        if (answer.code == name) return code;
    return answer.status == proto::ImapStatus::bad ? ErrorCode::corrupt : ErrorCode::unavailable;
}

/// A certificate that is not trusted is not a login that was refused.
Error not_encrypted(const Error& error) {
    return {ErrorCode::unavailable, "no TLS with the IMAP server: " + error.message};
}

}  // namespace

Result<std::unique_ptr<ImapSession>> ImapSession::open(net::Fiber& fiber, const ImapServer& server,
                                                       const std::string& mailbox, Deadline deadline) {
    const Deadline opening = std::min(deadline, net::deadline_in_ms(limits::imap_connect_ms));
    std::unique_ptr<net::Stream> stream = TRY(net::connect_tcp(fiber, server.address, server.port, opening));
    if (server.tls == ImapTls::implicit) {
        ASSERT(server.tls_context != nullptr, "whoever wants TLS brings a context");
        const std::string& name = server.tls_name.empty() ? server.address : server.tls_name;
        if (const Result<void> done = stream->start_tls(*server.tls_context, name, opening); !done)
            return std::unexpected(not_encrypted(done.error()));
    }
    auto session = std::make_unique<ImapSession>(std::move(stream), deadline);
    TRY(session->begin(server, mailbox));
    return session;
}

Error ImapSession::lose(Error error) {
    over_ = true;
    stream_->close();
    return error;
}

Result<proto::ImapEvent> ImapSession::await() {
    const Deadline deadline = std::min(deadline_, net::deadline_in_ms(limits::imap_command_ms));
    while (true) {
        proto::ImapEvent event = machine_.next();
        if (event.kind == ImapEventKind::broken) return std::unexpected(lose(event.error));
        if (event.kind != ImapEventKind::need_input) return event;
        if (const std::string output = machine_.take_output(); !output.empty()) {
            if (Result<void> sent = stream_->write_all(as_bytes(output), deadline); !sent)
                return std::unexpected(lose(sent.error()));
        }
        std::array<std::byte, read_bytes> buffer;
        const Result<std::size_t> count = stream_->read_some(buffer, deadline);
        if (!count) return std::unexpected(lose(count.error()));
        if (*count == 0)
            return std::unexpected(lose({ErrorCode::closed, "the IMAP server closed the connection"}));
        machine_.feed(ByteView(buffer).first(*count));
    }
}

Result<ImapAnswer> ImapSession::asked(Result<void> given) {
    if (over_) return fail(ErrorCode::closed, "the IMAP session is over");
    TRY(std::move(given));
    proto::ImapEvent event = TRY(await());
    ASSERT(event.kind == ImapEventKind::answer, "a command has one answer");
    if (!event.answer.ok())
        return fail(code_of(event.answer), "the IMAP server refused: " + event.answer.summary());
    return std::move(event.answer);
}

Result<void> ImapSession::begin(const ImapServer& server, const std::string& mailbox) {
    const proto::ImapEvent greeting = TRY(await());
    ASSERT(greeting.kind == ImapEventKind::greeted, "a session begins with a greeting");
    if (machine_.preauthenticated())
        return std::unexpected(
            lose({ErrorCode::permission,
                  "the IMAP server lets anybody in as somebody (PREAUTH): not a mailbox that was named"}));
    TRY(learn_capabilities());
    if (server.tls == ImapTls::start_tls) TRY(encrypt(server));
    TRY(sign_in(server, mailbox));
    return learn_capabilities();
}

Result<void> ImapSession::learn_capabilities() {
    if (machine_.capabilities().known) return {};
    TRY(asked(machine_.capability()));
    return {};
}

Result<void> ImapSession::encrypt(const ImapServer& server) {
    ASSERT(server.tls_context != nullptr, "whoever wants TLS brings a context");
    TRY(asked(machine_.start_tls()));
    const std::string& name = server.tls_name.empty() ? server.address : server.tls_name;
    const Deadline deadline = std::min(deadline_, net::deadline_in_ms(limits::imap_connect_ms));
    if (Result<void> done = stream_->start_tls(*server.tls_context, name, deadline); !done)
        return std::unexpected(lose(not_encrypted(done.error())));
    machine_.tls_started();
    return learn_capabilities();
}

Result<void> ImapSession::sign_in(const ImapServer& server, const std::string& mailbox) {
    const std::string& user = server.user.empty() ? mailbox : server.user;
    Result<ImapAnswer> signed_in;
    if (server.login == ImapLogin::act_as) {
        signed_in = asked(machine_.authenticate_plain(mailbox, user, server.password));
    } else if (server.login == ImapLogin::master_user) {
        // The separator in a mailbox's name would make another mailbox of it.
        if (mailbox.find(server.master_separator) != std::string::npos)
            return fail(ErrorCode::invalid_input,
                        "the name of the mailbox has the separator of master users in it");
        signed_in = asked(machine_.login(mailbox + server.master_separator + user, server.password));
    } else {
        signed_in = asked(machine_.login(user, server.password));
    }
    if (signed_in) return {};
    Error error = signed_in.error();
    // Servers before RFC 5530 refuse without a code.
    if (!over_ && error.code == ErrorCode::unavailable) error.code = ErrorCode::permission;
    return std::unexpected(std::move(error));
}

Result<std::vector<proto::ImapFolder>> ImapSession::folders() {
    ImapAnswer answer = TRY(asked(machine_.list("*")));
    return std::move(answer.folders);
}

Result<std::pair<std::string, char>> ImapSession::personal_namespace() {
    if (machine_.capabilities().name_space) {
        const ImapAnswer answer = TRY(asked(machine_.name_space()));
        if (answer.personal_namespace) return *answer.personal_namespace;
    }
    ImapAnswer inbox = TRY(asked(machine_.list("INBOX")));
    return std::pair(std::string(), inbox.folders.empty() ? '/' : inbox.folders.front().delimiter);
}

Result<void> ImapSession::create(const std::string& folder) {
    const Result<ImapAnswer> made = asked(machine_.create(folder));
    if (made) return {};
    if (over_) return std::unexpected(made.error());
    if (made.error().code == ErrorCode::conflict) return {};
    // Servers before RFC 5530 say no more than NO.
    const Result<OpenFolder> there = open_folder(folder, proto::ImapAccess::read_only);
    if (there) return {};
    return std::unexpected(made.error());
}

Result<OpenFolder> ImapSession::open_folder(const std::string& name, proto::ImapAccess access) {
    const ImapAnswer answer = TRY(asked(machine_.open_folder(name, access)));
    if (access == proto::ImapAccess::read_write && answer.selected.access == proto::ImapAccess::read_only)
        return fail(ErrorCode::permission, "the folder can only be read");
    return OpenFolder{name, answer.selected.uid_validity, answer.selected.uid_next, access};
}

Result<std::vector<std::uint32_t>> ImapSession::search(const proto::ImapSearch& search) {
    ImapAnswer answer = TRY(asked(machine_.search(search)));
    // RFC 9051: `n:*` names the last message even when it is before n.
    std::erase_if(answer.uids, [&](std::uint32_t uid) { return uid < search.uid_from; });
    return std::move(answer.uids);
}

Result<std::vector<proto::ImapMessage>> ImapSession::fetch(const std::vector<std::uint32_t>& uids,
                                                           proto::ImapFetch what,
                                                           std::uint64_t content_bytes_max) {
    std::vector<proto::ImapMessage> messages;
    for (std::size_t at = 0; at < uids.size(); at += limits::imap_uids_per_command) {
        const std::size_t count = std::min(limits::imap_uids_per_command, uids.size() - at);
        const auto begin = uids.begin() + static_cast<std::ptrdiff_t>(at);
        ImapAnswer answer = TRY(asked(
            machine_.fetch({begin, begin + static_cast<std::ptrdiff_t>(count)}, what, content_bytes_max)));
        std::ranges::move(answer.messages, std::back_inserter(messages));
    }
    return messages;
}

Result<proto::ImapMessage> ImapSession::message(std::uint32_t uid) {
    std::vector<proto::ImapMessage> messages =
        TRY(fetch({uid}, proto::ImapFetch::message, limits::mailbox_message_bytes));
    if (messages.empty() || !messages.front().content)
        return fail(ErrorCode::not_found, "the message is gone");
    if (!messages.front().flags)
        return fail(ErrorCode::corrupt, "the IMAP server left the flags of a message out");
    return std::move(messages.front());
}

Result<void> ImapSession::store_flags(const std::vector<std::uint32_t>& uids, proto::ImapStore how,
                                      const std::vector<std::string>& flags) {
    TRY(asked(machine_.store_flags(uids, how, flags)));
    return {};
}

Result<proto::ImapCopied> ImapSession::move(const std::vector<std::uint32_t>& uids,
                                            const std::string& folder) {
    ImapAnswer answer = TRY(asked(machine_.move(uids, folder)));
    return std::move(answer.copied).value_or(proto::ImapCopied{});
}

Result<proto::ImapCopied> ImapSession::copy(const std::vector<std::uint32_t>& uids,
                                            const std::string& folder) {
    ImapAnswer answer = TRY(asked(machine_.copy(uids, folder)));
    return std::move(answer.copied).value_or(proto::ImapCopied{});
}

Result<void> ImapSession::expunge(const std::vector<std::uint32_t>& uids) {
    TRY(asked(machine_.expunge(uids)));
    return {};
}

Result<void> ImapSession::set_rights(const std::string& folder, const std::string& who,
                                     const std::string& rights) {
    TRY(asked(machine_.set_rights(folder, who, rights)));
    return {};
}

Result<std::vector<proto::ImapRights>> ImapSession::rights_of(const std::string& folder) {
    ImapAnswer answer = TRY(asked(machine_.rights_of(folder)));
    return std::move(answer.access_list);
}

Result<std::string> ImapSession::my_rights(const std::string& folder) {
    ImapAnswer answer = TRY(asked(machine_.my_rights(folder)));
    return std::move(answer.rights).value_or("");
}

void ImapSession::logout() {
    if (over_) return;
    (void)asked(machine_.logout());
    over_ = true;
    stream_->close();
}

}  // namespace tocsin::mailbox
