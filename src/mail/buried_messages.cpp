#include "mail/buried_messages.hpp"

#include <algorithm>
#include <optional>

#include "mail/ascii.hpp"
#include "mail/embedded_text.hpp"
#include "mail/header_block.hpp"
#include "mail/mime_fields.hpp"
#include "mail/tree_builder.hpp"

namespace tocsin::mail {

namespace {

/// How far above a MIME field the first field of its block is looked for.
constexpr std::size_t lines_above_max = 200;
constexpr std::size_t line_bytes_max = 4096;
constexpr std::size_t name_bytes_max = 80;
/// Header lines of one block that are read to learn what it heads.
constexpr std::size_t block_bytes_max = 64U << 10;
/// Bytes behind all blocks of a text that are looked at to tell an encoded body from words. Thousands of short blocks would else
/// look at the same bytes thousands of times; what is behind the last look counts as encoded.
constexpr std::size_t looked_at_bytes_max = 16U << 20;
constexpr std::size_t looked_at_bytes_each = 64U << 10;

/// A MIME field that decides how a part is read begins here. CRs are left over from line ends the other way round.
bool is_mime_line(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of('\r'), line.size()));
    if (line.empty() || ascii_lower(line.front()) != 'c') return false;
    for (std::string_view name : {"content-type", "content-transfer-encoding", "content-disposition"}) {
        if (!starts_with_ignoring_case(line, name)) continue;
        std::size_t colon = name.size();
        while (colon < line.size() && (is_space_or_tab(line[colon]) || is_control(line[colon]))) ++colon;
        return colon < line.size() && line[colon] == ':';
    }
    return false;
}

std::size_t next_mime_line(std::string_view text, std::size_t from) {
    while (from < text.size()) {
        // Asked here already: most lines end with this one look.
        char first = text[from];
        if ((first == 'C' || first == 'c' || first == '\r') && is_mime_line(text.substr(from))) return from;
        std::size_t line_feed = text.find('\n', from);
        if (line_feed == std::string_view::npos) break;
        from = line_feed + 1;
    }
    return std::string_view::npos;
}

bool is_field_line(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of('\r'), line.size()));
    std::size_t colon = line.substr(0, name_bytes_max).find(':');
    return colon != std::string_view::npos && colon > 0 &&
           std::ranges::all_of(line.substr(0, colon), [](char c) { return c > ' ' && c < 0x7F; });
}

/// The first field of the block that has a MIME field at `mime_line`; nothing before `floor` belongs to it.
std::size_t block_begin(std::string_view text, std::size_t mime_line, std::size_t floor) {
    std::size_t begin = mime_line, at = mime_line;
    for (std::size_t lines = 0; lines < lines_above_max && at > floor; ++lines) {
        std::size_t low = at - std::min(at - floor, line_bytes_max);
        std::size_t line_feed = text.substr(low, at - 1 - low).rfind('\n');
        if (line_feed == std::string_view::npos && low != floor) break;
        std::size_t above = line_feed == std::string_view::npos ? floor : low + line_feed + 1;
        std::string_view line = text.substr(above, at - above);
        if (trim(line).empty()) break;
        bool folded = is_space_or_tab(line.front());
        if (!folded && !is_field_line(line)) break;
        at = above;
        if (!folded) begin = above;
    }
    return begin;
}

bool is_split(std::string_view type) {
    return find_ignoring_case(type, "multipart") != std::string_view::npos &&
           find_ignoring_case(type, "boundary") != std::string_view::npos;
}

/// A line of base64 stands in the text, maybe behind some junk and with some in it. A link or an address is none.
bool holds_base64_line(std::string_view text) {
    constexpr std::size_t symbols_convincing = 24;
    text = text.substr(0, looked_at_bytes_each);
    for (std::optional<TextLine> line = line_at(text, 0); line; line = line_at(text, line->next)) {
        auto symbols = static_cast<std::size_t>(std::ranges::count_if(line->text, is_ascii_alphanumeric));
        bool one_word = std::ranges::none_of(line->text, is_ascii_space);
        bool mostly_symbols = symbols >= symbols_convincing && symbols * 4 >= line->text.size() * 3;
        bool link_or_address = line->text.find("://") != std::string_view::npos ||
                               line->text.find('@') != std::string_view::npos;
        if (one_word && mostly_symbols && !link_or_address) return true;
    }
    return false;
}

