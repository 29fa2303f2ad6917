// A line that is a lone dot once its NULs are dropped ends a message for programs that drop NULs, and for no others.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace tocsin::proto {

/// Follows one line of content, fed in pieces without its line end.
class LoneDotWatch {
public:
    void add(std::string_view piece) {
        if (others_) return;  // the common case: the line holds something else already
        for (const char byte : piece) {
            if (byte != '.' && byte != '\0') {
                others_ = true;
                return;
            }
            ++(byte == '.' ? dots_ : nuls_);
        }
    }
    [[nodiscard]] bool lone_dot_among_nuls() const { return !others_ && dots_ == 1 && nuls_ > 0; }

private:
    bool others_ = false;
    std::size_t dots_ = 0, nuls_ = 0;
};

}  // namespace tocsin::proto
