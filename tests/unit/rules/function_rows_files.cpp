// Rows about file.* and their kin: what is inside attachments.
#include "rules/explode_fixture.hpp"
#include "rules/function_tables.hpp"
#include "scan/ole_builder.hpp"
#include "scan/qr_fixture.hpp"
#include "scan/scan_fixture.hpp"

namespace tocsin::rules::test {

namespace {

Letter with_file(std::string name, std::string content) {
    return {.file_name = std::move(name), .file = std::move(content)};
}

std::string calendar(std::string_view uid) {
    return "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:" + std::string(uid) +
           "\r\nSUMMARY:Meeting\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
}

std::string document_with_macro(std::string_view sub) {
    const std::string source =
        "Attribute VB_Name = \"Module1\"\r\nSub " + std::string(sub) + "()\r\nx = 1\r\nEnd Sub\r\n";
    const std::string project = scan::test::make_ole(
        {{"VBA", "", true}, {"Module1", scan::test::pack_vba(source), false, 1}, {"dir", "x", false, 1}});
    return scan::test::make_zip({{"word/document.xml", "<w:document/>"}, {"word/vbaProject.bin", project}});
}

std::string inner_mail(std::string_view body) {
    return "From: c@d.example\r\nSubject: inner\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n" +
           std::string(body) + "\r\n";
}

std::string picture(bool with_code) {
    constexpr std::uint32_t side = 64;
    return scan::test::as_png(with_code
                                  ? scan::test::qr_image(6)
                                  : scan::GreyImage{side, side, std::vector<std::uint8_t>(side * side, 255)});
}

}  // namespace

std::vector<CallRow> calls_about_files() {
    return {
        {"file.explode", "attachment_encrypted_pdf_cred_theft_eml.yml",
         R"(filter(file.explode(.), .depth > 0))", "any(attachments, length({}) == 1)",
         with_file("a.zip", scan::test::make_zip({{"inner.txt", "text"}})), with_file("a.txt", "text")},
        {"file.explode", "attachment_svg_file_execution.yml",
         R"(any(.scan.strings.strings, strings.like(., "*Run*", "*Execute*") ))",
         "any(attachments, any(file.explode(.), {}))", with_file("a.svg", "<svg>shell.Run(x)</svg>"),
         with_file("a.svg", "<svg>shell.run(x)</svg>")},
        {"file.explode", "open_redirect_indeed.yml",
         R"(any(file.explode(.), any(.scan.url.urls, "indeed_open_redirect" in .rewrite.encoders ) ))",
         "any(attachments, {})",
         with_file("a.txt", "see https://t.indeed.com/r?target=https%3A%2F%2Fevil.example%2F now"),
         with_file("a.txt", "see https://t.indeed.com/r?to=https%3A%2F%2Fevil.example%2F now"), "true",
         "null"},
        {"file.parse_eml", "brand_impersonation_pfpt_secure_message.yml",
         R"(length(file.parse_eml(.).body.links) == 1)", "any(attachments, {})",
         with_file("a.eml", inner_mail("<a href=\"https://a.example/\">x</a>")),
         with_file("a.eml", inner_mail("no link"))},
        {"file.parse_html", "attachment_html_javascript_HTTP.yml",
         R"(strings.icontains(file.parse_html(.).raw, 'onreadystate'))", "any(attachments, {})",
         with_file("a.html", "<html><script>x.OnReadyStateChange = y</script></html>"),
         with_file("a.html", "<html><script>x.ready = y</script></html>")},
        {"file.parse_text", "attachment_html_smuggling_b64_zip.yml",
         R"(strings.icontains(file.parse_text(.).text, 'atob'))", "any(attachments, {})",
         with_file("a.txt", "window.ATOB(x)"), with_file("a.txt", "window.btoa(x)")},
        {"beta.parse_exif", "attachment_pdf_canva_from_sus_email.yml",
         R"(beta.parse_exif(.).producer == 'Canva')", "any(attachments, {})",
         with_file("a.pdf", make_pdf({"<</Producer(Canva)>>"}, "", "/Info 5 0 R")),
         with_file("a.pdf", make_pdf({"<</Producer(Other)>>"}, "", "/Info 5 0 R"))},
        {"beta.scan_qr", "attachment_pdf_qr_rcpt_email_cred.yml", R"(length(beta.scan_qr(.).items) > 0)",
         "any(attachments, {})", with_file("a.png", picture(true)), with_file("a.png", picture(false))},
        {"beta.file.parse_ics", "attachment_ics_uid_rcpt_email.yml",
         R"(any(beta.file.parse_ics(.).events, any(.raw_properties, .key == "UID" and .value == )"
         R"(recipients.to[0].email.email ) ))",
         "any(attachments, {})", with_file("a.ics", calendar("bob@corp.example")),
         with_file("a.ics", calendar("1@corp.example"))},
        {"file.oletools", "attachment_vba_macro_auto_exec_unsolicited.yml",
         R"(any(file.oletools(.).macros.keywords, .type =~ "autoexec"))", "any(attachments, {})",
         with_file("a.docm", document_with_macro("AutoOpen")),
         with_file("a.docm", document_with_macro("Helper"))},
        {"file.expand_archives", "attachment_base64_encoded_bash_command_in_filename.yml",
         R"(any(file.expand_archives(.).files, strings.contains(.file_name, "{") and ( )"
         R"(strings.icontains(.file_name, 'echo,') or strings.icontains(.file_name, 'base64') or )"
         R"(regex.icontains(.file_name, '\bbash\b') or any(beta.scan_base64(.file_name, )"
         R"(ignore_padding=true), length(.) >= 10 ) ) ))",
         "any(attachments, {})", with_file("a.zip", scan::test::make_zip({{"x{echo,y}.rar", "text"}})),
         with_file("a.zip", scan::test::make_zip({{"x-echo,y.rar", "text"}}))},
    };
}

}  // namespace tocsin::rules::test
