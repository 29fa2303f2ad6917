#include "mail/threads.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

/// "On … wrote:" may be folded over so many lines, and a header block holds so many.
constexpr std::size_t wrote_lines_max = 4;
constexpr std::size_t header_lines_max = 12;
constexpr std::size_t wrote_bytes_max = 400;
/// The colon of a label stands within its first bytes.
constexpr std::size_t label_bytes_max = 32;

enum class Header { none, from, date, to, cc, subject, other };
struct KnownHeader {
    std::string_view word;
    Header header;
};
/// Labels of quoted headers in English, German, French, Spanish, Italian, Dutch, Portuguese, Swedish, Danish, Norwegian,
/// Finnish, Polish, Czech, Turkish, Russian, Japanese and Chinese, as Outlook, Gmail, Apple Mail and Thunderbird write them.
/// Letters beyond ASCII are compared as they stand.
constexpr std::array<KnownHeader, 81> known_headers = {{
    {"from", Header::from},
    {"von", Header::from},
    {"de", Header::from},
    {"da", Header::from},
    {"van", Header::from},
    {"sent", Header::date},
    {"date", Header::date},
    {"gesendet", Header::date},
    {"datum", Header::date},
    {"envoyé", Header::date},
    {"enviado", Header::date},
    {"enviado el", Header::date},
    {"fecha", Header::date},
    {"inviato", Header::date},
    {"data", Header::date},
    {"verzonden", Header::date},
    {"to", Header::to},
    {"an", Header::to},
    {"à", Header::to},
    {"para", Header::to},
    {"a", Header::to},
    {"aan", Header::to},
    {"cc", Header::cc},
    {"kopie", Header::cc},
    {"subject", Header::subject},
    {"betreff", Header::subject},
    {"objet", Header::subject},
    {"asunto", Header::subject},
    {"oggetto", Header::subject},
    {"onderwerp", Header::subject},
    {"assunto", Header::subject},
    {"importance", Header::other},
    {"attachments", Header::other},
    {"reply-to", Header::other},
    {"bcc", Header::other},
    {"priority", Header::other},
    {"envoyé le", Header::date},
    {"från", Header::from},
    {"skickat", Header::date},
    {"till", Header::to},
    {"kopia", Header::cc},
    {"Ämne", Header::subject},
    {"ämne", Header::subject},
    {"fra", Header::from},
    {"sendt", Header::date},
    {"dato", Header::date},
    {"til", Header::to},
    {"emne", Header::subject},
    {"lähettäjä", Header::from},
    {"lähetetty", Header::date},
    {"vastaanottaja", Header::to},
    {"aihe", Header::subject},
    {"od", Header::from},
    {"wysłano", Header::date},
    {"wysłane", Header::date},
    {"data wysłania", Header::date},
    {"do", Header::to},
    {"dw", Header::cc},
    {"temat", Header::subject},
    {"odesláno", Header::date},
    {"komu", Header::to},
    {"předmět", Header::subject},
    {"kimden", Header::from},
    {"gönderildi", Header::date},
    {"kime", Header::to},
    {"konu", Header::subject},
    {"От", Header::from},
    {"Отправлено", Header::date},
    {"Дата", Header::date},
    {"Кому", Header::to},
    {"Копия", Header::cc},
    {"Тема", Header::subject},
    {"差出人", Header::from},
    {"送信日時", Header::date},
    {"日付", Header::date},
    {"宛先", Header::to},
    {"件名", Header::subject},
    {"发件人", Header::from},
    {"发送时间", Header::date},
    {"收件人", Header::to},
    {"主题", Header::subject},
}};

struct QuotedLine {
    std::size_t begin = 0;
    std::size_t end = 0;   ///< without the line end
    std::size_t next = 0;  ///< begin of the next line
};

QuotedLine quoted_line_at(std::string_view text, std::size_t begin) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    return {begin, end, std::min(end + 1, text.size())};
}

std::string_view without_marks(std::string_view line) {
    while (!line.empty() && (line.front() == '>' || line.front() == ' ' || line.front() == '*'))
        line.remove_prefix(1);
    return trim(line);
}

