#include "rules/text_features.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "base/limits.hpp"
#include "rules/text_language.hpp"
#include "rules/text_topics.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

std::set<std::uint32_t> buckets(const Lexicon& lexicon, std::string_view text,
                                std::string_view subject = "") {
    std::set<std::uint32_t> out;
    for (const Feature& feature : text_features(read_text(text, subject, lexicon), lexicon))
        out.insert(feature.bucket);
    return out;
}

}  // namespace

TEST_CASE("texts that say the same have the same features") {
    const Lexicon lexicon;
    const auto plain = buckets(lexicon, "Please confirm your account");
    for (const char* same : {"please CONFIRM your account", "Please  confirm\nyour account",
                             "> quoted\nPlease confirm your account",
                             "Pl\xC3\xA9"
                             "ase confirm your account"}) {
        CAPTURE(same);
        CHECK(buckets(lexicon, same) == plain);
    }
    CHECK(buckets(lexicon, "Please confirm your lunch") != plain);
    // The subject is read like the text, whatever prefixes it has.
    CHECK(buckets(lexicon, "", "Re: [users] Fwd: Please confirm your account") == plain);
}

TEST_CASE("links, codes and years are no features") {
    const Lexicon lexicon;
    CHECK(buckets(lexicon, "https://a.example/x 3f9a0c1e99 1999 October").empty());
    // Nor does it matter which address or number it is.
    CHECK(buckets(lexicon, "dear jo@a.example room 12 on 2003-01-01") ==
          buckets(lexicon, "dear ed@b.example room 17 on 2026-11-29"));
}

TEST_CASE("forms of one word begin alike, and end as they like") {
    const Lexicon lexicon;
    const auto shared = [&](std::string_view one, std::string_view other) {
        const auto first = buckets(lexicon, one), second = buckets(lexicon, other);
        return std::ranges::count_if(first, [&](std::uint32_t bucket) { return second.contains(bucket); });
    };
    CHECK(shared("suspended", "suspension") == 3);  // susp suspe suspen
    CHECK(shared("suspended", "surprise") == 0);
    CHECK(shared("suspended", "unsuspended") == 0);
    CHECK(shared("pay", "pays") == 0);  // too short to begin
}

TEST_CASE("features are distinct buckets and know their word") {
    const Lexicon lexicon;
    const ReadText read = read_text("verify verify verify your password", "password", lexicon);
    const std::vector<Feature> features = text_features(read, lexicon);
    std::set<std::uint32_t> seen;
    for (const Feature& feature : features) {
        CHECK(feature.bucket < feature_buckets);
        CHECK(seen.insert(feature.bucket).second);
        CHECK((feature.word == Feature::no_word ||
               feature.word < read.text->words.size() + read.subject->words.size()));
    }
    CHECK(features.size() > 10);
}

