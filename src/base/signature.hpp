// Signatures checked, never made: what DKIM needs of libcrypto.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "base/hash.hpp"

namespace tocsin {

enum class SignatureScheme : std::uint8_t {
    rsa,      ///< RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017); the key is a SubjectPublicKeyInfo in DER
    ed25519,  ///< PureEdDSA (RFC 8032); the key is its 32 bytes
};

enum class SignatureCheck : std::uint8_t {
    good,
    bad,
    no_key,  ///< the key is none, or of another kind, or of RSA with bits outside limits::dkim_rsa_bits_min and _max
};

/// Whether `signature` is that of the data whose SHA-256 is `digest`. Ed25519 signs the digest itself (RFC 8463 section 3).
[[nodiscard]] SignatureCheck check_signature(SignatureScheme scheme, ByteView key, const Hash256& digest,
                                             ByteView signature);

/// SHA-256 of what comes in pieces.
class Sha256 {
public:
    Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    ~Sha256();
    void add(ByteView bytes);
    /// Of everything so far; afterwards nothing may be added.
    [[nodiscard]] Hash256 finish();

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

}  // namespace tocsin
