// The way of a message as its trace fields tell it.
#pragma once

#include <vector>

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "mail/tools.hpp"

namespace tocsin::mail {

/// A hop begins at each Received or X-Received field, counted from the bottom, and owns that field and those
/// above it up to the next; hop 0 also owns what stands below the lowest one. Without any trace field all
/// fields are hop 0. Positions count from the bottom. At most limits::hops; the fields above belong to the
/// last one.
[[nodiscard]] std::vector<Hop> build_hops(const std::vector<HeaderField>& fields, MailTools& tools);

}  // namespace tocsin::mail
