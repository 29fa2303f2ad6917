// Trace and authentication fields, subjects and quotations: bounded results whose places lie inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/authentication_results.hpp"
#include "mail/charset.hpp"
#include "mail/received.hpp"
#include "mail/subject.hpp"
#include "mail/threads.hpp"

using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static DomainNames domain_names;
    const std::string text = repair_utf8({reinterpret_cast<const char*>(data), size});
    const Received received = parse_received(text, domain_names);
    for (const IpAddress& ip : received.ips) require(parse_ip(ip.ip)->ip == ip.ip);
    for (const Domain& domain : received.domains)
        require(domain.valid && domain_names.parse(domain.domain).domain == domain.domain);
    require(parse_authentication_results(text).verdicts.size() <= 64);
    (void)parse_received_spf(text);
    (void)tag_of_list(text, "d");
    const Subject subject = parse_subject(text);
    require(subject.base.size() <= text.size() && is_valid_utf8(subject.base));

    std::size_t end = 0;
    const auto parts = split_threads(text, {size / 3, size / 2});
    require(!parts.empty() && parts.size() <= tocsin::limits::threads + 1);
    for (const TextPart& part : parts) {
        require(part.preamble_begin >= end && part.preamble_begin <= part.begin && part.begin <= part.end);
        end = part.end;
        (void)read_quoted_headers(
            std::string_view(text).substr(part.preamble_begin, part.begin - part.preamble_begin));
    }
    require(end == text.size());
    return 0;
}
