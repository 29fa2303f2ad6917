#include "proto/rspamc_opening.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "proto/http.hpp"

namespace tocsin::proto {
namespace {

constexpr std::string_view line_start = "CHECK RSPAMC/1.";
constexpr std::string_view http_line = "POST /checkv2 HTTP/1.0\r\n";
/// The minor version and CR LF.
constexpr std::size_t line_bytes_max = line_start.size() + 4;

/// The start of the line, then digits.
bool is_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with(line_start) || line.size() == line_start.size()) return false;
    line.remove_prefix(line_start.size());
    return std::all_of(line.begin(), line.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::string RspamcOpening::translate(ByteView bytes) {
    held_ += as_text(bytes);
    if (decided_) return std::exchange(held_, {});
    const std::size_t shared = std::min(held_.size(), line_start.size());
    const bool may_be = std::string_view(held_).substr(0, shared) == line_start.substr(0, shared);
    const std::size_t end = held_.find('\n');
    if (may_be && end == std::string::npos && held_.size() <= line_bytes_max) return {};
    decided_ = true;
    spoken_ = may_be && end != std::string::npos && is_line(std::string_view(held_).substr(0, end));
    if (spoken_) held_.replace(0, end + 1, http_line);
    return std::exchange(held_, {});
}

std::string rspamc_answer(int status, std::string_view body) {
    if (status == 200) return fmt::format("RSPAMD/1.3 0 EX_OK\r\n\r\n{}", body);
    return fmt::format("RSPAMD/1.3 {} {}\r\n\r\n{}\r\n", status, http_reason(status), body);
}

}  // namespace tocsin::proto
