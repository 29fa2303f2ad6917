// What a file's name, or its readings, give away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scan/inspection.hpp"

namespace tocsin::scan {

/// The ending after the last dot, lower case, without the dot; trailing dots and blanks are dropped, as Windows does.
[[nodiscard]] std::string extension_of(std::string_view file_name);

/// Endings that a Windows, macOS or Linux desktop runs as a program, or as a script.
[[nodiscard]] bool is_program_extension(std::string_view extension);
[[nodiscard]] bool is_script_extension(std::string_view extension);

/// "invoice.pdf.exe": a document's ending before one that runs.
[[nodiscard]] bool has_double_extension(std::string_view file_name);

/// Holds a character that turns the direction of writing (U+202A..E, U+2066..9, U+200E, U+200F, U+061C).
[[nodiscard]] bool has_bidi_control(std::string_view file_name);

/// Flags that come from the name and not from the content: they are never remembered for other messages.
[[nodiscard]] bool depends_on_name(PartFlag flag);

/// Compares all readings of the name, the declared type and the type by content; sets flags, note and findings.
void inspect_names(Inspection& inspection);

}  // namespace tocsin::scan
