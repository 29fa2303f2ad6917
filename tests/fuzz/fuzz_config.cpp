// Configuration: whatever the text, the answer is settings or problems; settings written out are the same settings again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "config/config.hpp"

using namespace tocsin;
using namespace tocsin::config;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

bool is_one_line(std::string_view text) {
    return text.find('\n') == std::string_view::npos && !text.empty();
}

/// The law of the policy, looked at from outside.
void require_lawful(const Settings& settings) {
    for (const PolicyRow& row : settings.policy) {
        if (row.disposition != Disposition::accept && row.disposition != Disposition::tag) continue;
        require(!row.verdicts.empty());
        for (const Verdict verdict : row.verdicts)
            require(verdict != Verdict::malware && verdict != Verdict::unscannable);
        for (const Outcome outcome : row.outcomes) require(outcome == Outcome::verdict);
    }
}

void require_complete(const Settings& settings) {
    require(!settings.listeners.empty() && settings.listeners.size() <= limits::config_listeners);
    for (const Listener& listener : settings.listeners) {
        require(!listener.name.empty() && listener.sessions > 0);
        require(listener.address.kind != AddressKind::none);
        require(listener.kind != ListenerKind::smtp || listener.next_hop);
        const bool mail_server = listener.kind == ListenerKind::smtp || listener.kind == ListenerKind::milter;
        require(mail_server || listener.allow_remote || is_local(listener.address));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    ParseOptions options;
    options.known.part_flags = {"macro", "encrypted_archive", "qr_code"};
    if (size % 2 == 1) options.folder = "/etc/tocsin";
    const Parsed parsed = parse({reinterpret_cast<const char*>(data), size}, options);
    require(parsed.settings.has_value() == parsed.problems.empty());
    require(parsed.problems.size() <= limits::config_problems + 1);
    for (const Problem& problem : parsed.problems) {
        require(is_one_line(problem.message) && is_one_line(problem.what_to_do));
        require((problem.line == 0) == (problem.column == 0) && problem.line <= size + 1);
    }
    if (!parsed.settings) return 0;
    require_lawful(*parsed.settings);
    require_complete(*parsed.settings);
    const Parsed again = parse(show(*parsed.settings), options);
    require(again.settings && *again.settings == *parsed.settings);
    return 0;
}
