// The Authenticated Received Chain (RFC 8617): what servers on the way say that they saw, each sealing what those
// before it said. A right chain says who wrote it, not that it is true.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/dkim.hpp"
#include "mail/message.hpp"

namespace tocsin::mail {

/// What one server added.
struct ArcSet {
    std::size_t results_field = 0;  ///< its ARC-Authentication-Results: index into RawMessage::fields
    DkimSignature message_signature, seal;
};

struct ArcChain {
    std::string problem;  ///< why it fails before a key is needed; empty: the keys decide
    std::vector<ArcSet>
        sets;  ///< in the order in which they were added; empty without fields of ARC, and with a problem

    /// The signatures whose keys are needed: of the message by the newest set, and all seals, the newest first.
    [[nodiscard]] std::vector<const DkimSignature*> signatures() const;
};

/// RFC 8617 section 5.2, steps 1 to 3: whether the sets are complete and of one chain.
[[nodiscard]] ArcChain find_arc_chain(const RawMessage& message);

/// What DNS says of a name with a key.
using KeyOf = std::function<TxtTexts(const DkimSignature& signature)>;

/// Steps 4 to 6. Method "arc"; verdict none, pass, fail, or temperror (a key could not be asked for). Properties:
/// header.d of the newest seal, instances, reason.
[[nodiscard]] AuthVerdict verify_arc(const RawMessage& message, const ArcChain& chain, DkimVerifier& verifier,
                                     const KeyOf& key_of);

/// What the newest server of a chain with sets says that it saw (section 4.1.1).
[[nodiscard]] AuthenticationResults sealed_results(const RawMessage& message, const ArcChain& chain);

}  // namespace tocsin::mail
