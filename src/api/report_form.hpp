// The form on which somebody reports a mail with nothing but a browser. Besides it, nothing is answered at its listener.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/rate_limit.hpp"
#include "api/report_fields.hpp"
#include "api/respond_requests.hpp"
#include "api/roles.hpp"
#include "base/clock.hpp"
#include "base/ip_network.hpp"
#include "base/log.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

/// What the form works on. Everything outlives it.
struct FormServices {
    const Clock& clock;
    Log& log;
    RespondRequests& respond;
    /// Whose token this is; nullopt: nobody's, or no longer good.
    std::function<std::optional<Principal>(std::string_view token)> person_of = {};
    std::string contact;  ///< whom to call, for the page; may be empty
};

/// Who is at the other end.
struct FormClient {
    std::string name;   ///< for the log
    IpAddress address;  ///< for the rate
};
/// Whether the peer is a web server before us that says for whom it asks.
[[nodiscard]] bool is_believed(const IpAddress& peer, const std::vector<IpNetwork>& believed);
/// A web server before us says for whom it asks: the last address of X-Forwarded-For, the one that it wrote itself. Anybody else
/// may write there what he likes, and is who he is.
[[nodiscard]] FormClient form_client(const IpAddress& peer, const std::vector<IpNetwork>& believed,
                                     const proto::HttpHeaders& headers);

/// GET shows the form and changes nothing. POST takes a report: what is in a file is left to a confined reader, and an address
/// that somebody wrote into the form is nobody's until he shows a token. There are no cookies and nobody is logged in, so a page
/// elsewhere could send with a visitor's browser nothing that it could not send itself, but for the place in the network: what a
/// browser says comes from another site is refused.
class ReportForm {
public:
    static constexpr std::string_view methods[] = {"GET", "POST"};
    static constexpr std::string_view path = "/";

    explicit ReportForm(FormServices services);
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const FormClient& client);
    /// What was refused while it came.
    [[nodiscard]] static proto::HttpResponse refuse(const proto::HttpError& error);
    /// For a client that has all the places that one client may have.
    [[nodiscard]] static proto::HttpResponse busy();

private:
    proto::HttpResponse take(net::Fiber& fiber, const proto::HttpRequest& request, const FormClient& client);
    proto::HttpResponse hand_in(net::Fiber& fiber, const ReportFields& fields, const FormClient& client);
    proto::HttpResponse too_many(const FormClient& client, TimePoint now);
    void note_refusal(const FormClient& client, std::string why);

    FormServices services_;
    RateLimit rate_;
};

}  // namespace tocsin::api
