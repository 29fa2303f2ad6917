// How many descriptors the daemon may have.
#pragma once

#include <cstddef>

#include "base/log.hpp"

namespace tocsin::app {

/// Raises the soft limit to the hard one, so that sessions up to their own limits can be served; logs
/// `serve.few_descriptors` when even that is less than `wanted`. The soft limit is often 1024, for programs that use select(2).
void raise_descriptor_limit(std::size_t wanted, Log& log);

}  // namespace tocsin::app
