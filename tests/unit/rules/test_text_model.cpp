#include "rules/text_model.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "base/limits.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

/// The model that the program is installed with.
const std::string& model_file() {
    static const std::string bytes = [] {
        const auto path = std::filesystem::path(__FILE__).parent_path() / "../../../rules/text-model.bin";
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return bytes;
}
const TextModel& model() {
    static const TextModel loaded = *TextModel::load(as_bytes(model_file()));
    return loaded;
}

const NamedConfidence* find(const std::vector<NamedConfidence>& names, std::string_view name) {
    const auto found = std::ranges::find(names, name, &NamedConfidence::name);
    return found == names.end() ? nullptr : &*found;
}
std::string entity(const TextIntents& intents, std::string_view name) {
    const auto found = std::ranges::find(intents.entities, name, &TextEntity::name);
    return found == intents.entities.end() ? "" : found->text;
}

struct Mail {
    const char *intent, *subject, *text;
};

/// Small weights that a test can count with.
TextWeights small_weights() {
    TextWeights weights;
    weights.hostility.assign(feature_buckets, 0);
    weights.intent_weights.assign(intent_buckets * intents_max, 0);
    weights.hostility_scale = 0.5F;
    weights.intents.push_back({"cred_theft", -1.0F, 0.25F, {1, 2, 3}});
    weights.intents.push_back({"bec", 0.5F, 1.0F, {1, 2, 3}});
    return weights;
}

}  // namespace

TEST_CASE("each intent is recognised") {
    const std::array mails = {
        Mail{"cred_theft", "Action required",
             "Dear user,\nYour mailbox is full and your account will be suspended within 24 hours. Click "
             "here to verify your password now.\nIT help desk"},
        Mail{"cred_theft", "Ihr Konto",
             "Sehr geehrter Kunde, Ihr Konto wurde wegen ungewöhnlicher Aktivitäten gesperrt. Bitte "
             "bestätigen Sie Ihre Daten innerhalb von 24 Stunden, sonst wird es gelöscht."},
        Mail{"callback_scam", "Order",
             "Thank you for your order. Your Norton 360 plan was renewed for $399.99. If you did not "
             "authorize this charge call us at +1 (808) 555-0147 within 24 hours.\nBilling department"},
        Mail{"bec", "Quick favor",
             "Hi, are you available? I'm in a meeting and need you to buy gift cards for a client. Send me "
             "your cell number. Keep this between us.\nSent from my iPhone"},
        Mail{"advance_fee", "Business proposal",
             "Dear friend, I am the lawyer of a late client who left 10.5 million dollars without next of "
             "kin. I need a foreign partner to transfer the funds. Strictly confidential. God bless you."},
        Mail{"extortion", "I recorded you",
             "Your device was infected with my trojan. I recorded a video of you with your webcam while you "
             "visited adult websites. Send 900 USD in bitcoin to my wallet or all your contacts get the "
             "video."},
        Mail{"steal_pii", "Form",
             "Reply with your full name, date of birth, social security number, home address and a copy of "
             "your passport to claim your payment."},
        Mail{"job_scam", "Job",
             "Part time job offer: earn $500 weekly from home, no experience needed. Contact our hiring "
             "manager on Telegram."}};
    for (const Mail& mail : mails) {
        CAPTURE(mail.intent);
        CAPTURE(mail.text);
        const TextIntents intents = model().classify(mail.text, mail.subject);
        const NamedConfidence* found = find(intents.intents, mail.intent);
        REQUIRE(found != nullptr);
        CHECK(found->confidence != Confidence::low);
        CHECK(intents.hostility > 0.7);
        CHECK(find(intents.intents, "benign") == nullptr);
        CHECK_FALSE(model().why(mail.text, mail.subject).empty());
    }
}

