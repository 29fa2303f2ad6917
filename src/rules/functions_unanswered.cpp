#include <array>

#include "rules/functions.hpp"
#include "rules/known_words.hpp"
#include "rules/message_bindings.hpp"

namespace tocsin::rules {

namespace {

/// Results that never exist here: declared so that rules that ask for them are checked.
constexpr const char* declarations = R"(
    Screenshot: content_type text, file_name text, size integer;
    FinalDOM: raw text, display_text text, inner_text text, links [Link];
    Brand: name text, confidence text;
    CredPhish: disposition text, confidence text, brand Brand, contains_captcha boolean, contains_login boolean;
    Response: json dynamic, url URL, status_code integer, file Screenshot;
    Download: file_name text, file_extension text, file_type text, content_type text, size integer, sha256 text, md5 text;
    LinkAnalysis: final_dom FinalDOM, credphish CredPhish, effective_url URL, redirect_history [URL], screenshot Screenshot,
        files_downloaded [Download], unique_urls_accessed [URL], additional_responses [Response], status_code integer,
        submitted boolean;
    Whois: days_old integer, found boolean, registrar_name text, registrant_company text, registrant_country text,
        registrant_country_code text, registrant_email text, administrative_email text, technical_email text,
        registrar_email text, name_servers [Domain];
    Logos: brands [Brand];
    MacroVerdict: malicious boolean, confidence text;
    SensitiveElement: type text, confidence text, text text;
    SensitiveInformation: elements [SensitiveElement];
    AttackScore: verdict text, score integer;
    Translated: text text, language text
)";
constexpr const char* text_in_pictures = R"(
    OCRPage: text text;
    OCR: text text, success boolean, page_results [OCRPage]
)";

}  // namespace

void add_unanswered_functions(Functions& functions, Types& types, PicturesRead pictures) {
    types.declare(declarations);
    if (pictures == PicturesRead::no) types.declare(text_in_pictures);
    for (const char* name : {"Brand", "CredPhish", "MacroVerdict", "SensitiveElement"})
        for (Field& field : types.named(name).fields)
            if (field.name == "confidence") field.words = known_words::confidences;
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    const auto add = [&](const char* name, std::vector<Parameter> parameters, const char* result,
                         Capability missing, NullArgument null_argument = NullArgument::spreads) {
        functions.add({.name = name,
                       .parameters = std::move(parameters),
                       .result = object(result),
                       .missing = missing,
                       .null_argument = null_argument});
    };
    const Type* const text = types.text();
    const Parameter link{"", {object("Link"), object("URL"), text}};
    const Parameter mode{"mode", {text}, true};
    const Parameter picture{"", {}};
    for (const char* name : {"ml.link_analysis", "beta.linkanalysis"})
        add(name, {link, mode}, "LinkAnalysis", Capability::link_analysis);
    add("network.whois", {{"", {object("Domain"), text}}}, "Whois", Capability::domain_age);
    for (const char* name : {"file.message_screenshot", "beta.message_screenshot"})
        add(name, {}, "Screenshot", Capability::screenshots, NullArgument::given);
    add("file.html_screenshot", {{"", {}}}, "Screenshot", Capability::screenshots);
    if (pictures == PicturesRead::no) add("beta.ocr", {picture}, "OCR", Capability::text_in_pictures);
    add("ml.logo_detect", {picture}, "Logos", Capability::logos);
    add("ml.macro_classifier", {picture}, "MacroVerdict", Capability::macro_model);
    add("beta.ml_extract_sensitive_information", {{"", {text}}}, "SensitiveInformation",
        Capability::sensitive_data);
    for (const char* name : {"ml.attack_score", "beta.fuzzy_attack_score"})
        add(name, {}, "AttackScore", Capability::attack_score, NullArgument::given);
    add("beta.ml_translate", {{"", {text}}}, "Translated", Capability::translation);
}

}  // namespace tocsin::rules
