#include "rules/missing.hpp"

namespace tocsin::rules {

namespace {
struct Words {
    const char *name, *text;
};
constexpr std::array words = {
    Words{"history", "what the journal knows of the sender was not at hand"},
    Words{"text_intent", "the text model is not loaded"},
    Words{"screenshots", "no picture is made of the message"},
    Words{"text_in_pictures", "text in pictures is not read"},
    Words{"picture_given_up",
          "an earlier try at this message did not come back, so its pictures were left out"},
    Words{"logos", "logos in pictures are not looked for"},
    Words{"domain_age", "the age of domains is not looked up"},
    Words{"link_analysis", "links are not followed"},
    Words{"translation", "texts are not translated"},
    Words{"macro_model", "macros are not weighed by a model"},
    Words{"attack_score", "there is no score of the vendor's kind"},
    Words{"sensitive_data", "sensitive data is not looked for"},
    Words{"file_contents", "the contents of files are not at hand"},
    Words{"user_reports", "reports of users are not at hand"},
    Words{"budget", "the rule took too long and was cut off"},
    Words{"cut_off", "a limit hid a part of what the rule looked at"},
};
static_assert(words.size() == static_cast<std::size_t>(Capability::count_));
}  // namespace

std::string_view to_string(Capability capability) {
    return words[static_cast<std::size_t>(capability)].name;
}
std::string_view explain(Capability capability) {
    return words[static_cast<std::size_t>(capability)].text;
}

}  // namespace tocsin::rules
