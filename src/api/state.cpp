// How the daemon is: for people (/v1/status), for Prometheus (/metrics), for whoever sends it mail (/ready).
#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/api.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

/// N of the "N signatures" in the pool's description of its engines.
std::optional<std::uint64_t> signatures_of(std::string_view engines) {
    std::size_t end = engines.find(" signatures");
    if (end == std::string_view::npos) return std::nullopt;
    std::size_t begin = engines.find_last_not_of("0123456789", end - 1) + 1;
    std::uint64_t count = 0;
    if (std::from_chars(engines.data() + begin, engines.data() + end, count).ec != std::errc{})
        return std::nullopt;
    return count;
}

}  // namespace

HttpResponse Api::show_status(net::Fiber& fiber) {
    // A full set of signatures has hundreds of thousands; the few that Tocsin brings are for tests and the demo.
    constexpr std::uint64_t signatures_of_a_real_set = 1000;
    json status = json::parse(services_.status_json(), nullptr, false);
    if (!status.is_object()) return refuse({ErrorCode::corrupt, "the daemon's own status is no JSON object"});
    std::uint64_t held = 0, records = 0;
    Result<void> counted = services_.blocking.call(fiber, [&]() -> Result<void> {
        store::HeldFilter waiting;
        waiting.choice = store::HeldChoice::waiting;
        held = TRY(services_.held.count(waiting));
        records = TRY(services_.journal.count({}));
        return {};
    });
    if (!counted) return refuse(counted.error());
    status["held"] = held;
    status["journal_records"] = records;
    status["started_at"] = to_rfc3339(started_at_);
    status["uptime_s"] =
        std::max<std::int64_t>(0, services_.clock.now().microseconds - started_at_.microseconds) / 1'000'000;
    status["warnings"] = json::array();
    std::optional<std::uint64_t> signatures = signatures_of(text_member(status, "engines"));
    status["signatures"] = signatures ? json(*signatures) : json(nullptr);
    if (!signatures)
        status["warnings"].push_back("no signatures are loaded: known malware is not found by name");
    else if (*signatures < signatures_of_a_real_set)
        status["warnings"].push_back("only " + std::to_string(*signatures) +
                                     " signatures are loaded, such as the built-in test signatures: install "
                                     "ClamAV's databases (freshclam), or name their folder with --clamav-db");
    return answer(200, status);
}

HttpResponse Api::show_metrics(net::Fiber& fiber) {
    HttpResponse response;
    response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    response.body = services_.metrics_text(fiber);
    return response;
}

HttpResponse Api::show_readiness(net::Fiber& fiber) {
    const std::vector<std::string> reasons = services_.not_ready(fiber);
    return answer(reasons.empty() ? 200 : 503, {{"ready", reasons.empty()}, {"reasons", reasons}});
}

}  // namespace tocsin::api
