// What was handed in with a report, for whoever has to decide about it: found by a confined reader, or byte for byte. Every
// reading is written down first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"
#include "proto/http.hpp"
#include "respond/response.hpp"

namespace tocsin::api {

/// A mail that a reader found in what was handed in. Every text is a claim of whoever wrote it.
struct FoundOriginal {
    std::string shape, grade;           ///< how it came to be there ("attached_message"); A, B or C
    std::optional<std::size_t> inside;  ///< number of the original that it was found in
    std::uint64_t bytes = 0;            ///< 0: nothing of it was sent
    std::string sha256;
    std::string sender, subject, date, message_id;
    std::vector<std::string> warnings;
};

/// Originals are numbered from 1, as `tocsin report read` does; 0 is what was handed in, whole.
struct ReportEvidence {
    std::string kind;     ///< "report", "the_mail", "pasted", "words"
    std::string comment;  ///< what the reporter wrote into the mail
    std::vector<FoundOriginal> originals;
    std::string problem;  ///< why no reader could look for originals; empty: one did
    std::size_t chosen = 0;
    Bytes content;  ///< of the chosen one
};

/// Written down and seen. `id`: of the event; empty: a new one. Errors: those of respond::Response::see(), unavailable, io.
using TellResponse =
    std::function<Result<void>(net::Fiber&, respond::EventBody what, const std::string& by, std::string id)>;

/// How evidence is come by. Either all is set, or nothing: the response is off.
struct EvidenceActions {
    /// `original`: nullopt is the first one of which anything was sent, or 0 if there is none. Errors: not_found (no such
    /// original, nothing of it was sent, the evidence is no longer kept), unavailable, io, corrupt.
    std::function<Result<ReportEvidence>(net::Fiber&, const respond::Report&,
                                         std::optional<std::size_t> original)>
        find = {};
    /// A message's data model as JSON, made by a confined reader (HeldActions::read).
    std::function<Result<std::string>(net::Fiber&, const std::string& direction, ByteView content)> read = {};
    TellResponse tell = {};
};

/// Who looks.
struct EvidenceReader {
    std::string by, caller;
};

class EvidenceRequests {
public:
    EvidenceRequests(const respond::Response& response, Log& log, EvidenceActions actions)
        : response_(response), log_(log), actions_(std::move(actions)) {}

    /// Whether it is GET /v1/reports/ID/message or /v1/reports/ID/evidence.
    [[nodiscard]] static bool is_about_evidence(std::string_view path);
    [[nodiscard]] proto::HttpResponse handle(net::Fiber& fiber, const proto::HttpTarget& target,
                                             const EvidenceReader& reader) const;

private:
    proto::HttpResponse message(net::Fiber& fiber, const respond::Report& report, const ReportEvidence& found,
                                const EvidenceReader& reader) const;
    proto::HttpResponse content(net::Fiber& fiber, const respond::Report& report, const ReportEvidence& found,
                                const EvidenceReader& reader) const;
    /// Before anybody sees it, in the log and on the time line of the incident: who looks at other people's mail leaves a trace,
    /// or does not look.
    Result<void> note(net::Fiber& fiber, const respond::Report& report, std::size_t original, const char* act,
                      const EvidenceReader& reader) const;

    const respond::Response& response_;
    Log& log_;
    EvidenceActions actions_;
};

}  // namespace tocsin::api