/// Text of a line without the NBSP that some clients put before a colon.
Header header_of(std::string_view line, std::string_view* value = nullptr) {
    line = without_marks(line);
    const std::string_view beginning = line.substr(0, label_bytes_max);
    // U+FF1A is the colon of Chinese and Japanese programs.
    constexpr std::string_view wide_colon = "\xEF\xBC\x9A";
    const std::size_t narrow = beginning.find(':'), wide = beginning.find(wide_colon);
    const std::size_t colon = std::min(narrow, wide);
    if (colon == std::string_view::npos || colon == 0) return Header::none;
    const std::size_t colon_bytes = colon == wide ? wide_colon.size() : 1;
    std::string_view word = line.substr(0, colon);
    while (word.ends_with(' ') || word.ends_with('*') || word.ends_with("\xC2\xA0"))
        word.remove_suffix(word.ends_with('\xA0') ? 2 : 1);
    const auto* known = std::ranges::find_if(
        known_headers, [word](const KnownHeader& h) { return equals_ignoring_case(h.word, word); });
    if (known == known_headers.end()) return Header::none;
    if (value != nullptr) {
        std::string_view rest = line.substr(colon + colon_bytes);
        while (rest.starts_with('*')) rest.remove_prefix(1);
        *value = trim(rest);
    }
    return known->header;
}

bool ends_with_any(std::string_view text, std::initializer_list<std::string_view> endings) {
    return std::ranges::any_of(endings, [text](std::string_view ending) {
        return text.size() >= ending.size() &&
               equals_ignoring_case(text.substr(text.size() - ending.size()), ending);
    });
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> openings) {
    return std::ranges::any_of(
        openings, [text](std::string_view opening) { return starts_with_ignoring_case(text, opening); });
}

bool opens_wrote(std::string_view line) {
    return starts_with_any(line,
                           {"on ", "am ", "le ", "el ", "il ", "op ", "em ", "den ", "in a message dated "});
}

bool closes_wrote(std::string_view line) {
    return ends_with_any(
               line, {"wrote:", "wrote :", "writes:", "schrieb:", "a écrit :", "a écrit:", "a écrit\xC2\xA0:",
                      "escribió:", "escreveu:", "ha scritto:", "schreef:", "skrev:"}) ||
           (line.ends_with(':') && find_ignoring_case(line, " schrieb ") != std::string_view::npos);
}

bool is_separator(std::string_view line) {
    if (starts_with_any(line, {"begin forwarded message", "anfang der weitergeleiteten",
                               "début du message transféré", "inicio del mensaje reenviado",
                               "inizio messaggio inoltrato", "begin doorgestuurd bericht"}))
        return true;
    if (!line.starts_with("--") && !line.starts_with("__")) return false;
    const std::size_t words = line.find_first_not_of("-_ ");
    if (words == std::string_view::npos) return false;
    line = line.substr(words);
    return starts_with_any(line, {"original message",
                                  "forwarded message",
                                  "original appointment",
                                  "ursprüngliche nachricht",
                                  "weitergeleitete nachricht",
                                  "message d'origine",
                                  "message transféré",
                                  "mensaje original",
                                  "mensaje reenviado",
                                  "messaggio originale",
                                  "oorspronkelijk bericht",
                                  "mensagem original",
                                  "doorgestuurd bericht",
                                  "messaggio inoltrato",
                                  "mensagem encaminhada",
                                  "vidarebefordrat meddelande",
                                  "videresendt ",
                                  "przekazana wiadomość",
                                  "wiadomość oryginalna",
                                  "forwarded by "});
}

struct Boundary {
    std::size_t preamble = 0;
    std::size_t body = 0;
};

class ThreadSplitter {
public:
    ThreadSplitter(std::string_view text, const std::vector<std::size_t>& marks)
        : text_(text), marks_(marks) {}

    std::vector<TextPart> split() {
        std::size_t next_mark = 0;
        for (std::size_t at = 0; at < text_.size() && boundaries_.size() < limits::threads;) {
            const QuotedLine line = quoted_line_at(text_, at);
            bool marked = false;
            while (next_mark < marks_.size() && marks_[next_mark] <= at) {
                ++next_mark;
                marked = true;
            }
            const std::optional<std::size_t> body = body_after(line);
            if (body || (marked && at > 0)) {
                add({at, body.value_or(at)});
                at = std::max(body.value_or(line.next), line.next);
            } else {
                was_quoted_ = is_quoted(line);
                at = line.next;
            }
        }
        return parts();
    }

private:
    [[nodiscard]] std::string_view of(const QuotedLine& line) const {
        return text_.substr(line.begin, line.end - line.begin);
    }
    [[nodiscard]] bool is_quoted(const QuotedLine& line) const {
        return line.begin < line.end && text_[line.begin] == '>';
    }

