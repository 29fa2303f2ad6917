#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "rules/confusables.hpp"
#include "rules/glob.hpp"
#include "rules/strings.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

const Confusables& confusables() {
    static const Confusables built = Confusables::build().value();
    return built;
}

}  // namespace

TEST_CASE("confusables: what becomes of a text") {
    struct Row {
        std::string text, replaced;
    };
    for (const Row& c : std::vector<Row>{
             {"", ""},
             {"m1l0 rn | \" ` %", "m1l0 rn | \" ` %"},  // ASCII stays
             {"Ｐａｙｐａｌ ８８８", "Paypal 888"},     // full width
             {"𝐏𝐚𝐲𝐏𝐚𝐥 𝟎𝟏", "PayPal 01"},                // mathematical
             {"ⓟⓐⓨ 🅟🅐🅨 🅿", "pay PAY P"},                // circles and squares
             {"ﬁne № … ⅷ", "fine No ... viii"},
             {"pa\u200By\u00ADp\u2060al\uFE0F", "paypal"},  // invisible characters
             {"\u202Epaypal\u202C", "paypal"},
             {"\U000E0061x", "x"},                          // tags
             {"résumé Łódź Ørsted", "resume Lodz Orsted"},  // marks on Latin
             {"e\u0301t\u0332e\u200D\u0301", "ete"},
             {"1\uFE0F\u20E3", "1"},                          // a key cap
             {"й и\u0306", "й и\u0306"},                      // marks on other letters stay
             {"ёлка", "eлka"},                                // where the letter below looks Latin they go
             {"РауРаl", "PayPal"},                            // Cyrillic
             {"мiсrоsоft ваnк теам", "microsoft bank team"},  // small capitals in effect
             {"ꜱᴍᴀʟʟ ᴄᴀᴘꜱ", "small caps"},
             {"аррӏе", "apple"},        // with the palochka
             {"Vιew", "View"},          // Greek
             {"Ɓank ƙey", "Bank key"},  // hooks
             {"ԝеlls", "wells"},
             {"“It’s” – —", "\"It's\" - -"},
             {"Straße", "Straße"},
             {"日本語 🙂", "日本語 🙂"},
             {"€5 ¥5", "€5 ¥5"},
             {"\xFF\xC3 x", "\xFF\xC3 x"},  // no UTF-8
         }) {
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        const std::string replaced = replace_confusables(text.text(), confusables());
        CHECK(replaced == c.replaced);
        CHECK(confusables().replace(replaced) == replaced);
    }
}

TEST_CASE("confusables: a stroke is I or l as a reader takes it") {
    struct Row {
        std::string text, replaced;
    };
    for (const Row& c : std::vector<Row>{
             {"PayPaӀ", "PayPal"},
             {"PӀease", "Please"},
             {"ӀMPORTANT", "IMPORTANT"},
             {"Іmportant", "Important"},
             {"MІCROSOFT", "MICROSOFT"},
             {"ІRS", "IRS"},
             {"ΗΙLTΟN", "HILTON"},
             {"Ι", "I"},
         }) {
        CAPTURE(c.text);
        CHECK(confusables().replace(c.text) == c.replaced);
    }
}

// What public rules look for behind replace_confusables(), disguised.
TEST_CASE("confusables: disguised texts fit the patterns of rules") {
    struct Row {
        std::string disguised, pattern;
    };
    for (const Row& c : std::vector<Row>{
             {"ΑррІе Suрроrt", "*Apple*"},
             {"Аmаzоn", "*Amazon*"},
             {"Віnаnсе", "*Binance*"},
             {"Fасеbооk", "*Facebook*"},
             {"М\u0435t\u0430", "*Meta*"},
             {"Ｇｏｏｇｌｅ", "*Google*"},
             {"ѕаfе\u00A0соntеnt", "*safe content*"},
             {"s\u200Ba\u200Bf\u200Be sеndеr", "*safe sender*"},
             {"Dіѕnеу+", "*disney*"},
             {"Моrgаn Ѕtаnlеу", "*morgan stanley*"},
             {"ТD Ваnk", "*TD Bank*"},
             {"Т\u0336D Саnаdа Тruѕt", "*TD Canada Trust*"},
             {"ΤгuѕТ Ԝаllеt", "*trust wallet*"},
             {"Сарitаl Оnе", "*capital one*"},
             {"Dосuѕіgn", "*docusign*"},
             {"(888)-DОТLООР", "*(888)-DOTLOOP*"},
             {"Ѕеаttlе, WА 98101", "*Seattle, WA 98101*"},
             {"ІRЅ іntеrnаl rеvеnuе", "*internal revenue*"},
             {"𝗽𝗮𝘆𝗽𝗮𝗹 billing", "*paypal*"},
             {"pàypål", "*paypal*"},
             {"U.Ѕ.Р.Ѕ dеlіvеrу", "*u.s.p.s*"},
             {"Асtіоn rеquіrеd", "*action required*"},
             {"Vιew аttасhmеnt", "*view*attachment*"},
             {"уоur ассоunt", "*your account*"},
             {"vеrіfу уоur раѕѕwоrd", "*verify your password*"},
             {"саll +１ (８０８) ５５５‑０１００", "*+1 (808) 555-0100*"},
         }) {
        CAPTURE(c.disguised);
        CHECK_FALSE(Glob(c.pattern).matches(c.disguised, Case::folded));
        CHECK(Glob(c.pattern).matches(confusables().replace(c.disguised), Case::folded));
    }
}

TEST_CASE("confusables: hostile texts take linear time and memory") {
    std::string marks = "a";
    while (marks.size() < (1U << 20)) marks += "\u0316\u0301";  // marks that normalisation would sort
    CHECK(confusables().replace(marks) == "a");
    std::string ligatures;
    while (ligatures.size() < (1U << 18)) ligatures += "\uFDFA";
    CHECK(confusables().replace(ligatures).size() <= 11 * ligatures.size());
}
