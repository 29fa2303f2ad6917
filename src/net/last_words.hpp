// The end of a connection whose peer is still sending.
#pragma once

#include "net/stream.hpp"

namespace tocsin::net {

/// Closes, but not before the peer could read what was written last: a socket that is closed with unread bytes resets the
/// connection, and the peer may never see why it was refused. Reads and drops until the peer has closed too, or `deadline`.
void close_after_last_words(Stream& stream, Deadline deadline);

}  // namespace tocsin::net
