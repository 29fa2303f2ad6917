#include "rules/message_types.hpp"

#include <array>

#include "mail/authentication_results.hpp"
#include "mail/message_json.hpp"
#include "rules/lists.hpp"
#include "rules/message_bindings.hpp"
#include "rules/thread_view.hpp"

namespace tocsin::rules {

namespace bind {
TOCSIN_RULES_NAME(mail::IpTranslation, "Translation");
TOCSIN_RULES_NAME(mail::UrlRewrite, "Rewrite");
}  // namespace bind

namespace {

using bind::computed;
using bind::field;
using bind::field_or_null;
using bind::type_of;
using bind::value_of;

std::string_view property(const mail::AuthVerdict& verdict, const char* name) {
    const auto found = verdict.properties.find(name);
    return found == verdict.properties.end() ? std::string_view() : std::string_view(found->second);
}

/// The first of these properties that is there, or null.
template <std::size_t Size>
Value first_property(const mail::AuthVerdict& verdict, const std::array<const char*, Size>& names) {
    for (const char* name : names)
        if (const std::string_view text = property(verdict, name); !text.empty()) return Value::of(text);
    return Value::null();
}

Value text_or_null(std::string_view text) {
    return text.empty() ? Value::null() : Value::of(text);
}

// ---- values of several members ----

void declare_addresses(Types& types) {
    using mail::Domain, mail::EmailAddress, mail::Mailbox, mail::IpAddress;
    types.named("Domain").fields = {field_or_null<&Domain::domain>(types, "domain"),
                                    field_or_null<&Domain::root_domain>(types, "root_domain"),
                                    field_or_null<&Domain::sld>(types, "sld"),
                                    field_or_null<&Domain::subdomain>(types, "subdomain"),
                                    field_or_null<&Domain::tld>(types, "tld"),
                                    field_or_null<&Domain::punycode>(types, "punycode"),
                                    field<&Domain::valid>(types, "valid"),
                                    computed<Domain, [](const Domain& domain, Evaluation&) {
                                        return domain.valid ? Value::null()
                                                            : Value::of(std::string_view("invalid"));
                                    }>("error", types.text())};
    types.named("EmailAddress").fields = {field<&EmailAddress::email>(types, "email"),
                                          field<&EmailAddress::local_part>(types, "local_part"),
                                          field<&EmailAddress::domain>(types, "domain")};
    // Names of persons come from an organisation's directory, which we do not have.
    const auto unknown = [](const Mailbox&, Evaluation&) { return Value::null(); };
    types.named("Mailbox").fields = {field_or_null<&Mailbox::display_name>(types, "display_name"),
                                     field<&Mailbox::email>(types, "email"),
                                     computed<Mailbox, unknown>("first_name", types.text()),
                                     computed<Mailbox, unknown>("last_name", types.text())};
    using mail::IpTranslation;
    types.named("Translation").fields = {field<&IpTranslation::original>(types, "original"),
                                         field<&IpTranslation::v4_to_v6>(types, "v4_to_v6"),
                                         field<&IpTranslation::encoders>(types, "encoders")};
    types.named("IP").fields = {field<&IpAddress::ip>(types, "ip"),
                                field<&IpAddress::version>(types, "version"),
                                field<&IpAddress::translation>(types, "translation")};
}

void declare_links(Types& types) {
    using mail::Link, mail::Url, mail::UrlRewrite;
    types.named("Rewrite").fields = {field<&UrlRewrite::original>(types, "original"),
                                     field<&UrlRewrite::encoders>(types, "encoders")};
    types.named("URL").fields = {field<&Url::url>(types, "url"),
                                 field<&Url::scheme>(types, "scheme"),
                                 field_or_null<&Url::username>(types, "username"),
                                 field_or_null<&Url::password>(types, "password"),
                                 field<&Url::domain>(types, "domain"),
                                 field<&Url::ip>(types, "ip"),
                                 field<&Url::port>(types, "port"),
                                 field_or_null<&Url::path>(types, "path"),
                                 field_or_null<&Url::query_params>(types, "query_params"),
                                 field<&Url::query_params_decoded>(types, "query_params_decoded"),
                                 field_or_null<&Url::fragment>(types, "fragment"),
                                 computed<Url, [](const Url& url, Evaluation&) {
                                     return url.rewrite ? Value::of_object(url.rewrite.get()) : Value::null();
                                 }>("rewrite", types.object(&types.named("Rewrite")))};
    types.named("Link").fields = {
        field<&Link::href_url>(types, "href_url"),
        field<&Link::display_url>(types, "display_url"),
        field<&Link::display_text>(types, "display_text"),
        field<&Link::mismatched>(types, "mismatched"),
        field<&Link::visible>(types, "visible"),
        computed<Link, [](const Link& link, Evaluation&) { return Value::of(mail::to_string(link.parser)); }>(
            "parser", types.text())};
}

// ---- headers ----

constexpr std::array spf_designators = {"designator", "smtp.mailfrom", "envelope-from", "smtp.helo"};
constexpr std::array dkim_domains = {"header.d", "header.i"};

Value verdict_of(const mail::AuthenticationResults& results, std::string_view method) {
    const mail::AuthVerdict* const found = mail::find_verdict(results, method);
    return found == nullptr ? Value::null() : text_or_null(found->verdict);
}
Value details_of(const mail::AuthenticationResults& results, std::string_view method) {
    const mail::AuthVerdict* const found = mail::find_verdict(results, method);
    return found == nullptr ? Value::null() : Value::of_object(found);
}
Value all_dkim(const mail::AuthenticationResults& results, Evaluation& evaluation) {
    std::vector<Value> found;
    for (const mail::AuthVerdict& verdict : results.verdicts)
        if (verdict.method == "dkim") found.push_back(Value::of_object(&verdict));
    const std::span<Value> items = evaluation.arena().values(found.size());
    std::ranges::copy(found, items.begin());
    return Value::of(std::span<const Value>(items));
}
Value dmarc_from(const mail::AuthVerdict& verdict, Evaluation& evaluation) {
    const std::string_view from = property(verdict, "header.from");
    if (from.empty()) return Value::null();
    return Value::of_object(
        &evaluation.arena().keep(evaluation.surroundings().tools.domain_names.parse(from)));
}
Value dkim_domain(const mail::AuthVerdict& verdict, Evaluation&) {
    const Value domain = first_property(verdict, dkim_domains);
    if (domain.is_null()) return domain;
    const std::string_view text = domain.text();
    return Value::of(text.substr(text.find('@') + 1));
}

void declare_authentication(Types& types) {
    using Verdict = mail::AuthVerdict;
    using Results = mail::AuthenticationResults;
    const auto verdict = [](const Verdict& one, Evaluation&) { return text_or_null(one.verdict); };
    types.named("SPF").fields = {
        computed<Verdict, verdict>("verdict", types.text()),
        computed<Verdict,
                 [](const Verdict& one, Evaluation&) { return first_property(one, spf_designators); }>(
            "designator", types.text()),
        computed<Verdict, [](const Verdict& one, Evaluation&) {
            return text_or_null(property(one, "client-ip"));
        }>("client_ip", types.text())};
    types.named("DMARC").fields = {
        computed<Verdict, verdict>("verdict", types.text()),
        computed<Verdict, dmarc_from>("from", types.object(&types.named("Domain"))),
        computed<Verdict, [](const Verdict& one, Evaluation&) {
            return text_or_null(property(one, "action"));
        }>("action", types.text())};
    types.named("DKIM").fields = {computed<Verdict, verdict>("verdict", types.text()),
                                  computed<Verdict, dkim_domain>("domain", types.text()),
                                  computed<Verdict, [](const Verdict& one, Evaluation&) {
                                      return text_or_null(property(one, "header.s"));
                                  }>("selector", types.text())};
    types.named("CompAuth").fields = {computed<Verdict, verdict>("verdict", types.text()),
                                      computed<Verdict, [](const Verdict& one, Evaluation&) {
                                          return text_or_null(property(one, "reason"));
                                      }>("reason", types.text())};
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    types.named("AuthenticationResults").fields = {
        field_or_null<&Results::server>(types, "server"),
        computed<Results, [](const Results& one, Evaluation&) { return verdict_of(one, "dmarc"); }>(
            "dmarc", types.text()),
        computed<Results, [](const Results& one, Evaluation&) { return verdict_of(one, "spf"); }>(
            "spf", types.text()),
        computed<Results, [](const Results& one, Evaluation&) { return verdict_of(one, "dkim"); }>(
            "dkim", types.text()),
        computed<Results, [](const Results& one, Evaluation&) { return verdict_of(one, "arc"); }>(
            "arc", types.text()),
        computed<Results, [](const Results& one, Evaluation&) { return details_of(one, "compauth"); }>(
            "compauth", object("CompAuth")),
        computed<Results, [](const Results& one, Evaluation&) { return details_of(one, "dmarc"); }>(
            "dmarc_details", object("DMARC")),
        computed<Results, [](const Results& one, Evaluation&) { return details_of(one, "spf"); }>(
            "spf_details", object("SPF")),
        computed<Results, all_dkim>("dkim_details", types.array_of(object("DKIM")))};
}

/// "server.raw" and the like: the object is the text itself.
template <auto Member>
Value clause_of(const mail::Received& received, Evaluation&) {
    const std::string& text = received.*Member;
    return text.empty() ? Value::null() : Value::of_object(&text);
}

void declare_hops(Types& types) {
    using mail::Hop, mail::HopField, mail::Received;
    types.named("HeaderField").fields = {field<&HopField::name>(types, "name"),
                                         field<&HopField::value>(types, "value"),
                                         field<&HopField::position>(types, "position")};
    const auto raw = [](const std::string& text, Evaluation&) { return Value::of(std::string_view(text)); };
    types.named("Clause").fields = {computed<std::string, raw>("raw", types.text())};
    const Type* const clause = types.object(&types.named("Clause"));
    types.named("Received").fields = {
        computed<Received, clause_of<&Received::server>>("server", clause),
        computed<Received, clause_of<&Received::source>>("source", clause),
        computed<Received, clause_of<&Received::id>>("id", clause),
        computed<Received, clause_of<&Received::with>>("protocol", clause),
        computed<Received, clause_of<&Received::envelope_for>>("mailbox", clause),
        field_or_null<&Received::time>(types, "time"),
        field<&Received::ips>(types, "ips"),
        field<&Received::domains>(types, "domains")};
    types.named("Signature").fields = {field<&Hop::signature_domain>(types, "domain"),
                                       field<&Hop::signature_headers>(types, "headers")};
    types.named("Hop").fields = {field<&Hop::index>(types, "index"),
                                 field<&Hop::fields>(types, "fields"),
                                 field<&Hop::received>(types, "received"),
                                 field<&Hop::authentication_results>(types, "authentication_results"),
                                 field<&Hop::received_spf>(types, "received_spf"),
                                 computed<Hop, [](const Hop& hop, Evaluation&) {
                                     return hop.signature_domain || hop.signature_headers
                                                ? Value::of_object(&hop)
                                                : Value::null();
                                 }>("signature", types.object(&types.named("Signature")))};
}

Value optional_object(const auto& optional) {
    return optional ? Value::of_object(&*optional) : Value::null();
}

void declare_headers(Types& types) {
    using mail::Headers;
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    const auto self = [](const Headers& headers, Evaluation&) { return Value::of_object(&headers); };
    const auto never = [](const Headers&, Evaluation&) { return Value::null(); };
    types.named("DMARCSummary").fields = {
        field<&Headers::dmarc_pass>(types, "pass"),
        computed<Headers, [](const Headers& headers, Evaluation&) { return optional_object(headers.dmarc); }>(
            "details", object("DMARC")),
        computed<Headers, never>("error", types.text())};
    types.named("SPFSummary").fields = {
        field<&Headers::spf_pass>(types, "pass"),
        computed<Headers, [](const Headers& headers, Evaluation&) { return optional_object(headers.spf); }>(
            "details", object("SPF")),
        computed<Headers, never>("error", types.text())};
    types.named("AuthSummary").fields = {computed<Headers, self>("dmarc", object("DMARCSummary")),
                                         computed<Headers, self>("spf", object("SPFSummary"))};
    types.named("OriginatingIP").fields = {computed<std::string, [](const std::string& text, Evaluation&) {
        return Value::of(std::string_view(text));
    }>("ip", types.text())};
    types.named("Headers").fields = {
        computed<Headers, self>("auth_summary", object("AuthSummary")),
        field<&Headers::hops>(types, "hops"),
        field<&Headers::domains>(types, "domains"),
        field<&Headers::ips>(types, "ips"),
        field<&Headers::reply_to>(types, "reply_to"),
        field<&Headers::return_path>(types, "return_path"),
        field<&Headers::message_id>(types, "message_id"),
        field<&Headers::in_reply_to>(types, "in_reply_to"),
        field<&Headers::references>(types, "references"),
        field<&Headers::mailer>(types, "mailer"),
        field<&Headers::date>(types, "date"),
        field<&Headers::delivered_to>(types, "delivered_to"),
        computed<Headers, [](const Headers& headers,
                             Evaluation&) { return optional_object(headers.x_originating_ip); }>(
            "x_originating_ip", object("OriginatingIP")),
        computed<Headers, never>("date_original_offset", types.text()),
        computed<Headers, never>("x_authenticated_domain", object("Domain")),
        computed<Headers, never>("x_authenticated_sender", object("EmailAddress")),
        computed<Headers, never>("x_sender", object("EmailAddress")),
        computed<Headers, never>("x_client_ip", object("IP"))};
}

// ---- body ----

Value model_links(const std::vector<mail::Link>& links, Evaluation& evaluation) {
    const std::span<Value> items = evaluation.arena().values(links.size());
    evaluation.spend(links.size());
    std::size_t count = 0;
    for (const mail::Link& link : links)
        if (mail::is_model_link(link)) items[count++] = Value::of_object(&link);
    return Value::of(std::span<const Value>(items.first(count)));
}

Value thread_links(const ThreadView& view, Evaluation& evaluation) {
    const std::span<Value> items = evaluation.arena().values(view.thread->links.size());
    evaluation.spend(items.size());
    std::size_t count = 0;
    for (const std::uint32_t index : view.thread->links)
        if (mail::is_model_link(view.body->links[index]))
            items[count++] = Value::of_object(&view.body->links[index]);
    return Value::of(std::span<const Value>(items.first(count)));
}

Value view_of(const mail::Thread& thread, const mail::Body& body, Evaluation& evaluation) {
    return Value::of_object(&evaluation.arena().keep(ThreadView{&thread, &body}));
}

Value thread_text(const ThreadView& view, Evaluation&) {
    // Without any text part there is no text, not even an empty one.
    if (view.thread == &view.body->current_thread && !view.body->html && !view.body->plain)
        return Value::null();
    return Value::of(std::string_view(view.thread->text));
}

Value previous_threads(const mail::Body& body, Evaluation& evaluation) {
    const std::span<Value> items = evaluation.arena().values(body.previous_threads.size());
    for (std::size_t at = 0; at < items.size(); ++at)
        items[at] = view_of(body.previous_threads[at], body, evaluation);
    return Value::of(std::span<const Value>(items));
}

void declare_body(Types& types) {
    using mail::Body, mail::HtmlFacts, mail::Subject, mail::Thread;
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    const Type* const links = types.array_of(object("Link"));
    types.named("Subject").fields = {
        field<&Subject::subject>(types, "subject"), field<&Subject::base>(types, "base"),
        field<&Subject::is_reply>(types, "is_reply"), field<&Subject::is_forward>(types, "is_forward"),
        computed<Subject, [](const Subject&, Evaluation&) { return Value::null(); }>("is_auto_reply",
                                                                                     types.boolean())};
    types.named("HTML").fields = {long_text(field<&HtmlFacts::raw>(types, "raw"), page_steps),
                                  long_text(field<&HtmlFacts::display_text>(types, "display_text")),
                                  long_text(field<&HtmlFacts::inner_text>(types, "inner_text"))};
    types.named("Plain").fields = {long_text(computed<std::string, [](const std::string& text, Evaluation&) {
        return Value::of(std::string_view(text));
    }>("raw", types.text()))};
    types.named("Recipients").fields = {
        computed<Thread, [](const Thread& thread,
                            Evaluation& evaluation) { return value_of(thread.to, evaluation); }>(
            "to", types.array_of(object("Mailbox"))),
        computed<Thread, [](const Thread& thread,
                            Evaluation& evaluation) { return value_of(thread.cc, evaluation); }>(
            "cc", types.array_of(object("Mailbox"))),
        computed<Thread, [](const Thread&, Evaluation&) { return Value::of(std::span<const Value>()); }>(
            "bcc", types.array_of(object("Mailbox")))};
    types.declare("Banner: text text");
    types.named("Thread").fields = {
        long_text(computed<ThreadView, thread_text>("text", types.text())),
        computed<ThreadView, thread_links>("links", links),
        computed<ThreadView,
                 [](const ThreadView& view, Evaluation&) { return text_or_null(view.thread->preamble); }>(
            "preamble", types.text()),
        computed<ThreadView,
                 [](const ThreadView&, Evaluation&) { return Value::of(std::span<const Value>()); }>(
            "banners", types.array_of(object("Banner"))),
        computed<ThreadView,
                 [](const ThreadView& view, Evaluation&) { return optional_object(view.thread->sender); }>(
            "sender", object("Mailbox")),
        computed<ThreadView,
                 [](const ThreadView& view, Evaluation&) { return Value::of_object(view.thread); }>(
            "recipients", object("Recipients")),
        computed<ThreadView, [](const ThreadView& view, Evaluation&) {
            return optional_object(view.thread->subject);
        }>("subject", object("Subject"))};
    types.named("Body").fields = {
        computed<Body, [](const Body& body,
                          Evaluation& evaluation) { return view_of(body.current_thread, body, evaluation); }>(
            "current_thread", object("Thread")),
        computed<Body, previous_threads>("previous_threads", types.array_of(object("Thread"))),
        computed<Body, [](const Body& body,
                          Evaluation& evaluation) { return model_links(body.links, evaluation); }>("links",
                                                                                                   links),
        field<&Body::html>(types, "html"),
        computed<Body, [](const Body& body, Evaluation&) { return optional_object(body.plain); }>(
            "plain", object("Plain")),
        field<&Body::ips>(types, "ips")};
}

void declare_message(Types& types) {
    using mail::Attachment, mail::Direction, mail::Message;
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    types.named("Attachment").fields = {
        field_or_null<&Attachment::file_name>(types, "file_name"),
        field_or_null<&Attachment::file_extension>(types, "file_extension"),
        field_or_null<&Attachment::file_type>(types, "file_type"),
        field_or_null<&Attachment::content_type>(types, "content_type"),
        field_or_null<&Attachment::content_id>(types, "content_id"),
        field_or_null<&Attachment::content_disposition>(types, "content_disposition"),
        field<&Attachment::size>(types, "size"),
        field_or_null<&Attachment::md5>(types, "md5"),
        field_or_null<&Attachment::sha1>(types, "sha1"),
        field_or_null<&Attachment::sha256>(types, "sha256")};
    // What a customer sends is judged as its recipient sees it: inbound. The rules about outgoing mail see it as outbound, too.
    types.named("MessageType").fields = {
        computed<Message,
                 [](const Message& message, Evaluation& evaluation) {
                     return Value::of(message.direction == Direction::inbound ||
                                      evaluation.surroundings().view == View::recipient);
                 }>("inbound", types.boolean()),
        computed<Message, [](const Message& message,
                             Evaluation&) { return Value::of(message.direction == Direction::outbound); }>(
            "outbound", types.boolean()),
        computed<Message, [](const Message& message, Evaluation&) {
            return Value::of(message.direction == Direction::internal);
        }>("internal", types.boolean())};
    types.named("HeaderRecipients").fields = {field<&Message::to>(types, "to"),
                                              field<&Message::cc>(types, "cc"),
                                              field<&Message::bcc>(types, "bcc")};
    const auto self = [](const Message& message, Evaluation&) { return Value::of_object(&message); };
    types.named("Message").fields = {computed<Message, self>("type", object("MessageType")),
                                     field<&Message::sender>(types, "sender"),
                                     computed<Message, self>("recipients", object("HeaderRecipients")),
                                     field<&Message::mailbox>(types, "mailbox"),
                                     field<&Message::subject>(types, "subject"),
                                     field<&Message::headers>(types, "headers"),
                                     field<&Message::body>(types, "body"),
                                     field<&Message::attachments>(types, "attachments")};
}

}  // namespace

void declare_vip(ObjectType& type, Types& types) {
    type.fields = {field<&Vip::display_name>(types, "display_name"), field<&Vip::email>(types, "email")};
}

const ObjectType& declare_message_types(Types& types) {
    declare_addresses(types);
    declare_links(types);
    declare_authentication(types);
    declare_hops(types);
    declare_headers(types);
    declare_body(types);
    declare_message(types);
    return types.named("Message");
}

}  // namespace tocsin::rules
