// What is wrong with a configuration, and where: collected, so that a person mends everything in one go.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::config {

/// Where something stands in the file, both counted from 1. Line 0: not in the file (a default, the command line).
struct Place {
    std::uint32_t line = 0;
    std::uint32_t column = 0;
};

/// One thing to mend. All texts are one line of printable UTF-8.
struct Problem {
    std::uint32_t line = 0;  ///< 0: not in the file
    std::uint32_t column = 0;
    std::string key;         ///< "daemon.readers", "listener.address"; empty: the file as a whole
    std::string message;     ///< what is wrong
    std::string what_to_do;  ///< how to mend it
};

/// "FILE:LINE:COL: message; what to do", or "FILE: ..." for what stands in no line.
[[nodiscard]] std::string to_line(std::string_view file, const Problem& problem);

/// Collects problems up to limits::config_problems; then says once that there are more.
class Problems {
public:
    void add(Place place, std::string key, std::string message, std::string what_to_do);
    [[nodiscard]] std::size_t size() const { return found_.size(); }
    [[nodiscard]] bool empty() const { return found_.empty(); }
    /// Further problems are only counted.
    [[nodiscard]] bool full() const { return left_out_; }
    /// In the order of the file.
    [[nodiscard]] std::vector<Problem> take();

private:
    std::vector<Problem> found_;
    bool left_out_ = false;
};

/// `text` with ? for control bytes, cut between two characters where it is longer than `bytes_max`.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max);
/// What the operator wrote, in double quotes, without control bytes, cut to a length that fits into a message.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace tocsin::config
