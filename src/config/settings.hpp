// Every setting of the daemon as plain values. What each means, its limits and its default in words: setting_table.cpp,
// printed by `tocsin config manual`. The initializers here are the defaults; parse() completes what depends on other settings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/limits/hooks.hpp"
#include "base/limits/imap.hpp"
#include "config/address.hpp"
#include "config/words.hpp"

namespace tocsin::config {

struct DaemonSettings {
    std::string data = "/var/lib/tocsin";
    std::string host_name = "localhost";
    std::optional<Address> next_hop;
    std::optional<Address> outbound_next_hop;
    std::uint32_t readers = 0;  ///< 0: one more than there are processors
    LogLevel log_level = LogLevel::info;
    LogFormat log_format = LogFormat::text;
    std::uint32_t stop_grace_s = 20;
    std::uint64_t buffer_bytes = limits::gate_buffered_bytes;

    bool operator==(const DaemonSettings&) const = default;
};

struct ScanSettings {
    std::optional<std::string> reader;  ///< path of tocsin-reader; unset: beside the program
    std::vector<std::string> databases;
    bool system_database = true;
    std::vector<std::string> yara;
    std::vector<Engine> without;
    std::uint32_t deadline_ms = 30'000;
    std::uint64_t message_bytes = limits::message_bytes;
    bool remember_parts = true;

    bool operator==(const ScanSettings&) const = default;
};

/// Rules and the text model: what is asked of every message, and from how many points on it is what.
struct JudgeSettings {
    bool own_rules = true;
    std::vector<std::string> rules;
    std::vector<std::string> lists;
    std::vector<std::string> may_do_without = {
        "history",      "text_intent",    "screenshots",   "text_in_pictures", "picture_given_up",
        "logos",        "domain_age",     "link_analysis", "translation",      "macro_model",
        "attack_score", "sensitive_data", "user_reports",  "cut_off",          "$"};
    std::uint32_t inbound_suspicious_points = 5, inbound_phish_points = 8;
    std::uint32_t outbound_suspicious_points = 7, outbound_phish_points = 9;

    bool operator==(const JudgeSettings&) const = default;
};

/// What is believed about where mail comes from.
struct AuthenticationSettings {
    std::vector<std::string> trusted_servers;  ///< authserv-ids of Authentication-Results; empty: the topmost
    bool verify = false;                       ///< DKIM, SPF, DMARC and ARC, by us
    std::vector<std::string> trusted_sealers;  ///< domains whose word in a chain of ARC counts
    std::optional<Address> resolver;           ///< unset: the system's
    std::uint32_t dns_ms = limits::dns_ms;

    bool operator==(const AuthenticationSettings&) const = default;
};

/// One door. parse() fills in every default, also those that depend on `kind`.
struct Listener {
    std::string name;
    ListenerKind kind = ListenerKind::smtp;
    Address address;
    std::uint32_t sessions = 0;                          ///< at once; never 0 after parse()
    std::uint32_t timeout_s = 0;                         ///< of a silent client; never 0 after parse()
    bool allow_remote = false;                           ///< check, clamd, api
    DirectionRule direction = DirectionRule::by_sender;  ///< smtp, milter, check, clamd
    std::optional<Address> next_hop;                     ///< smtp; always set after parse()
    std::uint32_t next_hop_timeout_s = limits::next_hop_command_ms / 1000;  ///< smtp
    ListenerTls tls = ListenerTls::none;                                    ///< smtp
    std::optional<std::string> tls_certificate;                             ///< smtp; PEM file
    std::optional<std::string> tls_key;                                     ///< smtp; PEM file
    NextHopTls next_hop_tls = NextHopTls::none;                             ///< smtp
    std::optional<std::string> next_hop_name;  ///< smtp; set if next_hop_tls is verify
    std::vector<Network> xforward_from;        ///< smtp
    std::vector<Network> forwarded_from;       ///< report_form
    HeldAt keep = HeldAt::here;                ///< milter
    std::optional<std::string> scan_root;      ///< clamd; unset: SCAN is refused

    bool operator==(const Listener&) const = default;
};

struct NetworkSettings {
    std::vector<Network> own_networks = {*parse_network("127.0.0.0/8"), *parse_network("::1")};

