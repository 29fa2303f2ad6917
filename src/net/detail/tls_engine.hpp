// TLS without I/O: encrypted bytes in and out on one side, plain ones on the other. FiberStream carries them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/stream.hpp"
#include "net/tls.hpp"

namespace tocsin::net {

struct TlsEngineState;

/// One connection. After an error only take_output() makes sense: it may hold the alert that tells the peer why.
class TlsEngine {
public:
    /// `server_name`: see Stream::start_tls. Errors: invalid_input (a name is needed and there is none), io.
    [[nodiscard]] static Result<TlsEngine> create(const TlsContext& context, const std::string& server_name);
    TlsEngine(TlsEngine&& other) noexcept;
    TlsEngine& operator=(TlsEngine&& other) noexcept;
    ~TlsEngine();

    /// True: done. False: feed() what comes. Errors: permission (the certificate is not trusted), corrupt (this is no TLS, or
    /// none that both speak).
    [[nodiscard]] Result<bool> shake_hands();
    /// Plain bytes; 0: the peer has ended the connection properly; nothing: feed() what comes. Errors: corrupt.
    [[nodiscard]] Result<std::optional<std::size_t>> read(std::span<std::byte> into);
    /// Encrypts all of `bytes` into the output. Errors: corrupt.
    [[nodiscard]] Result<void> write(ByteView bytes);
    /// Says in the output that nothing more will be written.
    void shut_down();
    /// Encrypted bytes from the peer.
    void feed(ByteView bytes);
    /// Encrypted bytes for the peer; empties the output.
    [[nodiscard]] std::string take_output();
    [[nodiscard]] TlsFacts facts() const;

private:
    explicit TlsEngine(std::unique_ptr<TlsEngineState> state);
    std::unique_ptr<TlsEngineState> state_;
};

}  // namespace tocsin::net
