#include "mail/dkim.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "mail/base64.hpp"

namespace tocsin::mail {

namespace {

using Tags = std::map<std::string, std::string, std::less<>>;

/// tag=value lists (RFC 6376 section 3.2) without white space; nullopt: not well-formed, or one tag twice.
std::optional<Tags> read_tags(std::string_view text) {
    Tags tags;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find(';'), text.size());
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (trim(pair).empty() && text.empty()) break;
        const std::size_t equals = pair.find('=');
        if (equals == std::string_view::npos || trim(pair.substr(0, equals)).empty()) return std::nullopt;
        std::string value(pair.substr(equals + 1));
        std::erase_if(value, is_ascii_space);
        if (!tags.emplace(trim(pair.substr(0, equals)), std::move(value)).second) return std::nullopt;
    }
    return tags;
}

std::string_view tag_or(const Tags& tags, std::string_view name, std::string_view otherwise) {
    const auto found = tags.find(name);
    return found == tags.end() ? otherwise : std::string_view(found->second);
}

std::vector<std::string> lower_words(std::string_view list, char separator) {
    std::vector<std::string> words;
    while (!list.empty()) {
        const std::size_t end = std::min(list.find(separator), list.size());
        std::string word(list.substr(0, end));
        std::ranges::transform(word, word.begin(), ascii_lower);
        words.push_back(std::move(word));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return words;
}

bool has_word(std::string_view list, std::string_view word) {
    const std::vector<std::string> words = lower_words(list, ':');
    return std::ranges::find(words, word) != words.end();
}

/// Base64 without white space, with or without its padding; nullopt: a foreign character.
std::optional<Bytes> from_base64(std::string_view text) {
    while (text.ends_with('=')) text.remove_suffix(1);
    Bytes out;
    std::uint32_t bits = 0, count = 0;
    for (const char c : text) {
        const std::uint8_t value = base64_value[static_cast<unsigned char>(c)];
        if (value == base64_foreign) return std::nullopt;
        bits = (bits << 6U) | value;
        count += 6;
        if (count < 8) continue;
        count -= 8;
        out.push_back(static_cast<std::byte>((bits >> count) & 0xFFU));
    }
    return out;
}

template <typename Number>
std::optional<Number> number_of(std::string_view digits) {
    Number value{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return value;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), ascii_lower);
    return out;
}

bool is_below(std::string_view domain, std::string_view parent) {
    return domain == parent || (domain.size() > parent.size() && domain.ends_with(parent) &&
                                domain[domain.size() - parent.size() - 1] == '.');
}

/// Reads the tags of one DKIM-Signature (RFC 6376 section 3.5).
class SignatureReader {
public:
    SignatureReader(std::size_t field, const Tags& tags) : tags_(tags) { out_.field = field; }

    DkimSignature read() {
        out_.domain = lower(tag_or(tags_, "d", ""));
        out_.selector = lower(tag_or(tags_, "s", ""));
        read_forms();
        read_crypto();
        read_scope();
        if (tag_or(tags_, "v", "") != "1") problem("its version is not 1");
        if (out_.domain.empty() || out_.selector.empty()) problem("it names no domain or no selector");
        return std::move(out_);
    }

private:
    void problem(std::string_view why) {
        if (out_.problem.empty()) out_.problem = why;
    }

    void read_forms() {
        const std::string forms = lower(tag_or(tags_, "c", "simple"));
        const std::size_t slash = std::min(forms.find('/'), forms.size());
        const std::string header = forms.substr(0, slash);
        const std::string body = slash < forms.size() ? forms.substr(slash + 1) : "simple";
        for (const auto& [name, form] :
             {std::pair(&header, &out_.header_form), std::pair(&body, &out_.body_form)}) {
            if (*name != "simple" && *name != "relaxed") problem("it is in a form that is not known");
            *form = *name == "relaxed" ? Canonicalization::relaxed : Canonicalization::simple;
        }
    }

    void read_crypto() {
        const std::string algorithm = lower(tag_or(tags_, "a", ""));
        if (algorithm != "rsa-sha256" && algorithm != "ed25519-sha256")
            problem(algorithm == "rsa-sha1" ? "it uses SHA-1" : "its algorithm is not known");
        out_.scheme = algorithm == "ed25519-sha256" ? SignatureScheme::ed25519 : SignatureScheme::rsa;
        for (const auto& [name, into] : {std::pair("bh", &out_.body_hash), std::pair("b", &out_.signature)}) {
            std::optional<Bytes> bytes = from_base64(tag_or(tags_, name, ""));
            if (!bytes || bytes->empty())
                problem("its signature or its body hash is no base64");
            else
                *into = std::move(*bytes);
        }
    }

