#include "mail/arc.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "mail/authentication_results.hpp"

namespace tocsin::mail {

namespace {

/// The fields of one instance, as they are found: indices into RawMessage::fields.
struct FoundSet {
    std::vector<std::size_t> results, message_signatures, seals;
};
using FoundSets = std::map<std::uint32_t, FoundSet>;

/// "i=1; mx.example.org; spf=pass": the instance stands first.
std::optional<std::uint32_t> instance_of_results(std::string_view value) {
    const std::string_view first = value.substr(0, value.find(';'));
    if (value.size() > limits::dkim_field_bytes) return std::nullopt;
    const std::size_t equals = first.find('=');
    if (equals == std::string_view::npos || !equals_ignoring_case(trim(first.substr(0, equals)), "i"))
        return std::nullopt;
    return read_instance(trim(first.substr(equals + 1)));
}

std::optional<std::uint32_t> instance_of_signature(const RawField& field) {
    if (field.text.size() > limits::dkim_field_bytes) return std::nullopt;
    const std::optional<Tags> tags = read_tags(value_of(field));
    return tags ? read_instance(tag_or(*tags, "i", "")) : std::nullopt;
}

/// False: a field of ARC has no instance, or there are more than may be.
bool collect(const RawMessage& message, FoundSets& sets) {
    for (std::size_t index = 0; index < message.fields.size(); ++index) {
        const RawField& field = message.fields[index];
        const auto is = [&](std::string_view name) { return equals_ignoring_case(field.name, name); };
        const bool results = is("arc-authentication-results"), seal = is("arc-seal");
        if (!results && !seal && !is("arc-message-signature")) continue;
        const std::optional<std::uint32_t> instance =
            results ? instance_of_results(value_of(field)) : instance_of_signature(field);
        if (!instance || *instance > limits::arc_instances) return false;
        FoundSet& set = sets[*instance];
        (results ? set.results : seal ? set.seals : set.message_signatures).push_back(index);
    }
    return true;
}

bool is_complete(const FoundSet& set) {
    return set.results.size() == 1 && set.message_signatures.size() == 1 && set.seals.size() == 1;
}

/// What is wrong with the sets as a chain, or nothing.
std::string problem_of(const std::vector<ArcSet>& sets) {
    if (sets.back().seal.chain == "fail") return "its newest server says that it fails";
    for (const ArcSet& set : sets) {
        const std::string_view expected = &set == &sets.front() ? "none" : "pass";
        if (set.seal.chain != expected) return "a seal says of the chain what cannot be";
    }
    return {};
}

/// Section 5.1.1: the fields of all sets up to this one, the seal's own without its signature, and without a line end
/// behind it.
class SealDigests {
public:
    SealDigests(const RawMessage& message, const ArcChain& chain) {
        const auto canonical = [](std::string_view field) {
            return canonical_field(field, Canonicalization::relaxed);
        };
        for (const ArcSet& set : chain.sets) {
            const std::string_view seal = message.fields[set.seal.field].text;
            signed_.push_back(canonical(message.fields[set.results_field].text) + "\r\n" +
                              canonical(message.fields[set.message_signature.field].text) + "\r\n");
            seals_.push_back(canonical(seal) + "\r\n");
            open_seals_.push_back(canonical(without_signature(seal)));
        }
    }

    [[nodiscard]] Hash256 of(std::size_t last) const {
        Sha256 sha256;
        for (std::size_t index = 0; index <= last; ++index) {
            sha256.add(as_bytes(signed_[index]));
            sha256.add(as_bytes(index < last ? seals_[index] : open_seals_[index]));
        }
        return sha256.finish();
    }

private:
    std::vector<std::string> signed_, seals_, open_seals_;
};

}  // namespace

std::vector<const DkimSignature*> ArcChain::signatures() const {
    std::vector<const DkimSignature*> out;
    if (sets.empty()) return out;
    out.push_back(&sets.back().message_signature);
    for (auto set = sets.rbegin(); set != sets.rend(); ++set) out.push_back(&set->seal);
    return out;
}

ArcChain find_arc_chain(const RawMessage& message) {
    FoundSets found;
    const auto broken = [](std::string problem) { return ArcChain{std::move(problem), {}}; };
    if (!collect(message, found)) return broken("a field has no instance, one beyond 50, or is too long");
    ArcChain chain;
    for (const auto& [instance, set] : found) {
        if (instance != chain.sets.size() + 1 || !is_complete(set))
            return broken("its sets are not complete");
        chain.sets.push_back(
            {set.results.front(),
             read_signature(message, set.message_signatures.front(), SignatureKind::arc_message),
             read_signature(message, set.seals.front(), SignatureKind::arc_seal)});
    }
    if (chain.sets.empty()) return chain;
    if (std::string problem = problem_of(chain.sets); !problem.empty()) return broken(std::move(problem));
    return chain;
}

AuthVerdict verify_arc(const RawMessage& message, const ArcChain& chain, DkimVerifier& verifier,
                       const KeyOf& key_of) {
    AuthVerdict out{"arc", "none", {}};
    const auto ends = [&out](std::string_view verdict, const std::string& reason) {
        out.verdict = verdict;
        if (!reason.empty()) out.properties["reason"] = reason;
        return out;
    };
    if (!chain.problem.empty()) return ends("fail", chain.problem);
    if (chain.sets.empty()) return out;
    out.properties["header.d"] = chain.sets.back().seal.domain;
    out.properties["instances"] = std::to_string(chain.sets.size());
    const SealDigests digests(message, chain);
    std::string unknown;
    const auto is_right = [&](const SignatureVerdict& judged, const std::string& what) {
        if (judged.verdict == "temperror" && unknown.empty()) unknown = what + ": " + judged.reason;
        if (judged.verdict == "pass" || judged.verdict == "temperror") return true;
        out = ends("fail", what + ": " + judged.reason);
        return false;
    };
    const DkimSignature& newest = chain.sets.back().message_signature;
    if (!is_right(verifier.judge(newest, key_of(newest)), "the newest signature")) return out;
    for (std::size_t index = chain.sets.size(); index-- > 0;) {
        const DkimSignature& seal = chain.sets[index].seal;
        if (!is_right(verify_signature(seal, digests.of(index), key_of(seal)),
                      "seal " + std::to_string(index + 1)))
            return out;
    }
    return unknown.empty() ? ends("pass", "") : ends("temperror", unknown);
}

AuthenticationResults sealed_results(const RawMessage& message, const ArcChain& chain) {
    const std::string_view value = value_of(message.fields[chain.sets.back().results_field]);
    return parse_authentication_results(value.substr(std::min(value.find(';'), value.size() - 1) + 1));
}

}  // namespace tocsin::mail
