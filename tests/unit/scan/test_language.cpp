// In which language a text is written, and where that cannot be told.
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <string>
#include <string_view>

#include "base/languages.hpp"
#include "base/limits/watch.hpp"
#include "mail/charset.hpp"
#include "scan/language.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

std::string of(const std::string& text) {
    static const LanguageGuesser guesser = std::move(LanguageGuesser::load().value());
    const ExactBuffer buffer(text);  // an over-read is seen by the sanitizer
    return guesser.guess(as_text(buffer.view()));
}

struct Sample {
    std::string_view code;
    std::string_view text;
};

constexpr std::string_view english = "Thank you for being a customer of our little garden shop. This week "
                                     "all spring bulbs are cheaper, and whoever orders "
                                     "before Friday gets a bag of good earth without paying for it. Come by "
                                     "on Saturday, there will be coffee and cake.";
constexpr std::string_view german = "Vielen Dank, dass Sie Kunde unserer kleinen Gärtnerei sind. In dieser "
                                    "Woche sind alle Blumenzwiebeln billiger, und wer "
                                    "vor Freitag bestellt, bekommt einen Sack gute Erde geschenkt. Kommen "
                                    "Sie am Samstag, es gibt Kaffee und Kuchen.";

constexpr std::array samples = {
    Sample{"en", english},
    Sample{"de", german},
    Sample{"fr", "Merci d'être client de notre petite jardinerie. Cette semaine tous les bulbes de printemps "
                 "sont moins chers, et "
                 "celui qui commande avant vendredi reçoit un sac de bonne terre sans le payer. Venez "
                 "samedi, il y aura du café "
                 "et des gâteaux pour tout le monde."},
    Sample{"pt", "Obrigado por ser cliente da nossa pequena loja de jardinagem. Nesta semana todos os bulbos "
                 "da primavera estão "
                 "mais baratos, e quem fizer a encomenda antes de sexta-feira recebe um saco de boa terra "
                 "sem pagar nada. Venha "
                 "no sábado, haverá café e bolo para todos."},
    Sample{"es", "Gracias por ser cliente de nuestra pequeña tienda de jardinería. Esta semana todos los "
                 "bulbos de primavera son "
                 "más baratos, y quien haga su pedido antes del viernes recibe una bolsa de buena tierra sin "
                 "pagar nada. Venga "
                 "el sábado, habrá café y pasteles para todos ustedes."},
    Sample{"nl", "Bedankt dat u klant bent van onze kleine tuinwinkel. Deze week zijn alle bloembollen "
                 "goedkoper, en wie voor "
                 "vrijdag bestelt krijgt een zak goede aarde zonder ervoor te betalen. Kom zaterdag langs, "
                 "er is koffie en "
                 "taart voor iedereen."},
    Sample{"pl", "Dziękujemy, że jesteś klientem naszego małego sklepu ogrodniczego. W tym tygodniu "
                 "wszystkie cebulki wiosenne "
                 "są tańsze, a kto zamówi przed piątkiem, dostanie worek dobrej ziemi za darmo. Przyjdź w "
                 "sobotę, będzie kawa "
                 "i ciasto dla wszystkich."},
    Sample{"ru", "Спасибо, что вы покупаете в нашем маленьком садовом магазине. На этой неделе все весенние "
                 "луковицы дешевле, а "
                 "тот, кто закажет до пятницы, получит мешок хорошей земли бесплатно. Приходите в субботу, "
                 "будет кофе и пирог "
                 "для всех."},
    Sample{"el", "Σας ευχαριστούμε που είστε πελάτης του μικρού μας καταστήματος κήπου. Αυτή την εβδομάδα "
                 "όλοι οι βολβοί της "
                 "άνοιξης είναι φθηνότεροι, και όποιος παραγγείλει πριν από την Παρασκευή παίρνει δώρο ένα "
                 "σακί χώμα."},
    Sample{"zh", "感谢您成为我们小花园商店的顾客。本周所有春季球茎都更便宜，星期五之前订购的人可以免费获得一"
                 "袋好土。星期六请过来，"
                 "大家都有咖啡和蛋糕，我们的园丁会回答有关玫瑰、草坪和蔬菜的每一个问题。感谢您的支持，祝您的"
                 "花园今年开满鲜花，"
                 "期待很快在我们的店里见到您和您的家人。如有任何问题，请随时与我们联系，我们会尽快答复。"},
    Sample{"ja", "私たちの小さな園芸店をご利用いただきありがとうございます。今週は春の球根がすべて安くなって"
                 "います。金曜日までにご注文"
                 "いただいた方には、良い土を一袋差し上げます。土曜日にはコーヒーとケーキをご用意して、皆様の"
                 "お越しをお待ちしております。"
                 "庭師がバラや芝生や野菜についてのご質問にお答えします。"},
    Sample{"ko", "저희 작은 정원 가게의 고객이 되어 주셔서 감사합니다. 이번 주에는 모든 봄 구근이 더 "
                 "저렴하며 금요일 전에 주문하시는 "
                 "분께는 좋은 흙 한 자루를 무료로 드립니다. 토요일에 오시면 모두를 위한 커피와 케이크가 "
                 "준비되어 있습니다. 저희 정원사가 "
                 "장미와 잔디와 채소에 대한 모든 질문에 답해 드릴 것입니다. 많은 관심 부탁드립니다."},
};

}  // namespace

