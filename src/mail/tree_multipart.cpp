// Multiparts in every plausible reading (RFC 2046 section 5.1).
#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/transfer_decoding.hpp"
#include "mail/tree_builder.hpp"

namespace tocsin::mail {

namespace {

/// Text before the first or after the last boundary that nobody shows and that is no part: shorter is left to the raw scan.
constexpr std::size_t outside_bytes_min = 4096;

bool any_parts(const MultipartSplit& split) {
    return !split.parts.empty();
}

bool same_parts(const MultipartSplit& left, const MultipartSplit& right) {
    return std::ranges::equal(left.parts, right.parts, [](const BodyRange& a, const BodyRange& b) {
        return a.begin == b.begin && a.end == b.end;
    });
}

bool is_blank(ByteView bytes) {
    return trim(as_text(bytes)).empty();
}

}  // namespace

void TreeBuilder::add_multipart(const Draft& draft, const ContentType& type, const EncodingChoice& encoding) {
    bool first_type = &type == &draft.fields->types.front();
    if (&encoding != &draft.fields->encodings.front()) {
        if (encoding.encoding != TransferEncoding::identity) add_decoded_multipart(draft, type, encoding);
        return;
    }
    std::size_t before = tree_.slots[draft.slot].alternatives.size();
    bool found = false;
    for (std::size_t index = 0; index < type.boundaries.size(); ++index) {
        bool primary = index == 0 && first_type && tree_.slots[draft.slot].alternatives.empty();
        found |= add_split_readings(draft, type, draft.body, type.boundaries[index], primary);
    }
    bool first_here = first_type && before == 0;
    if (tree_.slots[draft.slot].alternatives.size() == before && first_here) {
        // No boundary at all: nothing can be split, and what is there is shown as text by some.
        MultipartSplit unsplit;
        unsplit.preamble = {0, draft.body.size()};
        add_split(draft, type, draft.body, unsplit, {});
    }
    if (!found && first_type)
        add_observed(draft, type.boundaries.empty() ? AmbiguityKind::boundary_empty_or_missing
                                                    : AmbiguityKind::boundary_unused);
    if (encoding.encoding != TransferEncoding::identity) add_decoded_multipart(draft, type, encoding);
    if (first_type && tree_.slots[draft.slot].alternatives.size() == before + 1)
        add_as_one_leaf(draft, encoding);
}

/// A multipart in which no reading finds a part: programs then show or save the body as one.
void TreeBuilder::add_as_one_leaf(const Draft& draft, const EncodingChoice& encoding) {
    const Entity& unsplit = tree_.entities[tree_.slots[draft.slot].alternatives.back()];
    bool any_part = std::ranges::any_of(unsplit.slots, [&](std::uint32_t slot) {
        return tree_.entities[tree_.slots[slot].alternatives.front()].origin != Origin::preamble;
    });
    if (any_part || is_blank(draft.body)) return;
    note(AmbiguityKind::boundary_unused, draft.body_offset);
    if (encoding.encoding == TransferEncoding::identity) return;
    if (!may_add_alternative(draft.slot, draft.body.size(), draft.body_offset)) return;
    ContentType single;
    single.type = "application";
    single.subtype = "octet-stream";
    add_leaf(draft, single, encoding);
}

bool TreeBuilder::add_split_readings(const Draft& draft, const ContentType& type, ByteView body,
                                     const ValueCandidate& boundary, bool primary) {
    std::size_t parts_left = limits::parts - std::min(limits::parts, tree_.entities.size());
    MultipartSplit exact = split_multipart(body, boundary.value, DelimiterRule::exact, parts_left);
    std::uint64_t offset = draft.body_offset;
    bool added = any_parts(exact);
    if (primary) {
        add_split(draft, type, body, exact, boundary.value);
        if (has_near_boundary(body, boundary.value))
            note(AmbiguityKind::boundary_prefix, offset, "a line is nearly " + printable(boundary.value));
    } else if (any_parts(exact) && may_add_alternative(draft.slot, body.size(), offset)) {
        // Why the type or the headers are disputed says the caller; the boundary that is plainly given is no reason of its own.
        bool plainly_given = !type.boundaries.empty() && type.boundaries.front().value == boundary.value;
        if (!plainly_given)
            note(boundary.reason, draft.place->offset + type.offset, printable(boundary.value));
        add_split(draft, type, body, exact, boundary.value);
    }
    // A guessed boundary that splits nothing by itself is no boundary: "Boundary_(ID_7)" cut at its parenthesis, say.
    if (!primary && !any_parts(exact)) return added;
    auto try_rule = [&](DelimiterRule rule, std::size_t where, AmbiguityKind kind) {
        if (where == MultipartSplit::npos) return;
        MultipartSplit other = split_multipart(body, boundary.value, rule, parts_left);
        if (same_parts(other, exact)) return;
        note(kind, offset + where, printable(boundary.value));
        added = true;
        if (may_add_alternative(draft.slot, body.size(), offset))
            add_split(draft, type, body, other, boundary.value);
    };
    try_rule(DelimiterRule::prefix, exact.prefix_line, AmbiguityKind::boundary_prefix);
    try_rule(DelimiterRule::anywhere, exact.delimiter_inside_line, AmbiguityKind::boundary_not_at_line_start);
    try_rule(DelimiterRule::after_close, exact.delimiter_after_close, AmbiguityKind::part_outside_boundaries);
    if (!exact.closed) add_extended_split(draft, type, boundary.value);
    return added;
}

/// Inner multipart that goes on behind an outer boundary, or uses the outer's own (evasion class E3).
void TreeBuilder::add_extended_split(const Draft& draft, const ContentType& type, std::string_view boundary) {
    const Place& place = *draft.place;
    if (place.extended.size() <= place.bytes.size() || draft.block->body_begin > place.bytes.size()) return;
    bool reused = std::ranges::find(place.outer_boundaries, boundary) != place.outer_boundaries.end();
    std::string delimiter = "--" + std::string(boundary);
    std::string_view beyond = as_text(place.extended.subspan(place.bytes.size()));
    bool goes_on = false;
    for (std::size_t at = 0; !goes_on && (at = beyond.find(delimiter, at)) != std::string_view::npos; ++at)
        goes_on = at > 0 && (beyond[at - 1] == '\n' || beyond[at - 1] == '\r');
    if (!goes_on) return;
    note(AmbiguityKind::boundary_reused, place.offset, printable(boundary));
    if (reused) return;  // the outer split has all the parts already, as siblings
    ByteView body = place.extended.subspan(draft.block->body_begin);
    if (!may_add_alternative(draft.slot, body.size(), place.offset)) return;
    std::size_t parts_left = limits::parts - std::min(limits::parts, tree_.entities.size());
    add_split(draft, type, body, split_multipart(body, boundary, DelimiterRule::exact, parts_left), boundary);
}

void TreeBuilder::add_split(const Draft& draft, const ContentType& type, ByteView body,
                            const MultipartSplit& split, std::string_view boundary) {
    Entity made = make_entity(draft, type, TransferEncoding::identity);
    made.raw_body = made.content = body;
    std::uint32_t entity = push(draft.slot, std::move(made));
    std::vector<std::string> boundaries(draft.place->outer_boundaries.begin(),
                                        draft.place->outer_boundaries.end());
    if (!boundary.empty()) boundaries.emplace_back(boundary);
    add_outside(entity, draft, body, split.preamble);
    for (const BodyRange& range : split.parts) {
        Place part;
        part.bytes = body.subspan(range.begin, range.end - range.begin);
        part.extended = body.subspan(range.begin);
        part.offset = draft.body_offset + range.begin;
        part.parent = entity;
        part.depth = static_cast<std::uint16_t>(draft.place->depth + 1);
        part.origin = Origin::multipart;
        part.default_type = type.subtype == "digest" ? "message/rfc822" : "text/plain";
        part.outer_boundaries = boundaries;
        if (tree_.entities.size() >= limits::parts) {
            hit_limit("parts", part.offset);
            add_raw_rest(entity, part.depth, part.extended, part.offset);
            return;
        }
        fill_slot(part);
    }
    if (split.too_many_parts) {
        hit_limit("parts", draft.body_offset + split.epilogue.begin);
        add_raw_rest(entity, static_cast<std::uint16_t>(draft.place->depth + 1),
                     body.subspan(split.epilogue.begin), draft.body_offset + split.epilogue.begin);
        return;
    }
    add_outside(entity, draft, body, split.epilogue);
}

/// What stands before the first or after the last boundary. Programs do not show it, but some split there at another boundary.
void TreeBuilder::add_outside(std::uint32_t entity, const Draft& draft, ByteView body,
                              const BodyRange& range) {
    ByteView outside = body.subspan(range.begin, range.end - range.begin);
    if (is_blank(outside)) return;
    std::uint64_t offset = draft.body_offset + range.begin;
    std::vector<std::string> observed = observed_boundaries(outside);
    bool whole_body = outside.size() == body.size();
    std::string_view start = trim(as_text(outside));
    if (starts_with_ignoring_case(start, "content-") && start.find(':') < limits::header_fields) {
        // Header fields without a boundary before them: a program that is lenient enough shows a part.
        note(AmbiguityKind::part_outside_boundaries, offset);
        Place bare;
        bare.bytes = bare.extended = as_bytes(start);
        bare.offset = offset;
        bare.parent = entity;
        bare.depth = static_cast<std::uint16_t>(draft.place->depth + 1);
        bare.origin = Origin::preamble;
        fill_slot(bare);
        return;
    }
    if (outside.size() < outside_bytes_min && observed.empty() && !whole_body) return;
    Entity leaf;
    leaf.origin = Origin::preamble;
    leaf.raw_body = leaf.content = outside;
    leaf.body_offset = offset;
    std::uint32_t child = push_child(entity, std::move(leaf));
    add_embedded(child);
    add_buried(child);
    if (observed.empty() || whole_body)
        return;  // add_multipart() itself tries observed boundaries for a whole body
    note(AmbiguityKind::part_outside_boundaries, offset, printable(observed.front()));
    Place place;
    place.bytes = place.extended = outside;
    place.offset = offset;
    place.parent = entity;
    place.depth = static_cast<std::uint16_t>(draft.place->depth + 1);
    HeaderBlock no_headers;
    ContentFields fields;
    ContentType type;
    type.type = "multipart";
    type.subtype = "mixed";
    fields.types.push_back(type);
    fields.encodings.push_back({});
    std::uint32_t slot = tree_.entities[entity].slots.back();
    Draft hidden{&place, &no_headers, &fields, outside, offset, slot};
    for (const std::string& boundary : observed)
        if (place.depth < limits::nesting_depth)
            add_split_readings(hidden, type, outside, {boundary, AmbiguityKind::part_outside_boundaries},
                               false);
}

/// RFC 2045 section 6.4 forbids base64 and quoted-printable on a multipart; some programs decode it all the same.
void TreeBuilder::add_decoded_multipart(const Draft& draft, const ContentType& type,
                                        const EncodingChoice& encoding) {
    if (draft.body.size() > decoded_left()) return;
    Bytes decoded;
    if (encoding.encoding == TransferEncoding::base64) {
        decoded = decode_base64(draft.body, 0).bytes;
    } else if (encoding.encoding == TransferEncoding::quoted_printable) {
        decoded = decode_quoted_printable(draft.body, 0).bytes;
    }
    std::vector<ValueCandidate> boundaries = type.boundaries;
    for (std::string& observed : observed_boundaries(decoded))
        boundaries.push_back({std::move(observed), AmbiguityKind::transfer_encoding_on_multipart});
    for (const ValueCandidate& boundary : boundaries) {
        MultipartSplit raw = split_multipart(draft.body, boundary.value, DelimiterRule::exact, limits::parts);
        MultipartSplit inside = split_multipart(decoded, boundary.value, DelimiterRule::exact, limits::parts);
        // A multipart that is labelled quoted-printable but not encoded splits the same way: that is only a wrong label.
        if (!any_parts(inside) || inside.parts.size() == raw.parts.size()) continue;
        note(AmbiguityKind::transfer_encoding_on_multipart, draft.place->offset + encoding.offset);
        if (!may_add_alternative(draft.slot, decoded.size(), draft.place->offset)) return;
        ByteView kept = keep(std::move(decoded));
        Draft inner = draft;
        inner.body_offset = 0;
        add_split(inner, type, kept, inside, boundary.value);
        return;
    }
}

/// Splits at boundaries that stand in the body although the headers do not name them.
void TreeBuilder::add_observed(const Draft& draft, AmbiguityKind reason) {
    ContentType guess;
    guess.type = "multipart";
    guess.subtype = "mixed";
    guess.reason = reason;
    for (const std::string& boundary : observed_boundaries(draft.body)) {
        std::size_t before = tree_.slots[draft.slot].alternatives.size();
        add_split_readings(draft, guess, draft.body, {boundary, reason}, false);
        if (tree_.slots[draft.slot].alternatives.size() > before)
            note(reason, draft.body_offset, printable(boundary));
    }
}

}  // namespace tocsin::mail
