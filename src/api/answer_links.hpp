// Links by which a customer's contact answers an alarm: signed, for a while, and good for one answer, because an alarm takes one.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"

namespace tocsin::api {

class AnswerLinks {
public:
    explicit AnswerLinks(const HashKey& key) : key_(key) {}
    /// "ALARM.EXPIRES.SIGNATURE": the alarm's id, seconds since 1970, and the first half of a keyed BLAKE2b of both, hexadecimal.
    [[nodiscard]] std::string make(const std::string& alarm, TimePoint expires) const;
    /// The alarm. Errors: permission (not signed by us), timed_out (it was good until then).
    [[nodiscard]] Result<std::string> alarm_of(std::string_view token, TimePoint now) const;

private:
    [[nodiscard]] std::string signature_of(std::string_view text) const;
    HashKey key_;
};

}  // namespace tocsin::api