    void read_scope() {
        out_.signed_fields = lower_words(tag_or(tags_, "h", ""), ':');
        if (out_.signed_fields.size() > limits::dkim_signed_fields)
            problem("it signs more fields than are read");
        if (std::ranges::find(out_.signed_fields, "from") == out_.signed_fields.end())
            problem("it does not sign the From field");
        const std::string_view identity = tag_or(tags_, "i", "");
        out_.identity_domain =
            identity.empty() ? out_.domain : lower(identity.substr(identity.rfind('@') + 1));
        if (!is_below(out_.identity_domain, out_.domain)) problem("its identity is not below its domain");
        if (const std::string_view queries = tag_or(tags_, "q", "dns/txt"); !has_word(queries, "dns/txt"))
            problem("its key is not in DNS");
        if (const auto found = tags_.find("l"); found != tags_.end()) {
            out_.body_bytes = number_of<std::uint64_t>(found->second);
            if (!out_.body_bytes) problem("its body length is no number");
        }
        if (const auto found = tags_.find("x"); found != tags_.end()) {
            out_.expires_s = number_of<std::int64_t>(found->second);
            if (!out_.expires_s) problem("its expiry is no number");
        }
    }

    const Tags& tags_;
    DkimSignature out_;
};

/// The signature field itself, as it was before the signature was put in: its b= is empty.
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
    if (lower(tag_or(*tags, "k", "rsa")) != kind) return {"its key is of another kind", {}};
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

}  // namespace

std::vector<DkimSignature> find_dkim_signatures(const RawMessage& message) {
    std::vector<DkimSignature> found;
    for (std::size_t index = 0; index < message.fields.size() && found.size() < limits::dkim_signatures;
         ++index) {
        const RawField& field = message.fields[index];
        if (!equals_ignoring_case(field.name, "dkim-signature")) continue;
        std::optional<Tags> tags;
        if (field.text.size() <= limits::dkim_field_bytes)
            tags = read_tags(field.text.substr(field.text.find(':') + 1));
        if (tags) {
            found.push_back(SignatureReader(index, *tags).read());
        } else {
            found.emplace_back().field = index;
            found.back().problem = "its field is not well-formed";
        }
    }
    return found;
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

AuthVerdict DkimVerifier::verify(const DkimSignature& signature, const TxtTexts& answer) {
    AuthVerdict out{"dkim", "permerror", {}};
    if (!signature.domain.empty()) out.properties["header.d"] = signature.domain;
    if (!signature.selector.empty()) out.properties["header.s"] = signature.selector;
    const auto says = [&out](std::string_view verdict, std::string_view reason) {
        out.verdict = verdict;
        if (!reason.empty()) out.properties["reason"] = reason;
        return out;
    };
    constexpr std::int64_t microseconds = 1'000'000;
    if (!signature.problem.empty()) return says("permerror", signature.problem);
    if (signature.expires_s && *signature.expires_s < now_.microseconds / microseconds)
        return says("permerror", "it has expired");
    if (answer.status == TxtTexts::Status::failed) return says("temperror", "its key could not be asked for");
    if (answer.texts.empty()) return says("permerror", "it has no key");
    const Key key = read_key(answer.texts.front(), signature.scheme);
    if (!key.problem.empty()) return says("permerror", key.problem);
    if (key.no_subdomains && signature.identity_domain != signature.domain)
        return says("permerror", "its key is not for subdomains");
    const BodyDigest& body = body_digest(signature.body_form);
    const bool whole = !signature.body_bytes || *signature.body_bytes == body.bytes;
    if (whole && !std::ranges::equal(signature.body_hash, std::as_bytes(std::span(body.sha256))))
        return says(key.tests ? "neutral" : "fail", "the body was changed");
    switch (check_signature(signature.scheme, key.bytes, header_digest(signature), signature.signature)) {
        case SignatureCheck::no_key: return says("permerror", "its key cannot be used");
        case SignatureCheck::bad: return says(key.tests ? "neutral" : "fail", "the header was changed");
        case SignatureCheck::good: break;
    }
    if (key.tests) return says("neutral", "its key is only being tested");
    if (!whole) return says("policy", "it covers only a part of the body");
    const auto is_from = [](const RawField& field) { return equals_ignoring_case(field.name, "from"); };
    if (std::ranges::count_if(message_.fields, is_from) != 1)
        return says("policy", "the message has not one From field");
    return says("pass", "");
}

}  // namespace tocsin::mail
