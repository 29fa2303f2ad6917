#include "api/acknowledge_pages.hpp"

#include <fmt/core.h>

#include "api/public_page.hpp"

namespace tocsin::api {

namespace {

using proto::HttpResponse;

constexpr std::string_view posted_answer = "acknowledge=yes";

/// What the page says of an incident is what the notice said.
std::string about(const respond::Incident& incident) {
    return fmt::format("<p>Incident {}, severity {}: <b>{}</b></p>", incident.number,
                       respond::to_string(incident.severity), html_text(incident.title));
}

HttpResponse taken_page(const respond::Incident& incident, const std::string& person) {
    const bool mine = incident.acknowledged_by == person;
    return public_page(
        mine ? 200 : 410, mine ? "You have it" : "Somebody has it",
        about(incident) +
            (mine ? std::string("<p>Nobody else is paged.</p>")
                  : fmt::format("<p>{} acknowledged it at {}. Nobody else is paged.</p>",
                                html_text(incident.acknowledged_by), to_rfc3339(incident.acknowledged))));
}

/// An incident that is part of another is answered there.
const respond::Incident* root_of(const respond::Response& response, const std::string& id) {
    const respond::Incident* incident = response.incident(id);
    if (incident == nullptr || incident->merged_into.empty()) return incident;
    return response.incident(incident->merged_into);
}

}  // namespace

HttpResponse AcknowledgePages::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                      const std::string& token, const std::string& caller) {
    const bool known = request.method == "GET" || request.method == "POST";
    if (!known || services_.actions.response == nullptr)
        return public_page(404, "There is nothing here", "<p>Use the link as it stands in the notice.</p>");
    const Result<AcknowledgeLink> link = links_.read(token, services_.clock.now());
    if (!link) {
        services_.log.write(LogLevel::warning, "respond.link_refused",
                            {{"client", caller}, {"error", link.error().message}});
        const bool old = link.error().code == ErrorCode::timed_out;
        HttpResponse refused =
            public_page(old ? 410 : 404, old ? "This link is too old" : "There is nothing here",
                        "<p>Nothing was changed. Ask the desk, or use: tocsin incident ack</p>");
        // Whoever guesses has to come again for each guess: the log is not his.
        refused.keep_alive = false;
        return refused;
    }
    const respond::Incident* incident = root_of(*services_.actions.response, link->incident);
    if (incident == nullptr || !incident->is_open())
        return public_page(410, "This is over",
                           "<p>The incident is closed. There is nothing left to do.</p>");
    if (incident->is_acknowledged()) return taken_page(*incident, link->person);
    if (request.method == "POST" && request.body == posted_answer) return acknowledge(fiber, *link, caller);
    return public_page(request.method == "GET" ? 200 : 400, "Do you have it?",
                       about(*incident) + "<p>If you say so, nobody else is paged: the incident is yours.</p>"
                                          "<form method=\"post\"><p><button name=\"acknowledge\" "
                                          "value=\"yes\">I have it</button></p></form>");
}

HttpResponse AcknowledgePages::acknowledge(net::Fiber& fiber, const AcknowledgeLink& link,
                                           const std::string& caller) {
    const Result<void> told =
        services_.actions.tell(fiber, respond::Acknowledged{link.incident}, link.person, {});
    // Somebody else may have been here while it was written down: who it is stands in the incident.
    const respond::Incident* incident = root_of(*services_.actions.response, link.incident);
    if (told && incident != nullptr) {
        services_.log.write(LogLevel::info, "respond.link_used",
                            {{"incident", link.incident}, {"by", link.person}, {"client", caller}});
        return taken_page(*incident, link.person);
    }
    const ErrorCode code = told ? ErrorCode::not_found : told.error().code;
    if (code == ErrorCode::unavailable || code == ErrorCode::io) {
        services_.log.write(LogLevel::error, "respond.not_written",
                            {{"key", link.incident}, {"error", told.error().message}});
        return public_page(
            503, "Please try again",
            "<p>It could not be written down, and others are paged. Use the link again at once.</p>");
    }
    return public_page(410, "This is over",
                       "<p>Nothing was changed: " + html_text(told ? "" : told.error().message) + "</p>");
}

}  // namespace tocsin::api
