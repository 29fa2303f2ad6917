#include "base/languages.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array names = {
    Pair{"af", "Afrikaans"},  Pair{"am", "Amharic"},    Pair{"ar", "Arabic"},    Pair{"az", "Azerbaijani"},
    Pair{"be", "Belarusian"}, Pair{"bg", "Bulgarian"},  Pair{"bn", "Bengali"},   Pair{"bs", "Bosnian"},
    Pair{"ca", "Catalan"},    Pair{"cs", "Czech"},      Pair{"cy", "Welsh"},     Pair{"da", "Danish"},
    Pair{"de", "German"},     Pair{"el", "Greek"},      Pair{"en", "English"},   Pair{"es", "Spanish"},
    Pair{"et", "Estonian"},   Pair{"eu", "Basque"},     Pair{"fa", "Persian"},   Pair{"fi", "Finnish"},
    Pair{"fr", "French"},     Pair{"ga", "Irish"},      Pair{"gl", "Galician"},  Pair{"gu", "Gujarati"},
    Pair{"he", "Hebrew"},     Pair{"hi", "Hindi"},      Pair{"hr", "Croatian"},  Pair{"hu", "Hungarian"},
    Pair{"hy", "Armenian"},   Pair{"id", "Indonesian"}, Pair{"is", "Icelandic"}, Pair{"it", "Italian"},
    Pair{"ja", "Japanese"},   Pair{"ka", "Georgian"},   Pair{"kk", "Kazakh"},    Pair{"km", "Khmer"},
    Pair{"kn", "Kannada"},    Pair{"ko", "Korean"},     Pair{"lo", "Lao"},       Pair{"lt", "Lithuanian"},
    Pair{"lv", "Latvian"},    Pair{"mk", "Macedonian"}, Pair{"ml", "Malayalam"}, Pair{"mn", "Mongolian"},
    Pair{"mr", "Marathi"},    Pair{"ms", "Malay"},      Pair{"mt", "Maltese"},   Pair{"my", "Burmese"},
    Pair{"ne", "Nepali"},     Pair{"nl", "Dutch"},      Pair{"no", "Norwegian"}, Pair{"pa", "Punjabi"},
    Pair{"pl", "Polish"},     Pair{"pt", "Portuguese"}, Pair{"ro", "Romanian"},  Pair{"ru", "Russian"},
    Pair{"si", "Sinhala"},    Pair{"sk", "Slovak"},     Pair{"sl", "Slovenian"}, Pair{"sq", "Albanian"},
    Pair{"sr", "Serbian"},    Pair{"sv", "Swedish"},    Pair{"sw", "Swahili"},   Pair{"ta", "Tamil"},
    Pair{"te", "Telugu"},     Pair{"th", "Thai"},       Pair{"tl", "Filipino"},  Pair{"tr", "Turkish"},
    Pair{"uk", "Ukrainian"},  Pair{"ur", "Urdu"},       Pair{"uz", "Uzbek"},     Pair{"vi", "Vietnamese"},
    Pair{"zh", "Chinese"},
};

constexpr std::array alike = {
    Pair{"da", "no"}, Pair{"id", "ms"}, Pair{"cs", "sk"}, Pair{"hr", "bs"}, Pair{"hr", "sr"},
    Pair{"hr", "sl"}, Pair{"bs", "sr"}, Pair{"bs", "sl"}, Pair{"sr", "sl"}, Pair{"gl", "es"},
    Pair{"gl", "pt"}, Pair{"mr", "hi"}, Pair{"ne", "hi"}, Pair{"mr", "ne"}, Pair{"bg", "mk"},
    Pair{"mk", "sr"}, Pair{"be", "uk"},
};

}  // namespace

std::string_view language_name(std::string_view code) {
    const auto* const found = std::ranges::find(names, code, &Pair::first);
    return found == names.end() ? code : found->second;
}

bool languages_alike(std::string_view a, std::string_view b) {
    return a == b || std::ranges::any_of(
                         alike, [&](const Pair& pair) { return pair == Pair{a, b} || pair == Pair{b, a}; });
}

}  // namespace tocsin
