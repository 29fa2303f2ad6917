// A text or page that was scanned whole, to which the copies for other readers are compared (docs/design/campaigns.md).
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "scan/personal_places.hpp"

namespace tocsin::scan {

/// How a text relates to the one that was scanned.
enum class CopyKind : std::uint8_t {
    other,         ///< another text: it is scanned like any
    same,          ///< byte for byte the same
    personalised,  ///< the same but for harmless bytes in personal places
};

/// Bytes of a copy that are not those of the scanned text; empty where the copy has less.
struct Difference {
    std::size_t begin = 0, end = 0;
    std::size_t scanned_begin = 0, scanned_end = 0;  ///< what the scanned text has in their place
};

struct CopyComparison {
    CopyKind kind = CopyKind::other;
    std::vector<Difference> differences;  ///< in the copy, in order; for `personalised`
};

enum class BodyKind : std::uint8_t { text, page };

/// The scanned text. Comparing costs about as much as reading both once.
class CampaignBody {
public:
    CampaignBody(std::string bytes, BodyKind kind);

    /// At most limits::campaign_differences of at most limits::campaign_difference_bytes each, or it is another text.
    [[nodiscard]] CopyComparison compare(ByteView copy) const;
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const std::string& bytes() const { return bytes_; }
    /// text_fingerprint() of the scanned text.
    [[nodiscard]] std::uint64_t fingerprint() const { return fingerprint_; }

private:
    [[nodiscard]] bool may_differ(std::size_t begin, std::size_t end, std::string_view here,
                                  std::string_view there) const;

    std::string bytes_;
    std::vector<PersonalPlace> places_;
    std::uint64_t fingerprint_ = 0;
};

/// What signatures are looked for in: the differences, each with limits::campaign_context_bytes before and behind it, and the
/// beginning and end of the copy.
[[nodiscard]] std::string with_surroundings(ByteView copy, const std::vector<Difference>& differences);

}  // namespace tocsin::scan