TEST_CASE("honest mail that says similar words is no attack with high confidence") {
    const std::array mails = {
        Mail{"", "Reset your password",
             "Hi Sam,\nWe received a request to reset the password for your Example account. Click the link "
             "below to choose a new one. If you did not request this, you can ignore this "
             "email.\nThanks,\nThe Example team"},
        Mail{"", "Invoice 4711",
             "Dear Ms Weber,\nplease find attached our invoice 4711 for the maintenance in March. The amount "
             "of 1,250.00 EUR is due within 30 days.\nKind regards,\nPeter Kraus\nAccounting, Example GmbH"},
        Mail{"", "Your order has shipped",
             "Hello Kim,\nyour order 1001 has left our warehouse and should be with you on Tuesday. You can "
             "follow it with the tracking number in your account. Returns are free within 30 days.\nThe "
             "Example shop"},
        Mail{"", "Re: driver",
             "Hi,\n\nthe second patch in the series breaks the build on arm64, could you rebase on top of "
             "next and resend?\n\nThanks,\nMark"},
        Mail{"", "Lunch",
             "Shall we have lunch on Friday? Anna is back from holiday and would like to join us. The usual "
             "place at noon?"},
        Mail{"", "Protokoll",
             "Hallo zusammen, anbei das Protokoll der Besprechung von gestern. Bitte gebt mir bis Freitag "
             "Rückmeldung, dann schicke ich es an den Kunden. Viele Grüße, Anna"},
        Mail{"", "Compte rendu",
             "Bonjour à tous, voici le compte rendu de la réunion d'hier. Merci de me faire part de vos "
             "remarques avant vendredi. Bonne journée, Claire"}};
    for (const Mail& mail : mails) {
        CAPTURE(mail.subject);
        const TextIntents intents = model().classify(mail.text, mail.subject);
        for (const NamedConfidence& intent : intents.intents)
            CHECK((intent.name == "benign" || intent.confidence != Confidence::high));
        CHECK(intents.hostility < 0.6);
    }
    CHECK(find(model().classify(mails[3].text, mails[3].subject).intents, "benign")->confidence ==
          Confidence::high);
}

TEST_CASE("entities are what stands in the text") {
    const TextIntents intents =
        model().classify("Dear Ms. Weber,\n\nplease review the attached invoice immediately, it is from "
                         "Harbour Books Ltd.\n\nKind regards,\nPeter Kraus\n\n"
                         "This email and any attachments are confidential and intended only for you.\n\nbye",
                         "Invoice");
    CHECK(entity(intents, "greeting") == "Dear");
    CHECK(entity(intents, "recipient") == "Ms. Weber");
    CHECK(entity(intents, "request") == "please review");
    CHECK(entity(intents, "urgency") == "immediately");
    CHECK(entity(intents, "financial") == "invoice");
    CHECK(entity(intents, "org") == "Harbour Books Ltd");
    CHECK(entity(intents, "salutation") == "Kind regards");
    CHECK(entity(intents, "sender") == "Peter Kraus");
    CHECK(entity(intents, "disclaimer") ==
          "This email and any attachments are confidential and intended only for you.");
    CHECK(find(intents.tags, "invoice") != nullptr);
    // "Thanks" within a sentence is no salutation, "hi" within one no greeting.
    const TextIntents sentence = model().classify("We said hi to them and many thanks to all of you.", "");
    CHECK(entity(sentence, "greeting").empty());
    CHECK(entity(sentence, "salutation").empty());
}

TEST_CASE("entities are bounded") {
    std::string text;
    while (text.size() < limits::text_model_bytes) text += "urgent invoice please confirm\n";
    CHECK(model().classify(text, "").entities.size() <= limits::text_entities);
    const TextIntents disclaimer =
        model().classify(std::string(10'000, '.') + " intended recipient " + std::string(10'000, '.'), "");
    for (const TextEntity& found : disclaimer.entities) CHECK(found.text.size() <= limits::text_entity_bytes);
}

TEST_CASE("too little text is said, not guessed") {
    for (const char* text :
         {"", " ", "https://a.example/", "click here", "\xFF\xFE\x00", "1234 5678 9.00 $5"}) {
        CAPTURE(text);
        const TextIntents intents = model().classify(text, "");
        CHECK(intents.too_little_text);
        CHECK(intents.intents.empty());
        CHECK(intents.hostility == 0);
        CHECK(model().why(text, "").empty());
    }
    const TextIntents empty = model().classify("", "");
    CHECK(empty.topics.empty());
    CHECK(empty.tags.empty());
    CHECK(empty.entities.empty());
    CHECK(empty.language == "unknown");
    CHECK_FALSE(model().classify("", "your storage is full and will be deleted today").too_little_text);
}

TEST_CASE("the same text gives the same answer, and disguise does not help") {
    const char* text = "Your account was suspended. Verify your password immediately or it will be deleted.";
    const double hostility = model().classify(text, "").hostility;
    const TextModel again = *TextModel::load(as_bytes(model_file()));
    CHECK(again.classify(text, "").hostility == hostility);
    const TextIntents disguised =
        model().classify("Y\xD0\xBEur acc\xD0\xBEunt was suspen\xE2\x80\x8B"
                         "ded. Ver\xD1\x96"
                         "fy y\xD0\xBEur passw0rd immediately or it will be deleted.",
                         "");
    CHECK(disguised.hostility >= hostility - 0.05);
}

