// Attached messages and leaves: decoding, files embedded in text (RFC 2045 section 6, RFC 2046 section 5.2).
#include <algorithm>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/transfer_decoding.hpp"
#include "mail/tree_builder.hpp"

namespace tocsin::mail {

namespace {

/// Files taken out of one text. A page has hundreds of data: URIs when every icon in it is one.
constexpr std::size_t embedded_files_max = 1024;

/// Less than this is a word that happens to have the letters of base64.
constexpr std::size_t undeclared_bytes_min = 24;

/// The search for uuencode and BinHex in `text` ended because what it found grew too large (limits::embedded_bytes). It leaves
/// out whole lines, of at most 63 bytes.
bool grew_too_large(const std::vector<EmbeddedFile>& files, ByteView text) {
    constexpr std::size_t line_bytes_max = 63;
    std::size_t total = 0;
    for (const EmbeddedFile& file : files) total += file.bytes.size();
    return total + line_bytes_max > std::max(text.size(), limits::embedded_bytes);
}

bool same_bytes(ByteView left, ByteView right) {
    return left.size() == right.size() && (left.data() == right.data() || std::ranges::equal(left, right));
}

std::string lower_extension(const Entity& entity) {
    if (entity.file_names.empty()) return {};
    std::string_view name = entity.file_names.front();
    std::size_t dot = name.rfind('.');
    return dot == std::string_view::npos ? std::string{} : to_lower(name.substr(dot + 1));
}

bool holds_text(const Entity& entity) {
    return entity.type == "text" || entity.subtype == "xhtml+xml" || entity.subtype == "svg+xml" ||
           entity.origin == Origin::preamble;
}

/// "data:" in any case. Looks for the colon first: that search runs over whole vectors of bytes.
bool mentions_data_scheme(std::string_view text) {
    for (std::size_t at = 4; (at = text.find(':', at)) != std::string_view::npos; ++at)
        if (equals_ignoring_case(text.substr(at - 4, 4), "data")) return true;
    return false;
}

bool may_hold_data_uris(const Entity& entity) {
    if (entity.subtype == "html" || entity.subtype == "xhtml+xml" || entity.subtype == "svg+xml") return true;
    std::string extension = lower_extension(entity);
    return extension == "html" || extension == "htm" || extension == "svg" || extension == "xhtml";
}

}  // namespace

void TreeBuilder::add_message(const Draft& draft, const ContentType& type, const EncodingChoice& encoding) {
    Entity entity = make_entity(draft, type, encoding.encoding);
    if (type.subtype == "partial") note(AmbiguityKind::partial_message, draft.place->offset);
    if (type.subtype == "external-body") note(AmbiguityKind::external_body, draft.place->offset);
    std::vector<Bytes> alternatives;
    entity.content = decode_leaf(entity, draft, alternatives);
    bool decoded = encoding.encoding != TransferEncoding::identity && !same_bytes(entity.content, draft.body);
    // RFC 2046 section 5.2.1 forbids encodings here; message/global (RFC 6532) allows them.
    if (decoded && type.subtype != "global") note(AmbiguityKind::encoded_message, draft.body_offset);
    Place inner;
    inner.bytes = inner.extended = entity.content;
    inner.offset = decoded ? 0 : draft.body_offset;
    inner.depth = static_cast<std::uint16_t>(draft.place->depth + 1);
    inner.origin = Origin::message;
    inner.parent = push(draft.slot, std::move(entity));
    if (!inner.bytes.empty()) fill_slot(inner);
}

void TreeBuilder::add_leaf(const Draft& draft, const ContentType& type, const EncodingChoice& encoding) {
    Entity entity = make_entity(draft, type, encoding.encoding);
    std::vector<Bytes> alternatives;
    entity.content = decode_leaf(entity, draft, alternatives);
    for (std::uint32_t known : tree_.slots[draft.slot].alternatives) {
        const Entity& other = tree_.entities[known];
        if (other.is_leaf() && other.type == entity.type && other.subtype == entity.subtype &&
            same_bytes(other.content, entity.content))
            return;
    }
    Entity model = alternatives.empty() ? Entity{} : entity;
    std::uint32_t index = push(draft.slot, std::move(entity));
    add_further_files(index);
    add_embedded(index);
    add_undeclared_base64(index);
    add_buried(index);
    add_wrapped_message(index);
    if (!alternatives.empty()) add_leaf_alternatives(draft, model, std::move(alternatives));
}

void TreeBuilder::add_leaf_alternatives(const Draft& draft, const Entity& model,
                                        std::vector<Bytes> contents) {
    for (Bytes& content : contents) {
        if (!may_add_alternative(draft.slot, content.size(), draft.body_offset)) return;
        if (content.size() > decoded_left()) {
            hit_limit("decoded_bytes", draft.body_offset);
            return;
        }
        Entity other = model;
        other.content = keep(std::move(content));
        std::uint32_t index = push(draft.slot, std::move(other));
        add_embedded(index);
        add_buried(index);
    }
}

/// The decoded bytes that most clients see; other decoders' outputs go to `alternatives`, reasons to the tree.
ByteView TreeBuilder::decode_leaf(Entity& entity, const Draft& draft, std::vector<Bytes>& alternatives) {
    if (entity.encoding == TransferEncoding::identity || draft.body.empty()) return draft.body;
    if (draft.body.size() > decoded_left()) {
        hit_limit("decoded_bytes", draft.body_offset);
        return draft.body;
    }
    auto take = [&](Decoded decoded) {
        for (Ambiguity& ambiguity : decoded.ambiguities)
            note(ambiguity.kind, draft.body_offset + ambiguity.offset, std::move(ambiguity.detail));
        // Some of them come without an ambiguity: honest but sloppy mail looks like that.
        for (DecodedAlternative& other : decoded.alternatives) alternatives.push_back(std::move(other.bytes));
        return keep(std::move(decoded.bytes));
    };
    auto take_file = [&](std::vector<EmbeddedFile> files) {
        if (files.empty()) return draft.body;
        // RFC 2045 section 6.3 knows none of these; most programs show the body as it is.
        note(AmbiguityKind::legacy_encoding, draft.body_offset, std::string(to_string(entity.encoding)));
        if (!files.front().name.empty()) entity.file_names.push_back(files.front().name);
        return keep(std::move(files.front().bytes));
    };
    switch (entity.encoding) {
        case TransferEncoding::identity: break;
        case TransferEncoding::base64: return take(decode_base64(draft.body, limits::alternatives_per_place));
        case TransferEncoding::quoted_printable:
            return take(decode_quoted_printable(draft.body, limits::alternatives_per_place));
        case TransferEncoding::uuencode:
            return take_file(find_uuencoded(draft.body, EmbeddedScope::whole_body, 1));
        case TransferEncoding::yenc:
            return take_file(find_yencoded(draft.body, EmbeddedScope::whole_body, 1));
        case TransferEncoding::binhex:
            return take_file(find_binhex(draft.body, EmbeddedScope::whole_body, 1));
        case TransferEncoding::gzip64: {
            Bytes packed = decode_base64(draft.body, 0).bytes;
            note(AmbiguityKind::legacy_encoding, draft.body_offset, "x-gzip64");
            if (std::optional<Bytes> plain = gunzip(packed, decoded_left())) return keep(std::move(*plain));
            return keep(std::move(packed));
        }
    }
    return draft.body;
}

/// A body declared as uuencode, yEnc or BinHex may hold several files; the first one is its content.
void TreeBuilder::add_further_files(std::uint32_t index) {
    ByteView body = tree_.entities[index].raw_body;
    constexpr std::size_t files_max = embedded_files_max + 1;
    std::vector<EmbeddedFile> files;
    switch (tree_.entities[index].encoding) {
        case TransferEncoding::uuencode:
            files = find_uuencoded(body, EmbeddedScope::whole_body, files_max);
            break;
        case TransferEncoding::yenc: files = find_yencoded(body, EmbeddedScope::whole_body, files_max); break;
        case TransferEncoding::binhex: files = find_binhex(body, EmbeddedScope::whole_body, files_max); break;
        default: return;
    }
    const std::uint64_t offset = tree_.entities[index].body_offset;
    if (files.size() > embedded_files_max) hit_limit("parts", offset);
    if (tree_.entities[index].encoding != TransferEncoding::yenc && grew_too_large(files, body))
        hit_limit("decoded_bytes", offset);
    for (std::size_t further = 1; further < std::min(files.size(), embedded_files_max); ++further)
        add_embedded_file(index, std::move(files[further].bytes), std::move(files[further].name),
                          "application/octet-stream");
}

/// A file whose field for the encoding is lost, misspelled beyond guessing or hidden: programs that go by the look decode it, and
/// ordinary files do not look like that. Both contents are scanned.
void TreeBuilder::add_undeclared_base64(std::uint32_t index) {
    const Entity& entity = tree_.entities[index];
    bool text = entity.type == "text" && (entity.type_declared || entity.file_names.empty());
    if (text || entity.encoding != TransferEncoding::identity || !looks_like_base64(entity.raw_body)) return;
    Bytes decoded = decode_base64(entity.raw_body, 0).bytes;
    bool mostly_base64 = decoded.size() * 3 >= entity.raw_body.size() * 2;
    if (decoded.size() < undeclared_bytes_min || !mostly_base64) return;
    std::string name = entity.file_names.empty() ? std::string() : entity.file_names.front();
    add_embedded_file(index, std::move(decoded), std::move(name), entity.media_type());
}

/// Files that a client would offer although MIME knows nothing of them: uuencode, yEnc, BinHex, data: URIs.
void TreeBuilder::add_embedded(std::uint32_t index) {
    if (!holds_text(tree_.entities[index]) && !may_hold_data_uris(tree_.entities[index])) return;
    ByteView content = tree_.entities[index].content;
    std::string_view text = as_text(content);
    std::size_t files_max =
        std::min(embedded_files_max, limits::parts - std::min(limits::parts, tree_.entities.size()));
    // One more than is kept is asked for, so that it shows when there are more.
    auto add_files = [&](std::vector<EmbeddedFile> files) {
        if (files.size() > files_max) hit_limit("parts", tree_.entities[index].body_offset);
        files.resize(std::min(files.size(), files_max));
        for (EmbeddedFile& file : files)
            add_embedded_file(index, std::move(file.bytes), std::move(file.name), "application/octet-stream");
    };
    std::vector<EmbeddedFile> uuencoded =
        find_uuencoded(content, EmbeddedScope::anywhere_in_text, files_max + 1);
    for (const EmbeddedFile& file : uuencoded)
        if (file.odd_form)
            note(AmbiguityKind::legacy_encoding, tree_.entities[index].body_offset + file.offset,
                 "odd uuencoded block");
    if (grew_too_large(uuencoded, content)) hit_limit("decoded_bytes", tree_.entities[index].body_offset);
    add_files(std::move(uuencoded));
    if (contains(text, "=ybegin ", 1)) {
        if (contains(text, "=ybegin part=", 1))
            note(AmbiguityKind::partial_message, tree_.entities[index].body_offset, "yEnc in several parts");
        add_files(find_yencoded(content, EmbeddedScope::anywhere_in_text, files_max + 1));
    }
    if (contains(text, "with BinHex", 5)) {
        std::vector<EmbeddedFile> files =
            find_binhex(content, EmbeddedScope::anywhere_in_text, files_max + 1);
        if (grew_too_large(files, content)) hit_limit("decoded_bytes", tree_.entities[index].body_offset);
        add_files(std::move(files));
    }
    if (may_hold_data_uris(tree_.entities[index]) && mentions_data_scheme(text)) {
        std::vector<DataUri> uris = find_data_uris(content, files_max + 1);
        if (uris.size() > files_max) hit_limit("parts", tree_.entities[index].body_offset);
        uris.resize(std::min(uris.size(), files_max));
        for (DataUri& uri : uris) add_embedded_file(index, std::move(uri.bytes), {}, uri.media_type);
    }
}

void TreeBuilder::add_embedded_file(std::uint32_t parent, Bytes bytes, std::string name,
                                    std::string_view media_type) {
    if (bytes.empty()) return;
    if (bytes.size() > decoded_left() || tree_.entities.size() >= limits::parts) {
        hit_limit(bytes.size() > decoded_left() ? "decoded_bytes" : "parts", 0);
        return;
    }
    Entity entity;
    entity.origin = Origin::embedded;
    std::size_t slash = media_type.find('/');
    entity.type = slash == std::string_view::npos ? "application" : std::string(media_type.substr(0, slash));
    entity.subtype =
        slash == std::string_view::npos ? "octet-stream" : std::string(media_type.substr(slash + 1));
    if (!name.empty()) entity.file_names.push_back(std::move(name));
    entity.raw_body = entity.content = keep(std::move(bytes));
    tree_.entities[parent].keeps_content = true;
    push_child(parent, std::move(entity));
}

/// RFC 8551 section 3.5: an opaque signed message holds a MIME entity inside DER, where engines do not look.
void TreeBuilder::add_wrapped_message(std::uint32_t index) {
    const Entity& entity = tree_.entities[index];
    bool opaque = entity.subtype == "pkcs7-mime" || entity.subtype == "x-pkcs7-mime" ||
                  lower_extension(entity) == "p7m";
    if (!opaque) return;
    std::size_t at = find_ignoring_case(as_text(entity.content), "content-type:");
    // RFC 3274: id-ct-compressedData. What is inside is opened by mail programs, not by engines.
    constexpr std::string_view compressed_data("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x09", 11);
    if (at == std::string_view::npos &&
        as_text(entity.content).find(compressed_data) != std::string_view::npos)
        note(AmbiguityKind::encoded_message, entity.body_offset, "compressed S/MIME");
    if (at == std::string_view::npos) return;
    note(AmbiguityKind::encoded_message, entity.body_offset);
    Place inner;
    inner.bytes = inner.extended = entity.content.subspan(at);
    inner.parent = index;
    inner.depth = static_cast<std::uint16_t>(entity.depth + 1);
    inner.origin = Origin::message;
    tree_.entities[index].keeps_content = true;
    fill_slot(inner);
}

}  // namespace tocsin::mail
