// Content-Type, Content-Transfer-Encoding and Content-Disposition of one entity, in every plausible reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"
#include "mail/header_block.hpp"
#include "mail/mime.hpp"
#include "mail/parameters.hpp"

namespace tocsin::mail {

/// One way to understand the Content-Type.
struct ContentType {
    std::string type = "text";
    std::string subtype = "plain";
    bool declared = false;
    std::string charset;
    std::string format;
    std::vector<ValueCandidate> boundaries;  ///< empty when no boundary parameter is there
    std::vector<ValueCandidate> names;
    AmbiguityKind reason{};  ///< why it is not the only one; of no meaning for the first
    std::uint64_t offset = 0;
};

/// One way to understand the Content-Transfer-Encoding.
struct EncodingChoice {
    TransferEncoding encoding = TransferEncoding::identity;
    AmbiguityKind reason{};
    std::uint64_t offset = 0;
    bool only_if_body_fits = false;  ///< no program would think of it unless the body looks like this
};

/// What the header block of one entity says about its content.
struct ContentFields {
    std::vector<ContentType> types;         ///< never empty; the first is what most programs take
    std::vector<EncodingChoice> encodings;  ///< never empty
    std::string disposition;
    std::vector<ValueCandidate> file_names;
    std::string content_id;
    std::string description;
    std::vector<Ambiguity> ambiguities;  ///< those that hold whatever alternative is taken
    bool odd = false;                    ///< something was disputed: the caller looks closer at the body, too
};

/// Reads the MIME fields of a block. `bytes` are those that the block was read from.
[[nodiscard]] ContentFields read_content_fields(const HeaderBlock& block, ByteView bytes);

}  // namespace tocsin::mail
