#include "reader/output.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "base/limits.hpp"

namespace tocsin::reader {

Result<void> Output::append(OutputRange range, ByteView bytes) {
    if (!wanted()) return fail(ErrorCode::invalid_input, "the request came without an output memfd");
    if (ranges_.size() >= limits::output_ranges)
        return fail(ErrorCode::limit, "more pieces of output than a reply can name");
    if (bytes.size() > bytes_max_ - size_) return fail(ErrorCode::limit, "more output than is taken");
    range.offset = size_;
    range.length = bytes.size();
    std::size_t at = size_;
    while (!bytes.empty()) {
        ssize_t written = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return std::unexpected(errno_error("write output", written < 0 ? errno : EIO));
        at += static_cast<std::size_t>(written);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    size_ = at;
    ranges_.push_back(std::move(range));
    return {};
}

}  // namespace tocsin::reader
