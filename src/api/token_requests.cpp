#include "api/token_requests.hpp"

#include <nlohmann/json.hpp>

#include "api/answers.hpp"
#include "api/query.hpp"
#include "api/routes.hpp"
#include "base/limits/tokens.hpp"

namespace tocsin::api {

namespace {

using nlohmann::json;
using proto::HttpResponse;

constexpr std::string_view path_of_all = "/v1/tokens", path_of_one = "/v1/tokens/";

/// What may be shown of a token: neither it nor its digest.
json to_json(const store::TokenRow& row, TimePoint now) {
    const bool good = row.is_good_at(now);
    json out{{"id", row.id},
             {"person", row.person},
             {"roles", row.roles},
             {"note", row.note},
             {"made_by", row.made_by},
             {"made_at", to_rfc3339(row.made_at)},
             {"expires_at", to_rfc3339(row.expires_at)},
             {"state", good             ? "good"
                       : row.revoked_at ? "revoked"
                                        : "expired"}};
    if (row.revoked_at) {
        out["revoked_by"] = row.revoked_by;
        out["revoked_at"] = to_rfc3339(*row.revoked_at);
    }
    return out;
}

Result<std::uint32_t> days_of(const json& object) {
    const auto days = object.find("expires_in_days");
    if (days == object.end()) return limits::token_days;
    const bool fits = days->is_number_unsigned() && days->get<std::uint64_t>() >= 1 &&
                      days->get<std::uint64_t>() <= limits::token_days_max;
    if (fits) return days->get<std::uint32_t>();
    return fail(ErrorCode::invalid_input, "expires_in_days must be a whole number from 1 to " +
                                              std::to_string(limits::token_days_max) +
                                              "; without it: " + std::to_string(limits::token_days));
}

Result<TokenWish> wish_from(const std::string& body) {
    constexpr Member members[] = {
        {"person"}, {"roles"}, {"note"}, {"by"}, {"expires_in_days", MemberKind::other}};
    const json object = TRY(object_from(body, members));
    TokenWish wish{.person = text_member(object, "person"), .note = text_member(object, "note"), .roles = {}};
    if (wish.person.empty())
        return fail(ErrorCode::invalid_input,
                    "person must be an id of the file of people, an address, or a program's name");
    wish.roles = TRY(roles_from(text_member(object, "roles")));
    wish.days = TRY(days_of(object));
    return wish;
}

}  // namespace

bool TokenRequests::is_about_tokens(std::string_view path) {
    return path == path_of_all || path.starts_with(path_of_one);
}

HttpResponse TokenRequests::handle(net::Fiber& fiber, const proto::HttpRequest& request,
                                   const proto::HttpTarget& target, const std::string& caller) {
    if (!actions_.make) return refuse({ErrorCode::unavailable, "no tokens are kept here"});
    if (request.method == "POST") return make(fiber, request.body, caller);
    if (request.method == "GET") return list(fiber, target);
    return revoke(fiber, target.path.substr(path_of_one.size()), parameter(target, "by").value_or(caller));
}

HttpResponse TokenRequests::make(net::Fiber& fiber, const std::string& body, const std::string& caller) {
    Result<TokenWish> wish = wish_from(body);
    if (!wish) return refuse(wish.error());
    const std::string named = text_member(json::parse(body, nullptr, false), "by");
    const Result<MadeToken> made = actions_.make(fiber, std::move(*wish), named.empty() ? caller : named);
    if (!made) return refuse(made.error());
    log_.write(LogLevel::info, "token.made",
               {{"id", made->row.id},
                {"person", made->row.person},
                {"roles", made->row.roles},
                {"by", made->row.made_by}});
    json out = to_json(made->row, clock_.now());
    out["token"] = made->token;
    return answer(201, out);
}

HttpResponse TokenRequests::list(net::Fiber& fiber, const proto::HttpTarget& target) {
    const Result<std::optional<std::string>> all = word_parameter(target, "all", zero_or_one);
    if (!all) return refuse(all.error());
    const auto choice = all->value_or("0") == "1" ? store::TokenChoice::all : store::TokenChoice::good;
    const Result<std::vector<store::TokenRow>> rows = actions_.list(fiber, choice);
    if (!rows) return refuse(rows.error());
    json list = json::array();
    for (const store::TokenRow& row : *rows) list.push_back(to_json(row, clock_.now()));
    return answer(200, {{"tokens", std::move(list)}});
}

HttpResponse TokenRequests::revoke(net::Fiber& fiber, const std::string& id, const std::string& by) {
    const Result<void> revoked = actions_.revoke(fiber, id, by);
    if (!revoked) return refuse(revoked.error());
    log_.write(LogLevel::info, "token.revoked", {{"id", id}, {"by", by}});
    return answer(200, {{"revoked", id}});
}

}  // namespace tocsin::api
