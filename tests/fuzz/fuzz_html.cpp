// HTML: never a crash; texts are valid UTF-8 and within their limits; the same document gives the same
// reading twice.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/html_facts.hpp"

using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static HtmlTrees trees;
    const std::string html = repair_utf8({reinterpret_cast<const char*>(data), size});
    const HtmlReading reading = read_html(html, trees);
    require(reading.facts.raw == html);
    for (const std::string* text : {&reading.facts.display_text, &reading.facts.inner_text,
                                    &reading.facts.hidden_text, &reading.facts.title}) {
        require(is_valid_utf8(*text));
        require(text->size() <= 2 * tocsin::limits::text_bytes);
    }
    require(reading.links.size() <= tocsin::limits::links);
    for (const HtmlLink& link : reading.links) {
        require(is_valid_utf8(link.target));
        require(is_valid_utf8(link.text));
        require(link.text_offset <= reading.facts.display_text.size() + 2);
    }
    const HtmlReading again = read_html(html, trees);
    require(again.facts.display_text == reading.facts.display_text);
    require(again.links.size() == reading.links.size());
    (void)declared_html_charset({reinterpret_cast<const char*>(data), size});
    return 0;
}
