// What each request of the API takes. A word that is not known would be passed over, and so change what was meant: it is refused.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

/// One request. `ID` in its path stands for any one word; its parameters stand between blanks, and so do the roles that may
/// ask it (roles.hpp).
struct Route {
    std::string_view method, path, parameters, roles;
};
/// In place of parameters: who asks for a public page (a load balancer, a monitor) may add to its address what he likes.
inline constexpr std::string_view any_parameter = "*";
/// Every request that is answered; docs/api/openapi.json describes the same ones.
[[nodiscard]] std::span<const Route> routes();

/// Whether there is such a request, with these parameters. Errors: not_found; invalid_input (a parameter that it does not take,
/// or one that is given twice), in words that name it and those that it takes.
[[nodiscard]] Result<void> check_request(std::string_view method, const proto::HttpTarget& target);

/// The roles (roles.hpp) that may ask this, as words between blanks; empty: the operator alone, or nobody.
[[nodiscard]] std::string_view roles_for(std::string_view method, std::string_view path);

/// What a member of a body may be. `other`: who reads it checks it.
enum class MemberKind : std::uint8_t { text, flag, other };
struct Member {
    std::string_view name;
    MemberKind kind = MemberKind::text;
};

/// The body as a JSON object; without its members that are null, and an empty one if there is no body. Errors: invalid_input (no
/// object, a member that is not among `known`, is given twice or is of another kind), in words that name it and those that are
/// known.
[[nodiscard]] Result<nlohmann::json> object_from(const std::string& body, std::span<const Member> known);

}  // namespace tocsin::api
