#include "store/kept_mail_reader.hpp"

#include <fmt/core.h>
#include <sodium.h>

#include <algorithm>

#include "store/detail/kept_segment.hpp"
#include "store/evidence_file.hpp"
#include "store/sealed_folder.hpp"

namespace tocsin::store {

namespace fs = std::filesystem;

namespace {

/// A file is closed behind the entry with which it became full.
constexpr std::size_t segment_bytes_max =
    limits::kept_segment_bytes + kept_length_bytes + kept_piece_bytes_max;

}  // namespace

struct KeptReaderState {
    fs::path folder;
    SealKey key{};
    std::vector<KeptSegment> segments;
    std::size_t opened = 0;  ///< segments that were
    Bytes content;           ///< of the last that was opened
    std::size_t offset = 0;  ///< of the next entry in it
    std::uint64_t bytes_before = 0;

    ~KeptReaderState() { sodium_memzero(key.data(), key.size()); }
    std::optional<Error> open_next();
    Result<KeptEntry> read_entry();

private:
    [[nodiscard]] std::optional<ByteView> piece_here() const;
    Error damaged(std::size_t at, std::string_view why) const;
    void skip_to_next_piece(std::size_t from);
};

/// nullopt: it is open, or it is gone and has nothing in it.
std::optional<Error> KeptReaderState::open_next() {
    bytes_before += content.size();
    content.clear();
    offset = 0;
    Result<Bytes> bytes = read_whole_file(folder / segments[opened++].file_name(), segment_bytes_max);
    if (bytes)
        content = std::move(*bytes);
    else if (bytes.error().code != ErrorCode::not_found)
        return bytes.error();
    return std::nullopt;
}

std::optional<ByteView> KeptReaderState::piece_here() const {
    const ByteView rest = ByteView(content).subspan(offset);
    ByteReader in(as_text(rest));
    const std::string_view piece = in.string(kept_piece_bytes_max);
    if (in.failed()) return std::nullopt;
    return as_bytes(piece);
}

Error KeptReaderState::damaged(std::size_t at, std::string_view why) const {
    return {ErrorCode::corrupt,
            fmt::format("{} at byte {}: {}", (folder / segments[opened - 1].file_name()).string(), at, why)};
}

/// Every sealed piece begins with the same words. Whatever is broken, what lies behind the next of them is not.
void KeptReaderState::skip_to_next_piece(std::size_t from) {
    const std::size_t found = as_text(content).find(seal_magic, from + kept_length_bytes + 1);
    offset = found == std::string_view::npos ? content.size() : found - kept_length_bytes;
}

Result<KeptEntry> KeptReaderState::read_entry() {
    const std::size_t at = offset;
    const std::optional<ByteView> piece = piece_here();
    if (!piece) {
        skip_to_next_piece(at);
        return fail(ErrorCode::closed,
                    damaged(at, "a mail that does not end, or its length is damaged").message);
    }
    const Result<Bytes> plain = open_seal(key, kept_entry_name(segments[opened - 1], at), *piece);
    if (!plain) {
        skip_to_next_piece(at);
        return std::unexpected(damaged(at, plain.error().message));
    }
    offset += kept_length_bytes + piece->size();
    std::optional<KeptEntry> entry = decode_kept(as_text(*plain));
    if (!entry) return std::unexpected(damaged(at, "written by another version of this program"));
    return std::move(*entry);
}

KeptMailReader::KeptMailReader(std::unique_ptr<KeptReaderState> state) : state_(std::move(state)) {}
KeptMailReader::KeptMailReader(KeptMailReader&& other) noexcept = default;
KeptMailReader& KeptMailReader::operator=(KeptMailReader&& other) noexcept = default;
KeptMailReader::~KeptMailReader() = default;

Result<KeptMailReader> KeptMailReader::open(const fs::path& folder, TimePoint since) {
    auto state = std::make_unique<KeptReaderState>();
    state->folder = folder;
    state->segments = TRY(list_kept_segments(folder));
    Result<SealKey> key = read_seal_key(folder);
    if (!key && key.error().code == ErrorCode::not_found && !state->segments.empty())
        return fail(ErrorCode::corrupt,
                    key.error().message + "; without it nothing that is kept here can be read");
    state->key = TRY(std::move(key));
    std::erase_if(state->segments, [&](const KeptSegment& segment) { return segment.end() < since; });
    return KeptMailReader(std::move(state));
}

std::optional<Result<KeptEntry>> KeptMailReader::next() {
    KeptReaderState& state = *state_;
    for (;;) {
        if (state.offset < state.content.size()) {
            Result<KeptEntry> entry = state.read_entry();
            // Into the last file somebody may be writing at this moment: half an entry at its end is none yet.
            const bool last = state.offset == state.content.size() && state.opened == state.segments.size();
            if (entry || !last || entry.error().code != ErrorCode::closed) return entry;
        }
        if (state.opened == state.segments.size()) return std::nullopt;
        if (const std::optional<Error> error = state.open_next()) return std::unexpected(*error);
    }
}

std::uint64_t KeptMailReader::bytes() const {
    std::uint64_t bytes = 0;
    for (const KeptSegment& segment : state_->segments) bytes += segment.bytes;
    return bytes;
}

std::uint64_t KeptMailReader::bytes_read() const {
    return state_->bytes_before + state_->offset;
}

std::optional<TimePoint> KeptMailReader::oldest() const {
    if (state_->segments.empty()) return std::nullopt;
    return state_->segments.front().begin;
}

}  // namespace tocsin::store
