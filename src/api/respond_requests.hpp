// Requests about reports and incidents: what is handed in, what is under way, and what people decide.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "api/report_evidence.hpp"
#include "api/roles.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"
#include "respond/response.hpp"
#include "share/incident.hpp"

namespace tocsin::api {

/// What somebody hands in.
enum class HandedIn : std::uint8_t {
    mail_about_it,  ///< with the suspicious mail attached or quoted
    the_mail,       ///< the suspicious mail itself, as a file
    pasted_mail,    ///< its source, as it was pasted: nobody knows what was changed
    words,          ///< a mail of our own, with what somebody wrote into the form
};

/// A report as it is handed in over the API.
struct SubmittedReport {
    respond::Way way = respond::Way::button;
    std::string reporter;
    respond::Authenticated authenticated = respond::Authenticated::no;
    respond::Deed deed = respond::Deed::none;
    std::string note;
    HandedIn content = HandedIn::mail_about_it;
};

/// The response as the API sees it. Either all is set, or nothing: it is off.
struct RespondActions {
    const respond::Response* response = nullptr;
    /// Durable on return; returns the report's id. Errors: limit, invalid_input, unavailable, io.
    std::function<Result<std::string>(net::Fiber&, SubmittedReport, ByteView content)> take = {};
    TellResponse tell = {};
    /// EvidenceActions::find.
    decltype(EvidenceActions::find) find_evidence = {};
    /// Who shares what others should know; nullptr: nobody in particular.
    std::shared_ptr<const share::House> house = {};
};

/// By its id, or by its number: people say numbers, "8" or "#8". nullptr: there is none.
[[nodiscard]] const respond::Incident* find_incident(const respond::Response& response,
                                                     const std::string& id);

/// What RespondRequests works on. Everything outlives it.
struct RespondServices {
    const Clock& clock;
    Log& log;
    RespondActions actions;
    /// EvidenceActions::read; pages that show no evidence leave it out.
    decltype(EvidenceActions::read) read_message = {};
};

/// Who asks.
struct Asker {
    std::string name;                   ///< who acted where the request names nobody
    const Principal* person = nullptr;  ///< whose token was shown; nullptr: the operator
};

class RespondRequests {
public:
    explicit RespondRequests(RespondServices services) : services_(std::move(services)) {}

    [[nodiscard]] static bool is_about_response(std::string_view path);
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                             const proto::HttpTarget& target, const Asker& asker);
    /// Takes a report of whoever asks: in the name that his token gives him, else in the one that he claims. Durable on return;
    /// returns its id. Errors: conflict (the response is off), permission (not for him to report for), limit, invalid_input,
    /// unavailable, io.
    [[nodiscard]] Result<std::string> take(net::Fiber& fiber, SubmittedReport report, ByteView content,
                                           const Asker& asker) const;

private:
    proto::HttpResponse submit(net::Fiber& fiber, const proto::HttpRequest& request,
                               const proto::HttpTarget& target, const Asker& asker);
    Result<void> name_reporter(SubmittedReport& report, const Asker& asker) const;
    [[nodiscard]] std::vector<std::string> addresses_of(const std::string& person) const;
    Result<void> take_numbers(nlohmann::json& act) const;
    proto::HttpResponse act(net::Fiber& fiber, const std::string& body, const Asker& asker);
    [[nodiscard]] proto::HttpResponse show_evidence(net::Fiber& fiber, const proto::HttpTarget& target,
                                                    const Asker& asker) const;
    [[nodiscard]] proto::HttpResponse list_reports(const proto::HttpTarget& target) const;
    [[nodiscard]] proto::HttpResponse show_report(const std::string& id, const Asker& asker) const;
    [[nodiscard]] proto::HttpResponse list_incidents(const proto::HttpTarget& target) const;
    [[nodiscard]] proto::HttpResponse show_incident(const std::string& id) const;
    [[nodiscard]] proto::HttpResponse list_playbooks() const;
    [[nodiscard]] proto::HttpResponse list_notices(const proto::HttpTarget& target) const;
    [[nodiscard]] proto::HttpResponse list_people() const;

    RespondServices services_;
};

}  // namespace tocsin::api
