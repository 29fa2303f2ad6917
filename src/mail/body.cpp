#include "mail/body.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

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
std::string_view cut_to(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80) --bytes_max;
    return text.substr(0, bytes_max);
}

/// One of the texts that a person reads one after the other.
struct Piece {
    std::size_t begin = 0, end = 0;               ///< in the text of all pages, or in that of all plain texts
    std::size_t first_link = 0, behind_link = 0;  ///< the links that stand in it
    std::vector<std::size_t> quote_marks;
    bool page = false;
    bool read = false;
};

class BodyBuilder {
public:
    BodyBuilder(const MimeTree& tree, const PartRoles& roles, MailTools& tools, bool& truncated)
        : tree_(tree), roles_(roles), tools_(tools), truncated_(truncated), links_(tools),
          pieces_(tree.entities.size()) {}

    Body build() {
        for (const std::uint32_t index : roles_.html) add_page(index);
        for (const std::uint32_t index : roles_.read) pieces_[index].read = true;
        // Behind the pages, of which a link in both tells more; and what is read first, for its links are those of a thread.
        for (const bool read : {true, false})
            for (const std::uint32_t index : roles_.plain)
                if (pieces_[index].read == read) add_plain(index);
        build_threads();
        body_.cut = body_.cut || links_.cut();
        truncated_ = truncated_ || body_.cut || (body_.html && body_.html->truncated);
        body_.links = links_.take();
        return std::move(body_);
    }

private:
    /// Puts `text` behind `all`, from a new line on, as far as there is room; what does not fit is noted.
    std::pair<std::size_t, std::size_t> append(std::string& all, std::string_view text,
                                               std::size_t bytes_max) {
        if (all.empty() && text.size() <= bytes_max) {
            all = text;
            return {0, all.size()};
        }
        const std::size_t room = bytes_max - std::min(all.size() + 1, bytes_max);
        const std::string_view fits = cut_to(text, room);
        if (fits.size() < text.size()) body_.cut = true;
        if (!all.empty() && !fits.empty()) all += '\n';
        const std::size_t begin = all.size();
        all += fits;
        return {begin, all.size()};
    }

    /// Pages are read each by itself, as mail programs do it: what one leaves open swallows nothing of the next.
    void add_page(std::uint32_t index) {
        const Entity& entity = tree_.entities[index];
        const std::string_view bytes = as_text(entity.content);
        std::string source = tools_.converters.to_utf8(
            bytes, entity.charset.empty() ? declared_html_charset(bytes) : entity.charset);
        // All together take no more work than one may.
        const std::size_t elements = body_.html ? body_.html->element_count : 0;
        const std::size_t room = elements > limits::html_nodes
                                     ? 0
                                     : limits::html_bytes - std::min(page_bytes_, limits::html_bytes);
        page_bytes_ += source.size();
        HtmlReading reading = read_html(std::move(source), tools_.html_trees, room);
        body_.cut = body_.cut || reading.cut;
        Piece& piece = pieces_[index];
        piece.page = true;
        piece.first_link = links_.offsets().size();
        links_.add_html(reading, index);
        piece.behind_link = links_.offsets().size();
        piece.quote_marks = std::move(reading.quote_marks);
        if (!body_.html) {
            piece.end = reading.facts.display_text.size();
            body_.html = std::move(reading.facts);
        } else {
            std::tie(piece.begin, piece.end) = add_facts(*body_.html, std::move(reading.facts));
        }
    }

    /// Where the visible text of the further page stands in that of all.
    std::pair<std::size_t, std::size_t> add_facts(HtmlFacts& all, HtmlFacts further) {
        append(all.raw, further.raw, limits::html_bytes);
        append(all.inner_text, further.inner_text, limits::text_bytes);
        append(all.hidden_text, further.hidden_text, limits::text_bytes);
        if (all.title.empty()) all.title = std::move(further.title);
        std::ranges::move(further.forms, std::back_inserter(all.forms));
        std::ranges::move(further.scripts, std::back_inserter(all.scripts));
        all.element_count += further.element_count;
        all.truncated = all.truncated || further.truncated;
        return append(all.display_text, further.display_text, limits::text_bytes);
    }

    void add_plain(std::uint32_t index) {
        const Entity& entity = tree_.entities[index];
        const std::string_view bytes = as_text(entity.content);
        const std::string_view fits = cut_to(bytes, limits::text_bytes);
        if (fits.size() < bytes.size()) body_.cut = true;
        const std::string text = with_lf(tools_.converters.to_utf8(fits, entity.charset));
        Piece& piece = pieces_[index];
        piece.first_link = links_.offsets().size();
        links_.add_plain(text, index);
        piece.behind_link = links_.offsets().size();
        if (!body_.plain) body_.plain.emplace();
        std::tie(piece.begin, piece.end) = append(*body_.plain, text, limits::text_bytes);
    }

    [[nodiscard]] std::string_view text_of(const Piece& piece) const {
        const std::string_view all = piece.page ? body_.html->display_text : *body_.plain;
        return all.substr(piece.begin, piece.end - piece.begin);
    }

    /// All pieces that are read, as one text.
    void build_threads() {
        if (roles_.read.empty()) return;
        if (roles_.read.size() == 1) return split_into_threads(text_of(pieces_[roles_.read.front()]));
        std::string joined;
        for (const std::uint32_t index : roles_.read) {
            Piece& piece = pieces_[index];
            const auto [begin, end] = append(joined, text_of(piece), limits::text_bytes);
            piece.begin = begin;
            piece.end = end;
        }
        split_into_threads(joined);
    }

    /// `text` is that of all pieces, whose places are places in it by now.
    void split_into_threads(std::string_view text) {
        std::vector<std::size_t> marks;
        for (const std::uint32_t index : roles_.read) {
            const Piece& piece = pieces_[index];
            for (const std::size_t mark : piece.quote_marks)
                marks.push_back(std::min(piece.begin + mark, piece.end));
        }
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
        for (const std::uint32_t index : roles_.read) share_links(pieces_[index], parts, threads);
        body_.ips = find_ips(text, limits::body_ips);
        truncated_ = truncated_ || body_.ips.size() >= limits::body_ips;
        body_.current_thread = std::move(threads.front());
        threads.erase(threads.begin());
        body_.previous_threads = std::move(threads);
    }

    /// Gives each link to the thread that it stands in; what stands behind a cut, to the last one.
    void share_links(const Piece& piece, const std::vector<TextPart>& parts, std::vector<Thread>& threads) {
        for (std::size_t link = piece.first_link; link < piece.behind_link; ++link) {
            const std::size_t offset = std::min(piece.begin + links_.offsets()[link], piece.end);
            const auto after = std::ranges::upper_bound(parts, offset, {}, &TextPart::preamble_begin);
            const std::size_t index =
                after == parts.begin() ? 0 : static_cast<std::size_t>(after - parts.begin()) - 1;
            threads[index].links.push_back(static_cast<std::uint32_t>(link));
        }
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
        } else if (const std::string author = quoted_author(thread.preamble); !author.empty()) {
            auto senders = mailboxes(author);
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
    std::vector<Piece> pieces_;   ///< by entity
    std::size_t page_bytes_ = 0;  ///< of all pages so far
    Body body_;
};

}  // namespace

Body build_body(const MimeTree& tree, const PartRoles& roles, MailTools& tools, bool& truncated) {
    return BodyBuilder(tree, roles, tools, truncated).build();
}

}  // namespace tocsin::mail