    bool operator==(const NetworkSettings&) const = default;
};

/// Kinds that are not empty are all needed; values within a kind are alternatives.
struct Customer {
    std::string name;
    std::vector<std::string> logins;            ///< "*" at the end: whatever follows
    std::vector<Network> networks;              ///< of the client
    std::vector<std::string> envelope_domains;  ///< lower case
    std::vector<std::string> header_domains;    ///< lower case
    std::vector<std::string> listeners;         ///< names
    bool organisation = false;                  ///< no customer, but the people who run all this
    std::optional<std::string> contact;         ///< who is asked whether it was them; an address

    bool operator==(const Customer&) const = default;
};

struct OutboundSettings {
    UnknownSender unknown_sender = UnknownSender::accept;  ///< parse(): hold when there is a customer

    bool operator==(const OutboundSettings&) const = default;
};

/// Conditions that are empty or unset fit everything; all others are needed. `verdicts`, `ambiguous` and `flags` come from a
/// reader's report: a row that names one fits only messages whose outcome is `verdict`.
struct PolicyRow {
    std::optional<Direction> direction;
    std::vector<Verdict> verdicts;
    std::vector<Outcome> outcomes;
    std::optional<bool> ambiguous;
    std::vector<std::string> flags;  ///< of a part; any of them
    std::optional<std::uint64_t> larger_than_bytes;
    std::vector<std::string> customers;   ///< names; "(unknown)" too
    std::vector<std::string> recipients;  ///< an address, or "@domain"
    Disposition disposition = Disposition::hold;
    std::string reason;

    bool operator==(const PolicyRow&) const = default;
};

struct UnscannableSettings {
    std::uint32_t inbound_tries = 3;
    std::uint32_t retry_window_s = limits::unscannable_window_s;

    bool operator==(const UnscannableSettings&) const = default;
};

struct HeaderSettings {
    HeaderFields inbound = HeaderFields::all;
    HeaderFields outbound = HeaderFields::none;

    bool operator==(const HeaderSettings&) const = default;
};

/// A warning at the top of inbound mail that passes. What each text is for: docs/manual/banner.md.
struct BannerSettings {
    std::vector<BannerReason> when;
    std::string heading = "Be careful with this message";
    std::string first_contact = "You have never had mail from this address before today.";
    std::string suspicious =
        "Something about it is suspicious. Ask the sender by a way that you know already before you open or "
        "answer it.";
    std::string phish =
        "It looks like an attack. Do not open its links or files, do not answer it, do not call a number in "
        "it; report it.";
    std::string copy =
        "Further down stands a copy of this notice. Only the one here, above everything else, is ours.";
    std::string fallback = "Be careful with this message: it is not what you usually get.";
    std::optional<std::string> contact;
    std::optional<std::string> mark;
    std::uint32_t learn_days = 7;

    bool operator==(const BannerSettings&) const = default;
};

struct KeepSettings {
    std::uint64_t evidence_bytes = limits::evidence_bytes;
    std::uint32_t evidence_days = 30;
    std::uint32_t journal_days = 400;

    bool operator==(const KeepSettings&) const = default;
};

/// Mail that is kept so that new rules can be asked about it (`tocsin rules hunt`).
struct HuntSettings {
    std::uint32_t keep_days = 7;  ///< 0: nothing is kept
    std::uint32_t quota_mib = 10'240;
    std::uint64_t message_bytes = 10U << 20;

    bool operator==(const HuntSettings&) const = default;
};

/// What customers normally send, and what happens when it is not them any more.
struct WatchSettings {
    WatchMode mode = WatchMode::hold;
    std::uint32_t alarms_per_thousand = 10;
    std::uint32_t kept_messages = 100;
    std::uint32_t close_watch_days = 14;
    std::uint32_t customers_in_memory = 100'000;
    std::optional<std::string> asn_database, country_database;
    std::optional<std::string> answer_url;  ///< begin of the links in questions to contacts
    std::optional<std::string> ask_from;    ///< their sender
    std::optional<Address> ask_through;     ///< unset: as released outbound mail

    bool operator==(const WatchSettings&) const = default;
};

/// Mail that goes round the filters.
struct DetourSettings {
    DetourMode mode = DetourMode::hold;
    std::uint32_t hours = 24;  ///< how long a file that was held back is remembered

