#include "mailbox/types.hpp"

#include <algorithm>

#include "base/ascii.hpp"

namespace tocsin::mailbox {

bool FoundCopy::has_flag(std::string_view flag) const {
    return std::ranges::any_of(flags,
                               [&](const std::string& one) { return equals_ignoring_case(one, flag); });
}

std::string_view to_string(RecordStage stage) {
    switch (stage) {
        case RecordStage::intent: return "intent";
        case RecordStage::moved: return "moved";
        case RecordStage::restored: return "restored";
    }
    return "intent";
}

std::string_view to_string(MailboxOutcome outcome) {
    switch (outcome) {
        case MailboxOutcome::done: return "done";
        case MailboxOutcome::partly: return "partly";
        case MailboxOutcome::login_refused: return "login_refused";
        case MailboxOutcome::unreachable: return "unreachable";
        case MailboxOutcome::timed_out: return "timed_out";
        case MailboxOutcome::over_quota: return "over_quota";
        case MailboxOutcome::cannot_move: return "cannot_move";
        case MailboxOutcome::not_allowed: return "not_allowed";
        case MailboxOutcome::failed: return "failed";
    }
    return "failed";
}

MailboxOutcome outcome_of(const Error& error) {
    switch (error.code) {
        case ErrorCode::permission: return MailboxOutcome::not_allowed;
        case ErrorCode::closed:
        case ErrorCode::io: return MailboxOutcome::unreachable;
        case ErrorCode::timed_out: return MailboxOutcome::timed_out;
        default: return MailboxOutcome::failed;
    }
}

}  // namespace tocsin::mailbox
