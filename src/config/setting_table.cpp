// Keep the sentences short and complete: an operator reads them in the manual and above each line of `config show`.
#include "config/setting_table.hpp"

#include "base/limits.hpp"
#include "config/binding.hpp"

namespace tocsin::config {

namespace {

using S = Settings;
using L = Listener;
using P = PolicyRow;

constexpr std::int64_t name_bytes = 64;
constexpr std::int64_t text_bytes = 200;
constexpr std::int64_t address_bytes = 256;
constexpr std::int64_t day_s = 86'400;
constexpr std::int64_t judge_points_max = 1'000;

constexpr Setting daemon_settings[] = {
    {.key = "data",
     .type = Type::path,
     .access = bound<&S::daemon, &DaemonSettings::data>,
     .help = "Folder for journal, evidence and the API's socket.",
     .path_use = PathUse::new_folder},
    {.key = "host_name",
     .type = Type::host_name,
     .access = bound<&S::daemon, &DaemonSettings::host_name>,
     .help = "Our name in SMTP greetings and in header fields."},
    {.key = "next_hop",
     .type = Type::hop_address,
     .access = bound<&S::daemon, &DaemonSettings::next_hop>,
     .help = "Where SMTP listeners without a next_hop of their own pass mail on to."},
    {.key = "outbound_next_hop",
     .type = Type::hop_address,
     .access = bound<&S::daemon, &DaemonSettings::outbound_next_hop>,
     .help = "The same for outbound SMTP listeners.",
     .default_text = "`next_hop`"},
    {.key = "readers",
     .type = Type::integer,
     .access = bound<&S::daemon, &DaemonSettings::readers>,
     .help = "Confined readers at once. 0: one for each processor.",
     .least = 0,
     .most = limits::template_children},
    {.key = "log_level",
     .type = Type::word,
     .access = bound<&S::daemon, &DaemonSettings::log_level>,
     .help = "The least important events that are logged."},
    {.key = "log_format",
     .type = Type::word,
     .access = bound<&S::daemon, &DaemonSettings::log_format>,
     .help = "How an event is logged: `key=value` pairs, or one JSON object per line."},
    {.key = "stop_grace_s",
     .type = Type::integer,
     .access = bound<&S::daemon, &DaemonSettings::stop_grace_s>,
     .help = "How long sessions may take to end when the daemon is stopped.",
     .unit = "s",
     .least = 0,
     .most = 600},
    {.key = "buffer_bytes",
     .type = Type::integer,
     .access = bound<&S::daemon, &DaemonSettings::buffer_bytes>,
     .help =
         "Content of all messages that are being received, in memory at once. What comes beyond is answered "
         "with 4xx.",
     .unit = "bytes",
     .least = 1 << 20,
     .most = std::int64_t{1} << 40},
};

constexpr Setting scan_settings[] = {
    {.key = "reader",
     .type = Type::path,
     .access = bound<&S::scan, &ScanSettings::reader>,
     .help = "Path of tocsin-reader.",
     .default_text = "beside the program",
     .path_use = PathUse::program},
    {.key = "databases",
     .type = Type::paths,
     .access = bound<&S::scan, &ScanSettings::databases>,
     .help = "ClamAV databases beside the system's: folders or files. What is named here must be there.",
     .path_use = PathUse::file_or_folder},
    {.key = "system_database",
     .type = Type::boolean,
     .access = bound<&S::scan, &ScanSettings::system_database>,
     .help = "Whether to load /var/lib/clamav, if it is there."},
    {.key = "yara",
     .type = Type::paths,
     .access = bound<&S::scan, &ScanSettings::yara>,
     .help = "YARA rules: folders or files.",
     .path_use = PathUse::file_or_folder},
    {.key = "without",
     .type = Type::words,
     .access = bound<&S::scan, &ScanSettings::without>,
     .help = "Engines to leave out."},
    {.key = "deadline_ms",
     .type = Type::integer,
     .access = bound<&S::scan, &ScanSettings::deadline_ms>,
     .help = "Wall clock for one message; a reader that takes longer is stopped.",
     .unit = "ms",
     .least = limits::deadline_ms_min,
     .most = limits::deadline_ms_max},
    {.key = "message_bytes",
     .type = Type::integer,
     .access = bound<&S::scan, &ScanSettings::message_bytes>,
     .help = "Largest message that is taken.",
     .unit = "bytes",
     .least = 1024,
     .most = limits::message_bytes},
    {.key = "remember_parts",
     .type = Type::boolean,
     .access = bound<&S::scan, &ScanSettings::remember_parts>,
     .help = "Whether a part that many messages share is scanned once, and copies of a campaign are compared "
             "to the one "
             "that was scanned whole. No: every message is scanned whole by every engine."},
};

constexpr Setting judge_settings[] = {
    {.key = "own_rules",
     .type = Type::boolean,
     .access = bound<&S::judge, &JudgeSettings::own_rules>,
     .help = "Whether the rules, lists and text model that Tocsin brings are asked."},
    {.key = "rules",
     .type = Type::paths,
     .access = bound<&S::judge, &JudgeSettings::rules>,
     .help = "Folders of further rules written in MQL, as the public rule feed has them.",
     .path_use = PathUse::file_or_folder},
    {.key = "lists",
     .type = Type::paths,
     .access = bound<&S::judge, &JudgeSettings::lists>,
     .help = "Folders of lists that rules ask with $name: org_domains.txt, org_vips.txt and others (rules in "
             "the manual). What comes later wins.",
     .path_use = PathUse::file_or_folder},
    {.key = "may_do_without",
     .type = Type::texts,
     .access = bound<&S::judge, &JudgeSettings::may_do_without>,
     .help = "What rules may ask for in vain: names as `tocsin rules check` prints them, a list with its "
             "dollar sign; \"$\" stands "
             "for every list that is not there. A message about which a rule could not be answered for "
             "another reason is unscannable.",
     .most = name_bytes},
    {.key = "inbound_suspicious_points",
     .type = Type::integer,
     .access = bound<&S::judge, &JudgeSettings::inbound_suspicious_points>,
     .help = "Points of rules and words from which on inbound mail is suspicious.",
     .least = 1,
     .most = judge_points_max},
    {.key = "inbound_phish_points",
     .type = Type::integer,
     .access = bound<&S::judge, &JudgeSettings::inbound_phish_points>,
     .help = "The same for phish.",
     .least = 1,
     .most = judge_points_max},
    {.key = "outbound_suspicious_points",
     .type = Type::integer,
     .access = bound<&S::judge, &JudgeSettings::outbound_suspicious_points>,
     .help = "The same for outbound mail that is suspicious.",
     .least = 1,
     .most = judge_points_max},
    {.key = "outbound_phish_points",
     .type = Type::integer,
     .access = bound<&S::judge, &JudgeSettings::outbound_phish_points>,
     .help = "The same for outbound mail that is phish.",
     .least = 1,
     .most = judge_points_max},
};

constexpr Setting listener_settings[] = {
    {.key = "name",
     .type = Type::text,
     .access = bound<&S::listeners, &L::name>,
     .help = "Name in journal and log; each listener has its own.",
     .most = name_bytes,
     .default_text = "the kind; for smtp `smtp-` and the direction"},
    {.key = "kind",
     .type = Type::word,
     .access = bound<&S::listeners, &L::kind>,
     .help =
         "What is spoken: SMTP as a proxy, milter, rspamd's HTTP (`/checkv2`), clamd, or Tocsin's own API.",
     .need = Need::required},
    {.key = "address",
     .type = Type::listen_address,
     .access = bound<&S::listeners, &L::address>,
     .help = "Where to listen. Port 0 takes any free port.",
     .need = Need::required,
     .path_use = PathUse::socket},
    {.key = "sessions",
     .type = Type::integer,
     .access = bound<&S::listeners, &L::sessions>,
     .help = "Sessions at once; more clients wait.",
     .least = 1,
     .most = limits::config_sessions_max,
     .default_text = "512; for api 64"},
    {.key = "timeout_s",
     .type = Type::integer,
     .access = bound<&S::listeners, &L::timeout_s>,
     .help = "How long a client may be silent, or take for one command, before it is left. An MTA at a "
             "milter is silent "
             "while its own client sends.",
     .unit = "s",
     .least = 1,
     .most = limits::config_timeout_s_max,
     .default_text = "smtp 300, milter 3600, check and clamd 120, api 30"},
    {.key = "allow_remote",
     .type = Type::boolean,
     .access = bound<&S::listeners, &L::allow_remote>,
     .help =
         "Whether an address that other machines reach is allowed. check and clamd ask for no password; api "
         "asks for its token, but in the clear.",
     .kinds = on_check | on_clamd | on_api},
    {.key = "direction",
     .type = Type::word,
     .access = bound<&S::listeners, &L::direction>,
     .help = "Which way the mail goes. by_sender: outbound after a login or from own_networks, else inbound.",
     .default_text = "smtp, clamd: `inbound`; milter, check: `by_sender`",
     .kinds = on_smtp | on_milter | on_check | on_clamd},
    {.key = "next_hop",
     .type = Type::hop_address,
     .access = bound<&S::listeners, &L::next_hop>,
     .help = "Where mail goes on to.",
     .default_text = "`daemon.next_hop`; outbound: `daemon.outbound_next_hop`",
     .kinds = on_smtp},
    {.key = "next_hop_timeout_s",
     .type = Type::integer,
     .access = bound<&S::listeners, &L::next_hop_timeout_s>,
     .help =
         "How long the next hop may take to answer a command; for the content and its answer twice as long. "
         "Then the client is told 451.",
     .unit = "s",
     .least = 1,
     .most = limits::config_timeout_s_max,
     .kinds = on_smtp},
    {.key = "tls",
     .type = Type::word,
     .access = bound<&S::listeners, &L::tls>,
     .help = "STARTTLS: not known, offered, or needed before MAIL.",
     .kinds = on_smtp},
    {.key = "tls_certificate",
     .type = Type::path,
     .access = bound<&S::listeners, &L::tls_certificate>,
     .help = "PEM file with our certificate and those that lead to its root.",
     .path_use = PathUse::file,
     .kinds = on_smtp},
    {.key = "tls_key",
     .type = Type::path,
     .access = bound<&S::listeners, &L::tls_key>,
     .help = "PEM file with the certificate's key.",
     .path_use = PathUse::secret_file,
     .kinds = on_smtp},
    {.key = "next_hop_tls",
     .type = Type::word,
     .access = bound<&S::listeners, &L::next_hop_tls>,
     .help =
         "STARTTLS toward the next hop: never, when it offers it, needed, or needed with a certificate that "
         "next_hop_name fits.",
     .kinds = on_smtp},
    {.key = "next_hop_name",
     .type = Type::host_name,
     .access = bound<&S::listeners, &L::next_hop_name>,
     .help = "The name that the next hop's certificate must have; for next_hop_tls = \"verify\".",
     .kinds = on_smtp},
    {.key = "xforward_from",
     .type = Type::networks,
     .access = bound<&S::listeners, &L::xforward_from>,
     .help = "Clients whose XFORWARD and XCLIENT are believed: your own MTA.",
     .kinds = on_smtp},
    {.key = "keep",
     .type = Type::word,
     .access = bound<&S::listeners, &L::keep>,
     .help = "Who keeps held mail: Tocsin, or the MTA in its own hold queue.",
     .kinds = on_milter},
    {.key = "scan_root",
     .type = Type::path,
     .access = bound<&S::listeners, &L::scan_root>,
     .help = "SCAN reads files below this folder only.",
     .default_text = "SCAN is refused",
     .path_use = PathUse::folder,
     .kinds = on_clamd},
};

constexpr Setting network_settings[] = {
    {.key = "own_networks",
     .type = Type::networks,
     .access = bound<&S::network, &NetworkSettings::own_networks>,
     .help = "Clients whose mail is outbound at a by_sender listener, without a login too."},
};

constexpr Setting customer_settings[] = {
    {.key = "name",
     .type = Type::text,
     .access = bound<&S::customers, &Customer::name>,
     .help = "Name in journal, alarms and policy; each customer has its own.",
     .most = text_bytes,
     .need = Need::required},
    {.key = "logins",
     .type = Type::logins,
     .access = bound<&S::customers, &Customer::logins>,
     .help = "SASL logins; `*` at the end stands for whatever follows.",
     .most = address_bytes,
     .empty_list = EmptyList::refused},
    {.key = "networks",
     .type = Type::networks,
     .access = bound<&S::customers, &Customer::networks>,
     .help = "Client addresses.",
     .empty_list = EmptyList::refused},
    {.key = "envelope_domains",
     .type = Type::domains,
     .access = bound<&S::customers, &Customer::envelope_domains>,
     .help = "Domains of the envelope sender.",
     .empty_list = EmptyList::refused},
    {.key = "header_domains",
     .type = Type::domains,
     .access = bound<&S::customers, &Customer::header_domains>,
     .help = "Domains of the From header.",
     .empty_list = EmptyList::refused},
    {.key = "listeners",
     .type = Type::texts,
     .access = bound<&S::customers, &Customer::listeners>,
     .help = "Names of listeners.",
     .most = name_bytes,
     .empty_list = EmptyList::refused},
    {.key = "organisation",
     .type = Type::boolean,
     .access = bound<&S::customers, &Customer::organisation>,
     .help = "Whether these are your own people: rules know whom they wrote to (rules in the manual, "
             "\"History\"). Without any "
             "[[customer]] all outbound mail is theirs."},
};

constexpr Setting outbound_settings[] = {
    {.key = "unknown_sender",
     .type = Type::word,
     .access = bound<&S::outbound, &OutboundSettings::unknown_sender>,
     .help = "What happens to outbound mail that no customer fits. It is scanned all the same.",
     .default_text = "`hold` when there is a [[customer]], else `accept`"},
};

constexpr Setting policy_settings[] = {
    {.key = "direction",
     .type = Type::word,
     .access = bound<&S::policy, &P::direction>,
     .help = "Only mail that goes this way.",
     .default_text = "both"},
    {.key = "verdicts",
     .type = Type::words,
     .access = bound<&S::policy, &P::verdicts>,
     .help = "What the scan found.",
     .default_text = "any",
     .empty_list = EmptyList::refused},
    {.key = "outcomes",
     .type = Type::words,
     .access = bound<&S::policy, &P::outcomes>,
     .help = "How the scan ended. All but `verdict` mean: not scanned.",
     .default_text = "any",
     .empty_list = EmptyList::refused},
    {.key = "ambiguous",
     .type = Type::boolean,
     .access = bound<&S::policy, &P::ambiguous>,
     .help = "Whether mail programs would read the message in different ways.",
     .default_text = "either"},
    {.key = "flags",
     .type = Type::flags,
     .access = bound<&S::policy, &P::flags>,
     .help = "Properties of a part, such as `encrypted_archive` or `macro_auto_exec`; any of them.",
     .default_text = "any",
     .empty_list = EmptyList::refused},
    {.key = "larger_than_bytes",
     .type = Type::integer,
     .access = bound<&S::policy, &P::larger_than_bytes>,
     .help = "Only messages larger than this.",
     .unit = "bytes",
     .least = 0,
     .most = limits::message_bytes},
    {.key = "customers",
     .type = Type::texts,
     .access = bound<&S::policy, &P::customers>,
     .help = "Names of customers, or `(unknown)`.",
     .most = text_bytes,
     .default_text = "any",
     .empty_list = EmptyList::refused},
    {.key = "recipients",
     .type = Type::recipients,
     .access = bound<&S::policy, &P::recipients>,
     .help = "Envelope recipients: an address, or `@domain` for all of exactly that domain.",
     .most = address_bytes,
     .default_text = "any",
     .empty_list = EmptyList::refused},
    {.key = "disposition",
     .type = Type::word,
     .access = bound<&S::policy, &P::disposition>,
     .help = "What happens to the message.",
     .need = Need::required},
    {.key = "reason",
     .type = Type::text,
     .access = bound<&S::policy, &P::reason>,
     .help = "Why, in words for the record and, when it is refused, for the sender.",
     .most = text_bytes},
};

constexpr Setting unscannable_settings[] = {
    {.key = "inbound_tries",
     .type = Type::integer,
     .access = bound<&S::unscannable, &UnscannableSettings::inbound_tries>,
     .help = "At which try an inbound message that cannot be scanned is quarantined; before, it is refused "
             "with 4xx. "
             "0 or 1: at once.",
     .least = 0,
     .most = 100},
    {.key = "retry_window_s",
     .type = Type::integer,
     .access = bound<&S::unscannable, &UnscannableSettings::retry_window_s>,
     .help = "Tries further apart than this are counted anew.",
     .unit = "s",
     .least = 60,
     .most = 30 * day_s},
};

constexpr Setting header_settings[] = {
    {.key = "inbound",
     .type = Type::word,
     .access = bound<&S::headers, &HeaderSettings::inbound>,
     .help = "Which inbound messages get X-Tocsin fields: all, those that are tagged, none."},
    {.key = "outbound",
     .type = Type::word,
     .access = bound<&S::headers, &HeaderSettings::outbound>,
     .help = "The same for outbound messages."},
};

constexpr Setting release_settings[] = {
    {.key = "next_hop",
     .type = Type::hop_address,
     .access = bound<&S::release, &ReleaseSettings::next_hop>,
     .help = "Where released mail goes. It must not come through Tocsin again: a Postfix smtpd without the "
             "milter.",
     .default_text = "`daemon.next_hop`"},
    {.key = "outbound_next_hop",
     .type = Type::hop_address,
     .access = bound<&S::release, &ReleaseSettings::outbound_next_hop>,
     .help = "The same for outbound mail.",
     .default_text = "`next_hop`, else `daemon.outbound_next_hop`"},
};

constexpr Setting keep_settings[] = {
    {.key = "evidence_bytes",
     .type = Type::integer,
     .access = bound<&S::keep, &KeepSettings::evidence_bytes>,
     .help = "All evidence files together. When they are full, mail that would have to be kept is refused "
             "with 4xx.",
     .unit = "bytes",
     .least = 1 << 20,
     .most = std::int64_t{1} << 50},
    {.key = "evidence_days",
     .type = Type::integer,
     .access = bound<&S::keep, &KeepSettings::evidence_days>,
     .help = "How long evidence is kept; what is held stays until a person decides.",
     .unit = "days",
     .least = 1,
     .most = 3650},
    {.key = "journal_days",
     .type = Type::integer,
     .access = bound<&S::keep, &KeepSettings::journal_days>,
     .help = "How long the journal is kept.",
     .unit = "days",
     .least = 1,
     .most = 36'500},
};

constexpr Setting hunt_settings[] = {
    {.key = "keep_days",
     .type = Type::integer,
     .access = bound<&S::hunt, &HuntSettings::keep_days>,
     .help = "How long mail is kept for looking again. 0: none is kept, and what was kept is deleted.",
     .unit = "days",
     .least = 0,
     .most = limits::kept_days_max},
    {.key = "quota_mib",
     .type = Type::integer,
     .access = bound<&S::hunt, &HuntSettings::quota_mib>,
     .help = "All kept mail together, compressed. When it is full, the oldest goes.",
     .unit = "MiB",
     .least = limits::kept_quota_mib_min,
     .most = limits::kept_quota_mib_max},
    {.key = "message_bytes",
     .type = Type::integer,
     .access = bound<&S::hunt, &HuntSettings::message_bytes>,
     .help = "Largest message that is kept; what is larger is only counted.",
     .unit = "bytes",
     .least = 1024,
     .most = limits::kept_message_bytes},
};

std::size_t one_row(const Settings&) {
    return 1;
}
void append_nothing(Settings&) {}

template <auto section>
std::size_t count_rows(const Settings& settings) {
    return (settings.*section).size();
}
template <auto section>
void append_row(Settings& settings) {
    (settings.*section).emplace_back();
}

constexpr Section section_table[] = {
    {"daemon", Rows::one, "The daemon as a whole.", daemon_settings, one_row, append_nothing},
    {"scan", Rows::one, "What reads the mail.", scan_settings, one_row, append_nothing},
    {"judge", Rows::one, "Rules that read the mail, and what they add up to.", judge_settings, one_row,
     append_nothing},
    {"listener", Rows::many,
     "A door through which mail comes. Without any: milter on 127.0.0.1:8025, check on 127.0.0.1:11333, "
     "clamd on 127.0.0.1:3310, api on 127.0.0.1:8420, and with `daemon.next_hop` smtp on 127.0.0.1:2525 "
     "(inbound) and 127.0.0.1:2526 (outbound).",
     listener_settings, count_rows<&S::listeners>, append_row<&S::listeners>},
    {"network", Rows::one, "Who counts as one of us.", network_settings, one_row, append_nothing},
    {"customer", Rows::many,
     "Who sends outbound mail. The first row that fits; kinds that are given are all needed, values within "
     "a kind are alternatives. At least one kind.",
     customer_settings, count_rows<&S::customers>, append_row<&S::customers>},
    {"outbound", Rows::one, "Mail that leaves.", outbound_settings, one_row, append_nothing},
    {"policy", Rows::many,
     "What happens to a message. The first row that fits; conditions that are given are all needed. "
     "`verdicts`, `ambiguous` and `flags` fit only what was scanned. No row may accept or tag malware, or "
     "what "
     "was not scanned. What no row fits is decided by the built-in table.",
     policy_settings, count_rows<&S::policy>, append_row<&S::policy>},
    {"unscannable", Rows::one, "Inbound mail that no reader could scan.", unscannable_settings, one_row,
     append_nothing},
    {"headers", Rows::one, "Header fields that say what was found.", header_settings, one_row,
     append_nothing},
    {"release", Rows::one,
     "Where held mail goes when a person releases it, if it came through a milter or over HTTP. What came "
     "through an SMTP "
     "listener goes to the next hop of that listener.",
     release_settings, one_row, append_nothing},
    {"keep", Rows::one, "How much is kept, and how long.", keep_settings, one_row, append_nothing},
    {"hunt", Rows::one,
     "Mail that went through is kept for a while, compressed and sealed, so that new rules and lists can be "
     "asked about it: `tocsin rules hunt`. Of copies of one mailing the first is kept.",
     hunt_settings, one_row, append_nothing},
};

}  // namespace

std::span<const Section> sections() {
    return section_table;
}

}  // namespace tocsin::config
