// The words that stand for choices, in playbooks, events and JSON. The order of the words is the order of the enumerators.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::respond {

/// By which way a report came.
enum class Way : std::uint8_t { mailbox, imap, button, web, cli, desk, feedback_loop };
/// What a reporter says that he did with the mail.
enum class Deed : std::uint8_t { none, clicked, opened_file, gave_credentials };
/// Whether it is known that the reporter is who he says.
enum class Authenticated : std::uint8_t { no, yes };
/// How good the evidence is: raw bytes; rebuilt by a program on the way; text only; could not be read.
enum class Grade : std::uint8_t { unread, text_only, rebuilt, raw };
enum class JudgedAs : std::uint8_t { unknown, clean, suspicious, phish, malware };
/// Which way the reported mail went, as an ESP sees it.
enum class MailDirection : std::uint8_t { unknown, inbound, from_customer };
enum class Verdict : std::uint8_t { unknown, malicious, harmless, drill };

/// 1 is the worst.
enum class Severity : std::uint8_t { s1, s2, s3, s4 };
/// After NIST SP 800-61: each includes those before it.
enum class IncidentState : std::uint8_t { reported, verified, contained, eradicated, recovered, reviewed };
/// What opened an incident.
enum class Source : std::uint8_t { reports, watch_alarm, malware_left, canary_hit, by_hand, split };
enum class ClosedAs : std::uint8_t { open, resolved, false_alarm, drill, duplicate };
/// What somebody has to have done by when.
enum class Duty : std::uint8_t { acknowledge, verify, contain, recover };

/// What an alarm of the watch was about.
enum class AlarmAbout : std::uint8_t { campaign, account, api_key, list_export };
enum class AlarmAnswer : std::uint8_t { this_is_us, not_us };
enum class CanaryKind : std::uint8_t { list, infrastructure };

/// What starts a playbook.
enum class Trigger : std::uint8_t {
    report_inbound,
    report_from_customer,
    report_credentials_given,
    report_harmless,
    watch_campaign,
    watch_account,
    watch_api_key,
    watch_list_export,
    malware_left,
    canary_list,
    canary_infrastructure,
    by_hand,
};
/// What must be so for a playbook or a step to run.
enum class Condition : std::uint8_t {
    customer_known,
    sender_known,
    sender_authenticated,
    link_known,
    file_known,
    raw_evidence,
    somebody_got_it,
    somebody_opened,
    severity_1,
    severity_2_or_worse,
};
/// What a step does.
enum class Action : std::uint8_t {
    give_order,
    hold_customer,
    pace_customer,
    raise_watch,
    find_copies,
    purge,
    webhook,
    notify,
    manual,
    undo_runs,
};
enum class OnFailure : std::uint8_t { stop, go_on };
enum class Urgency : std::uint8_t { normal, urgent };

/// What the world is asked to do.
enum class EffectKind : std::uint8_t {
    give_order,
    lift_order,
    hold_customer,
    release_customer,
    pace_customer,
    unpace_customer,
    raise_watch,
    lower_watch,
    find_copies,
    purge,
    restore_purged,
    webhook,
    notify,
    alarm,
};
/// Whether an effect may be tried again when it is not known whether it was done.
enum class Repeat : std::uint8_t {
    by_key,        ///< who does it looks the key up: a repeat does nothing
    rather_twice,  ///< an urgent notice: two are better than none
    rather_not,    ///< any other notice: none is better than two
};
enum class EffectState : std::uint8_t { waiting, attempted, done, failed, withdrawn, unknown };
/// Whether it is worth to try again.
enum class Retry : std::uint8_t { possible, impossible };

enum class StepState : std::uint8_t {
    waiting,
    awaiting_approval,
    running,
    done,
    skipped,
    failed,
    refused,
    timed_out,
    blocked,    ///< what it waits for has failed
    cancelled,  ///< the run was undone or its incident closed before
    undone,
};
enum class RunState : std::uint8_t { running, done, failed, undoing, undone, undo_failed, cancelled };
enum class RunKind : std::uint8_t { real, dry };
enum class ApprovalAnswer : std::uint8_t { approve, refuse };
enum class ManualOutcome : std::uint8_t { done, failed };

enum class ChannelKind : std::uint8_t { mail, webhook, syslog };
enum class TargetKind : std::uint8_t { person, customer, address };
enum class NoticeKind : std::uint8_t { tell, page, all_clear };

template <typename E>
inline constexpr std::nullptr_t words{};  // an enumeration without words does not compile
#define TOCSIN_WORDS(Enum, count, ...)                                                                       \
    template <>                                                                                              \
    inline constexpr std::array<std::string_view, count> words<Enum> {                                       \
        __VA_ARGS__                                                                                          \
    }
