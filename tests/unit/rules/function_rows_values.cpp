// Rows about loops, arrays, maps, what texts are parsed to, and pages.
#include "rules/function_tables.hpp"

namespace tocsin::rules::test {

namespace {

const std::string gmail = "Reply-To: a@gmail.com\r\n";
const std::string elsewhere = "Reply-To: a@corp.example\r\n";

std::string links(std::string_view first, std::string_view second = "") {
    std::string out = "<a href=\"" + std::string(first) + "\">one</a> ";
    if (!second.empty()) out += "<a href=\"" + std::string(second) + "\">two</a>";
    return out;
}

std::vector<CallRow> loops() {
    return {
        {"any",
         "bec_fraud_penpal_scam.yml",
         R"(any(headers.reply_to, .email.domain.root_domain in $free_email_providers ))",
         "{}",
         {.headers = gmail},
         {.headers = elsewhere}},
        {"all",
         "link_self_service_sus_rcpt_caps.yml",
         R"(all(recipients.cc, .email.domain.domain in $free_email_providers))",
         "{}",
         {.headers = "Cc: a@gmail.com, b@gmail.com\r\n"},
         {.headers = "Cc: a@gmail.com, b@corp.example\r\n"}},
        {"filter",
         "vip_impersonation_fake_thread_invoice_handoff_struct.yml",
         R"(length(filter(flatten([recipients.to, recipients.cc, recipients.bcc]), )"
         R"(.email.domain.root_domain in $org_domains ) ) == 1)",
         "{}",
         {.headers = "Cc: a@sender.example\r\n"},
         {.headers = "Cc: a@corp.example\r\n"}},
        {"flatten",
         "vip_impersonation_fake_thread_invoice_handoff_struct.yml",
         R"(flatten([recipients.to, recipients.cc, recipients.bcc]))",
         "length({}) == 3",
         {.headers = "Cc: a@b.example, c@d.example\r\n"},
         {}},
        {"map",
         "attachment_eml_cred_theft_language.yml",
         R"(( length(recipients.to) == 1 and sender.email.email in map(recipients.to, .email.email) ))",
         "{}",
         {.to = "anna@sender.example"},
         {.to = "anna@sender.example, bob@corp.example"}},
        {"ratio",
         "",
         R"(ratio(body.links, .href_url.domain.root_domain == sender.email.domain.root_domain))",
         "{} == 0.5",
         {.html = links("https://sender.example/", "https://b.example/")},
         {.html = links("https://b.example/", "https://c.example/")}},
        {"distinct",
         "link_sus_domain_path_finance_lure.yml",
         R"(length(distinct(body.current_thread.links, .href_url.domain.root_domain)) == 1)",
         "{}",
         {.html = links("https://a.b.example/", "https://c.b.example/")},
         {.html = links("https://a.example/", "https://b.example/")}},
        {"coalesce",
         "attachment_eml_with_html_attachment.yml",
         R"(not coalesce(headers.auth_summary.dmarc.pass, false))",
         "{}",
         {},
         {.headers = "Received: from a.example (a.example [192.0.2.7]) by mx.corp.example; Mon, 2 Mar 2026 "
                     "10:00:00 +0000\r\nAuthentication-Results: mx.corp.example; dmarc=pass "
                     "header.from=sender.example\r\n"}},
    };
}

std::vector<CallRow> arrays_and_maps() {
    return {
        {"length",
         "recon_email_address_harvesting_attempt.yml",
         R"(length(subject.base) <= 15)",
         "{}",
         {.subject = "RE: quick question"},
         {.subject = "a question of some length"}},
        {"sum",
         "recon_short_generic_greeting.yml",
         R"(sum([length(recipients.to), length(recipients.bcc), length(recipients.cc)]) == 1)",
         "{}",
         {},
         {.headers = "Cc: a@b.example\r\n"}},
        {"keys",
         "link_dropbox_paper_file.yml",
         R"(any(body.current_thread.links, .href_url.domain.root_domain == "dropbox.com" and )"
         R"(strings.istarts_with(.href_url.path, '/scl/fi/') and strings.iends_with(.href_url.path, )"
         R"('.paper') and 'rlkey' in keys(.href_url.query_params_decoded) ))",
         "{}",
         {.html = links("https://www.dropbox.com/scl/fi/x/y.paper?a=1&rlkey=z")},
         {.html = links("https://www.dropbox.com/scl/fi/x/y.paper?a=1&key=rlkey")}},
        {"values",
         "spam_fake_dating_profile.yml",
         R"(any(values(.href_url.query_params_decoded), any(., strings.parse_email(.).email in map()"
         R"(recipients.to, .email.email ) ) ))",
         "any(body.links, {})",
         {.to = "bob@example.com", .html = links("https://a.example/?x=1&y=bob%40example.com")},
         {.to = "bob@example.com",
          .html = links("https://a.example/?bob%40example.com=carol%40example.com")}},
    };
}

std::vector<CallRow> parsers() {
    // Documentation addresses of RFC 5737, and those of a real list around them.
    constexpr std::string_view received = "Received: from a.example (a.example [";
    const auto from_ip = [&](std::string_view ip) {
        return std::string(received) + std::string(ip) +
               "]) by mx.corp.example; Mon, 2 Mar 2026 10:00:00 +0000\r\n";
    };
    return {
        {"strings.parse_url",
         "open_redirect_bangkoksync.yml",
         R"(any(.href_url.query_params_decoded["url"], strings.parse_url(.).domain.root_domain != )"
         R"("bangkoksync.com" ))",
         "any(body.links, {})",
         {.html = links("https://bangkoksync.com/goto.php?url=https%3A%2F%2Fevil.example%2F")},
         {.html = links("https://bangkoksync.com/goto.php?url=https%3A%2F%2Fwww.bangkoksync.com%2F")}},
        {"strings.parse_domain",
         "service_abuse_datadog_alert.yml",
         R"(not any(.href_url.query_params_decoded["domain"], strings.parse_domain(.).root_domain )"
         R"(== "datadoghq.com" ))",
         "any(body.links, {})",
         {.html = links("https://a.example/?domain=evil.com")},
         {.html = links("https://a.example/?domain=app.datadoghq.com")}},
        {"strings.parse_email",
         "headers_x_source_auth_mismatch_bec.yml",
         R"(any(headers.hops, any(.fields, .name == 'X-Source-Auth' and .value != )"
         R"(sender.email.email and strings.parse_email(.value).email is not null ) ))",
         "{}",
         {.headers = "X-Source-Auth: other@example.com\r\n"},
         {.headers = "X-Source-Auth: nobody\r\n"}},
        {"strings.parse_json",
         "link_chatbot_page_abuse.yml",
         R"(strings.parse_json(.named_groups['json'])['config']['userPlan'] == 'free')",
         R"(any(regex.extract(body.html.raw, 'data=(?P<json>\{.*\});'), {}))",
         {.html = R"(<script>data={"config": {"userPlan": "free"}};</script>)"},
         {.html = R"(<script>data={"config": {"userPlan": "paid"}};</script>)"}},
        {"hash.sha256",
         "observed_malicious_sender_root_domains.yml",
         R"(hash.sha256(sender.email.domain.root_domain))",
         "{} in ('487b7a8eb5d071fdcf568a92be270dcd3a8c89ce5282cdc29479fc25979c6fd8', "
         "'e6d7bd07a1cd006cf97520fa6f5ceea33cd19ac4b18f98d5c14b4db88e53c221')",
         {},
         {.from = "a@other.example"}},
        {"beta.ip_in",
         "observed_malicious_headers_ips_smartape.yml",
         R"(beta.ip_in(.ip, "5.188.60.0/24", "5.188.166.0/24", "31.177.108.0/22", "77.91.89.0/24", )"
         R"("91.219.148.0/22"))",
         "any(headers.ips, {})",
         {.headers = from_ip("31.177.111.255")},
         {.headers = from_ip("31.177.112.0")}},
    };
}

std::vector<CallRow> pages() {
    return {
        {"html.xpath",
         "impersonation_docusign.yml",
         R"(any(html.xpath(body.html, '//img/@alt').nodes, .raw =~ "docusign"))",
         "{}",
         {.html = "<img src=x alt=DocuSign>"},
         {.html = "<img src=DocuSign alt=logo>"}},
        {"html.xpath",
         "file_sharing_with_template_artifacts.yml",
         R"(any(html.xpath(body.html, '//a[@href="#"]').nodes, .raw is not null))",
         "{}",
         {.html = links("#")},
         {.html = links("#top")}},
        {"strings.parse_html",
         "callback_phishing_calendar_invite.yml",
         R"(strings.parse_html(.description).display_text)",
         "any(attachments, any(beta.file.parse_ics(.).events, {} == 'Call us'))",
         {.file_name = "a.ics",
          .file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:<p>Call <b>us</b></p>\r\nEND:VEVENT\r\n"
                  "END:VCALENDAR\r\n"},
         {.file_name = "a.ics",
          .file = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:<p>Call <i hidden>not </i>her</p>\r\n"
                  "END:VEVENT\r\nEND:VCALENDAR\r\n"}},
    };
}

}  // namespace

std::vector<CallRow> calls_about_values() {
    std::vector<CallRow> rows = loops();
    for (const auto& more : {arrays_and_maps(), parsers(), pages()})
        rows.insert(rows.end(), more.begin(), more.end());
    return rows;
}

}  // namespace tocsin::rules::test
