#include "mail/dkim.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "mail/dkim_vectors.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

using Status = TxtTexts::Status;

constexpr TimePoint now{1'700'000'000'000'000};

AuthVerdict verify_first(const std::string& message, const TxtTexts& key) {
    const ExactBuffer buffer(message);
    const RawMessage raw = split_message(buffer.view());
    const std::vector<DkimSignature> signatures = find_dkim_signatures(raw);
    REQUIRE_FALSE(signatures.empty());
    return DkimVerifier(raw, now).verify(signatures[0], key);
}

std::string verdict(const std::string& message, const std::string& key) {
    return verify_first(message, {Status::found, {key}}).verdict;
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), by);
}

std::string to_base64(const std::vector<unsigned char>& bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    out.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                                        bytes.data(), static_cast<int>(bytes.size()))));
    return out;
}

std::string to_base64(const Hash256& hash) {
    return to_base64(std::vector<unsigned char>(hash.begin(), hash.end()));
}

/// Signs as a sender would, with whatever tags.
class Signer {
public:
    explicit Signer(int bits = 1024) : key_(EVP_RSA_gen(static_cast<unsigned>(bits)), EVP_PKEY_free) {}

    [[nodiscard]] std::string record(const std::string& more = "") const {
        std::vector<unsigned char> der(static_cast<std::size_t>(i2d_PUBKEY(key_.get(), nullptr)));
        unsigned char* at = der.data();
        i2d_PUBKEY(key_.get(), &at);
        return "v=DKIM1; " + more + "p=" + to_base64(der);
    }

    /// `fields`: CRLF ends; h= is from and subject; relaxed.
    [[nodiscard]] std::string sign(const std::string& fields, const std::string& body,
                                   const std::string& tags = "", const std::string& hashed_body = "") const {
        const BodyDigest digest =
            digest_body(hashed_body.empty() ? body : hashed_body, Canonicalization::relaxed);
        const std::string field =
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=shop.example; s=s1; " + tags +
            "h=from:subject; bh=" + to_base64(digest.sha256) + "; b=";
        const RawMessage raw = split_message(as_bytes(fields));
        std::string data;
        for (const std::string_view name : {"from", "subject"})
            for (auto at = raw.fields.rbegin(); at != raw.fields.rend(); ++at)
                if (canonical_field(at->text, Canonicalization::relaxed)
                        .starts_with(std::string(name) + ":")) {
                    data += canonical_field(at->text, Canonicalization::relaxed) + "\r\n";
                    break;
                }
        data += canonical_field(field, Canonicalization::relaxed);
        std::vector<unsigned char> signature(1024);
        std::size_t size = signature.size();
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        REQUIRE(EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_.get()) == 1);
        REQUIRE(EVP_DigestSign(context, signature.data(), &size,
                               reinterpret_cast<const unsigned char*>(data.data()), data.size()) == 1);
        EVP_MD_CTX_free(context);
        signature.resize(size);
        return field + to_base64(signature) + "\r\n" + fields + "\r\n" + body;
    }

private:
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

const std::string fields = "From: anna@shop.example\r\nSubject: hello\r\n";
const std::string body = "one\r\ntwo\r\n";

/// RFC 8463, appendix A.3: signed with both algorithms.
const std::string rfc_message = "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n"
                                " d=football.example.com; i=@football.example.com;\r\n"
                                " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n"
                                " subject : date : message-id : from : subject : date;\r\n"
                                " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                " b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n"
                                " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n"
                                "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n"
                                " d=football.example.com; i=@football.example.com;\r\n"
                                " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n"
                                " date : message-id : from : subject : date;\r\n"
                                " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n"
                                " b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n"
                                " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n"
                                " dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
                                "From: Joe SixPack <joe@football.example.com>\r\n"
                                "To: Suzie Q <suzie@shopping.example.net>\r\n"
                                "Subject: Is dinner ready?\r\n"
                                "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\n"
                                "Message-ID: <20030712040037.46341.5F8J@football.example.com>\r\n"
                                "\r\n"
                                "Hi.\r\n"
                                "\r\n"
                                "We lost the game.  Are you hungry yet?\r\n"
                                "\r\n"
                                "Joe.\r\n";
const std::string rfc_ed25519_key = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const std::string rfc_rsa_key =
    "v=DKIM1; k=rsa; "
    "p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/"
    "byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/"
    "K4w3QIDAQAB";

}  // namespace