/// The body is encoded as the field says. People paste header lines above words of their own.
bool looks_as_named(std::string_view encoding, std::string_view body, std::size_t& look_bytes_left) {
    if (look_bytes_left == 0) return true;
    look_bytes_left -= std::min({look_bytes_left, body.size(), looked_at_bytes_each});
    if (find_ignoring_case(encoding, "base64") != std::string_view::npos)
        return looks_like_base64(as_bytes(body)) || holds_base64_line(body);
    return looks_like_quoted_printable(as_bytes(body));
}

/// What a block says, as far as it matters here.
struct Block {
    std::size_t body = 0;  ///< offset in the text
    bool needs_a_look = false;
    bool multipart = false;
    bool hides = false;
};

Block read_block(std::string_view text, std::size_t begin, std::size_t& look_bytes_left) {
    ByteView bytes = as_bytes(text.substr(begin, block_bytes_max));
    HeaderBlock headers = read_header_block(bytes);
    Block block;
    block.body = begin + headers.body_begin;
    MimeFields fields = gather_mime_fields(headers, bytes);
    bool file = !fields.disposition.empty(), encoded = false, encoding_named = false;
    for (const FieldUse& use : fields.type) {
        std::string_view value = trim(use.raw_value);
        block.multipart = block.multipart || is_split(value);
        block.hides = block.hides || block.multipart || starts_with_ignoring_case(value, "message/");
        file = file || !starts_with_ignoring_case(value, "text/plain");
    }
    for (const FieldUse& use : fields.encoding) {
        if (!names_encoding(use.raw_value)) continue;
        encoding_named = true;
        encoded = encoded || looks_as_named(use.raw_value, text.substr(block.body), look_bytes_left);
    }
    block.hides = block.hides || encoded;
    block.needs_a_look = block.hides || (file && !encoding_named);
    return block;
}

}  // namespace

std::vector<BuriedMessage> find_buried_messages(std::string_view text, std::size_t messages_max) {
    std::vector<BuriedMessage> found;
    std::size_t look_bytes_left = looked_at_bytes_max;
    bool last_goes_on = false;  // up to the next block, or the end
    std::size_t at = 0;
    while (found.size() < messages_max) {
        std::size_t mime_line = next_mime_line(text, at);
        if (mime_line == std::string_view::npos) break;
        std::size_t begin = block_begin(text, mime_line, at);
        const Block block = read_block(text, begin, look_bytes_left);
        at = std::max(block.body, mime_line + 1);
        if (at < text.size() && text[at - 1] != '\n') at = std::min(text.find('\n', at), text.size() - 1) + 1;
        if (last_goes_on) found.back().end = begin;
        last_goes_on = block.needs_a_look;
        if (!block.needs_a_look) continue;
        found.push_back({begin, text.size(), block.hides});
        if (block.multipart) break;
    }
    return found;
}

/// Takes what stands inside a text with headers of its own as a message, besides the text itself.
void TreeBuilder::add_buried(std::uint32_t index) {
    ByteView content = tree_.entities[index].content;
    bool identity = content.data() == tree_.entities[index].raw_body.data();
    std::uint64_t offset = tree_.entities[index].body_offset;
    bool text = tree_.entities[index].type == "text" || tree_.entities[index].origin == Origin::preamble;
    if (!text && !identity) return;
    // One more than is kept is asked for, so that it shows when there are more.
    std::vector<BuriedMessage> found = find_buried_messages(as_text(content), limits::buried_messages + 1);
    if (found.size() > limits::buried_messages) {
        hit_limit("parts", offset);
        found.pop_back();
    }
    for (const BuriedMessage& message : found) {
        Place place;
        place.bytes = place.extended = content.subspan(message.begin, message.end - message.begin);
        place.offset = identity ? offset + message.begin : message.begin;
        place.parent = index;
        place.depth = static_cast<std::uint16_t>(tree_.entities[index].depth + 1);
        place.origin = Origin::message;
        if (work_bytes_ + place.bytes.size() > bounds_.reparsed_bytes) {
            hit_limit("reparsed_bytes", place.offset);
            return;
        }
        work_bytes_ += place.bytes.size();
        // Header fields at the very beginning of a body have a name of their own (header_after_blank_line).
        if (text && message.hides && message.begin > 0) note(AmbiguityKind::message_in_text, place.offset);
        tree_.entities[index].keeps_content = true;
        fill_slot(place);
    }
}

}  // namespace tocsin::mail
