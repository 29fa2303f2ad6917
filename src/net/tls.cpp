#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "base/assert.hpp"
#include "net/detail/tls_engine.hpp"

namespace tocsin::net {
namespace {

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeSession {
    void operator()(SSL* session) const { SSL_free(session); }
};

}  // namespace

struct TlsContextState {
    std::unique_ptr<SSL_CTX, FreeContext> context;
    bool is_server = false;
    TlsVerify verify = TlsVerify::none;
    Hash256 certificate_sha256{};  ///< client_of() only
};

struct TlsEngineState {
    std::unique_ptr<SSL, FreeSession> session;
    BIO* from_peer = nullptr;  ///< belongs to the session
    BIO* to_peer = nullptr;    ///< belongs to the session
};

namespace {

/// OpenSSL keeps errors in a queue of the thread, which all fibers share: it is emptied before each call and read right after.
Error tls_error(ErrorCode code, const std::string& doing) {
    std::string reason;
    while (const unsigned long number = ERR_get_error()) {
        char text[256] = {};
        ERR_error_string_n(number, text, sizeof(text));
        const char* words = ERR_reason_error_string(number);
        reason = words != nullptr ? words : text;  // the last one is nearest to what was being done
    }
    ERR_clear_error();
    return Error{code, reason.empty() ? doing : doing + ": " + reason};
}

/// A key with a passphrase is an error; without this, OpenSSL would ask for it on the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

Result<std::unique_ptr<TlsContextState>> make_context(bool is_server) {
    ERR_clear_error();
    auto state = std::make_unique<TlsContextState>();
    state->is_server = is_server;
    state->context.reset(SSL_CTX_new(is_server ? TLS_server_method() : TLS_client_method()));
    SSL_CTX* const context = state->context.get();
    if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, "DEFAULT:!aNULL:!eNULL:!MD5:!RC4:!3DES") != 1)
        return std::unexpected(tls_error(ErrorCode::io, "set up TLS"));
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_default_passwd_cb(context, no_passphrase);
    return state;
}

/// Takes the place of OpenSSL's own look at a chain. `expected`: a Hash256.
int is_this_certificate(X509_STORE_CTX* chain, void* expected) {
    Hash256 found{};
    unsigned int size = 0;
    const X509* const certificate = X509_STORE_CTX_get0_cert(chain);
    const bool same = certificate != nullptr &&
                      X509_digest(certificate, EVP_sha256(), found.data(), &size) == 1 &&
                      size == found.size() && found == *static_cast<const Hash256*>(expected);
    if (!same) X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
    return same ? 1 : 0;
}

/// The name in the certificate must be this one. An IP literal is looked for among its addresses.
bool expect_name(SSL* session, const std::string& name) {
    X509_VERIFY_PARAM* const rules = SSL_get0_param(session);
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) == 1) return true;
    ERR_clear_error();
    SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(session, name.c_str()) == 1;
}

/// SSL_set_tlsext_host_name without its old-style cast. The name is copied.
bool send_name(SSL* session, std::string name) {
    return SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data()) == 1;
}

/// RFC 6066 section 3: a server name is never an IP literal.
bool is_ip_literal(const std::string& name) {
    ASN1_OCTET_STRING* const address = a2i_IPADDRESS(name.c_str());
    ASN1_OCTET_STRING_free(address);
    ERR_clear_error();
    return address != nullptr;
}

}  // namespace

