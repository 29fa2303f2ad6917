// URLs: what parse_url() writes parses to the same again; what find_urls() finds lies inside the text and
// does not overlap.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/urls.hpp"

using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static DomainNames domain_names;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto url = parse_url(text, domain_names)) {
        require(is_valid_utf8(url->url));
        const auto again = parse_url(url->url, domain_names);
        require(again.has_value());
        const bool cut =
            url->url.size() > tocsin::limits::url_bytes;  // A-labels can be longer than what they stand for
        require(cut || (again->url == url->url && again->domain.domain == url->domain.domain &&
                        again->path == url->path));
    }
    const std::string repaired = repair_utf8(text);
    std::size_t end = 0;
    for (const FoundInText& found : find_urls(repaired, 64)) {
        require(found.offset >= end && found.length > 0);
        end = found.offset + found.length;
        require(end <= repaired.size());
    }
    const auto base = parse_url("https://example.com/a/b?c", domain_names);
    (void)resolve_url(text, base, domain_names);
    (void)resolve_url(text, std::nullopt, domain_names);
    return 0;
}
