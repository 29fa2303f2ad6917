// How a verdict looks to a person and to a program.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "pool/reader_pool.hpp"

namespace tocsin::cli {

/// What one scanned message came to. A reader that gave no verdict makes it unscannable: never clean.
struct ScanResult {
    std::string name;
    scan::Verdict verdict = scan::Verdict::unscannable;
    pool::ScanOutcome outcome;
};
[[nodiscard]] ScanResult make_result(std::string name, pool::ScanOutcome outcome);

enum class Colour : std::uint8_t { plain, terminal };

/// Lines for a person: verdict, then each reason in plain words. Bytes from the message are made printable.
[[nodiscard]] std::string to_lines(const ScanResult& result, Colour colour);
/// One JSON object (docs/manual/scan.md lists its members).
[[nodiscard]] std::string to_json_line(const ScanResult& result);
/// UTF-8 as it is, but without control bytes and direction overrides: a file name must not paint the terminal.
[[nodiscard]] std::string for_terminal(std::string_view text);
/// The same for a text of our own lines, which stay.
[[nodiscard]] std::string for_terminal_lines(std::string_view text);

}  // namespace tocsin::cli
