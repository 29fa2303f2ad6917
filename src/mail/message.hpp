// The message as rules, the console and `tocsin read --json` see it: the public Message Data Model
// (reference: docs/manual, "Message Data Model"). Built from one Reading of a MimeTree. Plain values; owns
// its strings.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mail/direction.hpp"
#include "mail/mime.hpp"

namespace tocsin::mail {

/// A host name taken apart by the Public Suffix List. Lower case.
struct Domain {
    std::string domain;       ///< FQDN as compared: lower case, A-label form kept as found
    std::string root_domain;  ///< registrable domain; empty when there is none
    std::string sld;          ///< second-level label of root_domain
    std::string subdomain;
    std::string tld;       ///< public suffix, may hold dots
    std::string punycode;  ///< decoded U-label form, empty when the same
    bool valid = false;
};

struct EmailAddress {
    std::string email;
    std::string local_part;
    Domain domain;
};

struct Mailbox {
    std::string display_name;
    EmailAddress email;
};

/// How the host of a URL is written that a browser takes for another address than it seems: "3405803785", "0312.0.2.1",
/// "[::ffff:192.0.2.1]".
struct IpTranslation {
    std::string original;
    bool v4_to_v6 = false;  ///< an IPv4 address inside an IPv6 one (RFC 4291 section 2.5.5)
    std::vector<std::string>
        encoders;  ///< "octal", "decimal_integer", "hexadecimal", each once, in their order
};

struct IpAddress {
    std::string ip;
    int version = 4;
    std::optional<IpTranslation> translation{};
};

/// What a link was before rewriters around it were taken away (mail/link_rewriters.hpp).
struct UrlRewrite {
    std::string original;               ///< the whole URL as it stands in the mail
    std::vector<std::string> encoders;  ///< who had rewritten it, the outermost first: "proofpoint"
};

struct Url {
    std::string url;
    std::string scheme;
    std::string username;
    std::string password;
    Domain domain;
    std::optional<IpAddress> ip;
    std::optional<std::uint16_t> port;
    std::string path;
    std::string query_params;
    std::map<std::string, std::vector<std::string>> query_params_decoded;
    std::string fragment;
    std::shared_ptr<const UrlRewrite> rewrite;  ///< set by unravel() when there was something to take away
};

enum class LinkParser : std::uint8_t { plain, hyperlink, image, form, other };

struct Link {
    Url href_url;  ///< where it leads; known rewriters around it are taken away (Url::rewrite)
    std::optional<Url> display_url;           ///< set when the link's text is itself a URL
    std::optional<std::string> display_text;  ///< null when the text is a URL
    std::optional<bool> mismatched;           ///< registrable domains of text and target differ
    std::optional<bool> visible;
    LinkParser parser = LinkParser::plain;
    std::uint32_t entity = no_entity;  ///< where it stands
};

struct FormField {
    std::string name;
    std::string type;  ///< lower case: "password"
};
struct HtmlForm {
    std::string action;
    std::string method;
    std::vector<FormField> fields;
};

/// What an HTML part says to a person and to a machine.
struct HtmlFacts {
    std::string raw;           ///< decoded source, UTF-8
    std::string display_text;  ///< what a person sees, hidden elements removed
    std::string inner_text;    ///< all text without tags
    std::string hidden_text;   ///< text that a person does not see
    std::string title;
    std::vector<HtmlForm> forms;
    std::vector<std::string> scripts;  ///< text of inline scripts
    std::size_t element_count = 0;
    bool truncated = false;  ///< a limit hid text, tags, links or fields, or their nesting
};

struct AuthVerdict {
    std::string method;   ///< "dmarc", "spf", "dkim", "compauth", "arc"
    std::string verdict;  ///< pass fail none softfail neutral temperror permerror bestguesspass
    std::map<std::string, std::string> properties;  ///< "header.from" → "example.com"
};
/// One Authentication-Results field (RFC 8601).
struct AuthenticationResults {
    std::string server;
    std::vector<AuthVerdict> verdicts;
};

struct HopField {
    std::string name;
    std::string value;  ///< unfolded and decoded
    int position = 0;
};
struct Received {
    std::string server;  ///< "by"
    std::string source;  ///< "from"
    std::string id;
    std::string with;
    std::string envelope_for;
    std::string time;  ///< as written
    std::vector<IpAddress> ips;
    std::vector<Domain> domains;
};
struct Hop {
    int index = 0;  ///< 0 is the origin
    std::vector<HopField> fields;
    std::optional<Received> received;
    std::optional<AuthenticationResults> authentication_results;
    std::optional<AuthVerdict> received_spf;
    std::optional<std::string> signature_domain;   ///< d= of a DKIM-Signature in this hop
    std::optional<std::string> signature_headers;  ///< its h=
};

struct Subject {
    std::string subject;
    std::string base;  ///< without RE:/FW: and leading [TAGS]
    bool is_reply = false;
    bool is_forward = false;
};

struct Thread {
    std::string text;
    std::string preamble;              ///< "On … wrote:"
    std::vector<std::uint32_t> links;  ///< indices into Body::links
    std::optional<Mailbox> sender;     ///< of a quoted message, as far as its quoted headers tell
    std::vector<Mailbox> to, cc;
    std::optional<Subject> subject;
};

struct Attachment {
    std::uint32_t entity = no_entity;
    std::string file_name;
    std::string file_extension;  ///< lower case, no dot
    std::string file_type;       ///< by content; filled by the scan room, empty before
    std::string content_type;    ///< declared
    std::string content_id;
    std::string content_disposition;
    std::uint64_t size = 0;
    std::string md5, sha1, sha256;  ///< filled by the scan room
};

struct Body {
    std::optional<HtmlFacts> html;
    std::optional<std::string> plain;  ///< decoded text that is no page
    Thread current_thread;             ///< of all that a person reads (PartRoles::read)
    std::vector<Thread> previous_threads;
    std::vector<Link> links;
    std::vector<IpAddress> ips;
    bool cut = false;  ///< a limit hid something that a person sees: text, links, forms
};

struct Headers {
    std::vector<Hop> hops;
    std::vector<Domain> domains;  ///< in Received fields
    std::vector<IpAddress> ips;
    std::vector<Mailbox> reply_to;
    std::optional<EmailAddress> return_path;
    std::optional<std::string> message_id, in_reply_to, mailer, date, x_originating_ip;
    std::vector<std::string> references, delivered_to;
    std::optional<bool> dmarc_pass, spf_pass;
    std::optional<AuthVerdict> dmarc, spf;
};

struct Message {
    Direction direction = Direction::inbound;
    Mailbox sender;
    std::vector<Mailbox> to, cc, bcc;
    std::optional<Mailbox> mailbox;  ///< the envelope recipient
    Subject subject;
    Headers headers;
    Body body;
    std::vector<Attachment> attachments;
    bool truncated = false;  ///< a limit on links, text, hops, mailboxes or identifiers was reached
};

/// What is known about a message from outside its bytes.
struct MessageContext {
    Direction direction = Direction::inbound;
    std::string envelope_recipient;
    /// Names that own servers give themselves in Authentication-Results, lower case; empty: the topmost results count, whoever
    /// wrote them, or none where we verify ourselves.
    std::vector<std::string> trusted_servers = {};
    /// What we verified ourselves (verify_authentication()); it counts before anything that the message says. nullptr: nothing.
    const AuthenticationResults* verified = nullptr;
};

struct MailTools;  // mail/tools.hpp

/// Builds the data model from one reading of the tree (index into tree.readings; 0 is what most clients see).
[[nodiscard]] Message build_message(const MimeTree& tree, std::size_t reading, const MessageContext& context);
/// The same with tools that are kept from message to message, which saves opening converters, tables and
/// parsers each time.
[[nodiscard]] Message build_message(const MimeTree& tree, std::size_t reading, const MessageContext& context,
                                    MailTools& tools);

/// The data model as JSON text, with our own additions under "_tocsin" (ambiguities, readings, parts).
[[nodiscard]] std::string to_json(const Message& message, const MimeTree& tree, std::size_t reading);

}  // namespace tocsin::mail