    bool operator==(const DetourSettings&) const = default;
};

/// Reports, incidents and what is done about them.
struct RespondSettings {
    std::optional<std::string> people;  ///< file; unset: the response is off
    std::vector<std::string> report_addresses;
    std::vector<std::string> playbooks;          ///< folders beside the shipped ones; a later one wins
    std::optional<std::string> notices_from;     ///< sender of notices
    std::optional<Address> notices_through;      ///< unset: as questions to contacts
    std::optional<std::string> acknowledge_url;  ///< begin of the links in pages
    std::optional<std::string> syslog;           ///< parse_syslog_address()

    bool operator==(const RespondSettings&) const = default;
};

/// An address that nobody has, or a login that nobody uses, put where only an intruder finds it. Exactly one of the two.
struct Canary {
    std::optional<std::string> address;  ///< lower case
    std::optional<std::string> login;    ///< as SASL has it
    CanaryAbout about = CanaryAbout::infrastructure;
    std::optional<std::string> customer;  ///< whose list it stands in; what this one sends to it is no hit
    std::optional<std::string> list;      ///< its name, for people

    bool operator==(const Canary&) const = default;
};

/// Somebody else's HTTP server, called by steps of playbooks or with notices.
struct Webhook {
    std::string name;
    std::string url;
    WebhookShape shape = WebhookShape::json;
    std::optional<std::string> secret_file;         ///< signs; always set for json
    std::optional<std::string> authorization_file;  ///< value of the field Authorization
    std::optional<std::string> authorities;         ///< PEM file; unset: the system's
    std::optional<Address> address;                 ///< where to connect to; unset: what DNS says
    std::uint32_t timeout_ms = limits::webhook_ms;
    std::uint32_t suspend_hours = limits::webhook_suspend_hours;  ///< kumomta_suspend

    bool operator==(const Webhook&) const = default;
};

/// Mailboxes over IMAP: what a playbook purges, and where reports are picked up.
struct MailboxSettings {
    std::optional<Address> server;  ///< unset: no mailbox is touched
    MailboxTls tls = MailboxTls::implicit;
    std::optional<std::string> tls_name;            ///< unset: the address
    std::optional<std::string> authorities;         ///< PEM file; unset: the system's
    std::optional<std::string> certificate_sha256;  ///< in place of name and authorities
    MailboxLogin login = MailboxLogin::master_user;
    std::optional<std::string> user;
    std::string separator = "*";
    std::optional<std::string> password_file;
    std::vector<std::string> domains;      ///< lower case
    std::optional<std::string> addresses;  ///< file
    MailboxName name = MailboxName::address;
    std::string sealed_folder = "Tocsin-sealed";
    std::uint32_t connections = limits::mailboxes_at_once;
    std::uint32_t mailbox_s = limits::mailbox_s;
    std::uint32_t look_back_days = 14;
    std::vector<std::string> report_mailboxes;
    std::string report_folder = "INBOX";
    std::optional<std::string> report_done_folder;  ///< unset: marked as seen
    std::uint32_t report_poll_s = 30;

    bool operator==(const MailboxSettings&) const = default;
};

/// Where released mail goes that came through a milter, or over HTTP; what came through a proxy goes where its listener passes
/// mail on to.
struct ReleaseSettings {
    std::optional<Address> next_hop;           ///< unset: daemon.next_hop
    std::optional<Address> outbound_next_hop;  ///< unset: next_hop above, then daemon.outbound_next_hop

    bool operator==(const ReleaseSettings&) const = default;
};

struct Settings {
    DaemonSettings daemon;
    ScanSettings scan;
    JudgeSettings judge;
    AuthenticationSettings authentication;
    std::vector<Listener> listeners;  ///< never empty after parse()
    NetworkSettings network;
    std::vector<Customer> customers;
    OutboundSettings outbound;
    std::vector<PolicyRow> policy;  ///< the first row that fits decides
    UnscannableSettings unscannable;
    HeaderSettings headers;
    BannerSettings banner;
    DetourSettings detours;
    ReleaseSettings release;
    KeepSettings keep;
    HuntSettings hunt;
    WatchSettings watch;
    RespondSettings respond;
    std::vector<Canary> canaries;
    std::vector<Webhook> webhooks;
    MailboxSettings mailboxes;

    bool operator==(const Settings&) const = default;
};

}  // namespace tocsin::config
