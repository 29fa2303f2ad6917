#include "reader/history_words.hpp"

#include <doctest/doctest.h>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

mail::EmailAddress address(std::string local, std::string host, std::string root) {
    mail::EmailAddress out;
    out.email = local + "@" + host;
    out.local_part = std::move(local);
    out.domain.domain = std::move(host);
    out.domain.root_domain = std::move(root);
    return out;
}

rules::Lists with_free_mail() {
    rules::Lists lists;
    const std::vector<std::string> providers = {"freemail.example"};
    REQUIRE(lists.set("free_email_providers", providers).has_value());
    return lists;
}

std::string shown(const HistoryQuestion& question) {
    std::string out;
    for (const HistoryProfileQuestion& one : question.profiles) out += one.key + " (" + one.written_to + ") ";
    return out;
}

}  // namespace

TEST_CASE("whom profiles are about") {
    mail::Message message;
    message.sender.email = address("anna", "mail.corp.example", "corp.example");
    CHECK(shown(history_question({}, message, with_free_mail())) ==
          "corp.example (corp.example) anna@mail.corp.example (anna@mail.corp.example) "
          "corp.example (corp.example)  () ");
    // Nobody gave the list: who is at a free mail provider is not known.
    CHECK(shown(history_question({}, message, rules::Lists())) ==
          "anna@mail.corp.example (anna@mail.corp.example) anna@mail.corp.example (anna@mail.corp.example) "
          "corp.example (anna@mail.corp.example)  () ");
    message.sender.email = address("anna", "freemail.example", "freemail.example");
    message.headers.reply_to.resize(2);
    message.headers.reply_to[0].email = address("bob", "corp.example", "corp.example");
    CHECK(shown(history_question({}, message, with_free_mail())) ==
          "anna@freemail.example (anna@freemail.example) anna@freemail.example (anna@freemail.example) "
          "freemail.example (anna@freemail.example) bob@corp.example (bob@corp.example) ");
    // A host without a registrable domain stands for itself; no sender at all is nobody.
    message.sender.email = address("root", "localhost", "");
    CHECK(history_question({}, message, with_free_mail()).profiles[0].key == "localhost");
    CHECK(history_question({}, mail::Message(), with_free_mail()).profiles[0].key.empty());
}

TEST_CASE("answers find their way back") {
    using rules::Correspondents;
    using rules::ProfileOf;
    mail::Message message;
    message.sender.email = address("anna", "corp.example", "corp.example");
    rules::History::Question asked;
    asked.profiles = {ProfileOf::sender};
    const std::string too_long(limits::history_address_bytes + 1, 'a');
    asked.correspondents = {{Correspondents::recipient_emails, "a@corp.example"},
                            {Correspondents::recipient_emails, too_long},
                            {Correspondents::sender_domains, "corp.example"},
                            {Correspondents::sender_emails, "a@corp.example"}};
    const rules::Lists lists = with_free_mail();
    HistoryTold told{history_question(asked, message, lists), {}};
    REQUIRE(told.question.lists.size() == 3);
    HistoryProfile known{.prevalence = "rare", .solicited = true};
    known.last_inbound = 3;
    told.answer.profiles = {known, HistoryProfile{.prevalence = "new"}};
    told.answer.lists = {HistoryMembership::yes, HistoryMembership::unknown, HistoryMembership::no};

    rules::History::Answer answer = history_answer(asked, told.question, told);
    CHECK(answer.profiles.size() == 2);
    CHECK(answer.profiles.at(ProfileOf::sender).prevalence == "rare");
    CHECK(answer.profiles.at(ProfileOf::sender).solicited);
    CHECK(answer.profiles.at(ProfileOf::sender).days_since.last_inbound == 3);
    CHECK_FALSE(answer.profiles.at(ProfileOf::sender).days_since.last_outbound.has_value());
    CHECK(answer.profiles.at(ProfileOf::sender_email).prevalence == "new");
    // Unknown is not "no", and what could not be asked is unknown.
    CHECK(answer.correspondents.size() == 2);
    const auto at = [&](std::size_t index) {
        const HistoryListQuestion& one = told.question.lists[index];
        const auto list = one.list == HistoryList::recipient_emails ? Correspondents::recipient_emails
                          : one.list == HistoryList::sender_emails  ? Correspondents::sender_emails
                                                                    : Correspondents::sender_domains;
        const auto found = answer.correspondents.find({list, one.text});
        return found == answer.correspondents.end() ? "unknown" : found->second ? "yes" : "no";
    };
    CHECK(at(0) == std::string("yes"));
    CHECK(at(1) == std::string("unknown"));
    CHECK(at(2) == std::string("no"));

    // Another reading with another sender: what was said of the first is not said of the second.
    message.sender.email = address("eve", "other.example", "other.example");
    answer = history_answer(asked, history_question(asked, message, lists), told);
    CHECK(answer.profiles.empty());
    CHECK(answer.correspondents.size() == 2);
}
