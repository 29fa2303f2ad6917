#include <nlohmann/json.hpp>

#include "mail/authentication_results.hpp"
#include "mail/domain_names.hpp"
#include "mail/message_json.hpp"

namespace tocsin::mail {
namespace {

using Json = nlohmann::ordered_json;

/// An absent text is an absent member, which rules see as null.
void put(Json& object, const char* key, const std::string& value) {
    if (!value.empty()) object[key] = value;
}
void put(Json& object, const char* key, const std::optional<std::string>& value) {
    if (value) object[key] = *value;
}
Json or_null(const std::optional<bool>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json ips_json(const std::vector<IpAddress>& ips) {
    Json list = Json::array();
    for (const IpAddress& ip : ips) list.push_back(ip_json(ip));
    return list;
}

Json domains_json(const std::vector<Domain>& domains) {
    Json list = Json::array();
    for (const Domain& domain : domains) list.push_back(domain_json(domain));
    return list;
}

std::string property(const AuthVerdict& verdict, const char* name) {
    const auto found = verdict.properties.find(name);
    return found == verdict.properties.end() ? std::string() : found->second;
}

Json dmarc_details(const AuthVerdict& verdict, DomainNames& domain_names) {
    Json details{{"verdict", verdict.verdict}};
    if (const std::string from = property(verdict, "header.from"); !from.empty())
        details["from"] = domain_json(domain_names.parse(from));
    put(details, "action", property(verdict, "action"));
    return details;
}

Json spf_details(const AuthVerdict& verdict) {
    Json details{{"verdict", verdict.verdict}};
    std::string designator = property(verdict, "designator");
    for (const char* name : {"smtp.mailfrom", "envelope-from", "smtp.helo"}) {
        if (designator.empty()) designator = property(verdict, name);
    }
    put(details, "designator", designator);
    put(details, "client_ip", property(verdict, "client-ip"));
    return details;
}

Json received_json(const Received& received) {
    Json out = Json::object();
    if (!received.server.empty()) out["server"] = {{"raw", received.server}};
    if (!received.source.empty()) out["source"] = {{"raw", received.source}};
    if (!received.id.empty()) out["id"] = {{"raw", received.id}};
    if (!received.with.empty()) out["protocol"] = {{"raw", received.with}};
    if (!received.envelope_for.empty()) out["mailbox"] = {{"raw", received.envelope_for}};
    put(out, "time", received.time);
    out["ips"] = ips_json(received.ips);
    out["domains"] = domains_json(received.domains);
    return out;
}

Json results_json(const AuthenticationResults& results, DomainNames& domain_names) {
    Json out = Json::object();
    put(out, "server", results.server);
    Json dkim = Json::array();
    for (const AuthVerdict& verdict : results.verdicts) {
        if (verdict.method == "dkim") {
            Json details{{"verdict", verdict.verdict}};
            for (const char* name : {"header.d", "header.i"}) {
                std::string domain = property(verdict, name);
                if (!domain.empty() && !details.contains("domain"))
                    details["domain"] = domain.substr(domain.find('@') + 1);
            }
            put(details, "selector", property(verdict, "header.s"));
            dkim.push_back(std::move(details));
        }
        if (out.contains(verdict.method)) continue;
        if (verdict.method == "compauth") {
            out["compauth"] = {{"verdict", verdict.verdict}};
            put(out["compauth"], "reason", property(verdict, "reason"));
        } else if (verdict.method == "dmarc" || verdict.method == "spf" || verdict.method == "dkim" ||
                   verdict.method == "arc") {
            out[verdict.method] = verdict.verdict;
        }
        if (verdict.method == "dmarc") out["dmarc_details"] = dmarc_details(verdict, domain_names);
        if (verdict.method == "spf") out["spf_details"] = spf_details(verdict);
    }
    out["dkim_details"] = std::move(dkim);
    return out;
}

Json hop_json(const Hop& hop, DomainNames& domain_names) {
    Json out{{"index", hop.index}, {"fields", Json::array()}};
    for (const HopField& field : hop.fields) {
        out["fields"].push_back({{"name", field.name}, {"value", field.value}, {"position", field.position}});
    }
    if (hop.received) out["received"] = received_json(*hop.received);
    if (hop.authentication_results)
        out["authentication_results"] = results_json(*hop.authentication_results, domain_names);
    if (hop.received_spf) out["received_spf"] = spf_details(*hop.received_spf);
    if (hop.signature_domain || hop.signature_headers) {
        Json signature = Json::object();
        put(signature, "domain", hop.signature_domain);
        put(signature, "headers", hop.signature_headers);
        out["signature"] = std::move(signature);
    }
    return out;
}

Json thread_json(const Thread& thread, const std::vector<Link>& links) {
    Json out{{"text", thread.text}, {"links", Json::array()}};
    put(out, "preamble", thread.preamble);
    for (const std::uint32_t index : thread.links) {
        if (is_model_link(links[index])) out["links"].push_back(link_json(links[index]));
    }
    return out;
}

Json previous_thread_json(const Thread& thread, const std::vector<Link>& links) {
    Json out = thread_json(thread, links);
    out["sender"] = mailbox_json(thread.sender.value_or(Mailbox{}));
    out["recipients"] = {
        {"to", mailboxes_json(thread.to)}, {"cc", mailboxes_json(thread.cc)}, {"bcc", Json::array()}};
    if (thread.subject) out["subject"] = subject_json(*thread.subject);
    return out;
}

}  // namespace

std::string_view to_string(LinkParser parser) {
    switch (parser) {
        case LinkParser::plain: return "plain";
        case LinkParser::hyperlink: return "hyperlink";
        case LinkParser::image: return "image";
        case LinkParser::form: return "form";
        case LinkParser::other: return "other";
    }
    return "other";
}

bool is_model_link(const Link& link) {
    return link.parser == LinkParser::plain || link.parser == LinkParser::hyperlink;
}

Json domain_json(const Domain& domain) {
    Json out = Json::object();
    put(out, "domain", domain.domain);
    put(out, "root_domain", domain.root_domain);
    put(out, "sld", domain.sld);
    put(out, "subdomain", domain.subdomain);
    put(out, "tld", domain.tld);
    put(out, "punycode", domain.punycode);
    out["valid"] = domain.valid;
    return out;
}

Json ip_json(const IpAddress& ip) {
    Json out{{"ip", ip.ip}, {"version", ip.version}};
    if (ip.translation)
        out["translation"] = {{"original", ip.translation->original},
                              {"v4_to_v6", ip.translation->v4_to_v6},
                              {"encoders", ip.translation->encoders}};
    return out;
}

Json email_json(const EmailAddress& email) {
    return {{"email", email.email}, {"local_part", email.local_part}, {"domain", domain_json(email.domain)}};
}

Json mailbox_json(const Mailbox& mailbox) {
    return {{"display_name", mailbox.display_name}, {"email", email_json(mailbox.email)}};
}

Json mailboxes_json(const std::vector<Mailbox>& mailboxes) {
    Json list = Json::array();
    for (const Mailbox& mailbox : mailboxes) list.push_back(mailbox_json(mailbox));
    return list;
}

Json url_json(const Url& url) {
    Json out{{"url", url.url}, {"scheme", url.scheme}};
    put(out, "username", url.username);
    put(out, "password", url.password);
    out["domain"] = domain_json(url.domain);
    if (url.ip) out["ip"] = ip_json(*url.ip);
    if (url.port) out["port"] = *url.port;
    put(out, "path", url.path);
    put(out, "query_params", url.query_params);
    out["query_params_decoded"] = Json::object();
    for (const auto& [name, values] : url.query_params_decoded) out["query_params_decoded"][name] = values;
    put(out, "fragment", url.fragment);
    if (url.rewrite)
        out["rewrite"] = {{"original", url.rewrite->original}, {"encoders", url.rewrite->encoders}};
    return out;
}

Json subject_json(const Subject& subject) {
    return {{"subject", subject.subject},
            {"base", subject.base},
            {"is_reply", subject.is_reply},
            {"is_forward", subject.is_forward}};
}

Json link_json(const Link& link) {
    Json out{{"href_url", url_json(link.href_url)}};
    if (link.display_url) out["display_url"] = url_json(*link.display_url);
    put(out, "display_text", link.display_text);
    out["mismatched"] = or_null(link.mismatched);
    out["visible"] = or_null(link.visible);
    out["parser"] = to_string(link.parser);
    return out;
}

Json headers_json(const Headers& headers) {
    DomainNames domain_names;
    Json dmarc{{"pass", or_null(headers.dmarc_pass)}};
    if (headers.dmarc) dmarc["details"] = dmarc_details(*headers.dmarc, domain_names);
    Json spf{{"pass", or_null(headers.spf_pass)}};
    if (headers.spf) spf["details"] = spf_details(*headers.spf);
    Json out{{"auth_summary", {{"dmarc", std::move(dmarc)}, {"spf", std::move(spf)}}},
             {"hops", Json::array()}};
    for (const Hop& hop : headers.hops) out["hops"].push_back(hop_json(hop, domain_names));
    out["domains"] = domains_json(headers.domains);
    out["ips"] = ips_json(headers.ips);
    out["reply_to"] = mailboxes_json(headers.reply_to);
    if (headers.return_path) out["return_path"] = email_json(*headers.return_path);
    put(out, "message_id", headers.message_id);
    put(out, "in_reply_to", headers.in_reply_to);
    out["references"] = headers.references;
    put(out, "mailer", headers.mailer);
    put(out, "date", headers.date);
    if (headers.x_originating_ip) out["x_originating_ip"] = {{"ip", *headers.x_originating_ip}};
    out["delivered_to"] = headers.delivered_to;
    return out;
}

Json body_json(const Body& body) {
    Json out{{"current_thread", thread_json(body.current_thread, body.links)},
             {"previous_threads", Json::array()}};
    for (const Thread& thread : body.previous_threads)
        out["previous_threads"].push_back(previous_thread_json(thread, body.links));
    out["links"] = Json::array();
    for (const Link& link : body.links) {
        if (is_model_link(link)) out["links"].push_back(link_json(link));
    }
    out["html"] = nullptr;
    if (body.html) {
        out["html"] = {{"raw", body.html->raw},
                       {"display_text", body.html->display_text},
                       {"inner_text", body.html->inner_text}};
    }
    out["plain"] = nullptr;
    if (body.plain) out["plain"] = {{"raw", *body.plain}};
    out["ips"] = ips_json(body.ips);
    return out;
}

}  // namespace tocsin::mail
