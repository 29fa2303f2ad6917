// docs/api/openapi.json against the tables of requests that the doors go by: neither knows one that the other does not.
#include "api/openapi.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>

#include "api/access.hpp"
#include "api/answer_pages.hpp"
#include "api/report_form.hpp"
#include "api/routes.hpp"
#include "gate/check_door.hpp"

using namespace tocsin;
using namespace tocsin::api;
using nlohmann::json;

namespace {

/// What file and code both say of one request.
struct Described {
    std::set<std::string> parameters, roles;
    bool needs_token = true;

    bool operator==(const Described&) const = default;
};
using Requests = std::map<std::string, Described>;  ///< "api GET /v1/held/{id}"

std::set<std::string> words(std::string_view text) {
    std::set<std::string> out;
    for (const auto word : text | std::views::split(' '))
        if (!std::string_view(word).empty()) out.emplace(std::string_view(word));
    return out;
}

std::string template_of(std::string_view path) {
    std::string out(path);
    for (std::size_t at = 0; (at = out.find("/ID", at)) != std::string::npos;) out.replace(at, 3, "/{id}");
    return out;
}

Requests in_code() {
    Requests out;
    for (const Route& route : routes())
        out["api " + std::string(route.method) + " " + template_of(route.path)] = {
            route.parameters == any_parameter ? std::set<std::string>() : words(route.parameters),
            words(route.roles), !is_public(route.method, route.path)};
    for (const gate::CheckRoute& route : gate::check_routes())
        out["check " + std::string(route.method) + " " + std::string(route.path)] = {.needs_token = false};
    for (const std::string_view method : AnswerPages::methods)
        out["answers " + std::string(method) + " /{link}"] = {.needs_token = false};
    for (const std::string_view method : ReportForm::methods)
        out["report_form " + std::string(method) + " " + std::string(ReportForm::path)] = {.needs_token =
                                                                                               false};
    return out;
}

Described described(const json& operation) {
    Described out;
    out.roles = operation.at("x-roles").get<std::set<std::string>>();
    out.needs_token = !operation.contains("security");
    for (const json& parameter : operation.value("parameters", json::array()))
        if (parameter.at("in") == "query") out.parameters.insert(parameter.at("name").get<std::string>());
    return out;
}

Requests in_file(const json& document) {
    Requests out;
    for (const auto& [path, item] : document.at("paths").items())
        for (const char* method : {"get", "head", "post", "put", "patch", "delete"}) {
            if (!item.contains(method)) continue;
            std::string upper = method;
            std::ranges::transform(upper, upper.begin(), [](char c) { return static_cast<char>(c - 32); });
            out[item.value("x-listener", "api") + " " + upper + " " + path] = described(item.at(method));
        }
    return out;
}

}  // namespace

TEST_CASE("the file of the API describes every request that is answered, and no other") {
    const json document = json::parse(openapi_json());
    CHECK(document.at("openapi") == "3.1.0");
    const Requests code = in_code(), file = in_file(document);
    for (const auto& [name, request] : code) {
        CAPTURE(name);
        REQUIRE_MESSAGE(file.contains(name), "not in docs/api/openapi.json");
        CHECK(file.at(name).parameters == request.parameters);
        CHECK(file.at(name).roles == request.roles);
        CHECK(file.at(name).needs_token == request.needs_token);
    }
    for (const auto& [name, request] : file) {
        CAPTURE(name);
        CHECK_MESSAGE(code.contains(name), "the daemon answers no such request");
    }
}
