#include "api/report_page.hpp"

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits/report_form.hpp"
#include "share/text.hpp"
#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

using proto::HttpResponse;

constexpr std::string_view style = R"(
:root{color-scheme:light dark;--paper:#f4f6f8;--card:#fff;--ink:#1c2733;--soft:#55636f;--line:#d5dce2;--key:#12618f;
--on-key:#fff;--good:#e6f4ea;--good-line:#2f7d4a;--care:#fff4dc;--care-line:#a86b00}
@media(prefers-color-scheme:dark){:root{--paper:#12181d;--card:#1b242b;--ink:#e6ebef;--soft:#a3b1bc;--line:#33414c;
--key:#6fb7e0;--on-key:#0d1a22;--good:#14301f;--good-line:#5fb883;--care:#332705;--care-line:#e0ab4a}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.55 system-ui,"Segoe UI",Roboto,"Noto Sans",sans-serif}
main{max-width:42rem;margin:0 auto;padding:2rem 1.25rem 3rem}
h1{font-size:1.75rem;line-height:1.25;margin:0 0 .4rem}
h2,legend{font-size:1.1rem;font-weight:600;margin:0;padding:0}
p{margin:.4rem 0}
.lead{color:var(--soft);font-size:1.08rem;margin-bottom:1.4rem}
fieldset,.card{border:1px solid var(--line);border-radius:.7rem;background:var(--card);padding:1.1rem 1.25rem;margin:0 0 1rem;
min-width:0}
legend{float:left;width:100%;margin-bottom:.5rem}
legend+*{clear:both}
.hint,small{color:var(--soft);font-size:.92rem}
label{display:block}
.choice{display:flex;gap:.7rem;align-items:flex-start;padding:.45rem 0}
.choice input{width:1.15rem;height:1.15rem;margin:.25rem 0 0;flex:none;accent-color:var(--key)}
textarea,input[type=email],input[type=password],input[type=file]{width:100%;font:inherit;color:inherit;background:var(--paper);
border:1px solid var(--line);border-radius:.45rem;padding:.6rem .7rem;margin-top:.35rem}
textarea{min-height:6rem;resize:vertical}
.source{font:14px/1.4 ui-monospace,monospace;min-height:8rem}
:focus-visible{outline:3px solid var(--key);outline-offset:2px}
summary{cursor:pointer;color:var(--key);padding:.3rem 0}
button{font:inherit;font-weight:600;border:0;border-radius:.55rem;padding:.8rem 1.6rem;background:var(--key);color:var(--on-key);
cursor:pointer}
.care,.good{border-left:.35rem solid;border-radius:.5rem;padding:.8rem 1rem;margin:0 0 1rem}
.care{background:var(--care);border-color:var(--care-line)}
.good{background:var(--good);border-color:var(--good-line)}
ol{margin:.4rem 0;padding-left:1.3rem}
li{margin:.3rem 0}
code{font:1rem ui-monospace,monospace;word-break:break-all}
)";

/// `text` in HTML, in an attribute too. Line ends stay: they are what somebody wrote in a field.
std::string escaped(std::string_view text, std::size_t bytes_max) {
    std::string out;
    for (const char c : store::stored_text(text, bytes_max)) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r' ? ' ' : c;
        }
    }
    return out;
}

/// No script at all, our own style and no other, nothing from elsewhere, in no frame, in no cache.
std::string security_policy() {
    const Hash256 digest = sha256(as_bytes(style));
    const std::string_view bytes = as_text(std::as_bytes(std::span(digest)));
    return "default-src 'none'; style-src 'sha256-" + share::to_base64(bytes) +
           "'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
}

HttpResponse page(int status, std::string_view title, std::string_view body) {
    static const std::string policy = security_policy();
    HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.headers.set("Content-Security-Policy", policy);
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Robots-Tag", "noindex");
    response.body =
        fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    "<title>{}</title><style>{}</style></head>\n<body><main>{}</main></body></html>\n",
                    title, style, body);
    return response;
}

struct DeedChoice {
    respond::Deed deed;
    std::string_view text;
};
constexpr DeedChoice deeds[] = {
    {respond::Deed::none, "I only looked at it"},
    {respond::Deed::clicked, "I clicked on a link or a picture in it"},
    {respond::Deed::opened_file, "I opened a file that came with it"},
    {respond::Deed::gave_credentials, "I typed in a password, a code or card data"},
};

std::string deed_choices(respond::Deed chosen) {
    std::string out;
    for (const DeedChoice& one : deeds)
        out += fmt::format("<label class=\"choice\"><input type=\"radio\" name=\"deed\" value=\"{}\"{}>"
                           "<span>{}</span></label>\n",
                           to_string(one.deed), one.deed == chosen ? " checked" : "", one.text);
    return out;
}

std::string what_is_wrong(const ReportFields& fields, std::string_view wrong) {
    if (wrong.empty()) return {};
    return fmt::format("<div class=\"care\" role=\"alert\"><p><b>Nothing was sent yet.</b> {}</p>{}</div>\n",
                       escaped(wrong, limits::form_words_bytes),
                       fields.file_name.empty()
                           ? ""
                           : fmt::format("<p>Please choose the file <b>{}</b> once more: "
                                         "a browser does not keep it.</p>",
                                         escaped(fields.file_name, limits::form_file_name_bytes)));
}

