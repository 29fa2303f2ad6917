// Takes the messages out of an archive of reported or exported mail (a zip of .eml files). Runs inside a reader only.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// Receives one message. An error ends the unpacking with that error.
using MessageSink = std::function<Result<void>(std::string_view name, ByteView message)>;

struct UnpackSummary {
    std::size_t messages = 0;
    std::size_t other_members = 0;  ///< members with other names: left alone
    std::size_t unreadable = 0;     ///< encrypted or damaged members among those asked for
    std::size_t locked = 0;         ///< the encrypted ones of these
    bool limit_reached = false;     ///< there are more messages, or larger ones, than are taken out
};

/// What is taken out of an archive, and how much of it at most.
struct UnpackRules {
    std::span<const std::string_view> endings;  ///< of the names, lower case
    std::size_t members_max = 0;
    std::size_t bytes_max = 0;  ///< of all together
};

/// Hands every member of the zip whose name ends so to `sink`, in order. Fails when the bytes are no zip (invalid_input).
[[nodiscard]] Result<UnpackSummary> unpack_members(ByteView zip, const UnpackRules& rules,
                                                   const MessageSink& sink);

/// Hands every .eml member of the zip to `sink`, in order. Members are bounded by limits::message_bytes each,
/// limits::container_bytes together, limits::output_ranges in number. Fails when the bytes are no zip
/// (invalid_input).
[[nodiscard]] Result<UnpackSummary> unpack_messages(ByteView zip, const MessageSink& sink);

}  // namespace tocsin::scan