    /// Where the quoted message begins when this line opens one.
    std::optional<std::size_t> body_after(const QuotedLine& line) {
        const std::string_view content = without_marks(of(line));
        if (content.empty()) return std::nullopt;
        if (is_separator(content)) return after_headers(line.next);
        if (header_of(content) == Header::from) return header_block(line);
        if (opens_wrote(content)) {
            if (const auto end = end_of_wrote(line)) return after_headers(*end);
        }
        if (closes_wrote(content) && content.find('@') != std::string_view::npos) return line.next;
        if (is_quoted(line) && !was_quoted_ && is_quoted(quoted_line_at(text_, line.next)) &&
            line.next < text_.size())
            return line.begin;
        return std::nullopt;
    }

    /// "On Monday, <br> Jane <jane@…> wrote:"
    std::optional<std::size_t> end_of_wrote(QuotedLine line) const {
        const std::size_t begin = line.begin;
        for (std::size_t count = 0; count < wrote_lines_max && line.end - begin <= wrote_bytes_max; ++count) {
            if (closes_wrote(without_marks(of(line)))) return line.next;
            if (line.next >= text_.size()) break;
            line = quoted_line_at(text_, line.next);
        }
        return std::nullopt;
    }

    /// A From line with Subject and Date or To below is what Outlook puts above a quotation. (From, To and
    /// Date alone may be a journey.)
    std::optional<std::size_t> header_block(const QuotedLine& first) const {
        bool date = false;
        bool to = false;
        bool subject = false;
        QuotedLine line = first;
        std::size_t body = first.next;
        for (std::size_t count = 0; count < header_lines_max && line.next < text_.size(); ++count) {
            line = quoted_line_at(text_, line.next);
            const Header header = header_of(of(line));
            if (without_marks(of(line)).empty()) {
                if (subject) break;
                continue;
            }
            if (header == Header::none && subject) break;
            date = date || header == Header::date;
            to = to || header == Header::to;
            subject = subject || header == Header::subject;
            if (header != Header::none) body = line.next;
        }
        if (!subject || !(date || to)) return std::nullopt;
        return body;
    }

    /// Steps over a block of quoted headers that follows a separator.
    std::size_t after_headers(std::size_t at) const {
        QuotedLine line = quoted_line_at(text_, at);
        for (std::size_t blank = 0; blank < 2 && line.next < text_.size() && without_marks(of(line)).empty();
             ++blank) {
            line = quoted_line_at(text_, line.next);
        }
        if (line.begin < text_.size() && header_of(of(line)) != Header::none) {
            if (header_of(of(line)) == Header::from) return header_block(line).value_or(line.next);
            while (line.begin < text_.size() && header_of(of(line)) != Header::none)
                line = quoted_line_at(text_, line.next);
            return line.begin;
        }
        return at;
    }

    /// Two boundaries with nothing between them announce the same message.
    void add(Boundary boundary) {
        was_quoted_ = true;
        if (!boundaries_.empty()) {
            Boundary& last = boundaries_.back();
            const std::size_t gap = std::max(last.body, std::min(boundary.preamble, text_.size()));
            const std::string_view between = text_.substr(last.body, gap - last.body);
            if (trim(between).empty()) {
                last.body = std::max(last.body, boundary.body);
                return;
            }
        }
        boundaries_.push_back(boundary);
    }

    [[nodiscard]] std::vector<TextPart> parts() const {
        std::vector<TextPart> out;
        const bool opens_with_quote =
            !boundaries_.empty() && trim(text_.substr(0, boundaries_.front().preamble)).empty();
        if (!opens_with_quote)
            out.push_back({0, 0, boundaries_.empty() ? text_.size() : boundaries_.front().preamble, false});
        for (std::size_t i = 0; i < boundaries_.size(); ++i) {
            const std::size_t end = i + 1 < boundaries_.size() ? boundaries_[i + 1].preamble : text_.size();
            out.push_back({boundaries_[i].preamble, std::min(boundaries_[i].body, end), end, true});
        }
        return out;
    }