/// What helps at once, where something happened already.
std::string first_aid(respond::Deed deed) {
    switch (deed) {
        case respond::Deed::none: return {};
        case respond::Deed::clicked:
            return "<p>A click alone rarely does harm. Close the page that opened, and type nothing into "
                   "it. If a file was loaded, leave it closed.</p>";
        case respond::Deed::opened_file:
            return "<p>Pull the network cable or turn off Wi-Fi, and leave the computer switched on: what "
                   "is in its memory helps us. Do not use it until somebody has looked at it.</p>";
        case respond::Deed::gave_credentials:
            return "<p>Change that password now, from another device, and everywhere else where you use it. "
                   "Card data: call your bank and have the card blocked.</p>";
    }
    return {};
}

}  // namespace

HttpResponse form_page(int status, const ReportFields& fields, std::string_view wrong) {
    const std::string_view shown_again = fields.source.size() <= limits::form_source_shown_bytes
                                             ? std::string_view(fields.source)
                                             : std::string_view();
    return page(
        status, "Report a suspicious mail",
        "<h1>Report a suspicious mail</h1>"
        "<p class=\"lead\">You need not be sure, and it is never wrong to ask. Whatever happened: nobody "
        "is blamed here, and the sooner we know, the smaller it stays.</p>\n" +
            what_is_wrong(fields, wrong) +
            fmt::format(
                "<form method=\"post\" enctype=\"multipart/form-data\" action=\"\">\n"
                "<fieldset><legend>The mail</legend>"
                "<label for=\"file\">The mail as a file, if you can</label>"
                "<input type=\"file\" id=\"file\" name=\"file\" "
                "accept=\".eml,.msg,.zip,.dat,message/rfc822\">"
                "<p class=\"hint\">Outlook: drag the mail onto your desktop. Thunderbird: right click, “Save "
                "as”. Gmail: ⋮, “Download message”. Up to {} MB; you need not open it.</p>"
                "<details{}><summary>Or paste its source</summary><label for=\"source\">All of it, from its "
                "first line on (“Show original”, “View source”)</label>"
                "<textarea class=\"source\" id=\"source\" name=\"source\" "
                "spellcheck=\"false\">\n{}</textarea>"
                "</details></fieldset>\n"
                "<fieldset><legend>What happened so far?</legend>\n{}</fieldset>\n"
                "<fieldset><legend><label for=\"words\">What seems odd to you?</label></legend>"
                "<p class=\"hint\">If you do not have the mail at hand: who wrote, when, and what did they "
                "want?</p>"
                "<textarea id=\"words\" name=\"words\" maxlength=\"{}\">\n{}</textarea></fieldset>\n"
                "<fieldset><legend><label for=\"address\">Your mail address</label></legend>"
                "<p class=\"hint\">So that we know whose mailbox it was, and can ask. You may leave it "
                "out.</p>"
                "<input type=\"email\" id=\"address\" name=\"address\" autocomplete=\"email\" "
                "maxlength=\"{}\" "
                "value=\"{}\">"
                "<details><summary>I have a token for reports</summary><label for=\"token\">It shows that it "
                "is "
                "you, and you are told what came of your report.</label>"
                "<input type=\"password\" id=\"token\" name=\"token\" "
                "autocomplete=\"off\"></details></fieldset>\n"
                "<p><button type=\"submit\">Send the report</button></p></form>",
                limits::form_body_bytes >> 20U, fields.source.empty() ? "" : " open",
                escaped(shown_again, limits::form_source_shown_bytes), deed_choices(fields.deed),
                limits::form_words_bytes / 2, escaped(fields.words, limits::form_words_bytes),
                limits::form_address_bytes, escaped(fields.address, limits::form_address_bytes)));
}

HttpResponse thanks_page(std::string_view report, respond::Deed deed, std::string_view contact) {
    const std::string aid = first_aid(deed);
    std::string body = "<h1>Thank you, it has arrived</h1>"
                       "<p class=\"lead\">You did the right thing. From here on it is our work.</p>\n";
    if (!aid.empty()) body += "<div class=\"care\"><h2>Please do this now</h2>" + aid + "</div>\n";
    body += fmt::format("<div class=\"good\"><p>Number of your report: <code>{}</code></p>"
                        "<p class=\"hint\">Keep it: with it we find your report at once.</p></div>\n",
                        escaped(report, limits::form_file_name_bytes));
    body += "<div class=\"card\"><h2>What happens next</h2><ol>"
            "<li>The mail is read by a program that is locked up, so that it can do no harm.</li>"
            "<li>If it is an attack, everybody who got it is protected, and copies are stopped.</li>"
            "<li>If it is not clear, somebody of the security team looks at it.</li></ol>"
            "<p>You need not delete the mail. Do not answer it, and do not pass it on.</p></div>\n";
    if (!contact.empty()) body += "<p>In a hurry? " + escaped(contact, limits::form_words_bytes) + "</p>\n";
    return page(201, "Thank you, it has arrived", body + "<p><a href=\"\">Report another mail</a></p>");
}

HttpResponse notice_page(int status, std::string_view title, std::string_view text) {
    const std::string heading = escaped(title, limits::form_words_bytes);
    return page(status, heading,
                "<h1>" + heading + "</h1><div class=\"care\" role=\"alert\"><p>" +
                    escaped(text, limits::form_words_bytes) +
                    "</p></div><p><a href=\"\">Back to the form</a></p>");
}

}  // namespace tocsin::api
