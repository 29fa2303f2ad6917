// Writes a regular expression so that RE2's filter sees whole words in it.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::rules {

/// The same expression with `(?:x|)` in place of `x?`, where x is a letter, digit, blank or hyphen, or a class of blank and
/// hyphen, and a letter or digit follows. RE2's filter (re2/prefilter.cc) knows the texts of a choice one by one, but of what may
/// be absent it knows nothing: of `send ?grid` it asks for "send" and for "grid", which nearly every text has; of
/// `send(?: |)grid` for "sendgrid" or "send grid". Both match the same texts with the same groups. An expression with `\Q`,
/// `[:` or the flag U is returned as it is.
[[nodiscard]] std::string with_choices(std::string_view pattern);

}  // namespace tocsin::rules
