#include "app/mailbox_server.hpp"

#include <algorithm>
#include <cerrno>
#include <fstream>

#include <fmt/core.h>

#include "app/password_file.hpp"
#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/fold_case.hpp"
#include "base/limits/imap.hpp"
#include "config/config.hpp"

namespace tocsin::app {

namespace {

/// Letters that mean themselves to every IMAP server, in a name and in a login of a master user.
bool is_plain_address(std::string_view address) {
    const auto plain = [](char c) {
        return c > ' ' && c < 0x7F && std::string_view("\"\\*%(){},;:<>[]").find(c) == std::string_view::npos;
    };
    return !address.empty() && address.size() <= limits::mailbox_name_bytes &&
           std::ranges::all_of(address, plain);
}

Result<std::shared_ptr<const net::TlsContext>> tls_context(const config::MailboxSettings& settings) {
    if (settings.certificate_sha256) {
        const std::optional<Hash256> hash = config::certificate_hash(*settings.certificate_sha256);
        if (!hash) return fail(ErrorCode::invalid_input, "mailboxes.certificate_sha256 is no SHA-256");
        return net::TlsContext::client_of(*hash);
    }
    return net::TlsContext::client(net::TlsVerify::peer, settings.authorities.value_or(""));
}

mailbox::ImapTls tls_of(config::MailboxTls tls) {
    switch (tls) {
        case config::MailboxTls::implicit: return mailbox::ImapTls::implicit;
        case config::MailboxTls::starttls: return mailbox::ImapTls::start_tls;
        case config::MailboxTls::none: break;
    }
    return mailbox::ImapTls::none;
}

mailbox::ImapLogin login_of(config::MailboxLogin login) {
    switch (login) {
        case config::MailboxLogin::master_user: return mailbox::ImapLogin::master_user;
        case config::MailboxLogin::act_as: return mailbox::ImapLogin::act_as;
        case config::MailboxLogin::own: break;
    }
    return mailbox::ImapLogin::own;
}

}  // namespace

Result<mailbox::ImapServer> mailbox_server(const config::MailboxSettings& settings) {
    if (!settings.server || !settings.password_file)
        return fail(ErrorCode::invalid_input, "no IMAP server is set up: see [mailboxes]");
    mailbox::ImapServer server{.address = settings.server->host,
                               .port = settings.server->port,
                               .tls = tls_of(settings.tls),
                               .tls_name = settings.tls_name.value_or(""),
                               .login = login_of(settings.login),
                               .user = settings.user.value_or(""),
                               .master_separator = settings.separator.front()};
    if (server.tls != mailbox::ImapTls::none) server.tls_context = TRY(tls_context(settings));
    server.password = TRY(read_password(*settings.password_file, MayRead::its_group));
    return server;
}

Result<MailboxList> MailboxList::read(const config::MailboxSettings& settings) {
    MailboxList list(settings);
    if (!settings.addresses) return list;
    std::ifstream file(*settings.addresses);
    if (!file) return std::unexpected(errno_error("read " + *settings.addresses, errno));
    std::size_t number = 0, bytes = 0;
    for (std::string line; std::getline(file, line);) {
        ++number;
        bytes += line.size() + 1;
        if (bytes > limits::mailbox_list_bytes || list.by_address_.size() >= limits::mailboxes_max)
            return fail(ErrorCode::limit,
                        fmt::format("{}: more than {} addresses, or {} bytes", *settings.addresses,
                                    limits::mailboxes_max, limits::mailbox_list_bytes));
        if (const Result<void> taken = list.take(trim(line)); !taken)
            return fail(taken.error().code,
                        fmt::format("{}:{}: {}", *settings.addresses, number, taken.error().message));
    }
    return list;
}

Result<void> MailboxList::take(std::string_view line) {
    if (line.empty() || line.starts_with('#')) return {};
    const std::size_t tab = std::min(line.find('\t'), line.size());
    const std::string address = ascii_lower(line.substr(0, tab));
    if (address.find('@') == std::string::npos || !is_plain_address(address))
        return fail(ErrorCode::invalid_input, "this is no address; write one on each line, and behind a tab "
                                              "the mailbox's name if it is another");
    const std::string_view given = trim(line.substr(tab));
    std::string name = given.empty() ? name_of(address) : std::string(given);
    if (name.empty() || name.size() > limits::mailbox_name_bytes)
        return fail(ErrorCode::invalid_input, "the name of the mailbox is empty or too long");
    listed_.try_emplace(name, address);
    by_address_.insert_or_assign(address, std::move(name));
    return {};
}

std::string MailboxList::name_of(std::string_view address) const {
    if (name_ == config::MailboxName::address) return std::string(address);
    return std::string(address.substr(0, address.rfind('@')));
}

std::optional<std::string> MailboxList::mailbox_of(std::string_view raw) const {
    const std::string address = ascii_lower(raw);
    if (const auto found = by_address_.find(address); found != by_address_.end()) return found->second;
    const std::size_t at = address.rfind('@');
    if (at == std::string::npos || !is_plain_address(address)) return std::nullopt;
    // RFC 5233: what stands behind a plus is the owner's own business.
    if (const std::size_t plus = address.find('+'); plus < at) {
        const auto found = by_address_.find(address.substr(0, plus) + address.substr(at));
        if (found != by_address_.end()) return found->second;
    }
    if (!contains(domains_, address.substr(at + 1))) return std::nullopt;
    return name_of(address);
}

}  // namespace tocsin::app