TOCSIN_WORDS(Way, 7, "mailbox", "imap", "button", "web", "cli", "desk", "feedback_loop");
TOCSIN_WORDS(Deed, 4, "none", "clicked", "opened_file", "gave_credentials");
TOCSIN_WORDS(Authenticated, 2, "no", "yes");
TOCSIN_WORDS(Grade, 4, "unread", "text_only", "rebuilt", "raw");
TOCSIN_WORDS(JudgedAs, 5, "unknown", "clean", "suspicious", "phish", "malware");
TOCSIN_WORDS(MailDirection, 3, "unknown", "inbound", "from_customer");
TOCSIN_WORDS(Verdict, 4, "unknown", "malicious", "harmless", "drill");
TOCSIN_WORDS(Severity, 4, "1", "2", "3", "4");
TOCSIN_WORDS(IncidentState, 6, "reported", "verified", "contained", "eradicated", "recovered", "reviewed");
TOCSIN_WORDS(Source, 6, "reports", "watch_alarm", "malware_left", "canary_hit", "by_hand", "split");
TOCSIN_WORDS(ClosedAs, 5, "open", "resolved", "false_alarm", "drill", "duplicate");
TOCSIN_WORDS(Duty, 4, "acknowledge", "verify", "contain", "recover");
TOCSIN_WORDS(AlarmAbout, 4, "campaign", "account", "api_key", "list_export");
TOCSIN_WORDS(AlarmAnswer, 2, "this_is_us", "not_us");
TOCSIN_WORDS(CanaryKind, 2, "list", "infrastructure");
TOCSIN_WORDS(Trigger, 12, "report:inbound", "report:from_customer", "report:credentials_given",
             "report:harmless", "watch_alarm:campaign", "watch_alarm:account", "watch_alarm:api_key",
             "watch_alarm:list_export", "malware_left", "canary_hit:list", "canary_hit:infrastructure",
             "by_hand");
TOCSIN_WORDS(Condition, 10, "customer_known", "sender_known", "sender_authenticated", "link_known",
             "file_known", "raw_evidence", "somebody_got_it", "somebody_opened", "severity_1",
             "severity_2_or_worse");
TOCSIN_WORDS(Action, 10, "give_order", "hold_customer", "pace_customer", "raise_watch", "find_copies",
             "purge", "webhook", "notify", "manual", "undo_runs");
TOCSIN_WORDS(OnFailure, 2, "stop", "go_on");
TOCSIN_WORDS(Urgency, 2, "normal", "urgent");
TOCSIN_WORDS(EffectKind, 14, "give_order", "lift_order", "hold_customer", "release_customer", "pace_customer",
             "unpace_customer", "raise_watch", "lower_watch", "find_copies", "purge", "restore_purged",
             "webhook", "notify", "alarm");
TOCSIN_WORDS(Repeat, 3, "by_key", "rather_twice", "rather_not");
TOCSIN_WORDS(EffectState, 6, "waiting", "attempted", "done", "failed", "withdrawn", "unknown");
TOCSIN_WORDS(Retry, 2, "possible", "impossible");
TOCSIN_WORDS(StepState, 11, "waiting", "awaiting_approval", "running", "done", "skipped", "failed", "refused",
             "timed_out", "blocked", "cancelled", "undone");
TOCSIN_WORDS(RunState, 7, "running", "done", "failed", "undoing", "undone", "undo_failed", "cancelled");
TOCSIN_WORDS(RunKind, 2, "real", "dry");
TOCSIN_WORDS(ApprovalAnswer, 2, "approve", "refuse");
TOCSIN_WORDS(ManualOutcome, 2, "done", "failed");
TOCSIN_WORDS(ChannelKind, 3, "mail", "webhook", "syslog");
TOCSIN_WORDS(TargetKind, 3, "person", "customer", "address");
TOCSIN_WORDS(NoticeKind, 3, "tell", "page", "all_clear");
#undef TOCSIN_WORDS

template <typename E>
[[nodiscard]] constexpr std::string_view to_string(E value)
    requires(words<E>.size() > 0)
{
    return words<E>[static_cast<std::size_t>(value)];
}

template <typename E>
[[nodiscard]] constexpr std::optional<E> from_word(std::string_view word) {
    for (std::size_t at = 0; at < words<E>.size(); ++at)
        if (words<E>[at] == word) return static_cast<E>(at);
    return std::nullopt;
}

}  // namespace tocsin::respond
