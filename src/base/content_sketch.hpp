// A name for a text that its personalised copies share: most copies of a campaign have the same one.
#pragma once

#include "base/hash.hpp"

namespace tocsin {

/// What the lines and tags of a text begin with, sampled by minimum hashes (A. Broder, "On the resemblance and containment of
/// documents", 1997): eight buckets, in each the smallest hash of the 12 bytes that follow a line end or a "<". A few changed
/// words leave it as it is with a probability of 95 % and more. It names where to look for a text to compare with and proves
/// nothing: anybody can make two texts with one sketch.
[[nodiscard]] Hash256 content_sketch(ByteView text);

}  // namespace tocsin
