// The words that every sentence of a language has, as the normaliser writes them (without accents), for telling languages
// apart.
#include "rules/text_lexicon.hpp"

#include <array>

namespace tocsin::rules {

namespace {

constexpr auto language = ConceptKind::language;

constexpr std::array words_of_languages = {
    ConceptRow{language, "english", 1,
               "the|and|of|to|is|you|that|it|for|was|on|are|with|as|his|they|be|at|have|this|from|or|had|by|"
               "but|not|what|all|were|we|"
               "when|your|can|there|an|which|their|if|will|each|about|how|them|then|these|would|has|been|our|"
               "us|my|please|any|who|its"},
    ConceptRow{language, "german", 1,
               "der|die|und|das|den|von|zu|mit|sich|des|auf|fur|ist|im|dem|nicht|ein|eine|als|auch|es|an|"
               "werden|aus|er|hat|dass|sie|nach|"
               "wird|bei|einer|um|am|sind|noch|wie|einem|uber|einen|so|zum|haben|nur|oder|aber|vor|zur|bis|"
               "mehr|durch|ihr|ihre|ihnen|"
               "ihren|ihrer|ihrem|wir|uns|unser|unsere|bitte|wenn|kann|konnen|ich|diese|dieser|dieses|sehr|"
               "wurde|hier|jetzt|ihres"},
    ConceptRow{language, "french", 1,
               "le|la|les|de|des|du|et|un|une|est|en|que|qui|dans|pour|pas|sur|au|aux|par|plus|ce|cette|ces|"
               "vous|votre|vos|nous|notre|nos|"
               "avec|ne|se|sont|ou|mais|son|sa|ses|etre|avez|avons|ont|il|elle|ils|je|si|leur|tout|toute|"
               "tous|afin|veuillez|cet|dune|"
               "lors|chez|merci|apres|sans|deja|ici|etes|cest|peut|pouvez"},
    ConceptRow{language, "spanish", 1,
               "el|la|los|las|de|del|y|un|una|es|en|que|para|por|con|no|su|sus|se|al|lo|como|mas|pero|este|"
               "esta|estos|estas|usted|ustedes|"
               "nuestro|nuestra|nuestros|le|les|ha|han|ser|si|sobre|muy|desde|hasta|puede|tiene|sido|cuando|"
               "donde|tu|te|hemos|haga|aqui|"
               "gracias|ya|todos|favor|nos|porque|hay|estamos"},
    ConceptRow{language, "portuguese", 1,
               "o|a|os|as|de|do|da|dos|das|e|um|uma|em|que|para|por|com|nao|se|no|na|nos|nas|ao|mais|mas|"
               "este|esta|voce|voces|seu|sua|"
               "seus|suas|nosso|nossa|foi|ser|tem|pelo|pela|como|quando|muito|ate|isso|ja|sao|sera|aqui|esse|"
               "essa|obrigado|estao|ou|"
               "pode|temos|apenas|sobre|clique"},
    ConceptRow{language, "italian", 1,
               "il|lo|la|i|gli|le|di|del|della|dei|delle|e|un|una|in|che|per|non|con|su|al|alla|da|dal|dalla|"
               "nel|nella|si|sono|come|piu|"
               "ma|questo|questa|suo|sua|tuo|tua|nostro|nostra|vostro|vostra|ha|hai|essere|anche|ti|vi|ci|se|"
               "stato|stata|grazie|puoi|"
               "qui|ogni|tutti|sei|solo|cui|degli|gentile"},
    ConceptRow{language, "dutch", 1,
               "de|het|een|en|van|in|is|dat|op|te|zijn|met|voor|niet|aan|er|om|ook|als|dan|bij|maar|uit|door|"
               "naar|heeft|wij|uw|u|je|jouw|"
               "ons|onze|dit|deze|wordt|worden|kan|kunt|nog|over|hebben|of|wat|meer|onder|tot|hier|geen|"
               "graag|heb|hebt|alle"},
    ConceptRow{language, "swedish", 1,
               "och|att|det|som|en|pa|ar|av|for|med|till|den|har|de|inte|om|ett|han|men|var|jag|sig|fran|vi|"
               "sa|kan|nar|ditt|din|dina|du|"
               "vara|hos|eller|har|ska|oss|vara"},
    ConceptRow{language, "danish", 1,
               "og|at|det|som|en|pa|er|af|for|med|til|den|har|de|ikke|om|et|han|men|var|jeg|sig|fra|vi|sa|"
               "kan|nar|dit|din|dine|du|"
               "blive|hos|eller|vil|os|vores|bliver|blevet|dette|denne"},
    ConceptRow{language, "norwegian", 1,
               "og|at|det|som|en|pa|er|av|for|med|til|den|har|de|ikke|om|et|han|men|var|jeg|seg|fra|vi|sa|"
               "kan|nar|ditt|din|dine|du|"
               "bli|hos|eller|vil|oss|var|blir|blitt|dette|denne|vare"},
    ConceptRow{language, "polish", 1,
               "i|w|na|z|do|sie|nie|jest|to|ze|o|jak|za|po|co|dla|od|przez|ale|tylko|oraz|lub|jego|czy|twoje|"
               "twoj|panstwa|aby|ktory|ktora|"
               "ktore|prosimy|zostalo|zostal|moze|masz|bedzie|sa"},
    ConceptRow{language, "czech", 1,
               "a|se|v|na|je|ze|s|z|do|o|k|i|za|pro|jsem|ale|jako|od|po|vas|vase|jsou|nebo|byl|bylo|aby|"
               "ktery|ktera|ktere|prosim|dekujeme|"
               "vasi|vam|muzete|jste|tento"},
    ConceptRow{language, "romanian", 1,
               "si|in|de|la|cu|a|nu|pe|un|o|este|din|care|pentru|sa|mai|ca|au|fost|sunt|dumneavoastra|va|"
               "prin|sau|dar|acest|aceasta|"
               "contul|noastre|nostru"},
    ConceptRow{language, "turkish", 1,
               "ve|bir|bu|icin|ile|da|de|olarak|daha|cok|olan|gibi|kadar|sonra|ne|var|sizin|size|siz|degil|"
               "veya|lutfen|her|tum|ancak|"
               "hesabiniz|uzere|olan|olarak|bize"},
    ConceptRow{language, "hungarian", 1,
               "a|az|es|hogy|nem|egy|is|van|meg|ez|de|csak|ha|el|vagy|mint|kell|on|onnek|ezt|kerjuk|majd|"
               "minden|azt|mar|lesz|fiok|volt"},
    ConceptRow{language, "finnish", 1,
               "ja|on|ei|se|etta|joka|han|oli|mutta|kun|ovat|niin|myos|tai|jos|sinun|teidan|ole|olet|voit|"
               "tama|taman|kuin|sen|kanssa|"
               "kiitos|ovat|me|te"},
    ConceptRow{language, "indonesian", 1,
               "dan|yang|di|untuk|dengan|ini|dari|anda|tidak|pada|ke|akan|atau|adalah|itu|kami|dalam|telah|"
               "juga|silakan|akun|kita|oleh|"
               "karena|bisa|sudah"},
    ConceptRow{
        language, "russian", 1,
        "и|в|не|на|что|с|по|это|как|для|вы|ваш|вас|от|мы|за|или|вам|у|из|но|так|все|если|его|к|до|наш"},
    ConceptRow{language, "ukrainian", 1,
               "і|та|що|це|як|для|ви|ваш|від|ми|або|вам|із|але|якщо|його|є|ваше|ваші|не|на|у|з|до|за"},
};

}  // namespace

std::span<const ConceptRow> language_rows() {
    return words_of_languages;
}

}  // namespace tocsin::rules
