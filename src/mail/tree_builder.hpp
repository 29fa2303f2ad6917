// Builds a MimeTree: one function per kind of entity. Internal to parse_mime().
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "mail/content_fields.hpp"
#include "mail/header_block.hpp"
#include "mail/mime.hpp"
#include "mail/multipart.hpp"

namespace tocsin::mail {

/// A position in the tree that is about to be filled.
struct Place {
    ByteView bytes;  ///< headers and body of the entity
    ByteView
        extended;  ///< the same, up to the end of the parent's body: for programs that ignore an outer boundary
    std::uint64_t offset = 0;  ///< of `bytes` in the message; in decoded inner messages: in that buffer
    std::uint32_t parent = no_entity;
    std::uint16_t depth = 0;
    Origin origin = Origin::root;
    std::string_view default_type = "text/plain";
    std::span<const std::string> outer_boundaries;  ///< in force around this place
};

/// Bounds that a test makes small; everybody else leaves them alone.
struct TreeLimits {
    std::size_t message_bytes = limits::message_bytes;
    std::size_t decoded_bytes = limits::decoded_bytes;
    std::size_t reparsed_bytes = limits::reparsed_bytes;
};

/// The body begins with base64: nothing else stands on its first lines, up to a few quads.
[[nodiscard]] bool looks_like_base64(ByteView body);
/// An escape or a soft line break stands near the beginning.
[[nodiscard]] bool looks_like_quoted_printable(ByteView body);

class TreeBuilder {
public:
    explicit TreeBuilder(ByteView input, const TreeLimits& bounds = {});
    MimeTree build();

private:
    /// What is common to the alternatives made from one header block.
    struct Draft {
        const Place* place = nullptr;
        const HeaderBlock* block = nullptr;
        const ContentFields* fields = nullptr;
        ByteView body;
        std::uint64_t body_offset = 0;
        std::uint32_t slot = 0;
    };

    std::uint32_t fill_slot(const Place& place);
    void add_block(std::uint32_t slot, const Place& place, const HeaderBlock& block);
    void add_choice(const Draft& draft, const ContentType& type, const EncodingChoice& encoding);

    void add_multipart(const Draft& draft, const ContentType& type, const EncodingChoice& encoding);
    bool add_split_readings(const Draft& draft, const ContentType& type, ByteView body,
                            const ValueCandidate& boundary, bool primary);
    void add_split(const Draft& draft, const ContentType& type, ByteView body, const MultipartSplit& split,
                   std::string_view boundary);
    void add_outside(std::uint32_t entity, const Draft& draft, ByteView body, const BodyRange& range);
    void add_decoded_multipart(const Draft& draft, const ContentType& type, const EncodingChoice& encoding);
    void add_extended_split(const Draft& draft, const ContentType& type, std::string_view boundary);
    void add_as_one_leaf(const Draft& draft, const EncodingChoice& encoding);
    void add_observed(const Draft& draft, AmbiguityKind reason);

    void add_message(const Draft& draft, const ContentType& type, const EncodingChoice& encoding);
    void add_leaf(const Draft& draft, const ContentType& type, const EncodingChoice& encoding);
    void add_leaf_alternatives(const Draft& draft, const Entity& model, std::vector<Bytes> contents);
    ByteView decode_leaf(Entity& entity, const Draft& draft, std::vector<Bytes>& alternatives);
    void add_further_files(std::uint32_t entity);
    void add_embedded(std::uint32_t entity);
    void add_undeclared_base64(std::uint32_t entity);
    void add_buried(std::uint32_t entity);
    void add_embedded_file(std::uint32_t parent, Bytes bytes, std::string name, std::string_view media_type);
    void add_wrapped_message(std::uint32_t entity);
    void add_raw_rest(std::uint32_t parent, std::uint16_t depth, ByteView bytes, std::uint64_t offset);

    Entity make_entity(const Draft& draft, const ContentType& type, TransferEncoding encoding) const;
    std::uint32_t push(std::uint32_t slot, Entity entity);
    std::uint32_t push_child(std::uint32_t parent, Entity entity);
    std::uint32_t new_slot(std::uint32_t parent);
    ByteView keep(Bytes bytes);
    bool may_add_alternative(std::uint32_t slot, std::size_t work_bytes, std::uint64_t offset);
    void note(AmbiguityKind kind, std::uint64_t offset, std::string detail = {});
    void hit_limit(std::string_view name, std::uint64_t offset);
    std::size_t decoded_left() const;

    TreeLimits bounds_;
    MimeTree tree_;
    std::size_t alternatives_ = 0;
    std::size_t work_bytes_ = 0;
};

enum class Covering : std::uint8_t { complete, cut_off };

/// Fills tree.readings: a covering set over the alternatives in tree.slots, cut off at limits::readings.
Covering list_readings(MimeTree& tree);

}  // namespace tocsin::mail
