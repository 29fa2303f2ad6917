#include "mail/body.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/ascii.hpp"
#include "mail/html_facts.hpp"
#include "mail/links.hpp"
#include "mail/received.hpp"
#include "mail/subject.hpp"
#include "mail/threads.hpp"

namespace tocsin::mail {
namespace {

bool is_shown_text(const Entity& entity) {
    if (entity.type != "text" || entity.disposition == "attachment") return false;
    if (entity.origin != Origin::root && entity.origin != Origin::multipart) return false;
    const bool named = !entity.file_names.empty() && entity.origin != Origin::root;
    return !(named && entity.disposition != "inline");
}

/// An entity that nobody opens as a file: containers, stray text, bytes that were not taken apart.
bool is_no_file(const Entity& entity) {
    return entity.is_multipart() || entity.origin == Origin::preamble || entity.origin == Origin::raw_rest;
}

/// LF line ends, without NUL; the rest as it is.
std::string with_lf(std::string text) {
    if (text.find('\r') == std::string::npos && text.find('\0') == std::string::npos) return text;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\0') continue;
        if (text[at] == '\r') {
            if (at + 1 < text.size() && text[at + 1] == '\n') continue;
            out += '\n';
        } else {
            out += text[at];
        }
    }
    return out;
}

/// Cut to `bytes_max` at the start of a character.
std::string_view cut(std::string_view text, std::size_t bytes_max, bool& truncated) {
    if (text.size() <= bytes_max) return text;
    truncated = true;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80) --bytes_max;
    return text.substr(0, bytes_max);
}

class BodyBuilder {
public:
    BodyBuilder(const MimeTree& tree, const PartRoles& roles, MailTools& tools, bool& truncated)
        : tree_(tree), roles_(roles), tools_(tools), truncated_(truncated), links_(tools) {}

    Body build() {
        const std::string html = html_source();
        if (!roles_.plain.empty()) body_.plain = plain_text();
        if (!roles_.html.empty()) {
            HtmlReading reading = read_html(html, tools_.html_trees);
            links_.add_html(reading, roles_.html.front());
            const std::size_t html_links = links_.offsets().size();
            if (body_.plain) links_.add_plain(*body_.plain, roles_.plain.front());
            truncated_ = truncated_ || reading.facts.truncated;
            build_threads(reading.facts.display_text, reading.quote_marks, html_links);
            body_.html = std::move(reading.facts);
        } else if (body_.plain) {
            links_.add_plain(*body_.plain, roles_.plain.front());
            build_threads(*body_.plain, {}, links_.offsets().size());
        }
        truncated_ = truncated_ || links_.full();
        body_.ips =
            find_ips(body_.html ? body_.html->display_text : body_.plain.value_or(""), limits::body_ips);
        body_.links = links_.take();
        return std::move(body_);
    }

private:
    [[nodiscard]] std::string html_source() {
        std::string all;
        for (const std::uint32_t index : roles_.html) {
            const Entity& entity = tree_.entities[index];
            const std::string_view bytes = as_text(entity.content);
            std::string html = tools_.converters.to_utf8(
                bytes, entity.charset.empty() ? declared_html_charset(bytes) : entity.charset);
            if (all.empty()) {
                all = std::move(html);
            } else if (all.size() < limits::html_bytes) {
                all.append("\n").append(html);
            }
        }
        return all;
    }

    [[nodiscard]] std::string plain_text() {
        std::string all;
        for (const std::uint32_t index : roles_.plain) {
            const Entity& entity = tree_.entities[index];
            const std::string_view bytes = cut(as_text(entity.content), limits::text_bytes, truncated_);
            std::string text = with_lf(tools_.converters.to_utf8(bytes, entity.charset));
            if (all.empty()) {
                all = std::move(text);
            } else if (all.size() < limits::text_bytes) {
                all.append("\n").append(text);
            }
        }
        return all;
    }

    /// `links_in_text`: the first links, those whose offsets are offsets in `text`.
    void build_threads(std::string_view text, const std::vector<std::size_t>& marks,
                       std::size_t links_in_text) {
        const std::vector<TextPart> parts = split_threads(text, marks);
        std::vector<Thread> threads(parts.size());
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const TextPart& part = parts[i];
            const std::string_view content = text.substr(part.begin, part.end - part.begin);
            threads[i].text = part.quoted ? without_quote_marks(content) : std::string(trim(content));
            threads[i].preamble =
                without_quote_marks(text.substr(part.preamble_begin, part.begin - part.preamble_begin));
            read_preamble(threads[i]);
        }
        for (std::size_t link = 0; link < links_in_text; ++link) {
            const auto after =
                std::ranges::upper_bound(parts, links_.offsets()[link], {}, &TextPart::preamble_begin);
            const std::size_t index =
                after == parts.begin() ? 0 : static_cast<std::size_t>(after - parts.begin()) - 1;
            threads[index].links.push_back(static_cast<std::uint32_t>(link));
        }
        body_.current_thread = std::move(threads.front());
        threads.erase(threads.begin());
        body_.previous_threads = std::move(threads);
    }

    void read_preamble(Thread& thread) {
        if (thread.preamble.empty()) return;
        const QuotedHeaders headers = read_quoted_headers(thread.preamble);
        const auto mailboxes = [this](const std::string& text) {
            return parse_mailboxes(text, tools_.converters, tools_.domain_names);
        };
        if (!headers.from.empty()) {
            auto senders = mailboxes(headers.from);
            if (!senders.empty()) thread.sender = std::move(senders.front());
        }
        thread.to = mailboxes(headers.to);
        thread.cc = mailboxes(headers.cc);
        if (!headers.subject.empty()) thread.subject = parse_subject(headers.subject);
    }

    const MimeTree& tree_;
    const PartRoles& roles_;
    MailTools& tools_;
    bool& truncated_;
    LinkCollector links_;
    Body body_;
};

}  // namespace

PartRoles find_roles(const MimeTree& tree, const Reading& reading) {
    PartRoles roles;
    std::vector<char> inside(tree.entities.size(), 0);  // of an attached message
    for (const std::uint32_t index : reading.entities) {
        const Entity& entity = tree.entities[index];
        const bool has_parent = entity.parent != no_entity;
        inside[index] =
            static_cast<char>((has_parent && inside[entity.parent] != 0) || entity.origin == Origin::message);
        if (inside[index] != 0 || is_no_file(entity)) continue;
        if (is_shown_text(entity) && entity.subtype == "html") {
            roles.html.push_back(index);
        } else if (is_shown_text(entity) && entity.subtype == "plain") {
            roles.plain.push_back(index);
        } else {
            roles.attachments.push_back(index);
        }
    }
    return roles;
}

Body build_body(const MimeTree& tree, const PartRoles& roles, MailTools& tools, bool& truncated) {
    return BodyBuilder(tree, roles, tools, truncated).build();
}

}  // namespace tocsin::mail
