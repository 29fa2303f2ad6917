// Who may ask the API over TCP: whoever shows the daemon's token, and no web page in a browser.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "proto/http.hpp"

namespace tocsin::api {

struct Access {
    std::string token;        ///< never empty
    std::string token_place;  ///< the file that holds it, told to those who come without
    /// Of the operator's own systems, that report what happens to accounts: good for POST /v1/events and nothing else.
    std::string events_token;
    std::string host_name;  ///< a name under which the daemon may be asked, beside IP literals and localhost
};

struct AccessRefused {
    int status = 401;
    std::string why;  ///< for the client, and for the log
};

/// Whether everybody who reaches the port may read this: /metrics, /health and /ready say nothing about mail.
[[nodiscard]] bool is_public(std::string_view method, std::string_view path);

/// Why this request over TCP is not answered; nothing: it may be. A browser sends an Origin with what a page asks for, and a
/// Host with a name of the page's own choice when that name was pointed at our address (DNS rebinding): neither is answered,
/// token or not. RFC 6750 section 2.1: `Authorization: Bearer TOKEN`.
[[nodiscard]] std::optional<AccessRefused>
refuse_access(const Access& access, const proto::HttpRequest& request, std::string_view path);

}  // namespace tocsin::api
