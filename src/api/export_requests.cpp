#include "api/export_requests.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "base/ascii.hpp"
#include "base/limits/share.hpp"
#include "share/exports.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

constexpr std::string_view begin = "/v1/incidents/", end = "/export";

/// What is asked for.
struct Wanted {
    share::Form form{};
    share::Tlp tlp = share::Tlp::amber;
    share::KnownNames known = share::KnownNames::left_out;
    share::House house;
    share::AbuseReport abuse;
};

/// A short text of one line, or what is there without it.
Result<void> short_parameter(const proto::HttpTarget& target, std::string_view name, std::string& value) {
    const std::string given(trim(parameter(target, name).value_or("")));
    if (given.empty()) return {};
    const bool plain =
        std::ranges::none_of(given, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (!plain || given.size() > limits::share_name_bytes)
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} may have {} bytes, on one line", name, limits::share_name_bytes));
    value = given;
    return {};
}

template <typename Word, std::size_t count>
Word word_at(const std::string_view (&words)[count], std::string_view word) {
    return static_cast<Word>(std::distance(words, std::ranges::find(words, word)));
}

Result<Wanted> wanted_by(const proto::HttpTarget& target, const share::House& house, TimePoint now) {
    Wanted wanted{.house = house, .abuse = {.host = {}, .to = {}, .now = now}};
    const std::optional<std::string> form = TRY(word_parameter(target, "as", share::form_words));
    if (!form) return fail(ErrorCode::invalid_input, "as must be there: stix, misp, csv or xarf");
    wanted.form = word_at<share::Form>(share::form_words, *form);
    if (const std::optional<std::string> tlp = TRY(word_parameter(target, "tlp", share::tlp_words)))
        wanted.tlp = word_at<share::Tlp>(share::tlp_words, *tlp);
    if (TRY(word_parameter(target, "include_known", zero_or_one)).value_or("0") == "1")
        wanted.known = share::KnownNames::included;
    TRY(short_parameter(target, "organisation", wanted.house.organisation));
    TRY(short_parameter(target, "contact", wanted.house.contact));
    TRY(short_parameter(target, "host", wanted.abuse.host));
    TRY(short_parameter(target, "to", wanted.abuse.to));
    return wanted;
}

Result<share::Exported> exported(const share::SharedIncident& incident, const Wanted& wanted) {
    switch (wanted.form) {
        case share::Form::stix: return to_stix(incident, wanted.house, wanted.tlp);
        case share::Form::misp: return to_misp(incident, wanted.house, wanted.tlp);
        case share::Form::csv: return to_csv(incident, wanted.house);
        case share::Form::xarf: break;
    }
    return to_xarf(incident, wanted.house, wanted.abuse);
}

}  // namespace

bool is_export(std::string_view path) {
    return path.starts_with(begin) && path.ends_with(end) && path.size() > begin.size() + end.size();
}

HttpResponse export_incident(const RespondServices& services, const proto::HttpTarget& target,
                             const std::string& caller) {
    const std::string_view path = target.path;
    const std::string id(path.substr(begin.size(), path.size() - begin.size() - end.size()));
    const respond::Response& response = *services.actions.response;
    const respond::Incident* incident = find_incident(response, id);
    if (incident == nullptr) return refuse({ErrorCode::not_found, "there is no incident " + id});
    const Result<Wanted> wanted = wanted_by(
        target, services.actions.house ? *services.actions.house : share::House{}, services.clock.now());
    if (!wanted) return refuse(wanted.error());
    const Result<share::SharedIncident> shared =
        share::to_share(response, *incident, wanted->house, wanted->known);
    if (!shared) return refuse(shared.error());
    const Result<share::Exported> out = exported(*shared, *wanted);
    if (!out) return refuse(out.error());
    json left_out = json::array();
    for (const share::LeftOut& one : shared->left_out)
        left_out.push_back({{"kind", one.kind}, {"value", one.value}, {"why", one.why}});
    services.log.write(LogLevel::info, "respond.exported",
                       {{"incident", incident->id},
                        {"as", std::string(share::form_words[static_cast<std::size_t>(wanted->form)])},
                        {"tlp", std::string(share::tlp_words[static_cast<std::size_t>(wanted->tlp)])},
                        {"indicators", std::to_string(shared->indicators.size())},
                        {"caller", caller}});
    return answer(200, {{"file_name", out->file_name},
                        {"media_type", out->media_type},
                        {"content", out->content},
                        {"indicators", shared->indicators.size()},
                        {"left_out", std::move(left_out)}});
}

}  // namespace tocsin::api
