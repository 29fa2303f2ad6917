// Signatures of a message, verified: DKIM (RFC 6376, RFC 8301, RFC 8463), and those of ARC, which are made the same
// way. Keys come from whoever may ask DNS.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "mail/dkim_canonical.hpp"
#include "mail/dkim_fields.hpp"
#include "mail/dns_records.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// What comes of one signature.
struct SignatureVerdict {
    /// pass, fail, permerror, temperror, neutral (the key's owner only tests), or policy: right, but it covers only a
    /// part of the body (l=), or the message has several From fields, so that it says nothing about what is seen.
    std::string verdict = "permerror";
    std::string reason{};  ///< empty for pass
};

/// `signature` over fields whose digest is known: a seal of ARC.
[[nodiscard]] SignatureVerdict verify_signature(const DkimSignature& signature, const Hash256& header_digest,
                                                const TxtTexts& key);

/// A field without the value of its b= tag: as it was before the signature was put in.
[[nodiscard]] std::string without_signature(std::string_view field);

/// Verifies one message's signatures; a body is digested once for each form.
class DkimVerifier {
public:
    DkimVerifier(const RawMessage& message, TimePoint now) : message_(message), now_(now) {}

    /// Of a DKIM-Signature or an ARC-Message-Signature.
    [[nodiscard]] SignatureVerdict judge(const DkimSignature& signature, const TxtTexts& key);
    /// The same as a result of method "dkim" with the properties header.d, header.s and reason.
    [[nodiscard]] AuthVerdict verify(const DkimSignature& signature, const TxtTexts& key);

private:
    const BodyDigest& body_digest(Canonicalization form);
    [[nodiscard]] Hash256 header_digest(const DkimSignature& signature) const;

    const RawMessage& message_;
    TimePoint now_;
    std::optional<BodyDigest> simple_body_, relaxed_body_;
};

}  // namespace tocsin::mail
