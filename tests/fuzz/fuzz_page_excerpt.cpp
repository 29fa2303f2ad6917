// Pieces of a page, and links: what is searched holds the pieces, and a link that was read once reads the same again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "scan/normal_link.hpp"
#include "scan/page_excerpt.hpp"

using namespace tocsin::scan;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string excerpt = page_excerpt(text);
    // As they are; then at most once more as markup, once as text with the targets of links, and few marks.
    require(excerpt.starts_with("<html>" + std::string(text) + "\n<html>"));
    require(excerpt.size() <= 5 * text.size() + 64);

    tocsin::mail::DomainNames names;
    const std::string link = normal_link(text, names);
    require(normal_link(link, names) == link);
    return 0;
}
