// Tokens of people and programs: who may ask the API, as what, until when. Only the digest of a token is stored.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::store {

struct TokenRow {
    std::string id;      ///< make_id()
    std::string digest;  ///< SHA-256 of the token, in hexadecimal
    std::string person;  ///< id of a person, address of an employee, name of a program
    std::string roles;   ///< words between blanks; what they mean is the API's
    std::string note;
    std::string made_by;
    TimePoint made_at, expires_at;
    std::string revoked_by;
    std::optional<TimePoint> revoked_at;

    [[nodiscard]] bool is_good_at(TimePoint time) const { return !revoked_at && time < expires_at; }
};

enum class TokenChoice : std::uint8_t { good, all };

class TokenStore {
public:
    explicit TokenStore(Database& database) : database_(database) {}

    /// Durable on return. Errors: conflict (the id or the digest exists), invalid_input (a field is empty or longer than
    /// limits::record_text_bytes; ends before it begins), limit (limits::api_tokens are good at row.made_at).
    [[nodiscard]] Result<void> add(const TokenRow& row);
    /// Errors: not_found, conflict (revoked already).
    [[nodiscard]] Result<void> revoke(const std::string& id, const std::string& revoked_by, TimePoint now);
    /// Newest first; of `all`, at most limits::listing_rows. `good`: all that are good at `now`.
    [[nodiscard]] Result<std::vector<TokenRow>> list(TokenChoice choice, TimePoint now);

private:
    Database& database_;
};

}  // namespace tocsin::store
