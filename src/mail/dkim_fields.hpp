// The fields that carry signatures, taken apart: DKIM-Signature (RFC 6376 section 3.5), and ARC-Message-Signature and
// ARC-Seal (RFC 8617 section 4.1), which have the same tags but for a few.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/signature.hpp"
#include "mail/dkim_canonical.hpp"

namespace tocsin::mail {

using Tags = std::map<std::string, std::string, std::less<>>;

/// tag=value lists (RFC 6376 section 3.2) without white space; nullopt: not well-formed, or one tag twice.
[[nodiscard]] std::optional<Tags> read_tags(std::string_view text);
[[nodiscard]] std::string_view tag_or(const Tags& tags, std::string_view name, std::string_view otherwise);
/// Whether a word, in lower case, is one of a list with colons.
[[nodiscard]] bool has_word(std::string_view list, std::string_view word);
/// Base64 without white space, with or without its padding; nullopt: a foreign character.
[[nodiscard]] std::optional<Bytes> from_base64(std::string_view text);

/// What stands behind the colon of a field.
[[nodiscard]] std::string_view value_of(const RawField& field);

enum class SignatureKind : std::uint8_t {
    dkim,
    arc_message,  ///< as DKIM's, but i= is the instance
    arc_seal,     ///< of other fields of ARC: neither h= nor bh=
};

/// One such field.
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
    std::uint32_t instance = 0;               ///< of ARC: i=; 0: none
    std::string chain;                        ///< of a seal: cv=

    /// Where its key is: SELECTOR._domainkey.DOMAIN
    [[nodiscard]] std::string key_name() const { return selector + "._domainkey." + domain; }
};

/// Field number `index` of the message.
[[nodiscard]] DkimSignature read_signature(const RawMessage& message, std::size_t index, SignatureKind kind);

/// The first limits::dkim_signatures DKIM-Signatures of a message, from the top.
[[nodiscard]] std::vector<DkimSignature> find_dkim_signatures(const RawMessage& message);

/// The instance of a field of ARC (RFC 8617 section 4.2.1), 1 and more; nullopt: `text` is none.
[[nodiscard]] std::optional<std::uint32_t> read_instance(std::string_view text);

}  // namespace tocsin::mail
