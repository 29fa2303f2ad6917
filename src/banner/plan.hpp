// The places of a message at which a banner stands above what a person is shown.
#pragma once

#include "mail/mime.hpp"
#include "mail/tools.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::banner {

/// Every alternative of what is shown first has one: text/plain at its top, text/html behind its <body> tag or, where that is not
/// surely seen, in front of it. `hindrance` says why some or all of them have none. Does not look for copies (imitation.hpp).
[[nodiscard]] scan::BannerPlan plan(const mail::MimeTree& tree, mail::MailTools& tools);

}  // namespace tocsin::banner
