// A certificate that signs itself, made when the test runs: no key lies in the repository.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "base/hash.hpp"

namespace tocsin::test {

/// For `localhost.example` and 127.0.0.1, valid for an hour.
class TestCertificate {
public:
    /// Writes `certificate_file` and `key_file` into `folder`.
    explicit TestCertificate(const std::string& folder)
        : certificate_file(folder + "/certificate.pem"), key_file(folder + "/key.pem"),
          key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
        X509* const made = certificate_.get();
        require(key_ != nullptr && made != nullptr);
        require(X509_set_version(made, X509_VERSION_3) == 1);
        require(ASN1_INTEGER_set(X509_get_serialNumber(made), 1) == 1);
        X509_gmtime_adj(X509_getm_notBefore(made), -60);
        X509_gmtime_adj(X509_getm_notAfter(made), 3600);
        X509_NAME* const name = X509_get_subject_name(made);
        const unsigned char common_name[] = "localhost.example";
        require(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1);
        require(X509_set_issuer_name(made, name) == 1 && X509_set_pubkey(made, key_.get()) == 1);
        add_extension(NID_basic_constraints, "critical,CA:TRUE");
        add_extension(NID_subject_alt_name, "DNS:localhost.example,IP:127.0.0.1");
        require(X509_sign(made, key_.get(), EVP_sha256()) > 0);
        write(certificate_file, [&](std::FILE* file) { return PEM_write_X509(file, made); });
        write(key_file, [&](std::FILE* file) {
            return PEM_write_PrivateKey(file, key_.get(), nullptr, nullptr, 0, nullptr, nullptr);
        });
    }

    const std::string certificate_file, key_file;

    /// Of the certificate as it is sent.
    [[nodiscard]] Hash256 fingerprint() const {
        Hash256 hash{};
        unsigned int size = 0;
        require(X509_digest(certificate_.get(), EVP_sha256(), hash.data(), &size) == 1 &&
                size == hash.size());
        return hash;
    }

    /// The key again, under a passphrase.
    void write_encrypted_key(const std::string& path) const {
        const unsigned char passphrase[] = "secret";
        write(path, [&](std::FILE* file) {
            return PEM_write_PrivateKey(file, key_.get(), EVP_aes_128_cbc(), passphrase, 6, nullptr, nullptr);
        });
    }

private:
    static void require(bool holds) {
        if (!holds) std::abort();
    }
    void add_extension(int kind, const char* value) {
        X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
        require(extension != nullptr && X509_add_ext(certificate_.get(), extension, -1) == 1);
        X509_EXTENSION_free(extension);
    }
    template <typename Write>
    static void write(const std::string& path, Write write_to) {
        std::FILE* const file = std::fopen(path.c_str(), "w");
        require(file != nullptr && write_to(file) == 1 && std::fclose(file) == 0);
    }

    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    std::unique_ptr<EVP_PKEY, Free> key_;
    std::unique_ptr<X509, Free> certificate_;
};

}  // namespace tocsin::test
