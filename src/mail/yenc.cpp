// yEnc, draft 1.3 (2002): lines =ybegin, =ypart and =yend around data whose bytes are shifted by 42.
#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "mail/embedded_text.hpp"
#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

constexpr std::string_view begin_keyword = "=ybegin ";
constexpr std::string_view part_keyword = "=ypart ";
constexpr std::string_view end_keyword = "=yend";

// The number after ` key=` on a keyword line; a name in it may hold anything, so it is cut off before.
std::optional<std::uint64_t> number_of(std::string_view line, std::string_view key) {
    const std::string_view fields = line.substr(0, line.find(" name="));
    const std::size_t at = fields.find(key);
    if (at == std::string_view::npos) return std::nullopt;
    std::uint64_t value = 0;
    const char* const from = fields.data() + at + key.size();
    const auto [stop, error] = std::from_chars(from, fields.data() + fields.size(), value);
    if (error != std::errc{} || stop == from) return std::nullopt;
    return value;
}

std::string_view name_of(std::string_view line) {
    constexpr std::string_view key = " name=";
    const std::size_t at = line.find(key);
    if (at == std::string_view::npos) return {};
    const std::string_view name = trim(line.substr(at + key.size()));
    const bool quoted = name.size() >= 2 && name.front() == '"' && name.back() == '"';
    return quoted ? name.substr(1, name.size() - 2) : name;
}

// One line of data. A dot that was doubled for transport (draft, "Dot-stuffing") is single again when mail is
// parsed.
void append_line(std::string_view line, Bytes& out) {
    for (std::size_t i = 0; i < line.size(); ++i) {
        unsigned value = static_cast<unsigned char>(line[i]);
        if (value == '=') {
            if (++i == line.size()) return;
            value = static_cast<unsigned char>(line[i]) - 64U;
        }
        out.push_back(static_cast<std::byte>((value - 42U) & 0xFFU));
    }
}

struct Part {
    std::string name;
    Bytes bytes;
    std::size_t offset = 0;  // of the block
    std::size_t end = 0;
    std::uint64_t number = 0;    // 0: the file has one part
    std::uint64_t position = 0;  // first byte in the file, from 1
    std::uint64_t size = 0;      // of the whole file
};

// The block whose =ybegin stands at `offset`. A missing =yend costs nothing: data ends with the text or the
// next block.
std::optional<Part> part_at(std::string_view text, std::size_t offset) {
    auto line = line_at(text, offset);
    const auto size = number_of(line->text, " size=");
    const auto width = number_of(line->text, " line=");
    // The draft asks for all three; two of them do, for encoders that forget one.
    const bool named = line->text.find(" name=") != std::string_view::npos;
    if (int{size.has_value()} + int{width.has_value()} + int{named} < 2) return std::nullopt;
    Part part;
    part.name = std::string(name_of(line->text));
    part.offset = offset;
    part.number = number_of(line->text, " part=").value_or(0);
    part.position = 1;
    part.size = size.value_or(0);
    part.end = line->next;
    for (line = line_at(text, line->next); line; line = line_at(text, line->next)) {
        if (line->text.starts_with(begin_keyword)) break;
        part.end = line->next;
        if (line->text.starts_with(end_keyword)) break;
        if (line->text.starts_with(part_keyword)) {
            part.position = number_of(line->text, " begin=").value_or(part.position);
            continue;
        }
        append_line(line->text, part.bytes);
    }
    if (part.bytes.empty()) return std::nullopt;
    return part;
}

EmbeddedFile joined(const std::vector<const Part*>& parts) {
    EmbeddedFile file;
    std::size_t end = 0;
    file.name = parts.front()->name;
    file.offset = parts.front()->offset;
    for (const Part* part : parts) {
        file.bytes.insert(file.bytes.end(), part->bytes.begin(), part->bytes.end());
        file.offset = std::min<std::uint64_t>(file.offset, part->offset);
        end = std::max(end, part->end);
    }
    file.length = end - file.offset;
    return file;
}

// A file in several parts is put together by position, by part number and in the order of the text, since
// readers do each of these; outputs that are the same count once. Gaps are closed: where parts are missing, a
// scanner sees what there is.
void add_joined(std::vector<const Part*> parts, std::size_t files_max, std::vector<EmbeddedFile>& files) {
    const std::size_t first = files.size();
    const auto add = [&] {
        EmbeddedFile file = joined(parts);
        const auto same = [&](const EmbeddedFile& other) { return other.bytes == file.bytes; };
        const auto from = files.begin() + static_cast<std::ptrdiff_t>(first);
        if (files.size() < files_max && std::none_of(from, files.end(), same))
            files.push_back(std::move(file));
    };
    const std::vector<const Part*> in_text = parts;
    std::ranges::sort(parts, {}, [](const Part* part) { return std::pair(part->position, part->offset); });
    add();
    parts = in_text;
    std::ranges::sort(parts, {}, [](const Part* part) { return std::pair(part->number, part->offset); });
    add();
    parts = in_text;
    add();
}

EmbeddedFile bare_yenc(std::string_view text) {
    EmbeddedFile file;
    file.length = text.size();
    for (auto line = line_at(text, 0); line; line = line_at(text, line->next))
        append_line(line->text, file.bytes);
    return file;
}

}  // namespace

std::vector<EmbeddedFile> find_yencoded(ByteView text, EmbeddedScope scope, std::size_t files_max) {
    const std::string_view characters = as_text(text);
    std::vector<Part> parts;
    // More parts than files are wanted is fine: they join.
    each_line_beginning(characters, begin_keyword, [&](std::size_t offset) {
        auto part = part_at(characters, offset);
        if (!part) return offset + 1;
        parts.push_back(std::move(*part));
        return parts.size() == limits::parts ? std::string_view::npos : parts.back().end;
    });
    std::map<std::pair<std::string_view, std::uint64_t>, std::vector<const Part*>> multipart;
    for (const Part& part : parts)
        if (part.number != 0) multipart[{part.name, part.size}].push_back(&part);
    std::vector<EmbeddedFile> files;
    for (const Part& part : parts) {
        if (files.size() >= files_max) break;
        if (part.number == 0) {
            files.push_back(joined({&part}));
            continue;
        }
        auto& group = multipart[{part.name, part.size}];
        if (!group.empty()) add_joined(std::exchange(group, {}), files_max, files);
    }
    if (files.empty() && files_max != 0 && scope == EmbeddedScope::whole_body && !characters.empty())
        if (EmbeddedFile file = bare_yenc(characters); !file.bytes.empty()) files.push_back(std::move(file));
    return files;
}

}  // namespace tocsin::mail
