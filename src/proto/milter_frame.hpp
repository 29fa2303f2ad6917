// Frames of the milter protocol: length (32 bits, network order, command and data), command byte, data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proto/milter_types.hpp"

namespace tocsin::proto {

struct MilterFrame {
    char command = '\0';
    std::string_view data;
    std::size_t size = 0;  ///< of the whole frame
};

/// The frame at the start of `input`; nothing if it is not there as a whole. The violation is `empty_frame` or
/// `frame_too_long`, known from the length alone.
[[nodiscard]] std::expected<std::optional<MilterFrame>, MilterViolation>
peek_milter_frame(std::string_view input);

/// Appends a frame. The data are at most limits::milter_answer_bytes.
void put_milter_frame(std::string& output, char command, std::string_view data = {});

/// 32 bits in network order; `data` has them.
[[nodiscard]] std::uint32_t milter_integer(std::string_view data);
void put_milter_integer(std::string& output, std::uint32_t value);

/// Strings that each end with NUL; none for empty data. Nothing if the last one has no end.
[[nodiscard]] std::optional<std::vector<std::string_view>> split_milter_strings(std::string_view data);

/// A header field that the MTA shall write. Errors: invalid_input: the name is empty or has bytes outside RFC 5322
/// section 2.2; the value has a control byte other than tab, or an LF that is not a fold (LF, then blank, then
/// something else than blanks: an apparently empty line would end the header for some readers).
[[nodiscard]] Result<void> check_milter_header(std::string_view name, std::string_view value);

/// `<path>` for the MTA. Errors: invalid_input: it would not be read as this very path.
[[nodiscard]] Result<std::string> milter_path(std::string_view path);

/// ESMTP parameters for the MTA, with blanks between them. Errors: invalid_input: one is empty or has bytes outside
/// printable ASCII.
[[nodiscard]] Result<std::string> milter_arguments(const std::vector<std::string>& arguments);

}  // namespace tocsin::proto
