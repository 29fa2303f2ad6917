#include "app/history_answers.hpp"

namespace tocsin::app {

namespace {

using reader::HistoryList;
using reader::HistoryMembership;

reader::HistoryProfile profile_of(const store::SenderHistory& known) {
    reader::HistoryProfile profile;
    profile.prevalence = known.prevalence;
    profile.solicited = known.solicited;
    profile.any_messages_benign = known.any_benign;
    profile.any_messages_malicious_or_spam = known.any_hostile;
    profile.any_false_positives = known.any_false_positive;
    profile.days_known = known.days_known;
    profile.first_contact = known.first_contact;
    profile.last_contact = known.last_contact;
    profile.last_inbound = known.last_inbound;
    profile.last_outbound = known.last_outbound;
    return profile;
}

bool is_of_addresses(HistoryList list) {
    return list == HistoryList::recipient_emails || list == HistoryList::sender_emails;
}

bool is_of_recipients(HistoryList list) {
    return list == HistoryList::recipient_emails || list == HistoryList::recipient_domains;
}

}  // namespace

Result<void> read_history(store::JournalStore& journal, gate::GateServices& services) {
    return journal.visit_newest(limits::history_rows_read,
                                [&](const store::Record& record, store::WasReleased released) {
                                    const store::WrittenBy by = gate::written_by(services, record.customer);
                                    services.history.note(record, by);
                                    if (released == store::WasReleased::yes)
                                        services.history.note_release(record, by);
                                });
}

reader::HistoryAnswer answer_history(const store::HistoryIndex& index,
                                     const reader::HistoryQuestion& question, mail::Direction direction,
                                     const Account& account, TimePoint now) {
    const bool outbound = direction == mail::Direction::outbound;
    reader::HistoryAnswer answer;
    for (const reader::HistoryProfileQuestion& one : question.profiles)
        answer.profiles.push_back(profile_of(outbound ? index.customer_sender(account.customer, one.key, now)
                                                      : index.inbound_sender(one.key, one.written_to, now)));
    for (const auto& [list, text] : question.lists) {
        // Whom a customer writes to is not remembered.
        if (is_of_recipients(list) && outbound && account.by == store::WrittenBy::customer) {
            answer.lists.push_back(HistoryMembership::unknown);
            continue;
        }
        const bool is_address = text.find('@') != std::string::npos;
        const bool known = is_address == is_of_addresses(list) &&
                           (is_of_recipients(list) ? index.wrote_to(text)
                            : outbound             ? index.customer_sent_as(account.customer, text)
                                                   : index.heard_from(text));
        answer.lists.push_back(known ? HistoryMembership::yes : HistoryMembership::no);
    }
    return answer;
}

}  // namespace tocsin::app
