// Takes the messages out of an archive of reported or exported mail (a zip of .eml files). Runs inside a reader only.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// Receives one message. An error ends the unpacking with that error.
using MessageSink = std::function<Result<void>(std::string_view name, ByteView message)>;

struct UnpackSummary {
    std::size_t messages = 0;
    std::size_t other_members = 0;  ///< members that are no .eml files: left alone
    std::size_t unreadable = 0;     ///< encrypted or damaged .eml members
    bool limit_reached = false;     ///< there are more messages, or larger ones, than are taken out
};

/// Hands every .eml member of the zip to `sink`, in order. Members are bounded by limits::message_bytes each,
/// limits::container_bytes together, limits::output_ranges in number. Fails when the bytes are no zip
/// (invalid_input).
[[nodiscard]] Result<UnpackSummary> unpack_messages(ByteView zip, const MessageSink& sink);

}  // namespace tocsin::scan
