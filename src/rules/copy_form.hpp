// What an outgoing message shares with the other copies of its mailing, and what is its reader's own.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "mail/mime.hpp"
#include "scan/campaign_body.hpp"
#include "scan/message_facts.hpp"

namespace tocsin::rules {

/// How a header field may differ from copy to copy.
enum class OwnField : std::uint8_t {
    subject,     ///< by a name
    recipient,   ///< To: one mailbox; its domain is a part of what is shared
    message_id,  ///< in front of its domain
    date,        ///< by digits and names of days and months
    received,    ///< by what is no host and no address: ids, the date
    signature,   ///< DKIM-Signature: by its digests and times
    links,       ///< List-Unsubscribe: by an id in each link
    id,          ///< X-…, Feedback-ID: by an id
};

struct CopyForm {
    struct Field {
        OwnField kind = OwnField::id;
        std::string_view value;  ///< as it stands in the message
    };
    struct Text {
        scan::BodyKind kind = scan::BodyKind::text;
        std::string_view content;  ///< decoded
    };
    /// One for all copies: structure, names of fields, values of those that may not differ, files, the domain of the reader, and
    /// the sketch of each text (base/content_sketch.hpp).
    Hash256 shared{};
    std::vector<Field> fields;
    std::vector<Text> texts;
    std::string reader_local_part, reader_name;  ///< of To, in lower case
};

/// nullopt: this message is judged whole. It is ambiguous, cut by a limit, has not exactly one reader, or holds something that
/// is read in more ways than one. `digests`: of this tree, so that no file is hashed twice; nullptr: nobody has any.
[[nodiscard]] std::optional<CopyForm> copy_form(const mail::MimeTree& tree,
                                                std::string_view envelope_recipient,
                                                scan::ContentDigests* digests = nullptr);

/// True when a field of two copies differs by nothing but what OwnField names.
[[nodiscard]] bool differs_as_may_be(OwnField kind, std::string_view one, std::string_view other);

/// True when the bytes [begin, end) of a text may be another reader's: a name or a number of at most six digits between other
/// words, or an id in the path of a web link. Neither a part of a host, an address or a telephone number, nor text in base64
/// or hexadecimal.
[[nodiscard]] bool readers_own(std::string_view text, std::size_t begin, std::size_t end);

/// The bytes [begin, end) with `context_bytes` and whole words before and behind them. Where in a word a difference begins and
/// ends, which hangs on what the two copies happen to share, makes no other piece.
[[nodiscard]] std::string_view with_context(std::string_view text, std::size_t begin, std::size_t end,
                                            std::size_t context_bytes);

}  // namespace tocsin::rules
