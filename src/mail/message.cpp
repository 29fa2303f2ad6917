#include "mail/message.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/authentication.hpp"
#include "mail/authentication_results.hpp"
#include "mail/body.hpp"
#include "mail/encoded_words.hpp"
#include "mail/hops.hpp"
#include "mail/received.hpp"
#include "mail/subject.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {
namespace {

/// The identifiers of a References or In-Reply-To field, with their angle brackets (RFC 5322 section 3.6.4).
std::vector<std::string> read_identifiers(std::string_view value, bool& truncated) {
    std::vector<std::string> ids;
    for (value = trim(value); !value.empty(); value = trim(value)) {
        if (ids.size() >= limits::references) {
            truncated = true;
            break;
        }
        const std::size_t end =
            value.starts_with('<')
                ? std::min(value.find('>') == std::string_view::npos ? value.size() : value.find('>') + 1,
                           value.size())
                : std::min(value.find_first_of(" \t<,"), value.size());
        if (end > 0) ids.emplace_back(value.substr(0, end));
        value.remove_prefix(std::max<std::size_t>(end, 1));
        while (value.starts_with(',')) value.remove_prefix(1);
    }
    return ids;
}

class MessageBuilder {
public:
    MessageBuilder(const MimeTree& tree, std::size_t reading, const MessageContext& context, MailTools& tools)
        : tree_(tree), reading_(reading), context_(context), tools_(tools) {}

    Message build() {
        message_.direction = context_.direction;
        if (reading_ >= tree_.readings.size() || tree_.readings[reading_].entities.empty())
            return std::move(message_);
        const Reading& reading = tree_.readings[reading_];
        const std::vector<HeaderField>& fields = tree_.entities[reading.entities.front()].fields;
        read_people(fields);
        message_.subject = parse_subject(text_of(fields, "subject").value_or(""));
        read_headers(fields);
        read_trace(fields);
        const PartRoles roles = find_roles(tree_, reading);
        message_.body = build_body(tree_, roles, tools_, message_.truncated);
        for (const std::uint32_t index : roles.attachments) message_.attachments.push_back(attachment(index));
        return std::move(message_);
    }

private:
    std::optional<std::string> text_of(const std::vector<HeaderField>& fields, std::string_view name) {
        const HeaderField* field = find_field(fields, name);
        if (field == nullptr) return std::nullopt;
        return decode_header_text(field->raw_value, tools_.converters);
    }

    /// All fields of that name together: several To fields are shown as one list.
    std::vector<Mailbox> mailboxes_of(const std::vector<HeaderField>& fields, std::string_view name) {
        std::vector<Mailbox> all;
        for (const HeaderField& field : fields) {
            if (!equals_ignoring_case(field.name, name)) continue;
            for (Mailbox& mailbox :
                 parse_mailboxes(field.raw_value, tools_.converters, tools_.domain_names)) {
                if (all.size() < limits::mailboxes) all.push_back(std::move(mailbox));
            }
        }
        message_.truncated = message_.truncated || all.size() >= limits::mailboxes;
        return all;
    }

    void read_people(const std::vector<HeaderField>& fields) {
        for (const std::string_view name : {"from", "sender"}) {
            auto senders = mailboxes_of(fields, name);
            // a mailbox with an address first: "From: a name <a@b>" may be preceded by bare words
            const auto addressed =
                std::ranges::find_if(senders, [](const Mailbox& m) { return !m.email.email.empty(); });
            if (senders.empty()) continue;
            message_.sender = std::move(addressed == senders.end() ? senders.front() : *addressed);
            break;
        }
        message_.to = mailboxes_of(fields, "to");
        message_.cc = mailboxes_of(fields, "cc");
        message_.bcc = mailboxes_of(fields, "bcc");
        if (!context_.envelope_recipient.empty()) {
            message_.mailbox = Mailbox{{}, parse_email(context_.envelope_recipient, tools_.domain_names)};
            for (const auto* list : {&message_.to, &message_.cc, &message_.bcc}) {
                for (const Mailbox& listed : *list) {
                    const bool same = equals_ignoring_case(listed.email.email, message_.mailbox->email.email);
                    if (same && message_.mailbox->display_name.empty())
                        message_.mailbox->display_name = listed.display_name;
                }
            }
        }
    }

    void read_headers(const std::vector<HeaderField>& fields) {
        Headers& headers = message_.headers;
        headers.reply_to = mailboxes_of(fields, "reply-to");
        if (const HeaderField* path = find_field(fields, "return-path")) {
            auto paths = parse_mailboxes(path->raw_value, tools_.converters, tools_.domain_names);
            if (!paths.empty()) headers.return_path = std::move(paths.front().email);
        }
        headers.message_id = text_of(fields, "message-id");
        headers.in_reply_to = text_of(fields, "in-reply-to");
        headers.mailer = text_of(fields, "x-mailer");
        if (!headers.mailer) headers.mailer = text_of(fields, "user-agent");
        headers.date = text_of(fields, "date");
        headers.x_originating_ip = text_of(fields, "x-originating-ip");
        if (headers.x_originating_ip && headers.x_originating_ip->starts_with('[') &&
            headers.x_originating_ip->ends_with(']')) {
            headers.x_originating_ip =
                headers.x_originating_ip->substr(1, headers.x_originating_ip->size() - 2);
        }
        if (const auto references = text_of(fields, "references"))
            headers.references = read_identifiers(*references, message_.truncated);
        for (const HeaderField& field : fields) {
            if (!equals_ignoring_case(field.name, "delivered-to")) continue;
            if (headers.delivered_to.size() >= limits::references) {
                message_.truncated = true;
                break;
            }
            headers.delivered_to.push_back(decode_header_text(field.raw_value, tools_.converters));
        }
    }

