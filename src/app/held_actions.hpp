// What the API asks of gate and readers about held mail.
#pragma once

#include "api/quarantine.hpp"
#include "config/settings.hpp"
#include "gate/release.hpp"
#include "pool/reader_pool.hpp"

namespace tocsin::app {

/// Where a released message goes: the next hop of the SMTP listener that it came through, else `[release]`, else `[daemon]`.
/// Errors: invalid_input, none of them is set.
[[nodiscard]] Result<gate::NextHopAddress> release_hop(const config::Settings& settings,
                                                       const store::Record& record);
[[nodiscard]] Result<api::ReleaseAnswer> release_held(gate::Releaser& releaser, net::Fiber& fiber,
                                                      const api::ReleaseOrder& order);
/// The data model of a message. Errors: unavailable (no reader could read it).
[[nodiscard]] Result<std::string> read_held(pool::ReaderPool& readers, net::Fiber& fiber,
                                            const std::string& direction, ByteView content);

}  // namespace tocsin::app
