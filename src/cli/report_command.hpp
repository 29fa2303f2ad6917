// `tocsin report read`: what a report is about, read in a confined reader.
#pragma once

#include <string>
#include <vector>

#include "base/log.hpp"
#include "cli/reader_setup.hpp"
#include "pool/reader_pool.hpp"

namespace tocsin::cli {

struct ReportReadCommand {
    std::vector<std::string> paths;
    pool::ReportForm form = pool::ReportForm::report;
    bool json = false;
    std::string extract_folder;  ///< empty: originals are not written
    ReaderOptions readers;
};
/// Prints what each file reports, as text or one JSON object per file. Exit code: 0 every file was read and reports a mail, 1 one
/// of them reports none, 2 an error.
[[nodiscard]] int run_report_read(const ReportReadCommand& command, Log& log);

/// Lines for a person about one report.
[[nodiscard]] std::string report_lines(const std::string& name, const pool::ReportOutcome& outcome);
/// One JSON object (docs/manual/reports.md lists its members).
[[nodiscard]] std::string report_json_line(const std::string& name, const pool::ReportOutcome& outcome);

}  // namespace tocsin::cli
