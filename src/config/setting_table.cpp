// Keep the sentences short and complete: an operator reads them in the manual and above each line of `config show`.
#include "config/setting_table.hpp"

#include "base/limits.hpp"
#include "base/limits/watch.hpp"
#include "config/binding.hpp"
#include "config/mailbox_setting_rows.hpp"
#include "config/respond_setting_rows.hpp"
#include "config/setting_rows.hpp"

namespace tocsin::config {

namespace {

using S = Settings;

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
     .help = "Confined readers at once. 0: one more than there are processors.",
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
     .help = "Engines to leave out. `pictures`: the text in pictures, which is read where rules ask for it."},
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
             "that was scanned whole; an outgoing one has the rules' answer that others of it had. No: every "
             "message is scanned whole by every engine and judged whole."},
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
     .path_use = PathUse::folder},
    {.key = "lists",
     .type = Type::paths,
     .access = bound<&S::judge, &JudgeSettings::lists>,
     .help = "Folders of lists that rules ask with $name: org_domains.txt, org_vips.txt and others (rules in "
             "the manual). What comes later wins.",
     .path_use = PathUse::folder},
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

constexpr Setting authentication_settings[] = {
    {.key = "trusted_servers",
     .type = Type::texts,
     .access = bound<&S::authentication, &AuthenticationSettings::trusted_servers>,
     .help = "Names (authserv-ids) that your own mail servers give themselves in Authentication-Results, "
             "which take away what others wrote under these names (RFC 8601 section 5). Only what they say "
             "counts. Without any: the topmost results count, whoever wrote them; with `verify` none.",
     .most = limits::domain_name_bytes},
    {.key = "verify",
     .type = Type::boolean,
     .access = bound<&S::authentication, &AuthenticationSettings::verify>,
     .help = "Whether DKIM, SPF, DMARC and ARC of inbound mail are verified here. It asks DNS. SPF needs the "
             "client's address: from the MTA or XFORWARD."},
    {.key = "trusted_sealers",
     .type = Type::texts,
     .access = bound<&S::authentication, &AuthenticationSettings::trusted_sealers>,
     .help =
         "Domains of forwarders (d= of their ARC-Seal) who are believed: where such a seal is the newest of "
         "a chain that passes, a pass of SPF or DMARC that it saw counts. For `verify`.",
     .most = limits::domain_name_bytes},
    {.key = "resolver",
     .type = Type::hop_address,
     .access = bound<&S::authentication, &AuthenticationSettings::resolver>,
     .help = "The DNS server to ask, IP:PORT. Without it: those of /etc/resolv.conf."},
    {.key = "dns_ms",
     .type = Type::integer,
     .access = bound<&S::authentication, &AuthenticationSettings::dns_ms>,
     .help = "Longest time that a message waits for DNS; what is not there by then is `temperror`.",
     .unit = "ms",
     .least = limits::dns_ms_min,
     .most = limits::dns_ms_max},
};

