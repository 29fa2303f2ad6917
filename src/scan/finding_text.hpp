// Findings in words that an employee understands.
#pragma once

#include <string>
#include <string_view>

#include "scan/report.hpp"

namespace tocsin::scan {

/// What was found by a signature or rule: "This file contains “a/b.exe”, a program (exe): the harmless malware test file EICAR
/// (signature Tocsin.Test.Eicar)". The file's own name is put in later by name_attachments().
[[nodiscard]] std::string describe_match(const ScanReport& report, std::uint32_t part, std::string_view kind,
                                         std::string_view rule);

/// Replaces "This file" in every finding by what a reader of the message sees: "The attachment “invoice.zip”".
void name_attachments(ScanReport& report);

}  // namespace tocsin::scan
