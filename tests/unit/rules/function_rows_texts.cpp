// Rows about strings.* and regex.*.
#include "rules/function_tables.hpp"

namespace tocsin::rules::test {

namespace {

std::string repeated(std::string_view text, std::size_t times) {
    std::string out;
    while (times-- > 0) out += text;
    return out;
}

std::string link(std::string_view target, std::string_view text = "here") {
    return "<a href=\"" + std::string(target) + "\">" + std::string(text) + "</a>";
}

std::vector<CallRow> searches() {
    return {
        {"strings.contains",
         "impersonation_employee_payroll_fraud.yml",
         R"(strings.contains(sender.display_name, " "))",
         "{}",
         {},
         {.from = "Anna <anna@sender.example>"}},
        {"strings.icontains",
         "link_financial_pdf_to_free_file_host.yml",
         R"(strings.icontains(.display_text, 'Distribution'))",
         "any(body.links, {})",
         {.html = link("https://a.example/", "Your DISTRIBUTION list")},
         {.html = link("https://a.example/", "Your bill")}},
        {"strings.starts_with",
         "link_google_notification_untrusted_sender.yml",
         R"(strings.starts_with(.href_url.path, "/g/p/"))",
         "any(body.links, {})",
         {.html = link("https://a.example/g/p/x")},
         {.html = link("https://a.example/G/p/x")}},
        {"strings.istarts_with",
         "attachment_fake_attachment_image.yml",
         "strings.istarts_with(subject.subject, \"\u7b54\u590d:\")",
         "{}",
         {.subject = "=?utf-8?B?562U5aSNOiBoaQ==?="},
         {.subject = "hi \u7b54\u590d:"}},
        {"strings.istarts_with",
         "attachment_office365_image.yml",
         R"(strings.istarts_with(subject.subject, "TR:"))",
         "{}",
         {.subject = "tr: x"},
         {.subject = "x tr:"}},
        {"strings.ends_with",
         "impersonation_microsoft_credential_theft.yml",
         R"(strings.ends_with(headers.message_id, '@odspnotify>'))",
         "{}",
         {.headers = "Message-ID: <x@odspnotify>\r\n"},
         {.headers = "Message-ID: <x@ODSPNOTIFY>\r\n"}},
        {"strings.iends_with",
         "body_self_sender_bold_pdf_link.yml",
         R"(strings.iends_with(.href_url.path, '.pdf'))",
         "any(body.links, {})",
         {.html = link("https://a.example/bill.PDF")},
         {.html = link("https://a.example/bill.pdf.exe")}},
        {"strings.like",
         "impersonation_quickbooks.yml",
         R"(strings.like(sender.display_name, "QB-*", "QB *"))",
         "{}",
         {.from = "QB Team <a@sender.example>"},
         {.from = "qb Team <a@sender.example>"}},
        {"strings.ilike",
         "link_fake_zoom_invite.yml",
         R"(any(recipients.to, strings.ilike(.display_name, "undisclosed?recipients")))",
         "{}",
         {.to = "Undisclosed Recipients <a@b.example>"},
         {.to = "Disclosed recipients <a@b.example>"}},
        {"ilike", "", R"(ilike(subject.subject, '*invoice*'))", "{}", {.subject = "Your INVOICE"}, {}},
        {"regex.contains",
         "body_encrypted_zip_password_attachment.yml",
         R"(regex.contains(body.current_thread.text, '[A-Z]{10,}'))",
         "{}",
         {.text = "key: QWERTZUIOPA"},
         {.text = "key: qwertzuiopa"}},
        {"regex.icontains",
         "body_bec_covid_international_org_scam.yml",
         R"(regex.icontains(body.current_thread.text, 'covid(.{0,5}19)?\b'))",
         "{}",
         {.text = "COVID - 19 aid"},
         {.text = "covidence"}},
        {"regex.match",
         "link_fake_thread_nlu_financial_request.yml",
         R"(any(body.links, regex.match(.display_text, '[A-Z ]+')))",
         "{}",
         {.html = link("https://a.example/", "VIEW NOW")},
         {.html = link("https://a.example/", "VIEW now")}},
        {"regex.imatch",
         "service_abuse_roomsy.yml",
         R"(regex.imatch(sender.email.local_part, "noreply[0-9]{5}"))",
         "{}",
         {.from = "NoReply12345@sender.example"},
         {.from = "NoReply123456@sender.example"}},
    };
}

std::vector<CallRow> counts_and_distances() {
    return {
        {"strings.count",
         "link_form_abuse_triple_asterisk.yml",
         R"(strings.count(body.current_thread.text, '* * *') == 2)",
         "{}",
         {.text = "* * * gift * * *"},
         {.text = "* * * gift"}},
        {"strings.icount",
         "impersonation_capitalone.yml",
         R"(strings.icount(body.current_thread.text, "security alert") > strings.icount()"
         R"(body.current_thread.text, "sign in to your account and select Security Alerts." ))",
         "{}",
         {.text = "SECURITY ALERT for you"},
         {.text = "Please sign in to your account and select Security Alerts."}},
        {"strings.levenshtein",
         "lookalike_domain_with_suspicious_language.yml",
         R"(0 < strings.levenshtein(.href_url.domain.sld, sender.email.domain.sld ) <= 2)",
         "any(body.links, {})",
         {.html = link("https://sendre.example/")},
         {.html = link("https://sender.example/")}},
        {"strings.ilevenshtein",
         "impersonation_binance.yml",
         R"(strings.ilevenshtein(sender.display_name, 'binance') <= 1)",
         "{}",
         {.from = "BINANSE <a@sender.example>"},
         {.from = "Finanz <a@sender.example>"}},
        {"regex.count",
         "credential_phishing_esign_document_notification.yml",
         R"(regex.count(body.html.raw, '<(?:p|div|span|td)[^>]*>\s*(?:&nbsp;|\s)*\s*</()"
         R"(?:p|div|span|td)>' ) > 30)",
         "{}",
         {.html = repeated("<td class=x>\n&nbsp; </td>", 31)},
         {.html = repeated("<td class=x>\n&nbsp; </td>", 30)}},
        {"regex.icount",
         "attachment_fake_gmail_attachment.yml",
         R"(0 < regex.icount(., '\.pdf|\.(doc|xls|ppt)x?') < 3)",
         "any([body.current_thread.text], {})",
         {.text = "bill.PDF and list.xlsx"},
         {.text = "a.pdf b.doc c.ppt"}},
        {"regex.icount",
         "html_bidi_rtl_override.yml",
         R"(regex.icount(body.html.raw, '<span style="unicode-bidi: bidi-override; display: )"
         R"(inline-block;" dir="rtl">' ) + regex.icount(body.html.raw, '<bdo dir="rtl">'))",
         "{} >= 3",
         {.html = repeated("<BDO dir=\"rtl\">lap</BDO>", 3)},
         {.html = repeated("<bdo dir=\"rtl\">lap</bdo>", 2)}},
    };
}

std::vector<CallRow> makers() {
    return {
        {"strings.concat",
         "credential_phishing_esign_document_notification.yml",
         R"(strings.icount(body.current_thread.text, strings.concat('was sent to ', .email.email) ))",
         "any(recipients.to, {} > 0)",
         {.text = "This was sent to bob@corp.example by us"},
         {.text = "This was sent to carol@corp.example by us"}},
        {"strings.replace_confusables",
         "impersonation_paypal.yml",
         R"(strings.replace_confusables(sender.display_name) =~ "paypal")",
         "{}",
         {.from = "=?utf-8?B?UNCweVDQsGw=?= <a@sender.example>"},
         {.from = "Papal <a@sender.example>"}},
        // Marks go with their Latin letters (reference, 5.4).
        {"strings.replace_confusables",
         "",
         R"(strings.replace_confusables(subject.subject))",
         "{} == 'Uber a la carte'",
         {.subject = "=?utf-8?B?w5xiZXIgw6AgbGEgY2FydGU=?="},
         {}},
        {"strings.scan_base64",
         "link_40hex_rcpt_base64.yml",
         R"(any(strings.scan_base64(.href_url.fragment), . == recipients.to[0].email.email ))",
         "any(body.links, {})",
         {.html = link("https://a.example/#Ym9iQGNvcnAuZXhhbXBsZQ==")},
         {.html = link("https://a.example/#Ym9iQGNvcnAuZXhhbXBsZ")}},
        {"beta.scan_base64",
         "salesforce_infra_abuse.yml",
         R"(any(beta.scan_base64(.href_url.fragment, ignore_padding=true), strings.icontains(., )"
         R"(...email.email) ))",
         "any(recipients.to, any(body.links, {}))",
         {.html = link("https://a.example/#Ym9iQGNvcnAuZXhhbXBsZQ")},
         {.html = link("https://a.example/#Y2Fyb2xAY29ycC5leGFtcGxl")}},
        {"strings.decode_base64",
         "link_recipient_email_in_eta_param.yml",
         R"(strings.icontains(strings.decode_base64(.href_url.query_params_decoded["eta"][0] ), )"
         R"(recipients.to[0].email.domain.domain ))",
         "any(body.links, {})",
         {.html = link("https://a.example/?eta=Ym9iQGNvcnAuZXhhbXBsZQ==")},
         {.html = link("https://a.example/?eta=Ym9iQG90aGVyLmV4YW1wbGU=")}},
        {"regex.extract",
         "body_investor_solicitation.yml",
         R"(any(regex.extract(body.current_thread.text, '(?P<org>[a-zA-Z]{2,20})\s()"
         R"(?:recently\s)?came to our attention' ), any(recipients.to, strings.icontains()"
         R"(.email.domain.domain, ..named_groups["org"]) ) ))",
         "{}",
         {.text = "Corp recently came to our attention"},
         {.text = "Acme came to our attention"}},
        {"regex.iextract",
         "body_css_zero_value_calc.yml",
         R"(any(regex.iextract(body.html.raw, 'calc\(\s*(?P<n1>\d+(?:\.\d+)?)()"
         R"(?P<u1>px|vw|vh|em|rem|%)\s*-\s*(?P<n2>\d+(?:\.\d+)?)(?P<u2>px|vw|vh|em|rem|%)\s*\)' ), )"
         R"(.named_groups["n1"] == .named_groups["n2"] and .named_groups["u1"] == )"
         R"(.named_groups["u2"] ))",
         "{}",
         {.html = "<p style=\"width: CALC(10px - 10px)\">x</p>"},
         {.html = "<p style=\"width: calc(10px - 10em); height: calc(9px - 8px)\">x</p>"}},
    };
}

}  // namespace

std::vector<CallRow> calls_about_texts() {
    std::vector<CallRow> rows = searches();
    for (const auto& more : {counts_and_distances(), makers()})
        rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

}  // namespace tocsin::rules::test
