// What rules ask about earlier mail, in the words of the channel, and back.
#pragma once

#include "mail/message.hpp"
#include "reader/codec_history.hpp"
#include "rules/history.hpp"
#include "rules/lists.hpp"

namespace tocsin::reader {

/// The question about `message`, with all profiles, whatever was asked: what rules want to know next hangs on what they hear. The
/// sender is an address where its domain is one of `lists`' free_email_providers, or nobody gave that list; else a domain.
/// Reply-To is an address. What one cannot ask about (can_ask_about()) is left out of the lists.
[[nodiscard]] HistoryQuestion history_question(const rules::History::Question& asked,
                                               const mail::Message& message, const rules::Lists& lists);

/// What the daemon was asked, and what it said: fewer answers than questions, if it likes.
struct HistoryTold {
    HistoryQuestion question;
    HistoryAnswer answer;
};

/// The answers to `question`, as far as `told` has them: whoever is asked about in other words stays unknown.
[[nodiscard]] rules::History::Answer history_answer(const rules::History::Question& asked,
                                                    const HistoryQuestion& question, const HistoryTold& told);

}  // namespace tocsin::reader
