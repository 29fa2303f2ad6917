#include "mail/dkim.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/ascii.hpp"

namespace tocsin::mail {

namespace {

/// What a key record says (RFC 6376 section 3.6.1).
struct Key {
    std::string problem;
    Bytes bytes;
    bool tests = false;          ///< t=y
    bool no_subdomains = false;  ///< t=s
};

Key read_key(std::string_view text, SignatureScheme scheme) {
    Key key;
    const std::optional<Tags> tags = read_tags(text);
    if (!tags || tag_or(*tags, "v", "DKIM1") != "DKIM1") return {"its key record is none", {}};
    const std::string_view kind = scheme == SignatureScheme::rsa ? "rsa" : "ed25519";
    if (!equals_ignoring_case(tag_or(*tags, "k", "rsa"), kind)) return {"its key is of another kind", {}};
    if (!has_word(tag_or(*tags, "h", "sha256"), "sha256")) return {"its key is not for SHA-256", {}};
    const std::string_view services = tag_or(*tags, "s", "*");
    if (!has_word(services, "*") && !has_word(services, "email")) return {"its key is not for mail", {}};
    std::optional<Bytes> bytes = from_base64(tag_or(*tags, "p", ""));
    if (!bytes) return {"its key is no base64", {}};
    if (bytes->empty()) return {"its key was revoked", {}};
    key.bytes = std::move(*bytes);
    key.tests = has_word(tag_or(*tags, "t", ""), "y");
    key.no_subdomains = has_word(tag_or(*tags, "t", ""), "s");
    return key;
}

/// The key of a signature, or why there is none.
struct FoundKey {
    Key key;
    std::optional<SignatureVerdict> trouble;
};

FoundKey find_key(const DkimSignature& signature, const TxtTexts& answer) {
    const auto trouble = [](std::string_view verdict, std::string_view reason) {
        return FoundKey{{}, SignatureVerdict{std::string(verdict), std::string(reason)}};
    };
    if (answer.status == TxtTexts::Status::failed)
        return trouble("temperror", "its key could not be asked for");
    if (answer.texts.empty()) return trouble("permerror", "it has no key");
    Key key = read_key(answer.texts.front(), signature.scheme);
    if (!key.problem.empty()) return trouble("permerror", key.problem);
    if (key.no_subdomains && signature.identity_domain != signature.domain)
        return trouble("permerror", "its key is not for subdomains");
    return {std::move(key), std::nullopt};
}

/// Who only tests wants to be treated as one who does not sign (RFC 6376 section 3.6.1).
SignatureVerdict failed(const Key& key, std::string_view reason) {
    return {key.tests ? "neutral" : "fail", std::string(reason)};
}

SignatureVerdict check_digest(const DkimSignature& signature, const Key& key, const Hash256& digest) {
    switch (check_signature(signature.scheme, key.bytes, digest, signature.signature)) {
        case SignatureCheck::no_key: return {"permerror", "its key cannot be used"};
        case SignatureCheck::bad: return failed(key, "the header was changed");
        case SignatureCheck::good: break;
    }
    if (key.tests) return {"neutral", "its key is only being tested"};
    return {"pass", ""};
}

}  // namespace

std::string without_signature(std::string_view field) {
    std::string out(field);
    for (std::size_t at = out.find(':') + 1; at < out.size();) {
        const std::size_t end = std::min(out.find(';', at), out.size());
        const std::size_t equals = out.find('=', at);
        if (equals < end && trim(std::string_view(out).substr(at, equals - at)) == "b") {
            out.erase(equals + 1, end - equals - 1);
            return out;
        }
        at = end + 1;
    }
    return out;
}

SignatureVerdict verify_signature(const DkimSignature& signature, const Hash256& header_digest,
                                  const TxtTexts& key) {
    if (!signature.problem.empty()) return {"permerror", signature.problem};
    const FoundKey found = find_key(signature, key);
    if (found.trouble) return *found.trouble;
    return check_digest(signature, found.key, header_digest);
}

const BodyDigest& DkimVerifier::body_digest(Canonicalization form) {
    std::optional<BodyDigest>& digest = form == Canonicalization::simple ? simple_body_ : relaxed_body_;
    if (!digest) digest = digest_body(message_.body, form);
    return *digest;
}

/// Of several fields of one name the lowest is signed first (RFC 6376 section 5.4.2); one that is not there counts as empty.
Hash256 DkimVerifier::header_digest(const DkimSignature& signature) const {
    Sha256 sha256;
    std::map<std::string, std::size_t, std::less<>> above;  // fields from here on are used up
    for (const std::string& name : signature.signed_fields) {
        const auto [at, fresh] = above.try_emplace(name, message_.fields.size());
        while (at->second > 0) {
            const RawField& field = message_.fields[--at->second];
            if (!equals_ignoring_case(field.name, name)) continue;
            sha256.add(as_bytes(canonical_field(field.text, signature.header_form) + "\r\n"));
            break;
        }
    }
    const std::string own = without_signature(message_.fields[signature.field].text);
    sha256.add(as_bytes(canonical_field(own, signature.header_form)));
    return sha256.finish();
}

SignatureVerdict DkimVerifier::judge(const DkimSignature& signature, const TxtTexts& answer) {
    constexpr std::int64_t microseconds = 1'000'000;
    if (!signature.problem.empty()) return {"permerror", signature.problem};
    if (signature.expires_s && *signature.expires_s < now_.microseconds / microseconds)
        return {"permerror", "it has expired"};
    const FoundKey found = find_key(signature, answer);
    if (found.trouble) return *found.trouble;
    const BodyDigest& body = body_digest(signature.body_form);
    const bool whole = !signature.body_bytes || *signature.body_bytes == body.bytes;
    if (whole && !std::ranges::equal(signature.body_hash, std::as_bytes(std::span(body.sha256))))
        return failed(found.key, "the body was changed");
    SignatureVerdict out = check_digest(signature, found.key, header_digest(signature));
    if (out.verdict != "pass") return out;
    if (!whole) return {"policy", "it covers only a part of the body"};
    const auto is_from = [](const RawField& field) { return equals_ignoring_case(field.name, "from"); };
    if (std::ranges::count_if(message_.fields, is_from) != 1)
        return {"policy", "the message has not one From field"};
    return out;
}

AuthVerdict DkimVerifier::verify(const DkimSignature& signature, const TxtTexts& key) {
    SignatureVerdict judged = judge(signature, key);
    AuthVerdict out{"dkim", std::move(judged.verdict), {}};
    if (!signature.domain.empty()) out.properties["header.d"] = signature.domain;
    if (!signature.selector.empty()) out.properties["header.s"] = signature.selector;
    if (!judged.reason.empty()) out.properties["reason"] = std::move(judged.reason);
    return out;
}

}  // namespace tocsin::mail
