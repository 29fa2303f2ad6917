// Who may ask the API over TCP: whoever shows the daemon's token, and no web page in a browser.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/roles.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

struct Access {
    std::string token;        ///< never empty
    std::string token_place;  ///< the file that holds it, told to those who come without
    /// Of the operator's own systems, that report what happens to accounts: good for POST /v1/events and nothing else.
    std::string events_token;
    /// Whose token this is; nullopt: nobody's, or no longer good. Empty: nobody has one of his own.
    std::function<std::optional<Principal>(std::string_view token)> person_of = {};
    std::string host_name;  ///< a name under which the daemon may be asked, beside IP literals and localhost
};

struct AccessRefused {
    int status = 401;
    std::string why;  ///< for the client, and for the log
};

/// Whether everybody who reaches the port may read this: /metrics, /health and /ready say nothing about mail.
[[nodiscard]] bool is_public(std::string_view method, std::string_view path);

/// A request that is answered. `person`: nullopt for the operator, who may ask everything.
struct Admitted {
    std::optional<Principal> person;
};

/// Whether this request over TCP is answered, and as whose. What somebody with a token of his own may ask, check_role()
/// says. A browser sends an Origin with what a page asks for, and a Host with a name of the page's own choice when that
/// name was pointed at our address (DNS rebinding): neither is answered, token or not. RFC 6750 section 2.1:
/// `Authorization: Bearer TOKEN`.
[[nodiscard]] std::variant<Admitted, AccessRefused>
admit(const Access& access, const proto::HttpRequest& request, std::string_view path);

}  // namespace tocsin::api
