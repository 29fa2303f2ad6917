// One request to somebody else's HTTP server: bounded, within a deadline, without redirects, cookies or second thoughts.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/web_url.hpp"
#include "net/fiber.hpp"
#include "net/tls.hpp"
#include "proto/http.hpp"

namespace tocsin::hooks {

/// Where a call goes.
struct HttpServer {
    std::string name;  ///< for messages
    WebUrl url;
    std::vector<std::string> addresses;  ///< IP literals, in the order in which they are tried
    std::uint16_t port = 0;              ///< 0: that of the URL
    std::shared_ptr<const net::TlsContext>
        tls{};  ///< needed for https; its certificate must have the URL's host
};

/// Whether what the server says is of use, or only whether it said yes.
enum class AnswerBody : std::uint8_t { wanted, not_needed };

/// Sends the request and returns the answer, if that is 2xx. Its status decides: where the body is not needed, a server that is
/// slow with it or says too much has still done what was asked. Errors: those of result_of(), unavailable (no connection, no TLS,
/// an answer that is none), limit (a body that is wanted and too large), timed_out, closed, io.
[[nodiscard]] Result<proto::HttpResponse> call(net::Fiber& fiber, const HttpServer& server,
                                               const proto::HttpRequest& request, AnswerBody body,
                                               Deadline deadline);

/// What an answer means. Errors: unavailable (408, 425, 429, 5xx: another try may go well), permission (401, 403), not_found
/// (404, 410), invalid_input (every other one; a redirect is named as such).
[[nodiscard]] Result<void> result_of(const std::string& name, const proto::HttpResponse& response);

}  // namespace tocsin::hooks