TlsContext::TlsContext(std::unique_ptr<TlsContextState> state) : state_(std::move(state)) {}
TlsContext::~TlsContext() = default;

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const std::string& certificate_file,
                                                             const std::string& key_file) {
    auto state = TRY(make_context(true));
    SSL_CTX* const context = state->context.get();
    if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
        return std::unexpected(
            tls_error(ErrorCode::invalid_input, "TLS certificate " + certificate_file + " cannot be used"));
    if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_check_private_key(context) != 1)
        return std::unexpected(
            tls_error(ErrorCode::invalid_input, "TLS key " + key_file + " cannot be used"));
    return std::make_shared<const TlsContext>(std::move(state));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(TlsVerify verify,
                                                             const std::string& authorities_file) {
    auto state = TRY(make_context(false));
    state->verify = verify;
    SSL_CTX* const context = state->context.get();
    if (verify == TlsVerify::peer) {
        const int loaded = authorities_file.empty()
                               ? SSL_CTX_set_default_verify_paths(context)
                               : SSL_CTX_load_verify_file(context, authorities_file.c_str());
        if (loaded != 1)
            return std::unexpected(tls_error(ErrorCode::invalid_input,
                                             "TLS authorities " + authorities_file + " cannot be used"));
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    }
    return std::make_shared<const TlsContext>(std::move(state));
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client_of(const Hash256& certificate_sha256) {
    auto state = TRY(make_context(false));
    state->certificate_sha256 = certificate_sha256;
    SSL_CTX_set_verify(state->context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(state->context.get(), is_this_certificate, &state->certificate_sha256);
    return std::make_shared<const TlsContext>(std::move(state));
}

TlsEngine::TlsEngine(std::unique_ptr<TlsEngineState> state) : state_(std::move(state)) {}
TlsEngine::TlsEngine(TlsEngine&& other) noexcept = default;
TlsEngine& TlsEngine::operator=(TlsEngine&& other) noexcept = default;
TlsEngine::~TlsEngine() = default;

Result<TlsEngine> TlsEngine::create(const TlsContext& context, const std::string& server_name) {
    ERR_clear_error();
    const TlsContextState& rules = context.state();
    auto state = std::make_unique<TlsEngineState>();
    state->session.reset(SSL_new(rules.context.get()));
    state->from_peer = BIO_new(BIO_s_mem());
    state->to_peer = BIO_new(BIO_s_mem());
    if (!state->session || state->from_peer == nullptr || state->to_peer == nullptr) {
        BIO_free(state->from_peer);
        BIO_free(state->to_peer);
        return std::unexpected(tls_error(ErrorCode::io, "set up TLS"));
    }
    SSL* const session = state->session.get();
    SSL_set_bio(session, state->from_peer, state->to_peer);
    if (rules.is_server) {
        SSL_set_accept_state(session);
        return TlsEngine(std::move(state));
    }
    SSL_set_connect_state(session);
    if (rules.verify == TlsVerify::peer && (server_name.empty() || !expect_name(session, server_name)))
        return fail(ErrorCode::invalid_input,
                    "TLS: '" + server_name + "' is no name that a certificate could have");
    if (!server_name.empty() && !is_ip_literal(server_name) && !send_name(session, server_name))
        return fail(ErrorCode::invalid_input, "TLS: '" + server_name + "' is no server name");
    return TlsEngine(std::move(state));
}

Result<bool> TlsEngine::shake_hands() {
    SSL* const session = state_->session.get();
    ERR_clear_error();
    const int result = SSL_do_handshake(session);
    if (result == 1) return true;
    if (SSL_get_error(session, result) == SSL_ERROR_WANT_READ) return false;
    const long verified = SSL_get_verify_result(session);
    if (verified != X509_V_OK && SSL_get_verify_mode(session) != SSL_VERIFY_NONE) {
        ERR_clear_error();
        return fail(ErrorCode::permission, std::string("TLS: the certificate is not trusted: ") +
                                               X509_verify_cert_error_string(verified));
    }
    return std::unexpected(tls_error(ErrorCode::corrupt, "TLS handshake"));
}

Result<std::optional<std::size_t>> TlsEngine::read(std::span<std::byte> into) {
    SSL* const session = state_->session.get();
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(session, into.data(), into.size(), &count);
    if (result == 1) return count;
    switch (SSL_get_error(session, result)) {
        case SSL_ERROR_WANT_READ: return std::nullopt;
        case SSL_ERROR_ZERO_RETURN: return std::size_t{0};
        default: return std::unexpected(tls_error(ErrorCode::corrupt, "TLS read"));
    }
}

Result<void> TlsEngine::write(ByteView bytes) {
    if (bytes.empty()) return {};
    ERR_clear_error();
    std::size_t count = 0;
    if (SSL_write_ex(state_->session.get(), bytes.data(), bytes.size(), &count) != 1)
        return std::unexpected(tls_error(ErrorCode::corrupt, "TLS write"));
    ASSERT(count == bytes.size(), "memory takes all that is written");
    return {};
}

void TlsEngine::shut_down() {
    ERR_clear_error();
    if (SSL_is_init_finished(state_->session.get()) == 1) SSL_shutdown(state_->session.get());
    ERR_clear_error();
}

void TlsEngine::feed(ByteView bytes) {
    std::size_t count = 0;
    const bool fed =
        BIO_write_ex(state_->from_peer, bytes.data(), bytes.size(), &count) == 1 && count == bytes.size();
    ASSERT(fed || bytes.empty(), "memory takes all that is written");
}

std::string TlsEngine::take_output() {
    std::string output(BIO_ctrl_pending(state_->to_peer), '\0');
    std::size_t count = 0;
    if (!output.empty()) BIO_read_ex(state_->to_peer, output.data(), output.size(), &count);
    output.resize(count);
    return output;
}

TlsFacts TlsEngine::facts() const {
    const SSL* const session = state_->session.get();
    return {SSL_get_version(session), SSL_CIPHER_get_name(SSL_get_current_cipher(session))};
}

}  // namespace tocsin::net
