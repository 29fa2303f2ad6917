#include "banner/imitation.hpp"

#include <algorithm>
#include <vector>

#include "base/fold_case.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/body.hpp"
#include "mail/encoded_words.hpp"

namespace tocsin::banner {

namespace {

class Search {
public:
    Search(std::span<const std::string> texts, const rules::Confusables* confusables)
        : confusables_(confusables) {
        for (const std::string& text : texts) {
            std::string letters = letters_only(text, confusables);
            if (letters.size() >= limits::banner_letters_min) wanted_.push_back(std::move(letters));
        }
    }
    [[nodiscard]] bool nothing_to_look_for() const { return wanted_.empty(); }
    [[nodiscard]] bool found_in(std::string_view text) const {
        const std::string letters = letters_only(text, confusables_);
        return std::ranges::any_of(
            wanted_, [&](const std::string& one) { return letters.find(one) != std::string::npos; });
    }

private:
    const rules::Confusables* confusables_;
    std::vector<std::string> wanted_;
};

std::string texts_of_header(const mail::MimeTree& tree, mail::MailTools& tools) {
    std::string out;
    for (const char* name : {"Subject", "From"})
        if (const mail::HeaderField* field = mail::find_field(tree.root().fields, name))
            out += mail::decode_header_text(field->raw_value, tools.converters) + '\n';
    return out;
}

}  // namespace

std::string letters_only(std::string_view text, const rules::Confusables* confusables) {
    const std::string plain =
        fold_case(confusables == nullptr ? std::string(text) : confusables->replace(text));
    std::string out;
    for (std::size_t at = 0; at < plain.size(); ++at) {
        // U+2000 to U+206F: general punctuation.
        const std::string_view rest = std::string_view(plain).substr(at);
        if (rest.starts_with("\xE2\x80") || rest.starts_with("\xE2\x81")) {
            at += 2;
        } else if (mail::is_ascii_alphanumeric(plain[at]) || static_cast<unsigned char>(plain[at]) >= 0x80) {
            out += plain[at];
        }
    }
    return out;
}

scan::BannerCopy copy_in(const mail::MimeTree& tree, std::span<const std::string> texts,
                         const rules::Confusables* confusables, mail::MailTools& tools) {
    const Search search(texts, confusables);
    if (search.nothing_to_look_for() || tree.readings.empty()) return scan::BannerCopy::none;
    if (search.found_in(texts_of_header(tree, tools))) return scan::BannerCopy::in_text;
    bool quoted = false;
    for (std::size_t reading = 0; reading < std::min(tree.readings.size(), limits::judged_readings);
         ++reading) {
        bool truncated = false;
        const mail::Body body =
            mail::build_body(tree, mail::find_roles(tree, tree.readings[reading]), tools, truncated);
        if (search.found_in(body.current_thread.text)) return scan::BannerCopy::in_text;
        bool in_older = std::ranges::any_of(body.previous_threads, [&](const mail::Thread& thread) {
            return search.found_in(thread.preamble + '\n' + thread.text);
        });
        // A message that is nothing but a quotation shows it at its top.
        if (in_older && letters_only(body.current_thread.text, confusables).empty())
            return scan::BannerCopy::in_text;
        quoted = quoted || in_older;
        if (in_older) continue;
        const bool elsewhere = (body.html && search.found_in(body.html->inner_text)) ||
                               (body.plain && search.found_in(*body.plain));
        if (elsewhere) return scan::BannerCopy::in_text;
    }
    return quoted ? scan::BannerCopy::in_quotation : scan::BannerCopy::none;
}

}  // namespace tocsin::banner
