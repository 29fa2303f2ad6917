// The content of a message that is being received, counted against what all sessions may hold together.
#pragma once

#include <cstddef>
#include <span>

#include "base/bytes.hpp"
#include "gate/services.hpp"

namespace tocsin::gate {

class BufferedContent {
public:
    explicit BufferedContent(GateServices& services) : services_(services) {}
    ~BufferedContent() { clear(); }
    BufferedContent(const BufferedContent&) = delete;
    BufferedContent& operator=(const BufferedContent&) = delete;

    /// A piece for which there is no room takes all that was kept with it: half a message is of no use to anybody.
    void append(ByteView piece) {
        seen_bytes_ += piece.size();
        if (!out_of_room_ && services_.buffered_bytes + piece.size() > services_.buffered_bytes_max) {
            drop();
            out_of_room_ = true;
        }
        if (out_of_room_) return;
        bytes_.insert(bytes_.end(), piece.begin(), piece.end());
        services_.buffered_bytes += piece.size();
    }
    /// Room for a content whose size is known, to be filled by the caller; cut_to() says how much came. Empty: as if append() had
    /// found no room.
    [[nodiscard]] std::span<std::byte> room_for(std::size_t bytes) {
        clear();
        seen_bytes_ = bytes;
        out_of_room_ = services_.buffered_bytes + bytes > services_.buffered_bytes_max;
        if (out_of_room_) return {};
        bytes_.resize(bytes);
        services_.buffered_bytes += bytes;
        return bytes_;
    }
    void cut_to(std::size_t bytes) {
        services_.buffered_bytes -= bytes_.size() - bytes;
        bytes_.resize(bytes);
        seen_bytes_ = bytes;
    }
    /// Counts what the session keeps beside the content: ten thousand recipients have megabytes. False: there is no room.
    [[nodiscard]] bool claim(std::size_t bytes) {
        if (services_.buffered_bytes + bytes > services_.buffered_bytes_max) return false;
        services_.buffered_bytes += bytes;
        claimed_bytes_ += bytes;
        return true;
    }
    void clear() {
        drop();
        services_.buffered_bytes -= claimed_bytes_;
        claimed_bytes_ = 0;
        seen_bytes_ = 0;
        out_of_room_ = false;
    }
    [[nodiscard]] ByteView view() const { return bytes_; }
    /// Bytes that came, whether they could be kept or not.
    [[nodiscard]] std::size_t size() const { return seen_bytes_; }
    /// The content cannot be judged: see no_room().
    [[nodiscard]] bool out_of_room() const { return out_of_room_; }

private:
    void drop() {
        services_.buffered_bytes -= bytes_.size();
        bytes_ = {};
    }

    GateServices& services_;
    Bytes bytes_;
    std::size_t seen_bytes_ = 0;
    std::size_t claimed_bytes_ = 0;
    bool out_of_room_ = false;
};

}  // namespace tocsin::gate
