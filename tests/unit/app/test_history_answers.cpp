#include "app/history_answers.hpp"

#include <doctest/doctest.h>

#include "store/sample_records.hpp"

using namespace tocsin;
using namespace tocsin::app;
using reader::HistoryList;

namespace {

constexpr std::int64_t day_s = 86'400;

store::Record record(const char* direction, const char* customer, const char* from, const char* to) {
    store::Record out = test::sample_record("r");
    out.direction = direction;
    out.customer = customer;
    out.header_from = from;
    out.recipients = {to};
    out.verdict = "clean";
    out.disposition = "accept";
    return out;
}

std::string words_of(const reader::HistoryAnswer& answer) {
    std::string out;
    for (const auto& profile : answer.profiles)
        out += profile.prevalence + (profile.solicited ? " solicited; " : "; ");
    for (const auto membership : answer.lists) {
        constexpr const char* words[] = {"unknown ", "no ", "yes "};
        out += words[static_cast<std::size_t>(membership)];
    }
    return out;
}

}  // namespace

TEST_CASE("whose history answers depends on who sends") {
    store::HistoryIndex index;
    index.note(record("inbound", "", "anna@corp.example", "us@home.example"), store::WrittenBy::organisation);
    index.note(record("outbound", "staff", "us@home.example", "bob@else.example"),
               store::WrittenBy::organisation);
    index.note(record("outbound", "acme", "shop@acme.example", "anna@corp.example"),
               store::WrittenBy::customer);
    reader::HistoryQuestion question;
    for (const char* key : {"anna@corp.example", "else.example", "shop@acme.example", "us@home.example", ""})
        question.profiles.push_back({reader::HistorySubject::sender, key, key});
    question.lists = {{HistoryList::recipient_emails, "bob@else.example"},
                      {HistoryList::recipient_domains, "else.example"},
                      {HistoryList::sender_emails, "anna@corp.example"},
                      {HistoryList::sender_domains, "acme.example"},
                      // An address is on no list of domains, a domain on none of addresses.
                      {HistoryList::recipient_domains, "bob@else.example"},
                      {HistoryList::sender_emails, "corp.example"}};
    constexpr auto own = store::WrittenBy::organisation, customer = store::WrittenBy::customer;
    struct Case {
        mail::Direction direction;
        std::string_view account;
        store::WrittenBy by;
        const char* words;
    };
    for (const Case& c : {
             Case{mail::Direction::inbound, "", own,
                  "outlier; new solicited; new; new; new; yes yes yes no no no "},
             Case{mail::Direction::internal, "", own,
                  "outlier; new solicited; new; new; new; yes yes yes no no no "},
             Case{mail::Direction::outbound, "acme", customer,
                  "new; new; outlier; new; new; unknown unknown no yes unknown no "},
             Case{mail::Direction::outbound, "staff", own,
                  "new; new; new; outlier; new; yes yes no no no no "},
             Case{mail::Direction::outbound, "other", customer,
                  "new; new; new; new; new; unknown unknown no no unknown no "},
         }) {
        CAPTURE(c.account);
        CHECK(words_of(answer_history(index, question, c.direction, {c.account, c.by},
                                      test::after_noon(day_s))) == c.words);
    }
}
