// Rows about what the daemon, the text model, or nobody here can tell; and every function over null.
#include "rules/function_tables.hpp"

namespace tocsin::rules::test {

namespace {

// As test_function_tables.cpp answers for the daemon.
const Letter from_somebody_known{.from = "known@sender.example",
                                 .headers = "Reply-To: known@sender.example\r\n"};
const Letter from_a_stranger{.from = "stranger@sender.example", .headers = "Reply-To: x@other.example\r\n"};

const Letter with_a_link{.html = "<a href=\"https://a.example/\">x</a>"};
const Letter with_a_file{.file_name = "a.html", .file = "<html>Louisiana</html>"};

std::vector<CallRow> history_and_words() {
    return {
        {"profile.by_sender", "vip_impersonation_charity.yml",
         R"(profile.by_sender().prevalence in ("new", "rare"))", "{}", from_a_stranger, from_somebody_known},
        {"profile.by_sender_email", "attachment_eml_with_html_attachment.yml",
         R"(profile.by_sender_email().prevalence in ("new", "outlier"))", "{}", from_a_stranger,
         from_somebody_known},
        {"profile.by_sender_domain", "vendor_impersonation_thread_hijack.yml",
         R"(profile.by_sender_domain().days_known < 3)", "{}", from_a_stranger, from_somebody_known},
        {"beta.profile.by_reply_to", "callback_phishing_signable.yml",
         R"(( not beta.profile.by_reply_to().solicited or ( beta.profile.by_reply_to()"
         R"().any_messages_malicious_or_spam and not beta.profile.by_reply_to().any_messages_benign )"
         R"() ))",
         "{}", from_a_stranger, from_somebody_known},
        {"profile.by_reply_to", "", R"(profile.by_reply_to().solicited)", "{}", from_somebody_known,
         from_a_stranger},
        {"ml.nlu_classifier",
         "abuse_substack_cred_theft_branded_button_redirects.yml",
         R"(any(ml.nlu_classifier(body.current_thread.text).intents, .name == "cred_theft" and )"
         R"(.confidence != "low" ))",
         "{}",
         {.text = "The zebra waits in front of our house today"},
         {.text = "The horse waits in front of our house today"}},
        {"beta.ml_topic",
         "unrelated_sharepoint_link.yml",
         R"(any(beta.ml_topic(body.html.display_text).topics, .name == "File Sharing and Cloud )"
         R"(Services" and .confidence == "high" ))",
         "{}",
         {.html =
              "<p>Anna shared a file with you. Open the shared folder in OneDrive, or download the shared "
              "document from Dropbox or Google Drive; the file was shared with you.</p>"},
         {.html = "<p>The zebra waits in front of our house today, and it rains.</p>"}},
    };
}

std::vector<CallRow> unanswered() {
    return {
        {"ml.link_analysis",
         "link_fake_zoom_invite.yml",
         R"(ml.link_analysis(.).credphish.brand.name == "Zoom")",
         "any(body.links, {})",
         with_a_link,
         {},
         "null ? link_analysis"},
        {"beta.linkanalysis",
         "",
         R"(beta.linkanalysis(.).submitted)",
         "any(body.links, {})",
         with_a_link,
         {},
         "null ? link_analysis"},
        {"network.whois",
         "link_published_google_doc.yml",
         R"(network.whois(.href_url.domain).days_old < 30)",
         "any(body.links, {})",
         with_a_link,
         {},
         "null ? domain_age"},
        {"file.message_screenshot",
         "monday_infra_abuse.yml",
         R"(beta.parse_exif(file.message_screenshot()).image_width < 2000)",
         "length(body.links) > 0 and {}",
         with_a_link,
         {},
         "null ? screenshots"},
        {"beta.message_screenshot",
         "",
         R"(beta.scan_qr(beta.message_screenshot()).found)",
         "length(body.links) > 0 and {}",
         with_a_link,
         {},
         "null ? screenshots"},
        {"file.html_screenshot",
         "attachment_fake_zoom_installer.yml",
         R"(any(ml.logo_detect(file.html_screenshot(.)).brands, .name == "Zoom" and .confidence in ()"
         R"("medium", "high") ))",
         "any(attachments, {})",
         with_a_file,
         {},
         "null ? screenshots"},
        {"beta.ocr",
         "brand_impersonation_rfq_pdf.yml",
         R"(strings.icontains(beta.ocr(.).text, "Louisiana"))",
         "any(attachments, {})",
         with_a_file,
         {},
         "null ? text_in_pictures"},
        {"ml.logo_detect",
         "attachment_docusign_suspicious_links.yml",
         R"(any(ml.logo_detect(.).brands, .name == "DocuSign"))",
         "any(attachments, {})",
         with_a_file,
         {},
         "null ? logos"},
        {"ml.macro_classifier",
         "attachment_suspicious_vba_macro_first_time_sender.yml",
         R"(ml.macro_classifier(.).confidence in ("high"))",
         "any(attachments, {})",
         with_a_file,
         {},
         "null ? macro_model"},
        {"beta.ml_extract_sensitive_information",
         "",
         R"(beta.ml_extract_sensitive_information(body.html.display_text).elements)",
         "any({}, .type == 'iban_code')",
         with_a_link,
         {},
         "null ? sensitive_data",
         "null"},
        {"ml.attack_score",
         "",
         R"(ml.attack_score().verdict)",
         "length(body.links) > 0 and {} == 'malicious'",
         with_a_link,
         {},
         "null ? attack_score"},
        {"beta.fuzzy_attack_score",
         "",
         R"(beta.fuzzy_attack_score().verdict)",
         "length(body.links) > 0 and {} == 'malicious'",
         with_a_link,
         {},
         "null ? attack_score"},
        {"beta.ml_translate",
         "",
         R"(beta.ml_translate(body.html.display_text).text)",
         "strings.icontains({}, 'bill')",
         with_a_link,
         {},
         "null ? translation",
         "null"},
    };
}