TEST_CASE("the language of a text of some sentences") {
    for (const Sample& sample : samples) {
        CAPTURE(sample.code);
        CHECK(of(std::string(sample.text)) == sample.code);
    }
    // The two that are taken for each other: either.
    CHECK(languages_alike("no",
                          of("Takk for at du er kunde i vår lille hagebutikk. Denne uken er alle vårløker "
                             "billigere, og den som bestiller før fredag får en sekk god jord gratis. Kom på "
                             "lørdag, det blir kaffe og kake til alle.")));
}

TEST_CASE("too little, or nothing that is a language") {
    CHECK(of("") == "");
    CHECK(of("Thank you for your order.") == "");
    // Places and addresses are in no language, however many there are.
    std::string places;
    for (int number = 0; number < 100; ++number)
        places +=
            "https://shop.example/the/newest/offers/of/this/week www.example.com anna@example.com 12.50 ";
    CHECK(of(places) == "");
    CHECK(of(places.substr(0, 2'000) + std::string(german)) == "de");
    CHECK(of(std::string(4'000, 'x')) == "");
    CHECK(of("\xE2\x80\x94 \xC2\xA0 1.234,56 \xE2\x82\xAC") == "");
}

TEST_CASE("letters are counted: one fewer than the limit is too little") {
    std::string text, enough;
    std::size_t letters = 0;
    for (const char c : english) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letters + (letter ? 1 : 0) > limits::language_letters_min) break;
        letters += letter ? 1 : 0;
        if (letter && letters == limits::language_letters_min) text = enough;
        enough += c;
    }
    CHECK(of(text) == "");
    CHECK(of(enough) == "en");
}

TEST_CASE("what stands behind the limit is not read") {
    std::string text;
    while (text.size() < limits::language_text_bytes) text += std::string(english) + "\n";
    const std::string alone = of(text);
    CHECK(alone == "en");
    for (int copy = 0; copy < 100; ++copy) text += german;
    CHECK(of(text) == alone);
    // A script without blanks is cut between characters.
    std::string chinese;
    while (chinese.size() < 3 * limits::language_text_bytes) chinese += "\xE6\x84\x9F\xE8\xB0\xA2";
    CHECK(of(chinese) == "zh");
    CHECK(of("a" + chinese) == "zh");
    CHECK(of("ab" + chinese) == "zh");
}

TEST_CASE("any valid text has a language or none") {
    rc::check("the answer is short", [](const std::string& bytes) {
        std::string text = mail::repair_utf8(bytes);
        for (int doubled = 0; doubled < 5; ++doubled) text += " " + text;
        RC_ASSERT(of(text).size() <= limits::language_code_bytes);
    });
}
