// Keys, certificates and rules of TLS connections (RFC 8446, RFC 5246). Stream::start_tls uses them.
#pragma once

#include <memory>
#include <string>

#include "base/hash.hpp"
#include "base/result.hpp"

namespace tocsin::net {

struct TlsContextState;

/// What a client demands of the server's certificate.
enum class TlsVerify {
    none,  ///< encryption against those who only listen: any certificate will do
    peer,  ///< a chain to a known authority, and the name that the client asks for
};

/// TLS 1.2 and later, without renegotiation, compression, session tickets. Made once, used by many streams, never changed.
class TlsContext {
public:
    /// The server's side. `certificate_file`: PEM, the server's own first, then the chain. `key_file`: PEM, without
    /// passphrase; may be the same file. Errors: invalid_input (unreadable, malformed, key and certificate do not belong
    /// together).
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>> server(const std::string& certificate_file,
                                                                          const std::string& key_file);
    /// The client's side. `authorities_file`: PEM, those that are trusted; empty: the system's (TlsVerify::peer only).
    /// Errors: invalid_input.
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>>
    client(TlsVerify verify, const std::string& authorities_file = {});
    /// The client's side, for one server that is known: its certificate has this SHA-256, whoever issued it, and whatever
    /// its names and dates say. Errors: io.
    [[nodiscard]] static Result<std::shared_ptr<const TlsContext>>
    client_of(const Hash256& certificate_sha256);

    explicit TlsContext(std::unique_ptr<TlsContextState> state);
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;
    ~TlsContext();
    /// For the room itself.
    [[nodiscard]] const TlsContextState& state() const { return *state_; }

private:
    std::unique_ptr<TlsContextState> state_;
};

}  // namespace tocsin::net
