// A copy of a test input in a heap block of exactly its size, so that AddressSanitizer sees every read past
// its end.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>

#include "base/bytes.hpp"

namespace tocsin {

class ExactBuffer {
public:
    explicit ExactBuffer(std::string_view text) : bytes_(new std::byte[text.size()]), size_(text.size()) {
        std::ranges::copy(as_bytes(text), bytes_.get());
    }
    [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }
    [[nodiscard]] std::string_view text() const { return as_text(view()); }

private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_;
};

}  // namespace tocsin
