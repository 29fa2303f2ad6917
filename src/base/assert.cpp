#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace tocsin {

void assertion_failed(const char* condition, const char* why, const char* file, int line) {
    std::fprintf(stderr, "tocsin: bug: %s:%d: %s (%s)\n", file, line, why, condition);
    std::abort();
}

}  // namespace tocsin
