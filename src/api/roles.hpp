// What people and programs with a token of their own may ask. Duties are separated: who gives tokens away decides nothing about
// mail, who decides approves nothing, and an employee hands in reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

enum class Role : std::uint8_t {
    employee,   ///< hands in reports in his own name, and sees what came of them
    desk,       ///< reads, gives verdicts, answers for incidents
    responder,  ///< gives orders, releases held mail, starts and undoes runs
    approver,   ///< approves what others asked for
    admin,      ///< makes and revokes tokens, changes who is on call
    intake,     ///< a program (a button, a form) that hands in reports of all employees
};
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> role_from(std::string_view word);
/// "employee, desk, …", for errors.
[[nodiscard]] std::string role_words();

/// Whose token was shown.
struct Principal {
    std::string person;
    std::vector<Role> roles;  ///< each once, in their order

    [[nodiscard]] bool has(Role role) const;
};

/// Words between blanks, as a token's row has them. Errors: invalid_input (an unknown word, none; admin together with approver,
/// responder or desk).
[[nodiscard]] Result<std::vector<Role>> roles_from(std::string_view words);
[[nodiscard]] std::string words_of(const std::vector<Role>& roles);
/// Two sets of roles that one person must not have, not even in two tokens: who gives tokens away could approve his own acts.
[[nodiscard]] bool conflict(const std::vector<Role>& one, const std::vector<Role>& other);

/// Whether somebody may ask this. Errors: permission, with the roles that may.
[[nodiscard]] Result<void> check_role(const Principal& principal, std::string_view method,
                                      std::string_view path);
/// Whether a person may say this in POST /v1/acts at all; the rest is said by parts of Tocsin, about what they saw. Errors:
/// invalid_input, with all that a person may say.
[[nodiscard]] Result<void> check_act_kind(std::string_view kind);
/// Whether he may say this in POST /v1/acts. Errors: permission, with the roles that may.
[[nodiscard]] Result<void> check_act(const Principal& principal, std::string_view kind);
/// Whether he says it in his own name: `by` and `given_by` of query and body are absent or his. Errors: permission.
[[nodiscard]] Result<void> check_name(const Principal& principal, const proto::HttpRequest& request,
                                      const proto::HttpTarget& target);

}  // namespace tocsin::api
