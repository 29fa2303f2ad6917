#include "reader/history_words.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::reader {

namespace {

constexpr std::array subjects = {std::pair(rules::ProfileOf::sender, HistorySubject::sender),
                                 std::pair(rules::ProfileOf::sender_email, HistorySubject::sender_email),
                                 std::pair(rules::ProfileOf::sender_domain, HistorySubject::sender_domain),
                                 std::pair(rules::ProfileOf::reply_to, HistorySubject::reply_to)};

HistoryList list_of(rules::Correspondents list) {
    switch (list) {
        case rules::Correspondents::recipient_emails: return HistoryList::recipient_emails;
        case rules::Correspondents::recipient_domains: return HistoryList::recipient_domains;
        case rules::Correspondents::sender_emails: return HistoryList::sender_emails;
        case rules::Correspondents::sender_domains: break;
    }
    return HistoryList::sender_domains;
}

bool anybody_gets_an_address(const mail::Domain& domain, const rules::Lists& lists) {
    const rules::List* const providers = lists.find("free_email_providers");
    return providers == nullptr || providers->contains(domain.root_domain) ||
           providers->contains(domain.domain);
}

/// The registrable domain; a host that has none stands for itself.
const std::string& house_of(const mail::Domain& domain) {
    return domain.root_domain.empty() ? domain.domain : domain.root_domain;
}

HistoryProfileQuestion profile_question(HistorySubject subject, const mail::Message& message,
                                        const rules::Lists& lists) {
    const mail::EmailAddress& sender = message.sender.email;
    const bool by_address = anybody_gets_an_address(sender.domain, lists);
    const std::string& domain = house_of(sender.domain);
    const std::string& known_as = by_address ? sender.email : domain;
    switch (subject) {
        case HistorySubject::sender: return {subject, known_as, known_as};
        case HistorySubject::sender_email: return {subject, sender.email, sender.email};
        // Who wrote to one customer of a free mail provider has not written to another.
        case HistorySubject::sender_domain: return {subject, domain, known_as};
        case HistorySubject::reply_to:
        case HistorySubject::count_: break;
    }
    const std::vector<mail::Mailbox>& reply_to = message.headers.reply_to;
    const std::string address = reply_to.empty() ? std::string() : reply_to.front().email.email;
    return {HistorySubject::reply_to, address, address};
}

rules::SenderProfile profile_of(const HistoryProfile& told) {
    return {.prevalence = told.prevalence,
            .solicited = told.solicited,
            .any_messages_benign = told.any_messages_benign,
            .any_messages_malicious_or_spam = told.any_messages_malicious_or_spam,
            .any_false_positives = told.any_false_positives,
            .days_known = told.days_known,
            .days_since = {.first_contact = told.first_contact,
                           .last_contact = told.last_contact,
                           .last_inbound = told.last_inbound,
                           .last_outbound = told.last_outbound}};
}

}  // namespace

HistoryQuestion history_question(const rules::History::Question& asked, const mail::Message& message,
                                 const rules::Lists& lists) {
    HistoryQuestion question;
    question.header_from = message.sender.email.email;
    for (const auto& [whom, subject] : subjects)
        question.profiles.push_back(profile_question(subject, message, lists));
    for (const auto& [list, text] : asked.correspondents)
        if (can_ask_about(text)) question.lists.push_back({list_of(list), text});
    return question;
}

rules::History::Answer history_answer(const rules::History::Question& asked, const HistoryQuestion& question,
                                      const HistoryTold& told) {
    rules::History::Answer answer;
    for (const auto& [whom, subject] : subjects) {
        const auto wanted = std::ranges::find(question.profiles, subject, &HistoryProfileQuestion::subject);
        const auto known = std::ranges::find(told.question.profiles, *wanted);
        const auto at = static_cast<std::size_t>(known - told.question.profiles.begin());
        if (at < told.answer.profiles.size()) answer.profiles[whom] = profile_of(told.answer.profiles[at]);
    }
    for (const auto& one : asked.correspondents) {
        const auto known =
            std::ranges::find(told.question.lists, HistoryListQuestion{list_of(one.first), one.second});
        const auto at = static_cast<std::size_t>(known - told.question.lists.begin());
        if (at < told.answer.lists.size() && told.answer.lists[at] != HistoryMembership::unknown)
            answer.correspondents[one] = told.answer.lists[at] == HistoryMembership::yes;
    }
    return answer;
}

}  // namespace tocsin::reader
