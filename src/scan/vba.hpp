// What a macro does, from its source text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::scan {

/// The procedure by which this VBA source runs without being asked ("AutoOpen", "Workbook_Open" …), or empty.
[[nodiscard]] std::string_view auto_exec_procedure(std::string_view source);

/// Words in VBA or script source with which programs are fetched or started: "URLDownloadToFile", "powershell" … At most 8.
[[nodiscard]] std::vector<std::string_view> dangerous_words(std::string_view source);

}  // namespace tocsin::scan
