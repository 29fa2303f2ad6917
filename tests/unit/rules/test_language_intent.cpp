// ml.nlu_classifier and beta.ml_topic: the text model asked by rules. The questions are those of the public feed's rules.
#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"
#include "rules/language.hpp"
#include "rules/text_model.hpp"
#include "rules/zebra_model.hpp"

using namespace tocsin;
using namespace tocsin::rules;
using test::zebra_model;
using tocsin::rules::test::Asker;

namespace {

struct Row {
    std::string expression, value;
};
void check(Asker& ask, std::span<const Row> table) {
    for (const Row& row : table) {
        CAPTURE(row.expression);
        CHECK(ask(row.expression) == row.value);
    }
}

}  // namespace

TEST_CASE("without a model, intents are missing and never an empty answer") {
    Asker ask;
    const Row table[] = {
        {"ml.nlu_classifier(body.current_thread.text)", "null ? text_intent"},
        {"beta.ml_topic(body.current_thread.text)", "null ? text_intent"},
        {"any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'cred_theft')",
         "null ? text_intent"},
        {"not any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'benign')",
         "null ? text_intent"},
        {"ml.nlu_classifier(body.current_thread.text).language == 'english'", "null ? text_intent"},
        {"length(ml.nlu_classifier(body.current_thread.text).intents) == 0", "null ? text_intent"},
        // A certain answer beside it decides.
        {"type.outbound and any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'bec')",
         "false"},
    };
    check(ask, table);
}

TEST_CASE("intents, topics, tags, entities and language as rules ask for them") {
    const TextModel model = zebra_model();
    Asker ask;
    ask.text_model = &model;
    const std::string attack = "'The zebra waits in front of our house today'";
    const std::string bill = "'Dear Customer,\nplease view your invoice, the invoice is attached. Please "
                             "review the invoice urgently, the payment is overdue.'";
    const auto nlu = [](const std::string& text) { return "ml.nlu_classifier(" + text + ")"; };
    const Row table[] = {
        {"any(" + nlu(attack) + ".intents, .name == 'cred_theft' and .confidence != 'low')", "true"},
        {"any(" + nlu(attack) + ".intents, .name == 'cred_theft' and .confidence in ('medium', 'high'))",
         "true"},
        {"any(" + nlu(attack) + ".intents, .name == 'cred_theft' and .confidence == 'high')", "true"},
        {"any(" + nlu(attack) + ".intents, .name in ('bec', 'advance_fee'))", "true"},
        {"any(" + nlu(attack) + ".intents, .name == 'benign')", "false"},
        {"not any(" + nlu(attack) + ".intents, .name in ('benign'))", "true"},
        {"map(" + nlu(attack) + ".intents, .name)", "[\"cred_theft\", \"bec\"]"},
        {"map(" + nlu(attack) + ".intents, .confidence)", "[\"high\", \"low\"]"},
        {"map(" + nlu(bill) + ".intents, .name)", "[\"benign\", \"bec\"]"},
        {"any(" + nlu(bill) + ".intents, .name == 'benign' and .confidence == 'medium')", "true"},
        {"any(" + nlu(bill) + ".tags, .name == 'invoice')", "true"},
        {"any(" + nlu(bill) + ".tags, .name == 'invoice' and .confidence in ('low', 'medium', 'high'))",
         "true"},
        {"any(" + nlu(bill) + ".entities, .name == 'urgency')", "true"},
        {"any(" + nlu(bill) + ".entities, .name == 'greeting')", "true"},
        {"any(" + nlu(bill) + ".entities, .name == 'recipient' and .text =~ 'customer')", "true"},
        {"any(" + nlu(attack) + ".entities, .name == 'disclaimer')", "false"},
        {"length(filter(" + nlu(attack) + ".entities, .name == 'disclaimer'))", "0"},
        {nlu("'Please tell us when you will be there and what it is that you want'") +
             ".language == 'english'",
         "true"},
        {nlu("'Bitte sagen Sie uns, wann Sie da sind und was es ist, das Sie wollen'") + ".language",
         "\"german\""},
        {"any(beta.ml_topic(" + bill + ").topics, .name == 'Request to View Invoice')", "true"},
        // The subject counts, and may be left out or null.
        {"any(ml.nlu_classifier('It waits in front of our house', subject='Zebra').intents, .name == "
         "'cred_theft')",
         "true"},
        {"any(ml.nlu_classifier('It waits in front of our house', subject='').intents, .name == "
         "'cred_theft')",
         "false"},
        {"any(ml.nlu_classifier('It waits in front of our house', subject=mailbox.first_name).intents, "
         ".name == 'cred_theft')",
         "false"},
    };
    check(ask, table);
}

