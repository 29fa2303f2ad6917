// Header fields that only Tocsin may write: what comes in under their names is forged and is taken out before the message passes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// What is left of `content` without the fields that a reader named, as pieces in order. A reader may lie (law 3), so a range is
/// cut only when it lies behind the one before it and in front of the first empty line, begins at a line start with a reserved
/// name and a colon, and ends at the end of a line, with nothing but continuation lines in between. Other ranges are left alone
/// and counted in `refused`: the worst reader can remove fields of these names and nothing else.
struct WithoutReserved {
    std::vector<ByteView> pieces;
    /// Of the fields that were cut, as they are written, each once whatever its case.
    std::vector<std::string> names;
    std::size_t refused = 0;
};
[[nodiscard]] WithoutReserved without_reserved_fields(ByteView content,
                                                      const std::vector<scan::FieldRange>& ranges);

}  // namespace tocsin::gate
