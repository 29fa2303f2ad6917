// The parts of a message told apart by what a mail program does with them.
#pragma once

#include <cstdint>
#include <vector>

#include "mail/mime.hpp"

namespace tocsin::mail {

enum class ShownAs : std::uint8_t {
    nothing,  ///< a file, or what holds other parts
    plain,    ///< text as it stands
    page,     ///< HTML
};

/// HTML, in either of its spellings.
[[nodiscard]] bool holds_page(const Entity& entity);

/// What a mail program makes of one entity, whatever stands beside it. A kind of text that it does not know is plain text to it
/// (RFC 2046 section 4.1.4).
[[nodiscard]] ShownAs shown_as(const MimeTree& tree, const Entity& entity);

/// The parts of one reading.
struct PartRoles {
    std::vector<std::uint32_t> html;   ///< shown as pages, in order
    std::vector<std::uint32_t> plain;  ///< shown as plain text, in order
    /// Those of both that a person reads one after the other. Where a page is there to choose instead of a plain text, the page
    /// is read.
    std::vector<std::uint32_t> read;
    std::vector<std::uint32_t> attachments;  ///< every other leaf, and attached messages as a whole
};

/// What is inside an attached message belongs to that message and is left out, as is text before the first or
/// after the last boundary.
[[nodiscard]] PartRoles find_roles(const MimeTree& tree, const Reading& reading);

}  // namespace tocsin::mail
