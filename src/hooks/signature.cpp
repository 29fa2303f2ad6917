#include "hooks/signature.hpp"

#include <optional>

#include <fmt/core.h>

#include "base/hmac.hpp"
#include "base/limits/hooks.hpp"

namespace tocsin::hooks {

namespace {
constexpr std::string_view secret_prefix = "whsec_";
}

Result<std::string> secret_of(std::string_view written) {
    std::string secret(written);
    if (written.starts_with(secret_prefix)) {
        std::optional<std::string> bytes = bytes_of_base64(written.substr(secret_prefix.size()));
        if (!bytes) return fail(ErrorCode::invalid_input, "behind whsec_ stands no base64");
        secret = *std::move(bytes);
    }
    if (secret.size() < limits::webhook_secret_bytes_min)
        return fail(ErrorCode::invalid_input,
                    fmt::format("the secret has fewer than {} bytes and could be guessed; make one with "
                                "`echo whsec_$(openssl rand -base64 32)`",
                                limits::webhook_secret_bytes_min));
    return secret;
}

std::string signature_of(std::string_view secret, std::string_view id, std::int64_t seconds,
                         std::string_view body) {
    const Hash256 code = hmac_sha256(secret, fmt::format("{}.{}.{}", id, seconds, body));
    return "v1," + base64_of(std::as_bytes(std::span(code)));
}

void sign(proto::HttpRequest& request, const std::string& secret, const std::string& id, TimePoint now) {
    const std::int64_t seconds = now.microseconds / 1'000'000;
    request.headers.set("webhook-id", id);
    request.headers.set("webhook-timestamp", std::to_string(seconds));
    if (!secret.empty())
        request.headers.set("webhook-signature", signature_of(secret, id, seconds, request.body));
}

}  // namespace tocsin::hooks
