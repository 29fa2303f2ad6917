// Messages and parts that stand inside a text with their header fields and all: old bounces, what a broken boundary left
// behind, what an attacker put behind some words. Internal to the parser.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tocsin::mail {

/// One header block with MIME fields inside a text, and what it heads.
struct BuriedMessage {
    std::size_t begin = 0;  ///< of its first field
    std::size_t end = 0;    ///< where the next block begins, or the text ends; a multipart goes to the end
    bool hides =
        false;  ///< its body is encoded, a multipart or a message: the text as it stands does not show it
};

/// The blocks in `text`, at most `messages_max`, without the part of plain text that needs no second look. Header lines without
/// a Content-Type, Content-Transfer-Encoding or Content-Disposition among them (what people forward) are none. Linear in time.
[[nodiscard]] std::vector<BuriedMessage> find_buried_messages(std::string_view text,
                                                              std::size_t messages_max);

}  // namespace tocsin::mail
