// DKIM and ARC: the first line of the input is the text that DNS gives, the rest is a message. Whatever both say, tags
// and key are taken apart within bounds, a verdict is one of those that are documented, and only a right signature
// passes.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/arc.hpp"
#include "mail/dkim.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

constexpr TimePoint now{1'700'000'000'000'000};
constexpr std::array<std::string_view, 6> verdicts = {"pass",      "fail",    "permerror",
                                                      "temperror", "neutral", "policy"};

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const RawMessage& message, const std::string& record) {
    const std::vector<DkimSignature> signatures = find_dkim_signatures(message);
    require(signatures.size() <= limits::dkim_signatures);
    DkimVerifier verifier(message, now);
    for (const DkimSignature& signature : signatures) {
        require(signature.field < message.fields.size());
        require(signature.problem.empty() ? !signature.domain.empty() && !signature.selector.empty() : true);
        for (const TxtTexts& key :
             {TxtTexts{TxtTexts::Status::found, {record}},
              TxtTexts{TxtTexts::Status::found, {"junk", record}}, TxtTexts{TxtTexts::Status::found, {}},
              TxtTexts{TxtTexts::Status::none, {}}, TxtTexts{}}) {
            const AuthVerdict verdict = verifier.verify(signature, key);
            require(std::ranges::find(verdicts, verdict.verdict) != verdicts.end());
            const bool has_key = key.status == TxtTexts::Status::found && !key.texts.empty();
            require(has_key || verdict.verdict == "permerror" || verdict.verdict == "temperror");
            require(signature.problem.empty() || verdict.verdict == "permerror");
        }
    }
}

void check_chain(const RawMessage& message, const std::string& record) {
    const ArcChain chain = find_arc_chain(message);
    require(chain.sets.size() <= limits::arc_instances);
    require(chain.problem.empty() || chain.sets.empty());
    DkimVerifier verifier(message, now);
    for (const TxtTexts& key : {TxtTexts{TxtTexts::Status::found, {record}}, TxtTexts{}}) {
        const AuthVerdict verdict =
            verify_arc(message, chain, verifier, [&](const DkimSignature&) { return key; });
        const bool has_chain = !chain.sets.empty() || !chain.problem.empty();
        require(has_chain == (verdict.verdict != "none"));
        require(verdict.verdict != "pass" || key.status == TxtTexts::Status::found);
        if (!chain.sets.empty()) static_cast<void>(sealed_results(message, chain));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::size_t end = std::min(input.find('\n'), input.size());
    const std::string record(input.substr(0, end));
    const std::string_view mail = input.substr(std::min(end + 1, input.size()));
    const RawMessage message = split_message(as_bytes(mail));
    require(message.fields.size() <= limits::header_fields);
    check(message, record);
    check_chain(message, record);
    for (const Canonicalization form : {Canonicalization::simple, Canonicalization::relaxed}) {
        // LF becomes CRLF, and an empty body is a line end.
        require(digest_body(message.body, form).bytes <= 2 * message.body.size() + 2);
        for (const RawField& field : message.fields)
            require(canonical_field(field.text, form).size() <= 2 * field.text.size() + 1);
    }
    return 0;
}
