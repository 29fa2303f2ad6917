// What an HTML part says: to a person (what is visible) and to a machine (links, forms, scripts, what is
// hidden).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "mail/html_tree.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// How an element parts the text around it when a browser lays it out.
enum class TextBreak : std::uint8_t { none, block, paragraph };
[[nodiscard]] TextBreak break_of(HtmlTag tag);

/// A link before its URLs are taken apart.
struct HtmlLink {
    std::string target;  ///< as written in the attribute
    std::string text;    ///< visible text inside, collapsed
    LinkParser parser = LinkParser::hyperlink;
    bool visible = false;         ///< something of it can be seen: text, or a picture larger than a pixel
    std::size_t text_offset = 0;  ///< where it stands in display_text
};

/// Everything that is found in one document.
struct HtmlReading {
    HtmlFacts facts;
    std::vector<HtmlLink> links;
    bool cut =
        false;  ///< a limit hid something that is shown, or a part of a link; facts.truncated is set, too
    std::string base_href;                 ///< of the first <base>
    std::vector<std::size_t> quote_marks;  ///< offsets in display_text where a mail client's quotation begins
};

/// Reads `html` (valid UTF-8), which becomes facts.raw. Of what lies behind `tree_bytes`, words and URLs count, but no tags.
[[nodiscard]] HtmlReading read_html(std::string html, HtmlTrees& trees,
                                    std::size_t tree_bytes = limits::html_bytes);

/// The charset that a <meta> in the first kilobyte declares (WHATWG HTML "prescan"); empty when there is
/// none.
[[nodiscard]] std::string declared_html_charset(std::string_view bytes);

/// `html` without tags, entities left alone: for what lies beyond the limits of the tree builder.
[[nodiscard]] std::string without_tags(std::string_view html);

}  // namespace tocsin::mail
