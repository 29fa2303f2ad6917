// The only user of zlib.
#include <zlib.h>

#include "mail/transfer_decoding.hpp"

namespace tocsin::mail {
namespace {

// An inflate state that is freed when it goes out of scope.
class Inflater {
public:
    Inflater() {
        constexpr int gzip_only = 16;
        ready_ = inflateInit2(&stream_, MAX_WBITS + gzip_only) == Z_OK;
    }
    ~Inflater() {
        if (ready_) inflateEnd(&stream_);
    }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    [[nodiscard]] bool ready() const { return ready_; }
    z_stream& stream() { return stream_; }

private:
    z_stream stream_{};
    bool ready_ = false;
};

}  // namespace

// RFC 1952 section 2.2: a file is a series of members. What follows the last one is ignored, and so is a
// member that breaks off after the first: what was unpacked until then is what clients show.
std::optional<Bytes> gunzip(ByteView compressed, std::size_t bytes_max) {
    constexpr std::size_t step_bytes = 64U << 10;
    Inflater inflater;
    if (!inflater.ready() || compressed.empty() || compressed.size() > std::size_t{1} << 31)
        return std::nullopt;
    z_stream& stream = inflater.stream();
    // zlib does not write through next_in; its type has no const.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    Bytes out;
    Bytes step(step_bytes);
    while (true) {
        stream.next_out = reinterpret_cast<Bytef*>(step.data());
        stream.avail_out = static_cast<uInt>(step.size());
        const int status = inflate(&stream, Z_NO_FLUSH);
        const std::size_t made = step.size() - stream.avail_out;
        if (made > bytes_max - out.size()) return std::nullopt;
        out.insert(out.end(), step.begin(), step.begin() + static_cast<std::ptrdiff_t>(made));
        if (status == Z_STREAM_END) {
            if (stream.avail_in == 0 || inflateReset(&stream) != Z_OK) return out;
            continue;
        }
        if (status != Z_OK) break;
    }
    if (out.empty()) return std::nullopt;
    return out;
}

}  // namespace tocsin::mail
