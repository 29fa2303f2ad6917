#include "api/answer_links.hpp"

#include <charconv>

#include "api/link_signature.hpp"
#include "base/token.hpp"

namespace tocsin::api {

std::string AnswerLinks::signature_of(std::string_view text) const {
    return link_signature(key_, text);
}

std::string AnswerLinks::make(const std::string& alarm, TimePoint expires) const {
    const std::string text = alarm + "." + std::to_string(expires.microseconds / 1'000'000);
    return text + "." + signature_of(text);
}

Result<std::string> AnswerLinks::alarm_of(std::string_view token, TimePoint now) const {
    const std::size_t end = token.rfind('.');
    if (end == std::string_view::npos ||
        !same_token(token.substr(end + 1), signature_of(token.substr(0, end))))
        return fail(ErrorCode::permission, "this link is not one of ours");
    // From here on it is what we wrote ourselves.
    const std::string_view text = token.substr(0, end);
    const std::size_t point = text.find('.');
    std::int64_t expires_s = 0;
    std::from_chars(text.data() + point + 1, text.data() + text.size(), expires_s);
    if (now.microseconds / 1'000'000 >= expires_s)
        return fail(ErrorCode::timed_out, "this link was good until " + to_rfc3339({expires_s * 1'000'000}));
    return std::string(text.substr(0, point));
}

}  // namespace tocsin::api
