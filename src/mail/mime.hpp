// Bytes → a tree of MIME entities, in every plausible reading.
//
// The parser never says "malformed": it reads what is there. Where clients and scanners of the world disagree about what they
// see, the place (a Slot) holds several alternatives (Entity), each with the reason. Ordinary mail has one alternative
// everywhere and pays nothing for this. Readings are a covering set over the alternatives (docs/adr/0004).
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/ambiguity.hpp"

namespace tocsin::mail {

/// One header field as it stands in the bytes.
struct HeaderField {
    std::string_view name;       ///< without white space around it; original case
    std::string_view raw_value;  ///< still folded and encoded, without the final line end
    std::uint64_t offset = 0;    ///< of the name, in the entity's source buffer
};

enum class TransferEncoding : std::uint8_t {
    identity,
    base64,
    quoted_printable,
    uuencode,
    yenc,
    binhex,
    gzip64
};
[[nodiscard]] std::string_view to_string(TransferEncoding encoding);

/// How an entity came to be a part of its parent.
enum class Origin : std::uint8_t {
    root,       ///< the message itself
    multipart,  ///< between two boundaries
    message,    ///< the message inside message/rfc822 or message/global
    preamble,   ///< before the first or after the last boundary, with something in it
    embedded,   ///< found inside the text of a part: uuencode, yEnc, binhex, data: URI
    tnef,       ///< an attachment inside winmail.dat
    raw_rest,   ///< bytes that were not taken apart because a limit was reached
};
[[nodiscard]] std::string_view to_string(Origin origin);

inline constexpr std::uint32_t no_entity = 0xFFFFFFFFU;

/// A MIME entity in one interpretation.
struct Entity {
    std::uint32_t parent = no_entity;  ///< index into MimeTree::entities
    std::uint16_t depth = 0;
    Origin origin = Origin::root;
    TransferEncoding encoding = TransferEncoding::identity;
    std::vector<HeaderField> fields;
    std::string type = "text";      ///< lower case, before the slash (RFC 2045 section 5.2 default)
    std::string subtype = "plain";  ///< lower case
    bool type_declared = false;     ///< a Content-Type field was there and understood
    std::string charset;            ///< lower case, empty when absent
    std::string format_flowed;      ///< value of the format parameter, lower case
    std::string disposition;        ///< lower case, empty when absent
    std::string content_id;         ///< without angle brackets
    std::string description;
    std::vector<std::string>
        file_names;     ///< UTF-8; the first is what most clients show, the others are other readings
    ByteView raw_body;  ///< as transferred
    ByteView content;   ///< decoded; points into the input or into MimeTree::buffers
    std::uint64_t body_offset = 0;     ///< of raw_body in its source buffer
    std::vector<std::uint32_t> slots;  ///< children in order: indices into MimeTree::slots
    bool keeps_content = false;  ///< the children were found inside a text or file that remains one itself

    [[nodiscard]] std::string media_type() const { return type + "/" + subtype; }
    [[nodiscard]] bool is_multipart() const { return type == "multipart"; }
    /// A text or a file, as against a multipart or message that consists of its children.
    [[nodiscard]] bool is_leaf() const { return slots.empty() || keeps_content; }
};

/// A place in the tree, and who may stand there. alternatives[0] is the reading that most clients take.
struct Slot {
    std::vector<std::uint32_t> alternatives;
};

/// One consistent interpretation of the whole message: the entities that exist in it, in document order.
struct Reading {
    std::vector<std::uint32_t> entities;
};

/// Named limits that were reached while parsing. What lay beyond is in an entity of origin raw_rest.
struct MimeLimitHit {
    std::string_view name;  ///< the name in limits.hpp: "parts"
    std::uint64_t offset = 0;
};

/// What parse_mime() found. Views point into the input given to it, which must outlive the tree.
struct MimeTree {
    ByteView input;
    std::deque<Bytes> buffers;  ///< decoded bytes; addresses are stable
    std::vector<Entity> entities;
    std::vector<Slot> slots;  ///< slots[0] is the root
    std::vector<Reading> readings;
    std::vector<Ambiguity> ambiguities;
    std::vector<MimeLimitHit> limits_hit;
    std::uint64_t bytes_copied = 0;  ///< decoded or copied, for the benchmark table

    [[nodiscard]] bool ambiguous() const { return !ambiguities.empty(); }
    /// The root entity of the reading that most clients take.
    [[nodiscard]] const Entity& root() const { return entities[slots[0].alternatives[0]]; }
};

/// Parses a message (RFC 5322, 2045 to 2047, 2231, 6532). Never fails: any bytes are some message.
[[nodiscard]] MimeTree parse_mime(ByteView input);

/// First field of that name (ASCII case-insensitive), or nullptr.
[[nodiscard]] const HeaderField* find_field(const std::vector<HeaderField>& fields, std::string_view name);

}  // namespace tocsin::mail
