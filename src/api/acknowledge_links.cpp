#include "api/acknowledge_links.hpp"

#include <charconv>

#include "api/link_signature.hpp"
#include "base/token.hpp"

namespace tocsin::api {

namespace {

constexpr std::string_view prefix = "ack.";

/// Takes what stands behind the last dot off the end of `text`.
std::string_view take_last(std::string_view& text) {
    const std::size_t dot = text.rfind('.');
    const std::string_view last = text.substr(dot + 1);
    text = text.substr(0, dot == std::string_view::npos ? 0 : dot);
    return last;
}

}  // namespace

std::string AcknowledgeLinks::signature_of(std::string_view text) const {
    return link_signature(key_, text);
}

std::string AcknowledgeLinks::make(const AcknowledgeLink& link, TimePoint expires) const {
    const std::string text = std::string(prefix) + link.incident + "." + link.person + "." +
                             std::to_string(expires.microseconds / 1'000'000);
    return text + "." + signature_of(text);
}

Result<AcknowledgeLink> AcknowledgeLinks::read(std::string_view token, TimePoint now) const {
    std::string_view rest = token;
    const std::string_view signature = take_last(rest);
    if (!is_one(token) || !same_token(signature, signature_of(rest)))
        return fail(ErrorCode::permission, "this link is not one of ours");
    // From here on it is what we wrote ourselves. Names of people have no dots, ids of incidents may.
    const std::string_view until = take_last(rest), person = take_last(rest);
    std::int64_t expires_s = 0;
    std::from_chars(until.data(), until.data() + until.size(), expires_s);
    if (now.microseconds / 1'000'000 >= expires_s)
        return fail(ErrorCode::timed_out, "this link was good until " + to_rfc3339({expires_s * 1'000'000}));
    return AcknowledgeLink{std::string(rest.substr(prefix.size())), std::string(person)};
}

bool AcknowledgeLinks::is_one(std::string_view token) {
    return token.starts_with(prefix);
}

}  // namespace tocsin::api