TEST_CASE("dkim: the example of RFC 8463, both algorithms, with either line end") {
    for (const bool bare : {false, true}) {
        std::string message = rfc_message;
        if (bare) std::erase(message, '\r');
        const ExactBuffer buffer(message);
        const RawMessage raw = split_message(buffer.view());
        const std::vector<DkimSignature> signatures = find_dkim_signatures(raw);
        REQUIRE(signatures.size() == 2);
        CHECK(signatures[0].key_name() == "brisbane._domainkey.football.example.com");
        CHECK(signatures[1].key_name() == "test._domainkey.football.example.com");
        DkimVerifier verifier(raw, now);
        CHECK(verifier.verify(signatures[0], {Status::found, {rfc_ed25519_key}}).verdict == "pass");
        const AuthVerdict rsa = verifier.verify(signatures[1], {Status::found, {rfc_rsa_key}});
        CHECK(rsa.verdict == "pass");
        CHECK(rsa.properties ==
              std::map<std::string, std::string>{{"header.d", "football.example.com"}, {"header.s", "test"}});
        CHECK(verifier.verify(signatures[0], {Status::found, {rfc_rsa_key}}).verdict == "permerror");
    }
}

TEST_CASE("dkim: messages that another implementation signed, in every form") {
    for (const DkimVector& vector : dkim_vectors) {
        CAPTURE(vector.name);
        const std::string message = vector.message;
        CHECK(verdict(message, dkim_vector_key) == "pass");
        CHECK(verdict(replaced(message, "anna@", "anne@"), dkim_vector_key) == "fail");
        CHECK(verdict(message + "more\r\n", dkim_vector_key) == "fail");
    }
}

TEST_CASE("dkim: what was changed on the way") {
    struct Row {
        const char* what;
        const char* by;
        const char* verdict;
    };
    const Row rows[] = {{"Subject: Is dinner", "SUBJECT:   Is \r\n dinner", "pass"},
                        {"game.  Are", "game. \t Are  ", "pass"},
                        {"Joe.\r\n", "Joe.\r\n\r\n \r\n", "pass"},
                        {"Joe.\r\n", "Joe. ", "pass"},
                        {"To: Suzie", "Cc: x@y.example\r\nTo: Suzie", "pass"},
                        {"dinner", "lunch", "fail"},
                        {"Subject: Is", "Subject: I s", "fail"},
                        {"hungry", "angry", "fail"},
                        {"\r\n\r\nHi.", "\r\n\r\n\r\nHi.", "fail"},
                        // Signed twice where there is one: another one would have to be signed too.
                        {"From: Joe", "From: x@evil.example\r\nFrom: Joe", "fail"},
                        {"s=brisbane", "s=brisbane; z=x", "fail"}};
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(verdict(replaced(rfc_message, row.what, row.by), rfc_ed25519_key) == row.verdict);
    }
}

TEST_CASE("dkim: a signature that says little about what is seen is no pass") {
    const Signer signer;
    CHECK(verdict(signer.sign(fields, body), signer.record()) == "pass");
    const AuthVerdict part = verify_first(signer.sign(fields, body + "more\r\n", "l=10; ", body),
                                          {Status::found, {signer.record()}});
    CHECK(part.verdict == "policy");
    CHECK(part.properties.at("reason") == "it covers only a part of the body");
    CHECK(verdict(signer.sign(fields, body, "l=10; "), signer.record()) == "pass");
    const std::string planted =
        replaced(signer.sign(fields, body), "From: anna", "From: ceo@bank.example\r\nFrom: anna");
    const AuthVerdict two = verify_first(planted, {Status::found, {signer.record()}});
    CHECK(two.verdict == "policy");
    CHECK(two.properties.at("reason") == "the message has not one From field");
}