TEST_CASE("the message's own text is asked, also inside loops") {
    const TextModel model = zebra_model();
    Asker ask(
        "From: a@sender.example\r\nTo: bob@example.net, carol@example.org\r\nSubject: Zebra\r\n\r\n"
        "Hello Bob,\r\n\r\nplease confirm that you will be there on Friday.\r\n\r\nRegards\r\nAnna\r\n");
    ask.text_model = &model;
    const Row table[] = {
        {"any(ml.nlu_classifier(body.current_thread.text).entities, .name == 'request' and .text =~ 'please "
         "confirm')",
         "true"},
        {"all(recipients.to, any(ml.nlu_classifier(body.current_thread.text).entities, .name == 'request'))",
         "true"},
        {"any(recipients.to, any(ml.nlu_classifier(.email.email).intents, .name == 'bec'))", "false"},
        {"any(ml.nlu_classifier(body.current_thread.text, subject=subject.subject).intents, .name == "
         "'cred_theft')",
         "true"},
        {"any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'cred_theft')", "false"},
    };
    check(ask, table);
}

TEST_CASE("a text that says too little has empty lists and an unknown language, and is not null") {
    const TextModel model = zebra_model();
    Asker ask;
    ask.text_model = &model;
    const Row table[] = {
        {"ml.nlu_classifier('').intents", "[]"},
        {"ml.nlu_classifier('').topics", "[]"},
        {"ml.nlu_classifier('').tags", "[]"},
        {"ml.nlu_classifier('').entities", "[]"},
        {"ml.nlu_classifier('').language", "\"unknown\""},
        {"beta.ml_topic('').topics", "[]"},
        {"ml.nlu_classifier('zebra').intents", "[]"},
        {"length(ml.nlu_classifier('').intents) == 0", "true"},
        {"any(ml.nlu_classifier('').intents, .name == 'benign')", "false"},
        {"not any(ml.nlu_classifier('').intents, .name == 'benign')", "true"},
        // No text at all is another thing.
        {"any(ml.nlu_classifier(mailbox.first_name).intents, .name == 'benign')", "null"},
    };
    check(ask, table);
}

TEST_CASE("what lies behind the limit is not taken for read") {
    const TextModel model = zebra_model();
    std::string mail = "From: a@sender.example\r\nSubject: long\r\nContent-Type: text/plain\r\n\r\n";
    while (mail.size() < limits::text_model_bytes + 1000)
        mail += "one two three four five six seven eight nine\r\n";
    Asker ask(mail + "zebra zebra zebra\r\n");
    ask.text_model = &model;
    CHECK(ask("any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'cred_theft')") ==
          "false ? cut_off");
    CHECK(ask("any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'bec')") == "true");
    ask.budget.rule_steps = limits::text_model_bytes / 2;
    CHECK(ask("any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'bec')") == "null ? budget");
}

TEST_CASE("whether a rule needs the model is known when it is loaded") {
    const Lists lists;
    constexpr std::string_view rule =
        "name: a\nsource: any(ml.nlu_classifier(body.current_thread.text).intents, .name == 'cred_theft')\n";
    RuleSet without(lists);
    without.add(rule, "a.yml");
    REQUIRE(without.rules().size() == 1);
    CHECK(without.names_of(without.rules()[0].needs) == std::vector<std::string>{"text_intent"});
    RuleSet with(lists, {.text_model = true});
    with.add(rule, "a.yml");
    REQUIRE(with.rules().size() == 1);
    CHECK(with.rules()[0].needs == 0);
}

TEST_CASE("a model that was promised and is not there is missing when rules are asked") {
    const Lists lists;
    RuleSet set(lists, {.text_model = true});
    set.add("name: a\nsource: not any(ml.nlu_classifier('x').intents, .name == 'benign')\n", "a.yml");
    REQUIRE(set.finish().has_value());
    mail::MailTools tools;
    const mail::MimeTree tree = mail::parse_mime(as_bytes(test::sample_mail));
    const mail::Message message = mail::build_message(tree, 0, {}, tools);
    Surroundings surroundings{.tools = tools, .confusables = test::confusables()};
    Evaluation evaluation(set.graph(), set.patterns());
    evaluation.begin(message, surroundings, test::ample);
    const RuleAnswer answer = set.ask(set.rules().front(), evaluation);
    CHECK(answer.answer == Answer::undecided);
    CHECK(set.names_of(answer.missing) == std::vector<std::string>{"text_intent"});
}

TEST_CASE("what was read of a passing text is forgotten when rules begin anew") {
    const TextModel model = zebra_model();
    const std::string own = "one two three zebra five six seven";
    std::string passing = own;
    const auto says_theft = [](const TextReading& reading) {
        return std::ranges::find(reading.intents.intents, "cred_theft", &NamedConfidence::name) !=
               reading.intents.intents.end();
    };
    TextReadings readings(model, own, "");
    const TextReading* const kept = &readings.of(own, "");
    CHECK(says_theft(readings.of(passing, "")));
    readings.begin();
    CHECK(&readings.of(own, "") == kept);
    // What the evaluation's memory does: another text in the same place.
    passing.replace(passing.find("zebra"), 5, "eagle");
    CHECK_FALSE(says_theft(readings.of(passing, "")));
    CHECK(readings.entities(passing).empty());
}