TEST_CASE("the number of features is bounded") {
    const Lexicon lexicon;
    std::string text;
    for (int i = 0; i < 20'000; ++i)
        text += std::string{static_cast<char>('a' + i % 26), static_cast<char>('a' + i / 26 % 26),
                            static_cast<char>('a' + i / 676 % 26)} +
                "qx ";
    const ReadText read = read_text(text, text, lexicon);
    CHECK(read.text->truncated);
    CHECK(text_features(read, lexicon).size() <= limits::text_features);
    std::string phrases;
    for (int i = 0; i < 10'000; ++i) phrases += "the ";
    CHECK(read_text(phrases, "", lexicon).text->hits.size() <= limits::text_model_hits + 8);
}

TEST_CASE("bare_subject") {
    struct Row {
        const char *subject, *bare;
    };
    const std::array rows = {Row{"Re: hello", "hello"},
                             Row{"RE: FW: hello", "hello"},
                             Row{"[list] hello", "hello"},
                             Row{"AW: [a] WG: x", "x"},
                             Row{"[Last call] hello", "[Last call] hello"},
                             Row{"Invoice: paid", "Invoice: paid"},
                             Row{"", ""},
                             Row{"Re:", ""},
                             Row{"[open", "[open"},
                             Row{": x", ": x"}};
    for (const Row& row : rows) {
        CAPTURE(row.subject);
        CHECK(bare_subject(row.subject) == row.bare);
    }
}

TEST_CASE("text_language") {
    const Lexicon lexicon;
    struct Row {
        const char *language, *text;
    };
    const std::array rows = {
        Row{"english", "We have not heard from you and would like to know if the order can be sent"},
        Row{"german", "Wir haben noch nichts von Ihnen gehört und möchten wissen, ob die Bestellung "
                      "verschickt werden kann"},
        Row{"french", "Nous n'avons pas de nouvelles de vous et nous voulons savoir si la commande est bonne "
                      "pour vous"},
        Row{"spanish",
            "No hemos tenido noticias de usted y queremos saber si el pedido se puede enviar a su casa"},
        Row{"portuguese",
            "Não tivemos notícias suas e queremos saber se o pedido pode ser enviado para você"},
        Row{"italian",
            "Non abbiamo avuto notizie e vorremmo sapere se possiamo spedire il tuo ordine con il corriere"},
        Row{"dutch",
            "Wij hebben niets van u gehoord en willen graag weten of wij de bestelling kunnen versturen"},
        Row{"polish",
            "Nie mamy od Państwa wiadomości i prosimy o informację, czy zamówienie jest dla Państwa"},
        Row{"russian", "Мы не получили от вас ответа и хотели бы узнать, как вы и что с заказом"},
        Row{"japanese", "ご注文の商品を発送いたしました"},
        Row{"chinese", "我们已经发送您的订单请查收"},
        Row{"korean", "주문하신 상품이 발송되었습니다 감사합니다"},
        Row{"greek", "Η παραγγελία σας έχει αποσταλεί και θα φτάσει σύντομα"},
        Row{"arabic", "لقد تم إرسال طلبك وسوف يصل قريبا"},
        Row{"unknown", "Xerox 4711 Foobar Quux Zork Frob Blarg Wibble"},
        Row{"unknown", ""}};
    for (const Row& row : rows) {
        CAPTURE(row.text);
        CHECK(text_language(read_text(row.text, "", lexicon), lexicon) == row.language);
    }
}

TEST_CASE("lexicon_names says topics and tags exactly as rules write them") {
    const Lexicon lexicon;
    struct Row {
        ConceptKind kind;
        const char *name, *subject, *text;
    };
    const std::array rows = {
        Row{ConceptKind::topic, "Voicemail Call and Missed Call Notifications", "Missed call",
            "You have a new voice message. Listen to message"},
        Row{ConceptKind::topic, "E-Signature", "Please sign", "Review and sign the document with DocuSign"},
        Row{ConceptKind::topic, "Security and Authentication", "Password reset",
            "Your verification code is 123456"},
        Row{ConceptKind::topic, "Shipping and Package", "Ihr Paket",
            "Ihre Sendung ist unterwegs, Sendungsnummer 4711"},
        Row{ConceptKind::topic, "Out of Office and Automatic Replies", "Automatic reply: x",
            "I am out of the office until Monday"},
        Row{ConceptKind::topic, "Bounce Back and Delivery Failure Notifications", "Undelivered Mail",
            "The message could not be delivered: user unknown"},
        Row{ConceptKind::topic, "Request to View Invoice", "Invoice", "View your invoice"},
        Row{ConceptKind::topic, "Newsletters and Digests", "Weekly digest",
            "View this email in your browser. Read more"},
        Row{ConceptKind::topic, "Travel and Transportation", "Your flight",
            "Boarding pass for your trip, departure 10:30 at the airport"},
        Row{ConceptKind::tag, "invoice", "Invoice 4711", "amount due, net 30"},
        Row{ConceptKind::tag, "payment", "Payment", "wire transfer to our bank account, IBAN below"},
        Row{ConceptKind::tag, "purchase_order", "PO", "see the attached purchase order"}};
    for (const Row& row : rows) {
        CAPTURE(row.name);
        const auto names = lexicon_names(row.kind, read_text(row.text, row.subject, lexicon), lexicon);
        const auto found = std::ranges::find(names, std::string_view(row.name), &NamedConfidence::name);
        REQUIRE(found != names.end());
        CHECK(found->confidence >= Confidence::low);
    }
    const ReadText lunch =
        read_text("Shall we have lunch together? Anna would like to join.", "Lunch", lexicon);
    CHECK(lexicon_names(ConceptKind::topic, lunch, lexicon).empty());
    CHECK(lexicon_names(ConceptKind::tag, lunch, lexicon).empty());
    CHECK(to_string(Confidence::medium) == "medium");
}
