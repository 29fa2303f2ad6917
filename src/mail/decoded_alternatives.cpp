#include "mail/decoded_alternatives.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/limits.hpp"

namespace tocsin::mail {

bool AlternativeCollector::may_try(std::uint64_t offset) {
    if (alternatives_max_ == 0) return false;  // the caller wants the primary output only
    if (decoded_.alternatives.size() >= alternatives_max_ ||
        work_bytes_ + encoded_bytes_ > limits::alternative_work_bytes) {
        flag(AmbiguityKind::too_many_readings, offset, "more decodings of one body than are tried");
        return false;
    }
    work_bytes_ += encoded_bytes_;
    return true;
}

void AlternativeCollector::offer(Bytes bytes, AmbiguityKind reason, std::uint64_t offset, Dispute dispute,
                                 const std::string& detail) {
    // An empty output is what a decoder shows that gives up at once: nothing to scan.
    const bool nothing = bytes.empty();
    if (known(bytes)) return;
    if (dispute == Dispute::flagged) flag(reason, offset, detail);
    if (nothing) return;
    if (kept_bytes_ + bytes.size() > limits::decoded_bytes) {
        flag(AmbiguityKind::too_many_readings, offset, "other decodings of one body take too much memory");
        return;
    }
    kept_bytes_ += bytes.size();
    bytes.shrink_to_fit();
    decoded_.alternatives.push_back({std::move(bytes), reason, offset});
}

void AlternativeCollector::flag(AmbiguityKind kind, std::uint64_t offset, const std::string& detail) {
    const bool raised = std::ranges::any_of(
        decoded_.ambiguities, [&](const Ambiguity& ambiguity) { return ambiguity.kind == kind; });
    if (!raised) decoded_.ambiguities.push_back({kind, offset, detail});
}

bool AlternativeCollector::known(const Bytes& bytes) const {
    if (bytes == decoded_.bytes) return true;
    return std::ranges::any_of(decoded_.alternatives,
                               [&](const DecodedAlternative& other) { return other.bytes == bytes; });
}

std::string show_character(unsigned char character) {
    if (character > ' ' && character < 0x7F) return fmt::format("'{}'", static_cast<char>(character));
    return fmt::format("byte 0x{:02x}", character);
}

}  // namespace tocsin::mail
