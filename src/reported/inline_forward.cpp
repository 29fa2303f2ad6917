#include "reported/inline_forward.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "mail/body.hpp"
#include "mail/encoded_words.hpp"
#include "mail/header_block.hpp"
#include "mail/subject.hpp"
#include "mail/threads.hpp"
#include "reported/header_facts.hpp"

namespace tocsin::reported {

namespace {

/// A quoted name or subject on one line, as a field's value.
std::string field_value(std::string_view text) {
    std::string value(text.substr(0, limits::reported_text_bytes));
    for (char& c : value)
        if (mail::is_control(c)) c = ' ';
    return std::string(mail::trim(value));
}

bool has_forward_line(std::string_view preamble) {
    static constexpr std::array<std::string_view, 19> words = {
        "forwarded message",       "forwarded by ",       "weitergeleitete",      "message transféré",
        "mensaje reenviado",       "messaggio inoltrato", "doorgestuurd bericht", "mensagem encaminhada",
        "vidarebefordrat",         "videresendt",         "przekazana",           "original message",
        "ursprüngliche nachricht", "message d'origine",   "mensaje original",     "messaggio originale",
        "oorspronkelijk bericht",  "mensagem original",   "wiadomość oryginalna"};
    return std::ranges::any_of(words, [preamble](std::string_view word) {
        return mail::find_ignoring_case(preamble, word) != std::string_view::npos;
    });
}

bool is_quotation(const mail::Thread& thread, const mail::QuotedHeaders& headers) {
    return !thread.preamble.empty() && (!headers.from.empty() || !headers.subject.empty());
}

class ForwardReader {
public:
    ForwardReader(const mail::MimeTree& tree, ForwardSigns signs, mail::MailTools& tools)
        : tree_(tree), signs_(signs), tools_(tools) {}

    TextOfReport read() {
        const mail::PartRoles roles = mail::find_roles(tree_, tree_.readings.front());
        const bool too_large = std::ranges::any_of(roles.html, [this](std::uint32_t index) {
            return tree_.entities[index].content.size() > limits::report_page_bytes;
        });
        if (too_large) {
            found_.cut = true;
            return std::move(found_);
        }
        body_ = mail::build_body(tree_, roles, tools_, found_.cut);
        threads_.push_back(std::move(body_.current_thread));
        std::ranges::move(body_.previous_threads, std::back_inserter(threads_));
        std::size_t first = 0;
        while (first < threads_.size() && !is_quotation(threads_[first], headers_of(first))) ++first;
        if (first > 0) note_comment(first);
        if (first < threads_.size() && is_forward(first)) note_forwards(first);
        return std::move(found_);
    }

private:
    [[nodiscard]] mail::QuotedHeaders headers_of(std::size_t index) const {
        return mail::read_quoted_headers(threads_[index].preamble);
    }

    [[nodiscard]] bool is_forward(std::size_t first) const {
        if (signs_ == ForwardSigns::any_quotation || has_forward_line(threads_[first].preamble)) return true;
        const mail::HeaderField* subject = mail::find_field(tree_.root().fields, "Subject");
        return subject != nullptr &&
               mail::parse_subject(mail::decode_header_text(subject->raw_value, tools_.converters))
                   .is_forward;
    }

    void note_comment(std::size_t first) {
        for (std::size_t index = 0; index < first; ++index) {
            const mail::Thread& thread = threads_[index];
            if (!found_.comment.empty()) found_.comment += '\n';
            found_.comment += thread.preamble.empty() ? thread.text : thread.preamble + "\n" + thread.text;
            if (found_.comment.size() > limits::report_comment_bytes) break;
        }
        // Outlook's line between what was written and what is quoted.
        const std::size_t end = found_.comment.find_last_not_of("_ \n");
        found_.comment.resize(end == std::string::npos ? 0 : end + 1);
    }

    /// Quotations below are a part of the text, and mails of their own where a sender and a subject stand above them.
    void note_forwards(std::size_t first) {
        for (std::size_t index = first; index < threads_.size(); ++index) {
            const mail::QuotedHeaders headers = headers_of(index);
            const bool whole = !headers.from.empty() && !headers.subject.empty();
            if (index > first && (threads_[index].preamble.empty() || !whole)) continue;
            if (found_.forwards.size() >= limits::inline_forwards) {
                found_.cut = true;
                return;
            }
            found_.forwards.push_back(forward_at(index, headers));
        }
    }

    InlineForward forward_at(std::size_t index, const mail::QuotedHeaders& headers) {
        InlineForward forward;
        const auto add = [&forward](std::string_view name, std::string_view value) {
            const std::string clean = field_value(value);
            if (!clean.empty()) ((forward.message += name) += ": " + clean) += "\r\n";
        };
        add("From", headers.from);
        add("Date", headers.date);
        add("To", headers.to);
        add("Cc", headers.cc);
        add("Subject", headers.subject);
        forward.about.shape = Shape::inline_forward;
        forward.about.grade = Grade::text_only;
        const mail::HeaderBlock header = mail::read_header_block(as_bytes(forward.message));
        note_header(header.fields, tools_, forward.about);
        std::erase(forward.about.warnings, ReportWarning::no_trace);  // the grade says it
        forward.message += "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
                           "Content-Transfer-Encoding: 8bit\r\n\r\n";
        add_text(index, forward.message);
        return forward;
    }

    void add_text(std::size_t index, std::string& message) {
        std::string text;
        for (std::size_t part = index; part < threads_.size(); ++part) {
            if (part > index) text += "\n" + threads_[part].preamble + "\n";
            text += threads_[part].text + "\n";
        }
        add_links(index, text);
        for (const char c : text) {
            if (c == '\n') message += '\r';
            message += c;
        }
    }

    /// Where links lead that do not show it: in the text alone they would be lost.
    void add_links(std::size_t index, std::string& text) const {
        std::vector<std::string_view> added;
        std::size_t looked_at = 0;
        for (std::size_t part = index; part < threads_.size(); ++part)
            for (const std::uint32_t link : threads_[part].links) {
                if (link >= body_.links.size()) continue;
                const std::string_view url = body_.links[link].href_url.url;
                if (url.empty() || std::ranges::find(added, url) != added.end()) continue;
                if (++looked_at > links_looked_at_max) return;
                if (added.size() >= links_max || text.find(url) != std::string::npos) continue;
                added.push_back(url);
                (text += added.size() == 1 ? "\n<" : "<") += url;
                text += ">\n";
            }
    }

    /// Links behind one text; mails with more are newsletters.
    static constexpr std::size_t links_max = 64;
    /// Each is looked for in the text.
    static constexpr std::size_t links_looked_at_max = 256;

    const mail::MimeTree& tree_;
    ForwardSigns signs_;
    mail::MailTools& tools_;
    mail::Body body_;
    std::vector<mail::Thread> threads_;
    TextOfReport found_;
};

}  // namespace

TextOfReport read_inline(const mail::MimeTree& tree, ForwardSigns signs, mail::MailTools& tools) {
    if (tree.readings.empty()) return {};
    return ForwardReader(tree, signs, tools).read();
}

}  // namespace tocsin::reported