/// Ours: no rule of the feed calls them.
std::vector<CallRow> look_alikes() {
    return {
        {"tocsin.lookalike", "", "tocsin.lookalike(.href_url.domain).kind == 'brand'", "any(body.links, {})",
         Letter{.text = "https://paypa1.com/ and https://sender.example/"},
         Letter{.text = "https://www.paypal.com/"}, "true", "null"},
        {"tocsin.impersonates", "", "tocsin.impersonates(sender.display_name, sender.email)",
         "{} is not null", Letter{.from = "\"Park, Kim\" <kim@sender.example>"},
         Letter{.from = "Kim Park <kim@corp.example>"}},
    };
}

}  // namespace

std::vector<CallRow> calls_that_ask_others() {
    std::vector<CallRow> rows = history_and_words();
    for (CallRow& row : unanswered()) rows.push_back(std::move(row));
    for (CallRow& row : look_alikes()) rows.push_back(std::move(row));
    return rows;
}

// headers.in_reply_to is null, as are attachments[9], body.links[9] and the fields of a hop that is not there.
std::vector<NullRow> calls_over_null() {
    return {
        {"any", "any(headers.hops[9].fields, true)", "null"},
        {"all", "all(headers.hops[9].fields, false)", "true"},
        {"filter", "filter(headers.hops[9].fields, true)", "[]"},
        {"map", "map(headers.hops[9].fields, .name)", "null"},
        {"ratio", "ratio(headers.hops[9].fields, true)", "null"},
        {"distinct", "distinct(headers.hops[9].fields, .name)", "[]"},
        {"coalesce", "coalesce(headers.in_reply_to, null)", "null"},
        {"length", "length(headers.in_reply_to)", "null"},
        {"sum", "sum(map(headers.hops[9].fields, .position))", "0"},
        {"flatten", "flatten(headers.hops[9].fields)", "[]"},
        {"keys", "keys(body.links[9].href_url.query_params_decoded)", "null"},
        {"values", "values(body.links[9].href_url.query_params_decoded)", "null"},
        {"strings.parse_url", "strings.parse_url(headers.in_reply_to)", "null"},
        {"strings.parse_domain", "strings.parse_domain(headers.in_reply_to)", "null"},
        {"strings.parse_email", "strings.parse_email(headers.in_reply_to)", "null"},
        {"strings.parse_json", "strings.parse_json(headers.in_reply_to)", "null"},
        {"strings.parse_html", "strings.parse_html(headers.in_reply_to)", "null"},
        {"hash.sha256", "hash.sha256(headers.in_reply_to)", "null"},
        {"beta.ip_in", "beta.ip_in(headers.ips[9].ip, '10.0.0.0/8')", "null"},
        {"strings.contains", "strings.contains(headers.in_reply_to, 'a')", "null"},
        {"strings.icontains", "strings.icontains(headers.in_reply_to, 'a')", "null"},
        {"strings.starts_with", "strings.starts_with(headers.in_reply_to, 'a')", "null"},
        {"strings.istarts_with", "strings.istarts_with(headers.in_reply_to, 'a')", "null"},
        {"strings.ends_with", "strings.ends_with(headers.in_reply_to, 'a')", "null"},
        {"strings.iends_with", "strings.iends_with(headers.in_reply_to, 'a')", "null"},
        {"strings.like", "strings.like(headers.in_reply_to, '*')", "null"},
        {"strings.ilike", "strings.ilike(headers.in_reply_to, '*')", "null"},
        {"ilike", "ilike(headers.in_reply_to, '*')", "null"},
        {"strings.count", "strings.count(headers.in_reply_to, 'a')", "null"},
        {"strings.icount", "strings.icount('a', headers.in_reply_to)", "null"},
        {"strings.levenshtein", "strings.levenshtein(headers.in_reply_to, 'a')", "null"},
        {"strings.ilevenshtein", "strings.ilevenshtein('a', headers.in_reply_to)", "null"},
        {"strings.concat", "strings.concat('a', headers.in_reply_to)", "null"},
        {"strings.replace_confusables", "strings.replace_confusables(headers.in_reply_to)", "null"},
        {"strings.scan_base64", "strings.scan_base64(headers.in_reply_to, format='url')", "null"},
        {"beta.scan_base64", "beta.scan_base64(headers.in_reply_to)", "null"},
        {"strings.decode_base64", "strings.decode_base64(headers.in_reply_to)", "null"},
        {"regex.contains", "regex.contains(headers.in_reply_to, 'a')", "null"},
        {"regex.icontains", "regex.icontains(headers.in_reply_to, 'a')", "null"},
        {"regex.match", "regex.match(headers.in_reply_to, 'a')", "null"},
        {"regex.imatch", "regex.imatch(headers.in_reply_to, 'a')", "null"},
        {"regex.count", "regex.count(headers.in_reply_to, 'a')", "null"},
        {"regex.icount", "regex.icount(headers.in_reply_to, 'a')", "null"},
        {"regex.extract", "regex.extract(headers.in_reply_to, 'a')", "null"},
        {"regex.iextract", "regex.iextract(headers.in_reply_to, 'a')", "null"},
        {"html.xpath", "html.xpath(body.html, '//a')", "null"},
        {"file.explode", "file.explode(attachments[9])", "null"},
        {"file.parse_eml", "file.parse_eml(attachments[9]).subject.subject", "null"},
        {"file.parse_html", "file.parse_html(attachments[9]).raw", "null"},
        {"file.parse_text", "file.parse_text(attachments[9]).text", "null"},
        {"beta.parse_exif", "beta.parse_exif(attachments[9]).title", "null"},
        {"beta.scan_qr", "beta.scan_qr(attachments[9]).found", "null"},
        {"beta.file.parse_ics", "beta.file.parse_ics(attachments[9]).events", "null"},
        {"file.oletools", "file.oletools(attachments[9]).relationships", "null"},
        {"file.expand_archives", "file.expand_archives(attachments[9]).files", "null"},
        {"profile.by_sender", "profile.by_sender().solicited", "null ? history"},
        {"profile.by_sender_email", "profile.by_sender_email().solicited", "null ? history"},
        {"profile.by_sender_domain", "profile.by_sender_domain().solicited", "null ? history"},
        {"profile.by_reply_to", "profile.by_reply_to().solicited", "null ? history"},
        {"beta.profile.by_reply_to", "beta.profile.by_reply_to().solicited", "null ? history"},
        {"tocsin.lookalike", "tocsin.lookalike(body.links[9].href_url.domain).kind", "null"},
        {"tocsin.impersonates", "tocsin.impersonates(sender.display_name, sender.email).kind", "null"},
        {"ml.nlu_classifier", "ml.nlu_classifier(headers.in_reply_to).intents", "null"},
        {"beta.ml_topic", "beta.ml_topic(headers.in_reply_to).topics", "null"},
        {"ml.link_analysis", "ml.link_analysis(body.links[9]).submitted", "null"},
        {"beta.linkanalysis", "beta.linkanalysis(body.links[9]).submitted", "null"},
        {"network.whois", "network.whois(headers.domains[9]).found", "null"},
        {"file.message_screenshot", "file.message_screenshot().size", "null ? screenshots"},
        {"beta.message_screenshot", "beta.message_screenshot().size", "null ? screenshots"},
        {"file.html_screenshot", "file.html_screenshot(body.html).size", "null"},
        {"beta.ocr", "beta.ocr(attachments[9]).text", "null"},
        {"ml.logo_detect", "ml.logo_detect(attachments[9]).brands", "null"},
        {"ml.macro_classifier", "ml.macro_classifier(attachments[9]).malicious", "null"},
        {"beta.ml_extract_sensitive_information",
         "beta.ml_extract_sensitive_information(headers.in_reply_to).elements", "null"},
        {"ml.attack_score", "ml.attack_score().verdict", "null ? attack_score"},
        {"beta.fuzzy_attack_score", "beta.fuzzy_attack_score().verdict", "null ? attack_score"},
        {"beta.ml_translate", "beta.ml_translate(headers.in_reply_to).text", "null"},
    };
}

}  // namespace tocsin::rules::test