constexpr Setting unscannable_settings[] = {
    {.key = "inbound_tries",
     .type = Type::integer,
     .access = bound<&S::unscannable, &UnscannableSettings::inbound_tries>,
     .help =
         "At which try an inbound message that no reader could finish (it timed out, crashed, ran out of "
         "memory) is quarantined; before, it is refused with 4xx. 0 or 1: at once. A verdict `unscannable`, "
         "such as a limit or a locked archive gives, is quarantined at the first try: another would end "
         "alike.",
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

constexpr Setting detour_settings[] = {
    {.key = "mode",
     .type = Type::word,
     .access = bound<&S::detours, &DetourSettings::mode>,
     .help = "Whether nobody looks, it is noted in record, log and metric, or it is held as well."},
    {.key = "window_hours",
     .type = Type::integer,
     .access = bound<&S::detours, &DetourSettings::hours>,
     .help = "How long after a file of the same sender was held back a link to a file store counts.",
     .unit = "h",
     .least = 1,
     .most = 24 * 30},
};

constexpr Setting banner_settings[] = {
    {.key = "when",
     .type = Type::words,
     .access = bound<&S::banner, &BannerSettings::when>,
     .help = "Reasons for which inbound mail that passes gets a banner. None: no banner."},
    {.key = "heading",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::heading>,
     .help = "First line of the banner.",
     .most = limits::banner_text_bytes},
    {.key = "first_contact",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::first_contact>,
     .help = "What it says when the address is new here.",
     .most = limits::banner_text_bytes},
    {.key = "suspicious",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::suspicious>,
     .help = "What it says when the verdict is suspicious.",
     .most = limits::banner_text_bytes},
    {.key = "phish",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::phish>,
     .help = "What it says when the verdict is phish and a [[policy]] row lets the message pass.",
     .most = limits::banner_text_bytes},
    {.key = "copy",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::copy>,
     .help = "What it says when the message itself shows a text of the banner.",
     .most = limits::banner_text_bytes},
    {.key = "fallback",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::fallback>,
     .help = "The one line, in ASCII, for a text whose charset cannot show the others.",
     .most = limits::banner_text_bytes},
    {.key = "contact",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::contact>,
     .help = "Last line: whom to ask.",
     .most = limits::banner_text_bytes,
     .default_text = "no such line"},
    {.key = "mark",
     .type = Type::text,
     .access = bound<&S::banner, &BannerSettings::mark>,
     .help = "A phrase that your people know and that stands in every banner. Mail that shows it itself is "
             "suspicious.",
     .most = limits::banner_text_bytes,
     .default_text = "no such line"},
    {.key = "learn_days",
     .type = Type::integer,
     .access = bound<&S::banner, &BannerSettings::learn_days>,
     .help = "An address counts as new only when mail has been remembered for so long. 0: at once.",
     .unit = "days",
     .least = 0,
     .most = limits::banner_learn_days_max},
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

constexpr Setting watch_settings[] = {
    {.key = "mode",
     .type = Type::word,
     .access = bound<&S::watch, &WatchSettings::mode>,
     .help = "off: outgoing mail is not compared with earlier mail. observe: alarms are raised and shown, "
             "all mail goes. "
             "hold: what raises an alarm is held, and what is unusual goes out in small parts."},
    {.key = "alarms_per_thousand",
     .type = Type::integer,
     .access = bound<&S::watch, &WatchSettings::alarms_per_thousand>,
     .help = "Alarms for 1,000 customers and day that people will look at. The threshold follows from it.",
     .least = 1,
     .most = 1'000},
    {.key = "kept_messages",
     .type = Type::integer,
     .access = bound<&S::watch, &WatchSettings::kept_messages>,
     .help = "Messages of one alarm that are kept here, to be looked at and sent on when it is answered; the "
             "sender "
             "of the others is told to try again (4xx). A milter with keep = \"mta\" leaves all of them to "
             "the MTA.",
     .least = 0,
     .most = limits::watch_kept_messages_max},
    {.key = "close_watch_days",
     .type = Type::integer,
     .access = bound<&S::watch, &WatchSettings::close_watch_days>,
     .help = "How long a customer is watched closely after an incident that nobody closes.",
     .unit = "days",
     .least = 1,
     .most = 365},
    {.key = "customers_in_memory",
     .type = Type::integer,
     .access = bound<&S::watch, &WatchSettings::customers_in_memory>,
     .help =
         "Customers whose profiles stay in memory, some KiB each; of more, those who were quiet for longest "
         "(four days at least) are put into the store, and come back when something is about them.",
     .least = 1,
     .most = limits::watch_customers_in_memory_max},
    {.key = "asn_database",
     .type = Type::path,
     .access = bound<&S::watch, &WatchSettings::asn_database>,
     .help = "MaxMind DB file with the owners (AS) of networks.",
     .default_text = "owners are not compared",
     .path_use = PathUse::file},
    {.key = "country_database",
     .type = Type::path,
     .access = bound<&S::watch, &WatchSettings::country_database>,
     .help = "MaxMind DB file with the countries of networks.",
     .default_text = "countries are not compared",
     .path_use = PathUse::file},
    {.key = "answer_url",
     .type = Type::text,
     .access = bound<&S::watch, &WatchSettings::answer_url>,
     .help = "Where a customer's contact answers, as the contact reaches the listener of kind `answers`: "
             "\"https://answers.example.net/\". A one-time link below it is sent to the contact of the "
             "customer whose mail an "
             "alarm holds.",
     .most = address_bytes,
     .default_text = "contacts are not asked"},
    {.key = "ask_from",
     .type = Type::text,
     .access = bound<&S::watch, &WatchSettings::ask_from>,
     .help = "Sender of these questions; needed for answer_url.",
     .most = address_bytes,
     .default_text = "nobody"},
    {.key = "ask_through",
     .type = Type::hop_address,
     .access = bound<&S::watch, &WatchSettings::ask_through>,
     .help = "Mail server that takes these questions. It must not come through Tocsin again.",
     .default_text = "where released outbound mail goes, else the next hop of an outbound SMTP listener"},
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
    {"authentication", Rows::one, "What is believed about where mail comes from.", authentication_settings,
     one_row, append_nothing},
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
    {"banner", Rows::one,
     "A warning at the top of inbound mail, in its text and its page (banner in the manual).",
     banner_settings, one_row, append_nothing},
    {"round_the_filters", Rows::one,
     "Company mail for a private mailbox of its writer, and a link to a file store when a file of the same "
     "sender was held back before.",
     detour_settings, one_row, append_nothing},
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
    {"watch", Rows::one,
     "What customers normally send, and what happens when it is not them any more (watch in the manual).",
     watch_settings, one_row, append_nothing},
    {"respond", Rows::one, "Reports, incidents, and what is done about them (respond in the manual).",
     respond_settings, one_row, append_nothing},
    {"canary", Rows::many,
     "Addresses and logins that only an intruder finds: when one is hit, an incident opens. Used by the "
     "response, and not without it.",
     canary_settings, count_rows<&S::canaries>, append_row<&S::canaries>},
    {"webhook", Rows::many,
     "Somebody else's HTTP server: a step `webhook:NAME` of a playbook calls it, or a person of the list of "
     "people gets notices there "
     "(webhooks in the manual).",
     webhook_settings, count_rows<&S::webhooks>, append_row<&S::webhooks>},
    {"mailboxes", Rows::one,
     "Mailboxes over IMAP: what a playbook takes out of them, and where reports are picked up (mailboxes in "
     "the manual). Used by the response, and not without it.",
     mailbox_settings, one_row, append_nothing},
};

}  // namespace

std::span<const Section> sections() {
    return section_table;
}

}  // namespace tocsin::config
