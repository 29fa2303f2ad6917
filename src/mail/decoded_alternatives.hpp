// Collects the outputs of other decoders for one encoded body: distinct ones only, within bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {

/// Whether an alternative is worth an Ambiguity, or only worth scanning.
enum class Dispute {
    flagged,  ///< real mail does not look like this
    silent,   ///< sloppy but honest mail looks like this too: scan the other output, say nothing
};

/// Adds to a Decoded whose primary bytes are set. Three bounds hold: the number of alternatives, their bytes,
/// and the encoded bytes that were read to make them (`limits::alternative_work_bytes`). When one of them
/// cuts something off, the Decoded says `too_many_readings`.
class AlternativeCollector {
public:
    AlternativeCollector(Decoded& decoded, std::size_t encoded_bytes, std::size_t alternatives_max)
        : decoded_(decoded), encoded_bytes_(encoded_bytes), alternatives_max_(alternatives_max) {}

    /// Asks before the work of one more decoding is done; false when a bound is reached.
    [[nodiscard]] bool may_try(std::uint64_t offset);
    /// Keeps `bytes` when no output so far is the same; a flagged one that is new raises its ambiguity.
    void offer(Bytes bytes, AmbiguityKind reason, std::uint64_t offset, Dispute dispute,
               const std::string& detail);
    /// Raises an ambiguity once per kind.
    void flag(AmbiguityKind kind, std::uint64_t offset, const std::string& detail);

private:
    [[nodiscard]] bool known(const Bytes& bytes) const;

    Decoded& decoded_;
    std::size_t encoded_bytes_;
    std::size_t alternatives_max_;
    std::size_t work_bytes_ = 0;
    std::size_t kept_bytes_ = 0;
};

/// The character for a detail text: itself in quotes when printable, else its number.
[[nodiscard]] std::string show_character(unsigned char character);

}  // namespace tocsin::mail
