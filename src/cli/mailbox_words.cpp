#include "cli/mailbox_words.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include <fmt/format.h>

#include "app/password_file.hpp"

namespace tocsin::cli {

namespace {

constexpr std::uint16_t imaps_port = 993, imap_port = 143;

bool is_this_machine(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

Result<mailbox::Target> target_from(std::string_view line) {
    mailbox::Target target;
    const std::size_t tab = std::min(line.find('\t'), line.size());
    target.mailbox = line.substr(0, tab);
    line.remove_prefix(tab);
    while (!line.empty()) {
        line.remove_prefix(1);
        const std::size_t end = std::min(line.find('\t'), line.size());
        if (end > 0) target.message_ids.emplace_back(line.substr(0, end));
        line.remove_prefix(end);
    }
    if (target.mailbox.empty() || target.mailbox.size() > limits::mailbox_name_bytes)
        return fail(ErrorCode::invalid_input, "this is no name of a mailbox");
    if (target.message_ids.size() > limits::mailbox_message_ids)
        return fail(ErrorCode::limit,
                    fmt::format("more than {} Message-IDs for one mailbox", limits::mailbox_message_ids));
    return target;
}

}  // namespace

Result<mailbox::ImapServer> server_from(const MailboxServerWords& words) {
    mailbox::ImapServer server{.address = words.address};
    server.tls = words.tls == "none"       ? mailbox::ImapTls::none
                 : words.tls == "starttls" ? mailbox::ImapTls::start_tls
                                           : mailbox::ImapTls::implicit;
    if (server.tls == mailbox::ImapTls::none && !is_this_machine(words.address))
        return fail(ErrorCode::invalid_input, "--tls none would send the password and the mail in the clear: "
                                              "only to this machine (127.0.0.1, ::1)");
    if (server.tls != mailbox::ImapTls::none)
        server.tls_context = TRY(net::TlsContext::client(net::TlsVerify::peer, words.ca_file));
    server.port = words.port != 0                            ? words.port
                  : server.tls == mailbox::ImapTls::implicit ? imaps_port
                                                             : imap_port;
    server.tls_name = words.tls_name;
    server.login = words.login == "own"      ? mailbox::ImapLogin::own
                   : words.login == "act-as" ? mailbox::ImapLogin::act_as
                                             : mailbox::ImapLogin::master_user;
    if (server.login != mailbox::ImapLogin::own && words.user.empty())
        return fail(ErrorCode::invalid_input,
                    "--user: say which account acts in the mailboxes of others, or --login own");
    server.user = words.user;
    server.master_separator = words.separator.front();
    server.password = TRY(app::read_password(words.password_file, app::MayRead::nobody));
    return server;
}

Result<std::vector<mailbox::Target>> targets_from(const MailboxWords& words) {
    std::vector<mailbox::Target> targets;
    for (const std::string& name : words.mailboxes) targets.push_back({name, {}});
    if (words.mailboxes_file.empty()) return targets;
    std::ifstream file(words.mailboxes_file);
    if (!file) return std::unexpected(errno_error("read " + words.mailboxes_file, errno));
    std::size_t number = 0, bytes = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        bytes += line.size() + 1;
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty()) continue;
        Result<mailbox::Target> target = target_from(line);
        if (!target)
            return fail(target.error().code,
                        fmt::format("{}:{}: {}", words.mailboxes_file, number, target.error().message));
        targets.push_back(std::move(*target));
        if (targets.size() > limits::mailboxes_max || bytes > limits::mailbox_list_bytes)
            return fail(ErrorCode::limit,
                        fmt::format("{}: more than {} mailboxes, or {} bytes", words.mailboxes_file,
                                    limits::mailboxes_max, limits::mailbox_list_bytes));
    }
    return targets;
}

}  // namespace tocsin::cli
