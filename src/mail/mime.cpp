#include "mail/mime.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/tree_builder.hpp"

namespace tocsin::mail {

std::string_view to_string(TransferEncoding encoding) {
    switch (encoding) {
        case TransferEncoding::identity: return "identity";
        case TransferEncoding::base64: return "base64";
        case TransferEncoding::quoted_printable: return "quoted-printable";
        case TransferEncoding::uuencode: return "uuencode";
        case TransferEncoding::yenc: return "yenc";
        case TransferEncoding::binhex: return "binhex";
        case TransferEncoding::gzip64: return "x-gzip64";
    }
    return "identity";
}

std::string_view to_string(Origin origin) {
    switch (origin) {
        case Origin::root: return "root";
        case Origin::multipart: return "multipart";
        case Origin::message: return "message";
        case Origin::preamble: return "preamble";
        case Origin::embedded: return "embedded";
        case Origin::tnef: return "tnef";
        case Origin::raw_rest: return "raw_rest";
    }
    return "root";
}

MimeTree parse_mime(ByteView input) {
    return TreeBuilder(input).build();
}

TreeBuilder::TreeBuilder(ByteView input, const TreeLimits& bounds) : bounds_(bounds) {
    tree_.input = input;
}

MimeTree TreeBuilder::build() {
    Place root;
    root.bytes = tree_.input.first(std::min(tree_.input.size(), bounds_.message_bytes));
    root.extended = root.bytes;
    if (root.bytes.size() < tree_.input.size()) hit_limit("message_bytes", root.bytes.size());
    fill_slot(root);
    if (list_readings(tree_) == Covering::cut_off) hit_limit("readings", 0);
    return std::move(tree_);
}

namespace {

bool looks_encoded(ByteView body, TransferEncoding encoding) {
    if (encoding == TransferEncoding::base64) return looks_like_base64(body);
    return encoding != TransferEncoding::quoted_printable || looks_like_quoted_printable(body);
}

}  // namespace

bool looks_like_quoted_printable(ByteView body) {
    constexpr std::size_t looked_at_bytes = 64U << 10;
    std::string_view text = as_text(body.first(std::min(body.size(), looked_at_bytes)));
    auto is_hex = [](char c) {
        return is_ascii_digit(c) || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
    };
    for (std::size_t at = text.find('='); at != std::string_view::npos; at = text.find('=', at + 1)) {
        std::string_view after = text.substr(at + 1, 2);
        if (after.starts_with('\r') || after.starts_with('\n')) return true;
        if (after.size() == 2 && is_hex(after[0]) && is_hex(after[1])) return true;
    }
    return false;
}

bool looks_like_base64(ByteView body) {
    constexpr std::size_t looked_at_bytes = 1024, symbols_convincing = 8, symbols_min = 4;
    std::string_view text = trim(as_text(body.first(std::min(body.size(), looked_at_bytes))));
    std::size_t symbols = 0;
    for (char c : text) {
        if (c == '\n' && symbols >= symbols_convincing) return true;
        if (is_ascii_space(c) && c != ' ') continue;
        if (!is_ascii_alphanumeric(c) && c != '+' && c != '/' && c != '=') return false;
        ++symbols;
    }
    return symbols >= symbols_min;
}

// ---- the tree's bookkeeping ----------------------------------------------------------------------------------------

std::uint32_t TreeBuilder::new_slot(std::uint32_t parent) {
    auto slot = static_cast<std::uint32_t>(tree_.slots.size());
    tree_.slots.emplace_back();
    if (parent != no_entity) tree_.entities[parent].slots.push_back(slot);
    return slot;
}

std::uint32_t TreeBuilder::push(std::uint32_t slot, Entity entity) {
    auto index = static_cast<std::uint32_t>(tree_.entities.size());
    tree_.entities.push_back(std::move(entity));
    tree_.slots[slot].alternatives.push_back(index);
    return index;
}

std::uint32_t TreeBuilder::push_child(std::uint32_t parent, Entity entity) {
    entity.parent = parent;
    entity.depth = static_cast<std::uint16_t>(tree_.entities[parent].depth + 1);
    std::uint32_t slot = new_slot(parent);
    return push(slot, std::move(entity));
}

ByteView TreeBuilder::keep(Bytes bytes) {
    tree_.bytes_copied += bytes.size();
    tree_.buffers.push_back(std::move(bytes));
    return tree_.buffers.back();
}

std::size_t TreeBuilder::decoded_left() const {
    return tree_.bytes_copied >= bounds_.decoded_bytes ? 0 : bounds_.decoded_bytes - tree_.bytes_copied;
}

void TreeBuilder::note(AmbiguityKind kind, std::uint64_t offset, std::string detail) {
    // The last place is kept for the news that a limit was reached.
    std::size_t reserved = kind == AmbiguityKind::too_many_readings ? 0 : 1;
    if (tree_.ambiguities.size() + reserved >= limits::ambiguities) return;
    for (const Ambiguity& known : tree_.ambiguities)
        if (known.kind == kind && known.offset == offset) return;
    tree_.ambiguities.push_back({kind, offset, std::move(detail)});
}

void TreeBuilder::hit_limit(std::string_view name, std::uint64_t offset) {
    for (const MimeLimitHit& known : tree_.limits_hit)
        if (known.name == name) return;
    tree_.limits_hit.push_back({name, offset});
    note(AmbiguityKind::too_many_readings, offset, std::string(name));
}

bool TreeBuilder::may_add_alternative(std::uint32_t slot, std::size_t work_bytes, std::uint64_t offset) {
    if (tree_.slots[slot].alternatives.empty()) return true;  // the first is no alternative
    std::string_view reached;
    if (alternatives_ >= limits::alternatives) reached = "alternatives";
    if (tree_.slots[slot].alternatives.size() >= limits::alternatives_per_place)
        reached = "alternatives_per_place";
    if (work_bytes_ + work_bytes > bounds_.reparsed_bytes) reached = "reparsed_bytes";
    if (!reached.empty()) {
        note(AmbiguityKind::too_many_readings, offset, std::string(reached));
        hit_limit(reached, offset);
        return false;
    }
    ++alternatives_;
    work_bytes_ += work_bytes;
    return true;
}

Entity TreeBuilder::make_entity(const Draft& draft, const ContentType& type,
                                TransferEncoding encoding) const {
    const Place& place = *draft.place;
    Entity entity;
    entity.parent = place.parent;
    entity.depth = place.depth;
    entity.origin = place.origin;
    entity.encoding = encoding;
    entity.fields = draft.block->fields;
    entity.type = type.type;
    entity.subtype = type.subtype;
    entity.type_declared = type.declared;
    entity.charset = type.charset;
    entity.format_flowed = type.format;
    entity.disposition = draft.fields->disposition;
    entity.content_id = draft.fields->content_id;
    entity.description = draft.fields->description;
    for (const ValueCandidate& name : draft.fields->file_names) entity.file_names.push_back(name.value);
    entity.raw_body = draft.body;
    entity.content = draft.body;
    entity.body_offset = draft.body_offset;
    return entity;
}

void TreeBuilder::add_raw_rest(std::uint32_t parent, std::uint16_t depth, ByteView bytes,
                               std::uint64_t offset) {
    Entity entity;
    entity.origin = Origin::raw_rest;
    entity.type = "application";
    entity.subtype = "octet-stream";
    entity.raw_body = entity.content = bytes;
    entity.body_offset = offset;
    entity.parent = parent;
    entity.depth = depth;
    push(new_slot(parent), std::move(entity));
}

// ---- one position: headers in every reading ----------------------------------------------------------------------------

std::uint32_t TreeBuilder::fill_slot(const Place& place) {
    std::uint32_t slot = new_slot(place.parent);
    if (place.depth >= limits::nesting_depth || tree_.entities.size() >= limits::parts) {
        hit_limit(place.depth >= limits::nesting_depth ? "nesting_depth" : "parts", place.offset);
        Entity rest;
        rest.origin = Origin::raw_rest;
        rest.parent = place.parent;
        rest.depth = place.depth;
        rest.type = "application";
        rest.subtype = "octet-stream";
        rest.raw_body = rest.content = place.bytes;
        rest.body_offset = place.offset;
        push(slot, std::move(rest));
        return slot;
    }
    HeaderBlock primary = read_header_block(place.bytes);
    if (primary.odd.over_limit)
        hit_limit(primary.fields.size() >= limits::header_fields ? "header_fields" : "header_block_bytes",
                  place.offset + primary.body_begin);
    add_block(slot, place, primary);
    OwnHeadersBelow own_headers_below =
        place.default_type == "message/rfc822" ? OwnHeadersBelow::yes : OwnHeadersBelow::no;
    for (const HeaderAlternative& other : header_alternatives(place.bytes, primary, own_headers_below)) {
        std::uint64_t offset = place.offset + other.offset;
        note(other.reason, offset);
        if (!may_add_alternative(slot, place.bytes.size(), offset)) break;
        add_block(slot, place, other.block);
    }
    // RFC 2046 section 5.1.1: a delimiter line among the headers. Some programs only see it behind the blank line.
    bool cut_in_headers =
        primary.odd.no_blank_line && place.extended.size() > place.bytes.size() &&
        std::ranges::any_of(primary.fields, [](const HeaderField& f) { return is_mime_field(f.name); });
    if (cut_in_headers) {
        note(AmbiguityKind::end_boundary_in_headers, place.offset + place.bytes.size());
        if (may_add_alternative(slot, place.extended.size(), place.offset)) {
            Place wider = place;
            wider.bytes = place.extended;
            add_block(slot, wider, read_header_block(place.extended));
        }
    }
    return slot;
}

void TreeBuilder::add_block(std::uint32_t slot, const Place& place, const HeaderBlock& block) {
    ContentFields fields = read_content_fields(block, place.bytes);
    if (!fields.types.front().declared && place.default_type == "message/rfc822") {
        // RFC 2046 section 5.1.5: in a digest, a part without a type is a message.
        fields.types.front().type = "message";
        fields.types.front().subtype = "rfc822";
    }
    for (Ambiguity& ambiguity : fields.ambiguities)
        note(ambiguity.kind, place.offset + ambiguity.offset, std::move(ambiguity.detail));
    Draft draft{
        &place, &block, &fields, place.bytes.subspan(block.body_begin), place.offset + block.body_begin,
        slot};
    std::size_t pairs = 0;
    for (std::size_t sum = 0; sum < fields.types.size() + fields.encodings.size(); ++sum)
        for (std::size_t type = 0; type <= sum && type < fields.types.size(); ++type) {
            if (sum - type >= fields.encodings.size() || pairs++ >= limits::alternatives_per_place) continue;
            add_choice(draft, fields.types[type], fields.encodings[sum - type]);
        }
    bool undeclared = !fields.types.front().declared && find_field(block.fields, "mime-version") != nullptr;
    if ((fields.odd || undeclared) && tree_.slots[slot].alternatives.size() == 1 &&
        !tree_.entities[tree_.slots[slot].alternatives.front()].is_multipart())
        add_observed(draft, AmbiguityKind::guessed_content_type);
}

void TreeBuilder::add_choice(const Draft& draft, const ContentType& type, const EncodingChoice& encoding) {
    bool first_type = &type == &draft.fields->types.front();
    bool first_encoding = &encoding == &draft.fields->encodings.front();
    if (type.type == "multipart") {
        // Whether it matters that a program sees a multipart here, the body decides.
        if (!first_type && first_encoding) {
            std::size_t before = tree_.slots[draft.slot].alternatives.size();
            add_multipart(draft, type, encoding);
            if (tree_.slots[draft.slot].alternatives.size() > before)
                note(type.reason, draft.place->offset + type.offset);
            return;
        }
        add_multipart(draft, type, encoding);
        return;
    }
    if (!first_type || !first_encoding) {
        if (encoding.only_if_body_fits && !looks_encoded(draft.body, encoding.encoding)) return;
        if (!first_type) note(type.reason, draft.place->offset + type.offset);
        if (!first_encoding) note(encoding.reason, draft.place->offset + encoding.offset);
        if (!may_add_alternative(draft.slot, draft.body.size(), draft.place->offset)) return;
    }
    bool message = type.type == "message" &&
                   (type.subtype == "rfc822" || type.subtype == "global" || type.subtype == "news" ||
                    type.subtype == "partial" || type.subtype == "external-body");
    if (message) {
        add_message(draft, type, encoding);
    } else {
        add_leaf(draft, type, encoding);
    }
}

}  // namespace tocsin::mail