TEST_CASE("dkim: keys as DNS has them") {
    const Signer signer;
    const std::string message = signer.sign(fields, body, "i=x@mail.shop.example; ");
    const std::string key = signer.record();
    struct Row {
        std::string record, verdict, reason;
    };
    const Row rows[] = {{key, "pass", ""},
                        {replaced(key, "v=DKIM1; ", ""), "pass", ""},
                        {signer.record("h=sha1:sha256; s=email; n=note; "), "pass", ""},
                        {signer.record("t=y; "), "neutral", "its key is only being tested"},
                        {signer.record("t=s; "), "permerror", "its key is not for subdomains"},
                        {signer.record("h=sha1; "), "permerror", "its key is not for SHA-256"},
                        {signer.record("s=tlsrpt; "), "permerror", "its key is not for mail"},
                        {signer.record("k=ed25519; "), "permerror", "its key is of another kind"},
                        {"v=DKIM1; p=", "permerror", "its key was revoked"},
                        {"v=DKIM1; p=!", "permerror", "its key is no base64"},
                        {"v=DKIM1; p=AAAA", "permerror", "its key cannot be used"},
                        {"v=DKIM2; p=AAAA", "permerror", "its key record is none"},
                        {"v=spf1 -all", "permerror", "its key record is none"},
                        {Signer().record(), "fail", "the header was changed"}};
    for (const Row& row : rows) {
        CAPTURE(row.record);
        const AuthVerdict found = verify_first(message, {Status::found, {row.record}});
        CHECK(found.verdict == row.verdict);
        CHECK((found.properties.contains("reason") ? found.properties.at("reason") : "") == row.reason);
    }
    CHECK(verify_first(message, {Status::failed, {}}).verdict == "temperror");
    CHECK(verify_first(message, {Status::none, {}}).verdict == "permerror");
    const Signer weak(768);
    CHECK(verdict(weak.sign(fields, body), weak.record()) == "permerror");
}

TEST_CASE("dkim: tags that make a signature unusable") {
    const Signer signer;
    const std::string good = signer.sign(fields, body);
    struct Row {
        const char* what;
        const char* by;
        const char* reason;
    };
    const Row rows[] = {{"v=1;", "v=2;", "its version is not 1"},
                        {"a=rsa-sha256", "a=rsa-sha1", "it uses SHA-1"},
                        {"a=rsa-sha256", "a=rsa-md5", "its algorithm is not known"},
                        {"c=relaxed/relaxed", "c=nofws", "it is in a form that is not known"},
                        {"d=shop.example", "d=", "it names no domain or no selector"},
                        {"h=from:subject", "h=subject", "it does not sign the From field"},
                        {"s=s1;", "s=s1; i=@example;", "its identity is not below its domain"},
                        {"s=s1;", "s=s1; i=@evilshop.example;", "its identity is not below its domain"},
                        {"s=s1;", "s=s1; q=http/well-known;", "its key is not in DNS"},
                        {"s=s1;", "s=s1; x=1600000000;", "it has expired"},
                        {"s=s1;", "s=s1; x=soon;", "its expiry is no number"},
                        {"s=s1;", "s=s1; l=-1;", "its body length is no number"},
                        {"s=s1;", "s=s1; s=s2;", "its field is not well-formed"},
                        {"s=s1;", "s=s1; nonsense;", "its field is not well-formed"},
                        {"bh=", "bh=!", "its signature or its body hash is no base64"}};
    for (const Row& row : rows) {
        CAPTURE(row.by);
        const AuthVerdict found =
            verify_first(replaced(good, row.what, row.by), {Status::found, {signer.record()}});
        CHECK(found.verdict == "permerror");
        CHECK(found.properties.at("reason") == row.reason);
    }
    CHECK(verdict(signer.sign(fields, body, "x=1800000000; "), signer.record()) == "pass");
}

TEST_CASE("dkim: limits") {
    std::string many;
    for (std::size_t index = 0; index <= limits::dkim_signatures; ++index) many += "DKIM-Signature: v=1\r\n";
    CHECK(find_dkim_signatures(split_message(as_bytes(many))).size() == limits::dkim_signatures);
    const std::string long_field =
        "DKIM-Signature: v=1; z=" + std::string(limits::dkim_field_bytes, 'x') + "\r\n\r\n";
    CHECK(find_dkim_signatures(split_message(as_bytes(long_field))).at(0).problem ==
          "its field is not well-formed");
    std::string names = "from";
    for (std::size_t index = 0; index < limits::dkim_signed_fields; ++index) names += ":x";
    const std::string wide =
        "DKIM-Signature: v=1; a=rsa-sha256; d=a.b; s=c; bh=AAAA; b=AAAA; h=" + names + "\r\n\r\n";
    CHECK(find_dkim_signatures(split_message(as_bytes(wide))).at(0).problem ==
          "it signs more fields than are read");
}

TEST_CASE("dkim: every truncation ends in a verdict that is no pass") {
    for (std::size_t size = 0; size < rfc_message.size() - 2; ++size) {
        const ExactBuffer buffer(std::string_view(rfc_message).substr(0, size));
        const RawMessage raw = split_message(buffer.view());
        for (const DkimSignature& signature : find_dkim_signatures(raw))
            CHECK(DkimVerifier(raw, now).verify(signature, {Status::found, {rfc_ed25519_key}}).verdict !=
                  "pass");
    }
}