    void read_trace(const std::vector<HeaderField>& fields) {
        Headers& headers = message_.headers;
        headers.hops = build_hops(fields, tools_);
        message_.truncated = message_.truncated || headers.hops.size() >= limits::hops;
        for (const Hop& hop : headers.hops) {
            if (!hop.received) continue;
            for (const Domain& domain : hop.received->domains) {
                if (std::ranges::find(headers.domains, domain.domain, &Domain::domain) ==
                    headers.domains.end())
                    headers.domains.push_back(domain);
            }
            for (const IpAddress& ip : hop.received->ips) {
                if (std::ranges::find(headers.ips, ip.ip, &IpAddress::ip) == headers.ips.end())
                    headers.ips.push_back(ip);
            }
        }
        summarise_authentication(headers);
    }

    [[nodiscard]] bool is_trusted(const std::string& server) const {
        return std::ranges::find(context_.trusted_servers, to_lower(server)) !=
               context_.trusted_servers.end();
    }

    /// What trusted servers wrote at the newest hop where one of them wrote anything: each filter there may add a field of its
    /// own, and the topmost word about a method counts.
    [[nodiscard]] std::optional<AuthenticationResults> trusted_results(const Headers& headers) const {
        for (auto hop = headers.hops.rbegin(); hop != headers.hops.rend(); ++hop) {
            std::optional<AuthenticationResults> joined;
            for (auto field = hop->fields.rbegin(); field != hop->fields.rend(); ++field) {
                if (!equals_ignoring_case(field->name, "authentication-results")) continue;
                AuthenticationResults results = parse_authentication_results(field->value);
                if (!is_trusted(results.server)) continue;
                if (!joined) joined = AuthenticationResults{results.server, {}};
                std::ranges::move(results.verdicts, std::back_inserter(joined->verdicts));
            }
            if (joined) return joined;
        }
        return std::nullopt;
    }

    /// Without a trusted server only the topmost results count: a sender can plant any below those that our own server added.
    [[nodiscard]] std::optional<AuthenticationResults> believed_results(const Headers& headers) const {
        if (!context_.trusted_servers.empty()) return trusted_results(headers);
        if (context_.verified != nullptr) return std::nullopt;
        for (auto hop = headers.hops.rbegin(); hop != headers.hops.rend(); ++hop)
            if (hop->authentication_results) return hop->authentication_results;
        return std::nullopt;
    }

    static void note_verdicts(Headers& headers, const AuthenticationResults& results) {
        if (const AuthVerdict* dmarc = find_verdict(results, "dmarc")) headers.dmarc = *dmarc;
        if (const AuthVerdict* spf = find_verdict(results, "spf")) headers.spf = *spf;
    }

    void summarise_authentication(Headers& headers) const {
        const std::optional<AuthenticationResults> believed = believed_results(headers);
        if (context_.verified != nullptr) {
            AuthenticationResults joined = join_results(*context_.verified, believed ? &*believed : nullptr,
                                                        message_.sender.email.domain.domain);
            note_verdicts(headers, joined);
            headers.hops.back().authentication_results = std::move(joined);
        } else if (believed) {
            note_verdicts(headers, *believed);
        }
        // Received-SPF has no name that could be trusted.
        if (!headers.spf && context_.trusted_servers.empty() && context_.verified == nullptr) {
            const auto received = std::find_if(headers.hops.rbegin(), headers.hops.rend(),
                                               [](const Hop& hop) { return hop.received_spf.has_value(); });
            if (received != headers.hops.rend()) headers.spf = received->received_spf;
        }
        // A DNS that is away is no forger. Of SPF a sender could choose it, with a broken record of his own: that is no pass.
        if (headers.dmarc && headers.dmarc->verdict != "temperror")
            headers.dmarc_pass = headers.dmarc->verdict == "pass";
        if (headers.spf) headers.spf_pass = headers.spf->verdict == "pass";
    }

    Attachment attachment(std::uint32_t index) const {
        const Entity& entity = tree_.entities[index];
        Attachment out;
        out.entity = index;
        if (!entity.file_names.empty()) out.file_name = utf8_or_windows_1252(entity.file_names.front());
        const std::size_t dot = out.file_name.rfind('.');
        if (dot != std::string::npos)
            out.file_extension = to_lower(trim(std::string_view(out.file_name).substr(dot + 1)));
        out.content_type = entity.media_type();
        out.content_id = entity.content_id;
        out.content_disposition = entity.disposition;
        out.size = entity.content.size();
        return out;
    }

    const MimeTree& tree_;
    std::size_t reading_;
    const MessageContext& context_;
    MailTools& tools_;
    Message message_;
};

}  // namespace

Message build_message(const MimeTree& tree, std::size_t reading, const MessageContext& context,
                      MailTools& tools) {
    return MessageBuilder(tree, reading, context, tools).build();
}

Message build_message(const MimeTree& tree, std::size_t reading, const MessageContext& context) {
    MailTools tools;
    return build_message(tree, reading, context, tools);
}

}  // namespace tocsin::mail
