#include "app/descriptors.hpp"

#include <sys/resource.h>

#include <string>

namespace tocsin::app {

void raise_descriptor_limit(std::size_t wanted, Log& log) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
    if (limit.rlim_cur >= wanted) return;
    log.write(LogLevel::warning, "serve.few_descriptors",
              {{"allowed", std::to_string(limit.rlim_cur)}, {"wanted", std::to_string(wanted)}});
}

}  // namespace tocsin::app
