// DKIM signatures of a message, verified (RFC 6376, RFC 8301, RFC 8463). Keys come from whoever may ask DNS.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/signature.hpp"
#include "mail/dkim_canonical.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// What DNS says of one name.
struct TxtTexts {
    enum class Status : std::uint8_t { found, none, failed };
    Status status = Status::failed;
    std::vector<std::string> texts{};
};

/// One DKIM-Signature field taken apart.
struct DkimSignature {
    std::size_t field = 0;  ///< index into RawMessage::fields
    std::string problem;    ///< why it cannot be verified (permerror); empty: it may be
    std::string domain, selector, identity_domain;
    SignatureScheme scheme = SignatureScheme::rsa;
    Canonicalization header_form = Canonicalization::simple, body_form = Canonicalization::simple;
    std::vector<std::string> signed_fields;  ///< lower case
    Bytes body_hash, signature;
    std::optional<std::uint64_t> body_bytes;  ///< l=
    std::optional<std::int64_t> expires_s;    ///< x=, since 1970

    /// Where its key is: SELECTOR._domainkey.DOMAIN
    [[nodiscard]] std::string key_name() const { return selector + "._domainkey." + domain; }
};

/// The first limits::dkim_signatures of a message, from the top.
[[nodiscard]] std::vector<DkimSignature> find_dkim_signatures(const RawMessage& message);

/// Verifies one message's signatures; a body is digested once for each form.
class DkimVerifier {
public:
    DkimVerifier(const RawMessage& message, TimePoint now) : message_(message), now_(now) {}

    /// method "dkim"; verdict pass, fail, permerror, temperror, neutral (the key's owner only tests), or policy: right, but it
    /// covers only a part of the body (l=), or the message has several From fields, so that it says nothing about what is seen.
    /// Properties: header.d, header.s, reason.
    [[nodiscard]] AuthVerdict verify(const DkimSignature& signature, const TxtTexts& key);

private:
    const BodyDigest& body_digest(Canonicalization form);
    [[nodiscard]] Hash256 header_digest(const DkimSignature& signature) const;

    const RawMessage& message_;
    TimePoint now_;
    std::optional<BodyDigest> simple_body_, relaxed_body_;
};

}  // namespace tocsin::mail
