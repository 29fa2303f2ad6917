#include "scan/outcome_texts.hpp"

#include <algorithm>

#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

constexpr std::size_t npos = std::string_view::npos;
/// As few hyphens as programs draw a line with.
constexpr std::string_view hyphens = "---";

/// Goes through a text line by line.
class Lines {
public:
    explicit Lines(std::string_view text) : text_(text) {}
    /// False at the end of the text.
    bool next() {
        begin_ = next_;
        if (begin_ >= text_.size()) return false;
        const std::size_t end = std::min(text_.find('\n', begin_), text_.size());
        const std::string_view whole = text_.substr(begin_, end - begin_);
        line_ = mail::trim(whole);
        indentation_ = line_.empty() ? 0 : static_cast<std::size_t>(line_.data() - whole.data());
        next_ = std::min(end + 1, text_.size());
        return true;
    }
    /// Without white space at both ends.
    [[nodiscard]] std::string_view line() const { return line_; }
    [[nodiscard]] std::size_t indentation() const { return indentation_; }
    [[nodiscard]] std::size_t begin() const { return begin_; }
    [[nodiscard]] std::size_t behind() const { return next_; }

private:
    std::string_view text_;
    std::string_view line_;
    std::size_t begin_ = 0, next_ = 0, indentation_ = 0;
};

struct Break {
    std::size_t begin = npos, behind = npos;
};

/// The first line of hyphens that begins a paragraph.
Break find_break(std::string_view text) {
    Lines lines(text);
    bool after_blank = true;
    while (lines.next()) {
        if (after_blank && lines.line().starts_with(hyphens)) return {lines.begin(), lines.behind()};
        after_blank = lines.line().empty();
    }
    return {};
}

/// "<user@example.org>:" heads the paragraph of a recipient.
bool heads_recipient(std::string_view line) {
    return line.starts_with('<') && line.ends_with(">:");
}

}  // namespace

bool is_qsbmf(std::string_view text) {
    return mail::trim(text).starts_with("Hi. This is the");
}

std::vector<FailedRecipient> qsbmf_recipients(std::string_view text, std::size_t count_max) {
    std::vector<FailedRecipient> recipients;
    const std::string_view notice = before_returned_message(text);
    Lines lines(notice);
    bool inside = false;
    std::size_t reason_begin = 0;
    while (lines.next()) {
        // QSBMF wants an empty line before a recipient; some patched servers leave it out.
        if (heads_recipient(lines.line())) {
            if (recipients.size() == count_max) return recipients;
            const std::string_view address = lines.line().substr(1, lines.line().size() - 3);
            recipients.push_back({std::string(address), {}});
            reason_begin = lines.behind();
            inside = true;
        } else if (lines.line().empty()) {
            inside = false;
        }
        if (inside) recipients.back().reason = notice.substr(reason_begin, lines.behind() - reason_begin);
    }
    return recipients;
}

std::string_view lines_about(std::string_view text, std::string_view address) {
    Lines lines(text);
    while (lines.next()) {
        std::string_view line = lines.line();
        if (line.ends_with(':')) line.remove_suffix(1);
        if (line.starts_with('<') && line.ends_with('>')) line = line.substr(1, line.size() - 2);
        if (!mail::equals_ignoring_case(line, address)) continue;
        const std::size_t begin = lines.behind(), indentation = lines.indentation();
        std::size_t end = begin;
        while (lines.next() && lines.indentation() > indentation) end = lines.behind();
        return text.substr(begin, end - begin);
    }
    return {};
}

bool says_gave_up(std::string_view reason) {
    // qmail's sentence goes on in the next line at times; these words stand together.
    for (const std::string_view words : {"retry timeout exceeded", "has been in the queue too long"})
        if (mail::find_ignoring_case(reason, words) != npos) return true;
    return false;
}

std::string_view returned_message(std::string_view text) {
    const Break found = find_break(text);
    if (found.begin == npos) return {};
    Lines lines(text.substr(found.behind));
    while (lines.next())
        if (!lines.line().empty()) return text.substr(found.behind + lines.begin());
    return {};
}

std::string_view before_returned_message(std::string_view text) {
    return text.substr(0, find_break(text).begin);
}

}  // namespace tocsin::scan
