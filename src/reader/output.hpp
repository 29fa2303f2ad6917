// The output memfd as a child writes it: pieces one after the other, each remembered as an OutputRange.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "reader/codec.hpp"

namespace tocsin::reader {

class Output {
public:
    /// `fd`: not owned; -1 when the daemon wants no output. At most `bytes_max` are written.
    Output(int fd, std::size_t bytes_max) : fd_(fd), bytes_max_(bytes_max) {}

    [[nodiscard]] bool wanted() const { return fd_ >= 0; }
    /// Appends `bytes`. ErrorCode::limit when they, or the list of ranges, would become too large; nothing is
    /// written then.
    [[nodiscard]] Result<void> append(OutputRange range, ByteView bytes);
    [[nodiscard]] std::vector<OutputRange> take_ranges() { return std::move(ranges_); }

private:
    int fd_;
    std::size_t bytes_max_;
    std::size_t size_ = 0;
    std::vector<OutputRange> ranges_;
};

}  // namespace tocsin::reader
