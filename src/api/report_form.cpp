#include "api/report_form.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "api/report_page.hpp"
#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/limits/report_form.hpp"

namespace tocsin::api {

namespace {

using proto::HttpResponse;

constexpr std::int64_t second_us = 1'000'000;

/// How a status is answered that no field is to blame for.
HttpResponse not_taken(const Error& error, const ReportFields& fields) {
    if (error.code == ErrorCode::invalid_input) return form_page(400, fields, error.message);
    if (error.code == ErrorCode::permission)
        return form_page(403, fields, "This token is not for this address: " + error.message + ".");
    return notice_page(503, "Please try again in a few minutes",
                       "Your report could not be stored just now, and nothing of it was kept. If it "
                       "is urgent, call the security team.");
}

}  // namespace

bool is_believed(const IpAddress& peer, const std::vector<IpNetwork>& believed) {
    return std::ranges::any_of(believed, [&](const IpNetwork& network) { return network.contains(peer); });
}

FormClient form_client(const IpAddress& peer, const std::vector<IpNetwork>& believed,
                       const proto::HttpHeaders& headers) {
    if (is_believed(peer, believed))
        for (auto field = headers.fields.rbegin(); field != headers.fields.rend(); ++field) {
            if (!equals_ignoring_case(field->first, "X-Forwarded-For")) continue;
            const std::string_view all = field->second;
            const std::size_t comma = all.rfind(',');
            const auto last =
                parse_ip_address(trim(comma == std::string_view::npos ? all : all.substr(comma + 1)));
            if (last) return {to_text(*last), *last};
            break;
        }
    return {to_text(peer), peer};
}

ReportForm::ReportForm(FormServices services)
    : services_(std::move(services)),
      rate_({limits::form_reports_at_once, limits::form_report_us},
            {limits::form_reports_at_once_of_all, limits::form_report_us_of_all}, limits::form_clients) {}

HttpResponse ReportForm::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                const FormClient& client) {
    const Result<proto::HttpTarget> target = proto::parse_target(request.target);
    if (!target || target->path != path || !contains(methods, request.method))
        return notice_page(404, "There is nothing here", "The form for reports is on the first page.");
    if (request.method == "GET") return form_page(200, {}, {});
    return take(fiber, request, client);
}

HttpResponse ReportForm::refuse(const proto::HttpError& error) {
    if (error.status == 413)
        return notice_page(
            413, "This file is too large",
            fmt::format("Up to {} MB can be sent here. Attach the mail to a new mail to the security team "
                        "instead, or tell us in your own words what came.",
                        limits::form_body_bytes >> 20U));
    return notice_page(error.status, "This could not be read",
                       "What arrived is no form. Load the page again, and send it anew.");
}

HttpResponse ReportForm::busy() {
    HttpResponse response = notice_page(503, "Several reports are on their way from your place",
                                        "Please wait a minute, and load the page again.");
    response.keep_alive = false;
    return response;
}

HttpResponse ReportForm::take(net::Fiber& fiber, const proto::HttpRequest& request,
                              const FormClient& client) {
    // Fetch Metadata: every browser of today says so, and no page can make it say otherwise.
    if (equals_ignoring_case(request.headers.find("Sec-Fetch-Site").value_or(""), "cross-site")) {
        note_refusal(client, "sent by a page elsewhere");
        return notice_page(403, "Please use the form itself",
                           "A page elsewhere wanted to send a report with your browser. Nothing was sent.");
    }
    const TimePoint now = services_.clock.now();
    if (!rate_.take(client.address, now)) return too_many(client, now);
    const auto parts = proto::parse_form(request.headers.find("Content-Type").value_or(""), request.body);
    ReportFields fields;
    if (!parts) {
        note_refusal(client, parts.error().message);
        return refuse({parts.error().code == ErrorCode::unavailable ? 415 : 400, parts.error().message});
    }
    if (const Result<void> read = read_fields(*parts, fields); !read)
        return form_page(400, fields, read.error().message);
    return hand_in(fiber, fields, client);
}

HttpResponse ReportForm::hand_in(net::Fiber& fiber, const ReportFields& fields, const FormClient& client) {
    std::optional<Principal> person;
    if (!fields.token.empty()) {
        if (services_.person_of) person = services_.person_of(fields.token);
        const bool good = person && check_role(*person, "POST", "/v1/reports");
        if (!good) {
            note_refusal(client, "a token that is wrong, revoked or too old");
            return form_page(403, fields,
                             "This token is wrong, revoked or too old. You can send the report without it.");
        }
    }
    FilledReport filled = report_from(fields);
    const Asker asker{client.name, person ? &*person : nullptr};
    const Result<std::string> id =
        services_.respond.take(fiber, std::move(filled.report), as_bytes(filled.evidence()), asker);
    if (!id) {
        note_refusal(client, id.error().message);
        return not_taken(id.error(), fields);
    }
    return thanks_page(*id, fields.deed, services_.contact);
}

HttpResponse ReportForm::too_many(const FormClient& client, TimePoint now) {
    const std::int64_t wait_s = rate_.wait_us(client.address, now) / second_us + 1;
    note_refusal(client, "too many reports");
    HttpResponse response = notice_page(
        429, "Many reports came from your place",
        fmt::format("Thank you for all of them. Please wait {} seconds, go back, and send this one again. "
                    "Nothing of it was kept.",
                    wait_s));
    response.headers.set("Retry-After", std::to_string(wait_s));
    return response;
}

void ReportForm::note_refusal(const FormClient& client, std::string why) {
    services_.log.write(LogLevel::warning, "report.form_refused",
                        {{"client", client.name}, {"why", std::move(why)}});
}

}  // namespace tocsin::api
