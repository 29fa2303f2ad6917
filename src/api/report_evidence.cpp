#include "api/report_evidence.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "base/limits/report.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

constexpr std::string_view reports_prefix = "/v1/reports/", message_end = "/message",
                           evidence_end = "/evidence";

Result<std::optional<std::size_t>> original_parameter(const proto::HttpTarget& target) {
    const std::optional<std::string> text = parameter(target, "original");
    if (!text) return std::nullopt;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error == std::errc{} && end == text->data() + text->size() && number <= limits::reported_mails)
        return number;
    return fail(ErrorCode::invalid_input, "original must be a number from 0 (what was handed in, whole) to " +
                                              std::to_string(limits::reported_mails));
}

json original_json(const FoundOriginal& original, std::size_t number) {
    json out{{"number", number},
             {"shape", original.shape},
             {"grade", original.grade},
             {"bytes", original.bytes},
             {"warnings", original.warnings}};
    if (original.inside) out["inside"] = *original.inside;
    for (const auto& [name, value] :
         {std::pair("sha256", &original.sha256), std::pair("sender", &original.sender),
          std::pair("subject", &original.subject), std::pair("date", &original.date),
          std::pair("message_id", &original.message_id)})
        if (!value->empty()) out[name] = *value;
    return out;
}

}  // namespace

bool EvidenceRequests::is_about_evidence(std::string_view path) {
    return path.starts_with(reports_prefix) && (path.ends_with(message_end) || path.ends_with(evidence_end));
}

HttpResponse EvidenceRequests::handle(net::Fiber& fiber, const proto::HttpTarget& target,
                                      const EvidenceReader& reader) const {
    const Result<std::optional<std::size_t>> original = original_parameter(target);
    if (!original) return refuse(original.error());
    const std::string rest = target.path.substr(reports_prefix.size());
    const std::string id = rest.substr(0, rest.find('/'));
    const respond::Report* const known = response_.report(id);
    if (known == nullptr) return refuse({ErrorCode::not_found, "there is no report " + id});
    const respond::Report report = *known;  // the response may forget it while a reader works
    const Result<ReportEvidence> found = actions_.find(fiber, report, *original);
    if (!found) return refuse(found.error());
    return target.path.ends_with(message_end) ? message(fiber, report, *found, reader)
                                              : content(fiber, report, *found, reader);
}

HttpResponse EvidenceRequests::message(net::Fiber& fiber, const respond::Report& report,
                                       const ReportEvidence& found, const EvidenceReader& reader) const {
    if (Result<void> noted = note(fiber, report, found.chosen, "read", reader); !noted)
        return refuse(noted.error());
    const Result<std::string> model = actions_.read(fiber, "inbound", found.content);
    if (!model) return refuse(model.error());
    json out{{"report", report.id},
             {"kind", found.kind},
             {"original", found.chosen},
             {"originals", json::array()},
             {"message", json::parse(*model, nullptr, false)}};
    if (!out["message"].is_object())
        return refuse({ErrorCode::corrupt, "the reader's answer is no JSON object"});
    for (const FoundOriginal& one : found.originals)
        out["originals"].push_back(original_json(one, out["originals"].size() + 1));
    if (!found.comment.empty()) out["comment"] = found.comment;
    if (!found.problem.empty()) out["problem"] = found.problem;
    return answer(200, out);
}

HttpResponse EvidenceRequests::content(net::Fiber& fiber, const respond::Report& report,
                                       const ReportEvidence& found, const EvidenceReader& reader) const {
    if (Result<void> noted = note(fiber, report, found.chosen, "downloaded", reader); !noted)
        return refuse(noted.error());
    return hostile_file(report.id + "-" + std::to_string(found.chosen) + ".eml", found.content);
}

Result<void> EvidenceRequests::note(net::Fiber& fiber, const respond::Report& report, std::size_t original,
                                    const char* act, const EvidenceReader& reader) const {
    const std::string what = original == 0 ? "what was handed in" : "original " + std::to_string(original);
    // Without a cluster it is of no incident yet: then the log alone has it.
    if (const respond::Cluster* const cluster = response_.cluster(report.cluster); cluster != nullptr)
        TRY(actions_.tell(fiber,
                          respond::NoteAdded{cluster->incident,
                                             "Evidence of report " + report.id + " " + act + ": " + what},
                          reader.by, {}));
    log_.write(LogLevel::info, "report.evidence_read",
               {{"report", report.id},
                {"original", std::to_string(original)},
                {"act", act},
                {"by", reader.by},
                {"caller", reader.caller}});
    return {};
}

}  // namespace tocsin::api
