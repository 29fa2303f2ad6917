// Any bytes as a bounce or complaint: within every limit, nothing in a value that nobody could see, in bounded time, and the same
// for every reading.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/limits.hpp"
#include "mail/charset.hpp"
#include "mail/mime.hpp"
#include "scan/delivery_outcomes.hpp"
#include "scan/outcome_fields.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_text(const std::string& text, std::size_t size_max) {
    require(text.size() <= size_max && mail::is_valid_utf8(text));
    require(std::ranges::none_of(text, [](char c) { return mail::is_control(c) || c == '\t'; }));
}

void check_address(const std::string& address) {
    check_text(address, limits::outcome_address_bytes);
    require(address.empty() || address.find('@', 1) != std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    const mail::MimeTree tree = mail::parse_mime(input);
    constexpr std::chrono::seconds time_max(10);
    const auto start = std::chrono::steady_clock::now();
    const DeliveryOutcomes found = delivery_outcomes(tree);
    require(std::chrono::steady_clock::now() - start < time_max);
    require(found.outcomes.size() <= limits::reported_outcomes);
    for (const ReportedOutcome& outcome : found.outcomes) {
        require(outcome.kind < ReportedKind::count_);
        check_address(outcome.recipient);
        check_address(outcome.original_mail_from);
        check_address(outcome.original_from);
        check_text(outcome.message_id, limits::outcome_id_bytes);
        check_text(outcome.record_id, limits::outcome_id_bytes);
        check_text(outcome.detail, limits::outcome_detail_bytes);
        require(outcome.status.empty() || enhanced_status(outcome.status) == outcome.status);
        require(outcome.status.size() <= limits::outcome_status_bytes);
    }
    if (found.outcomes.empty()) return 0;
    for (const mail::Reading& reading : tree.readings) {
        // What is told must not depend on which reading happens to be the first.
        mail::MimeTree other = tree;
        other.readings = {reading};
        require(delivery_outcomes(other) == found);
    }
    return 0;
}