    std::string_view text_;
    const std::vector<std::size_t>& marks_;
    std::vector<Boundary> boundaries_;
    bool was_quoted_ = false;
};

/// Words between the date and the name of an author: what holds a digit belongs to the date, and so does what stands before a
/// comma, a colon or one of these.
bool ends_date(std::string_view word) {
    if (std::ranges::any_of(word, is_ascii_digit) || word.ends_with(',') || word.ends_with(':')) return true;
    constexpr std::array<std::string_view, 12> ends = {"am",  "pm",  "uhr", "schrieb", "skrev", "on",
                                                       "utc", "gmt", "um",  "at",      "den",   "kl."};
    return std::ranges::any_of(ends,
                               [word](std::string_view end) { return equals_ignoring_case(word, end); });
}

/// "On Mon, Jan 1, 2026 at 1:00 PM Ann Smith <ann@x.com> wrote:"
std::string author_in(std::string_view line) {
    const std::size_t at = line.rfind('@');
    if (at == std::string_view::npos) return {};
    constexpr std::string_view around = " \t<>()[],;\"";
    const std::size_t before = line.find_last_of(around, at);
    const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::size_t end = std::min(line.find_first_of(around, at), line.size());
    std::string_view address = line.substr(begin, end - begin);
    while (address.ends_with(':')) address.remove_suffix(1);
    if (starts_with_ignoring_case(address, "mailto:"))
        address.remove_prefix(std::string_view("mailto:").size());
    if (before == std::string_view::npos || line[before] != '<') return std::string(address);
    const std::string_view words = trim(line.substr(0, std::min(before, line.find('<'))));
    std::size_t name = words.size();
    while (name > 0) {
        const std::size_t blank = words.substr(0, name).find_last_of(' ');
        const std::size_t word = blank == std::string_view::npos ? 0 : blank + 1;
        if (ends_date(words.substr(word, name - word))) break;
        name = blank == std::string_view::npos ? 0 : blank;
    }
    std::string author(trim(words.substr(name)));
    std::erase_if(author, [](char c) { return c == '"' || c == '\\'; });
    return "\"" + author + "\" <" + std::string(address) + ">";
}

}  // namespace

std::vector<TextPart> split_threads(std::string_view text, const std::vector<std::size_t>& marks) {
    return ThreadSplitter(text, marks).split();
}

std::string without_quote_marks(std::string_view text) {
    if (text.find('>') == std::string_view::npos) return std::string(trim(text));
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const QuotedLine line = quoted_line_at(text, at);
        std::string_view content = text.substr(line.begin, line.end - line.begin);
        if (content.starts_with('>')) content.remove_prefix(content.starts_with("> ") ? 2 : 1);
        out.append(content).append("\n");
        at = line.next;
        if (line.end == text.size()) break;
    }
    return std::string(trim(out));
}

QuotedHeaders read_quoted_headers(std::string_view preamble) {
    QuotedHeaders headers;
    const auto set = [](std::string& member, std::string_view value) {
        if (member.empty()) member = value;
    };
    for (std::size_t at = 0; at < preamble.size();) {
        const QuotedLine line = quoted_line_at(preamble, at);
        std::string_view value;
        switch (header_of(preamble.substr(line.begin, line.end - line.begin), &value)) {
            case Header::from: set(headers.from, value); break;
            case Header::to: set(headers.to, value); break;
            case Header::cc: set(headers.cc, value); break;
            case Header::subject: set(headers.subject, value); break;
            case Header::date: set(headers.date, value); break;
            case Header::none:
            case Header::other: break;
        }
        if (line.end == preamble.size()) break;
        at = line.next;
    }
    return headers;
}

std::string quoted_author(std::string_view preamble) {
    std::string line;
    for (std::size_t at = 0; at < preamble.size();) {
        const QuotedLine next = quoted_line_at(preamble, at);
        const std::string_view content = without_marks(preamble.substr(next.begin, next.end - next.begin));
        if (line.empty() ? opens_wrote(content) || closes_wrote(content) : !closes_wrote(line))
            line.append(line.empty() ? "" : " ").append(content);
        if (next.end == preamble.size() || line.size() > wrote_bytes_max) break;
        at = next.next;
    }
    if (!closes_wrote(line)) return {};
    return author_in(line);
}

}  // namespace tocsin::mail
