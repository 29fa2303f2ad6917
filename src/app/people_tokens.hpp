// Whose token is it? Rows in the store, and all that are good in memory. Owned by the loop's thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "api/token_requests.hpp"
#include "base/clock.hpp"
#include "net/blocking_pool.hpp"
#include "store/token_store.hpp"

namespace tocsin::app {

class PeopleTokens {
public:
    /// Everything outlives it.
    PeopleTokens(store::Database& database, net::BlockingPool& blocking, const Clock& clock)
        : store_(database), blocking_(blocking), clock_(clock) {}

    /// Reads all that are good. Errors: io, corrupt.
    [[nodiscard]] Result<void> load(net::Fiber& fiber);
    /// nullopt: nobody's, revoked, or too old by now.
    [[nodiscard]] std::optional<api::Principal> person_of(std::string_view token) const;
    /// make, revoke and list for the API.
    [[nodiscard]] api::TokenActions actions();

private:
    [[nodiscard]] Result<api::MadeToken> make(net::Fiber& fiber, const api::TokenWish& wish,
                                              const std::string& by);

    store::TokenStore store_;
    net::BlockingPool& blocking_;
    const Clock& clock_;
    std::map<std::string, store::TokenRow, std::less<>> good_;  ///< by digest
};

}  // namespace tocsin::app
