// Rich Text Format: the objects that its readers activate (RTF specification 1.9.1, "Objects").
#pragma once

#include <string>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

inline constexpr std::size_t rtf_objects_max = 64;
inline constexpr std::size_t rtf_object_bytes_max = 32U << 20;

struct RtfObject {
    std::string class_name;  ///< "Package", "Equation.3"; empty when the data is no OLE 1 object
    std::string file_name;   ///< of a package
    Bytes data;              ///< the file inside, as far as it could be told apart; else all decoded bytes
};

struct RtfFindings {
    std::vector<RtfObject> objects;
    bool updates_itself = false;  ///< \objupdate: the object is loaded without a click
    std::string template_target;  ///< \*\template: fetched when opened
    bool more_objects = false;    ///< there were more than rtf_objects_max
};

/// Reads hexadecimal object data as Word does: white space, control words and groups inside are skipped.
[[nodiscard]] RtfFindings read_rtf(ByteView bytes);

}  // namespace tocsin::scan
