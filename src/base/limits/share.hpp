// The limits of what is read from, and written for, other houses (src/share).
#pragma once

#include <cstddef>

namespace tocsin::limits {

/// A CACAO playbook that is imported: the largest shipped one has 25 KiB with everything around it.
inline constexpr std::size_t share_document_bytes = 1U << 20;
/// Lists and objects in each other in it; the standard needs 7.
inline constexpr int share_document_depth = 24;
/// Workflow steps of it, start and end steps and branches included. A playbook of ours has at most 64 of its own.
inline constexpr std::size_t share_workflow_steps = 512;
/// What one import says that was lost; then it says that there was more.
inline constexpr std::size_t share_losses = 200;
/// A piece of somebody else's text in a message.
inline constexpr std::size_t share_quoted_bytes = 120;
/// Different values that one export looks at: an incident collects 64 of each kind, but each report brings up to 256 links.
inline constexpr std::size_t share_indicators = 2'000;
/// A name or an address of who shares, as it is asked for.
inline constexpr std::size_t share_name_bytes = 200;

}  // namespace tocsin::limits
