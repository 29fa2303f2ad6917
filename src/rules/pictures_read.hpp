// Whether somebody will read the text in pictures when rules are asked.
#pragma once

#include <cstdint>

namespace tocsin::rules {

/// no: rules that ask for it are known to lack it (Rule::needs).
enum class PicturesRead : std::uint8_t { no, yes };

}  // namespace tocsin::rules
