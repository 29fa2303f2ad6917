// Which header fields some program takes for MIME's, and which texts it may read as their values. Internal to the parser.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"
#include "mail/header_block.hpp"
#include "mail/parameters.hpp"

namespace tocsin::mail {

/// A field that some program takes for the MIME field of this name.
struct FieldUse {
    std::string_view raw_value;
    std::uint64_t offset = 0;
    bool lenient = false;  ///< only some programs see it
    AmbiguityKind reason{};
};

/// All uses, those that every program sees and those that only some do.
struct MimeFields {
    std::vector<FieldUse> type, encoding, disposition;
    const HeaderField* content_id = nullptr;
    const HeaderField* description = nullptr;
    std::vector<Ambiguity> ambiguities;
};

/// Another text that some program reads instead of a field's value.
struct ValueView {
    std::string text;
    Comments comments = Comments::removed;
    AmbiguityKind reason{};
};

/// Control bytes other than line ends.
[[nodiscard]] bool has_control(std::string_view text);
/// Names base64 or quoted-printable somewhere.
[[nodiscard]] bool names_encoding(std::string_view value);
/// The MIME fields of a block; `bytes` are those that it was read from.
[[nodiscard]] MimeFields gather_mime_fields(const HeaderBlock& block, ByteView bytes);
/// The first view is what most programs read; there are others only where the value is odd.
[[nodiscard]] std::vector<ValueView> value_views(std::string_view raw_value);

}  // namespace tocsin::mail