TEST_CASE("why names words of the text as they are written, the strongest first") {
    const std::vector<WeighedWord> words =
        model().why("Your account was SUSPENDED, verify your Passw\xC3\xB6rd immediately", "Hello");
    REQUIRE_FALSE(words.empty());
    CHECK(words.size() <= 6);
    CHECK(std::ranges::is_sorted(words, std::greater{}, &WeighedWord::weight));
    CHECK(std::ranges::find(words, "SUSPENDED", &WeighedWord::word) != words.end());
    for (const WeighedWord& word : words) CHECK(word.weight > 0);
}

TEST_CASE("any bytes and any length are classified") {
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7919 >> 3);
    const TextIntents intents = model().classify(bytes, bytes);
    CHECK(intents.truncated);
    CHECK(intents.hostility >= 0);
    CHECK(intents.hostility <= 1);
    CHECK(model().why(bytes, bytes).size() <= 6);
}

TEST_CASE("weights survive the file") {
    TextWeights weights = small_weights();
    weights.hostility[7] = -3;
    weights.intent_weights[9] = 5;
    weights.benign = {0.3F, 0.2F, 0.1F};
    const Result<TextWeights> read = decode_weights(as_bytes(encode_weights(weights)));
    REQUIRE(read);
    CHECK(read->hostility == weights.hostility);
    CHECK(read->intent_weights == weights.intent_weights);
    REQUIRE(read->intents.size() == 2);
    CHECK(read->intents[1].name == "bec");
    CHECK(read->intents[1].steps.high == 3.0F);
    CHECK(read->benign.high == 0.1F);
}

TEST_CASE("scores are sums of weights") {
    TextWeights weights = small_weights();
    weights.hostility[3] = 10;
    weights.hostility[4] = -2;
    weights.intent_weights[3 * intents_max] = -128;
    weights.intent_weights[3 * intents_max + 1] = 127;
    const std::array features = {Feature{3, 0}, Feature{4, 0}};
    const float each = weight_per_feature(2);
    CHECK(hostility_score(weights, features) == doctest::Approx(0.5F * 8 * each));
    const auto scores = intent_scores(weights, features);
    CHECK(scores[0] == doctest::Approx(-1.0F - 0.25F * 128 * each));
    CHECK(scores[1] == doctest::Approx(0.5F + 127 * each));
    // More rows than a lane of 16 bits holds.
    const std::vector<Feature> many(1000, Feature{3, 0});
    CHECK(intent_scores(weights, many)[1] == doctest::Approx(0.5F + 127'000 * weight_per_feature(1000)));
    CHECK(intent_scores(weights, many)[0] ==
          doctest::Approx(-1.0F - 0.25F * 128'000 * weight_per_feature(1000)));
    CHECK(hostility_score(weights, {}) == 0.0F);
}

TEST_CASE("a damaged file is a clear error") {
    const std::string good = encode_weights(small_weights());
    const auto error_of = [](const std::string& file) {
        const Result<TextModel> loaded = TextModel::load(as_bytes(file));
        REQUIRE_FALSE(loaded);
        return loaded.error();
    };
    CHECK(error_of("").message.find("too short") != std::string::npos);
    CHECK(error_of(std::string(100, 'x')).message.find("no text model") != std::string::npos);
    for (const std::size_t size : {std::size_t{40}, std::size_t{64}, good.size() / 2, good.size() - 1}) {
        CAPTURE(size);
        CHECK(error_of(good.substr(0, size)).code == ErrorCode::corrupt);
    }
    for (const std::size_t at : {std::size_t{30}, good.size() / 2, good.size() - 1}) {
        std::string altered = good;
        altered[at] = static_cast<char>(altered[at] ^ 1);
        CAPTURE(at);
        CHECK(error_of(altered).message.find("checksum") != std::string::npos);
    }
    std::string other_version = good;
    other_version[4 + 17] = 9;
    CHECK(error_of(other_version).message.find("version 9") != std::string::npos);
    CHECK(error_of(std::string(limits::text_model_file_bytes + 1, 'x')).code == ErrorCode::limit);
    TextWeights no_number = small_weights();
    no_number.hostility_bias = std::numeric_limits<float>::quiet_NaN();
    CHECK(error_of(encode_weights(no_number)).message.find("does not decode") != std::string::npos);
    TextWeights too_many = small_weights();
    too_many.intents.resize(9);
    CHECK(error_of(encode_weights(too_many)).message.find("does not decode") != std::string::npos);
    TextWeights too_few = small_weights();
    too_few.hostility.pop_back();
    CHECK(error_of(encode_weights(too_few)).message.find("does not decode") != std::string::npos);
}
