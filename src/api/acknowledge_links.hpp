// Links by which somebody who is paged says that he has it: signed, for a while, for one person and one incident, which takes one
// acknowledgement.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"

namespace tocsin::api {

/// Who may say what about which incident.
struct AcknowledgeLink {
    std::string incident, person;
};

class AcknowledgeLinks {
public:
    explicit AcknowledgeLinks(const HashKey& key) : key_(key) {}
    /// "ack.INCIDENT.PERSON.EXPIRES.SIGNATURE": ids, seconds since 1970, and the first half of a keyed BLAKE2b of all that stands
    /// before it, hexadecimal.
    [[nodiscard]] std::string make(const AcknowledgeLink& link, TimePoint expires) const;
    /// What the link is for. Errors: permission (not signed by us), timed_out (it was good until then).
    [[nodiscard]] Result<AcknowledgeLink> read(std::string_view token, TimePoint now) const;
    /// Whether it has the form of such a link, and so is none for a customer's contact.
    [[nodiscard]] static bool is_one(std::string_view token);

private:
    [[nodiscard]] std::string signature_of(std::string_view text) const;
    HashKey key_;
};

}  // namespace tocsin::api
