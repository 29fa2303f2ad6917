#include "base/signature.hpp"

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace tocsin {

namespace {

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
template <typename T>
using Pointer = std::unique_ptr<T, Free>;

const unsigned char* data_of(ByteView bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

Pointer<EVP_PKEY> rsa_key(ByteView der) {
    const unsigned char* at = data_of(der);
    Pointer<EVP_PKEY> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
    if (!key || at != data_of(der) + der.size() || EVP_PKEY_base_id(key.get()) != EVP_PKEY_RSA)
        return nullptr;
    const int bits = EVP_PKEY_bits(key.get());
    return bits >= limits::dkim_rsa_bits_min && bits <= limits::dkim_rsa_bits_max ? std::move(key) : nullptr;
}

bool rsa_is_good(EVP_PKEY* key, const Hash256& digest, ByteView signature) {
    const Pointer<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new(key, nullptr));
    return context && EVP_PKEY_verify_init(context.get()) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
           EVP_PKEY_verify(context.get(), data_of(signature), signature.size(), digest.data(),
                           digest.size()) == 1;
}

bool ed25519_is_good(EVP_PKEY* key, const Hash256& digest, ByteView signature) {
    const Pointer<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), data_of(signature), signature.size(), digest.data(),
                            digest.size()) == 1;
}

}  // namespace

SignatureCheck check_signature(SignatureScheme scheme, ByteView key, const Hash256& digest,
                               ByteView signature) {
    const auto result = [](bool good) { return good ? SignatureCheck::good : SignatureCheck::bad; };
    if (scheme == SignatureScheme::rsa) {
        const Pointer<EVP_PKEY> rsa = rsa_key(key);
        return rsa ? result(rsa_is_good(rsa.get(), digest, signature)) : SignatureCheck::no_key;
    }
    const Pointer<EVP_PKEY> edwards(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, data_of(key), key.size()));
    return edwards ? result(ed25519_is_good(edwards.get(), digest, signature)) : SignatureCheck::no_key;
}

struct Sha256::Context {
    Pointer<EVP_MD_CTX> libcrypto{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    const bool started =
        context_->libcrypto && EVP_DigestInit_ex(context_->libcrypto.get(), EVP_sha256(), nullptr) == 1;
    ASSERT(started, "libcrypto must know SHA-256");
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(ByteView bytes) {
    const int done = EVP_DigestUpdate(context_->libcrypto.get(), bytes.data(), bytes.size());
    ASSERT(done == 1, "SHA-256 takes any bytes");
}

Hash256 Sha256::finish() {
    Hash256 out{};
    const int done = EVP_DigestFinal_ex(context_->libcrypto.get(), out.data(), nullptr);
    ASSERT(done == 1, "SHA-256 ends once");
    return out;
}

}  // namespace tocsin
