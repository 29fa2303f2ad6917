// Requests about the tokens of people and programs: made, listed, revoked. A token is shown once, when it is made.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/roles.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"
#include "store/token_store.hpp"

namespace tocsin::api {

/// What is asked for a new token.
struct TokenWish {
    std::string person, note;
    std::vector<Role> roles;
    std::uint32_t days = 0;
};
struct MadeToken {
    std::string token;  ///< nobody can show it again
    store::TokenRow row;
};

/// What the API does about tokens. Durable, and in force, on return.
struct TokenActions {
    /// Errors: invalid_input, conflict (the person has a token whose roles do not go with these), limit, io.
    std::function<Result<MadeToken>(net::Fiber&, TokenWish, const std::string& by)> make = {};
    /// Errors: not_found, conflict (revoked already), io.
    std::function<Result<void>(net::Fiber&, const std::string& id, const std::string& by)> revoke = {};
    std::function<Result<std::vector<store::TokenRow>>(net::Fiber&, store::TokenChoice)> list = {};
};

class TokenRequests {
public:
    TokenRequests(const Clock& clock, Log& log, TokenActions actions)
        : clock_(clock), log_(log), actions_(std::move(actions)) {}

    [[nodiscard]] static bool is_about_tokens(std::string_view path);
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const proto::HttpTarget& target, const std::string& caller);

private:
    proto::HttpResponse make(net::Fiber& fiber, const std::string& body, const std::string& caller);
    proto::HttpResponse list(net::Fiber& fiber, const proto::HttpTarget& target);
    proto::HttpResponse revoke(net::Fiber& fiber, const std::string& id, const std::string& by);

    const Clock& clock_;
    Log& log_;
    TokenActions actions_;
};

}  // namespace tocsin::api
