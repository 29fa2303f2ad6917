// A message as DKIM signs it (RFC 6376 section 3.4): fields and body in one of two forms, whatever line ends it came with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace tocsin::mail {

enum class Canonicalization : std::uint8_t { simple, relaxed };

/// One field as it stands in the message: `text` from its name to before its last line end.
struct RawField {
    std::string_view name;  ///< without white space behind it
    std::string_view text;
};

struct RawMessage {
    std::vector<RawField> fields;
    std::string_view body;
};

/// At most limits::header_fields fields; a line that is no field ends the header, as a blank one does.
[[nodiscard]] RawMessage split_message(ByteView message);

/// One field without a line end behind it.
[[nodiscard]] std::string canonical_field(std::string_view text, Canonicalization form);

struct BodyDigest {
    Hash256 sha256{};
    std::uint64_t bytes = 0;  ///< of the canonical body
};
[[nodiscard]] BodyDigest digest_body(std::string_view body, Canonicalization form);

}  // namespace tocsin::mail
