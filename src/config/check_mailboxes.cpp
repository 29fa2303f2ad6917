// What is needed to come into mailboxes, and not to send a password to anybody else.
#include <algorithm>

#include "base/ascii.hpp"
#include "config/config.hpp"
#include "config/rows.hpp"

namespace tocsin::config {

namespace {

/// Some servers take a dot or a slash for a level of their own.
bool is_plain_level(std::string_view name) {
    return std::ranges::all_of(name, [](char c) {
        const char letter = ascii_lower(c);
        return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

/// Adds what is wrong with [mailboxes], a key each.
class MailboxCheck {
public:
    MailboxCheck(const Settings& settings, const RowPlaces& row, Problems& problems)
        : settings_(settings), mailboxes_(settings.mailboxes), row_(row), problems_(problems) {}
    void run();

private:
    void wrong(const std::string& key, const std::string& message, const std::string& what_to_do) {
        problems_.add(row_.of(key), "mailboxes." + key, "mailboxes." + key + " " + message, what_to_do);
    }
    void check_encryption();
    void check_login();
    void check_names();

    const Settings& settings_;
    const MailboxSettings& mailboxes_;
    const RowPlaces& row_;
    Problems& problems_;
};

void MailboxCheck::run() {
    if (!mailboxes_.server) {
        wrong("server", "is missing: the other settings of [mailboxes] say nothing without it",
              "write server = \"IP:PORT\", for example \"192.0.2.10:993\"");
        return;
    }
    check_encryption();
    check_login();
    check_names();
    if (!settings_.respond.people)
        wrong("server", "is set, and the response is off: nothing would use it",
              "set people in [respond], or take [mailboxes] out");
}

void MailboxCheck::check_encryption() {
    if (mailboxes_.tls == MailboxTls::none && !is_local(*mailboxes_.server))
        wrong("tls",
              "is none, and " + to_text(*mailboxes_.server) +
                  " is another machine: the password and the mail would go there in the clear",
              "write implicit or starttls");
    if (mailboxes_.certificate_sha256 && !certificate_hash(*mailboxes_.certificate_sha256))
        wrong(
            "certificate_sha256", "is no SHA-256",
            "write 64 hexadecimal digits, as `openssl x509 -in FILE -noout -fingerprint -sha256` says them");
    if (mailboxes_.certificate_sha256 && (mailboxes_.authorities || mailboxes_.tls_name))
        wrong("certificate_sha256", "stands beside authorities or tls_name, which it takes the place of",
              "leave one or the other out");
}

void MailboxCheck::check_login() {
    const bool own = mailboxes_.login == MailboxLogin::own;
    if (!own && !mailboxes_.user)
        wrong("user", "is missing: nobody is named who may act in the mailboxes of others",
              "write user = \"NAME\", or login = \"own\" for report mailboxes alone");
    if (own && mailboxes_.user)
        wrong("user", "is set, and login is own: each mailbox signs in as itself",
              "leave user out, or write login = \"master_user\"");
    if (!mailboxes_.password_file)
        wrong("password_file", "is missing", "name a file that holds the password, mode 600");
    if (own && (!mailboxes_.domains.empty() || mailboxes_.addresses))
        wrong("login", "is own: one password cannot open the mailboxes of `domains` or `addresses`",
              "write login = \"master_user\" or \"act_as\" and a user who may act in them");
}

void MailboxCheck::check_names() {
    if (mailboxes_.domains.empty() && !mailboxes_.addresses && mailboxes_.report_mailboxes.empty())
        wrong("domains", "is missing, and so are addresses and report_mailboxes: no mailbox is named",
              "write domains = [\"example.org\"], or addresses = \"FILE\"");
    if (!is_plain_level(mailboxes_.sealed_folder))
        wrong("sealed_folder", "has other characters than letters, digits, - and _",
              "write one such as Tocsin-sealed");
}

}  // namespace

std::optional<Hash256> certificate_hash(std::string_view text) {
    Hash256 hash{};
    std::size_t digits = 0;
    for (const char c : text) {
        if (c == ':') continue;
        const int value = hex_value(c);
        if (value < 0 || digits >= 2 * hash.size()) return std::nullopt;
        hash[digits / 2] = static_cast<std::uint8_t>(hash[digits / 2] * 16 + value);
        ++digits;
    }
    if (digits != 2 * hash.size()) return std::nullopt;
    return hash;
}

void check_mailboxes(const Settings& settings, const Places& places, Problems& problems) {
    const auto rows = places.find("mailboxes");
    if (rows == places.end() || rows->second.empty() || rows->second[0].flawed) return;
    // Nobody wants any: `config show` writes the defaults all the same.
    if (settings.mailboxes == MailboxSettings()) return;
    MailboxCheck(settings, rows->second[0], problems).run();
}

}  // namespace tocsin::config
