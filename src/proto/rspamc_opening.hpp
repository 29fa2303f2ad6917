// The request line of rspamd's protocol before HTTP. Exim (`spamd_address = … variant=rspamd`) still begins with
// `CHECK RSPAMC/1.3`, and goes on like HTTP/1.0: fields, an empty line, as many bytes as Content-length says.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace tocsin::proto {

/// Stands before the HTTP parser at the start of a connection: turns that line into `POST /checkv2 HTTP/1.0` and lets
/// everything else through as it came. One request for each connection: the line is not looked for again.
class RspamcOpening {
public:
    /// What the HTTP parser is to read instead of `bytes`. What may still become the line is held back (a few bytes),
    /// so the answer may be empty.
    [[nodiscard]] std::string translate(ByteView bytes);
    /// Nothing is held back and nothing will be translated any more: bytes may go to the parser directly.
    [[nodiscard]] bool decided() const { return decided_; }
    /// The client spoke RSPAMC and wants rspamc_answer().
    [[nodiscard]] bool spoken() const { return spoken_; }

private:
    std::string held_;
    bool decided_ = false;
    bool spoken_ = false;
};

/// The whole answer, after which the connection is closed. Every status but 200 is an error, which Exim takes as
/// "try again later".
[[nodiscard]] std::string rspamc_answer(int status, std::string_view body);

}  // namespace tocsin::proto
