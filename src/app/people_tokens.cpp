#include "app/people_tokens.hpp"

#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/time_units.hpp"
#include "base/token.hpp"

namespace tocsin::app {

namespace {

/// A token has 32 random bytes: nobody finds them behind a plain digest.
std::string digest_of(std::string_view token) {
    const Hash256 hash = sha256(as_bytes(token));
    return to_hex(std::as_bytes(std::span(hash)));
}

}  // namespace

Result<void> PeopleTokens::load(net::Fiber& fiber) {
    std::vector<store::TokenRow> rows =
        TRY(blocking_.call(fiber, [&] { return store_.list(store::TokenChoice::good, clock_.now()); }));
    good_.clear();
    for (store::TokenRow& row : rows) {
        std::string digest = row.digest;
        good_.emplace(std::move(digest), std::move(row));
    }
    return {};
}

std::optional<api::Principal> PeopleTokens::person_of(std::string_view token) const {
    if (!looks_like_token(token)) return std::nullopt;
    const auto found = good_.find(digest_of(token));
    if (found == good_.end() || !found->second.is_good_at(clock_.now())) return std::nullopt;
    Result<std::vector<api::Role>> roles = api::roles_from(found->second.roles);
    // Words of a later version: whoever cannot read them gives nothing away.
    if (!roles) return std::nullopt;
    return api::Principal{found->second.person, std::move(*roles)};
}

Result<api::MadeToken> PeopleTokens::make(net::Fiber& fiber, const api::TokenWish& wish,
                                          const std::string& by) {
    const TimePoint now = clock_.now();
    std::erase_if(good_, [&](const auto& one) { return !one.second.is_good_at(now); });
    for (const auto& [digest, row] : good_) {
        if (row.person != wish.person) continue;
        const Result<std::vector<api::Role>> held = api::roles_from(row.roles);
        if (held && api::conflict(wish.roles, *held))
            return fail(ErrorCode::conflict,
                        wish.person + " has a token for " + row.roles +
                            ": who is admin decides nothing. Give one of them to somebody else, or revoke " +
                            row.id);
    }
    api::MadeToken made{.token = make_token(), .row = {}};
    made.row = {.id = make_id(now.microseconds),
                .digest = digest_of(made.token),
                .person = wish.person,
                .roles = api::words_of(wish.roles),
                .note = wish.note,
                .made_by = by,
                .made_at = now,
                .expires_at = TimePoint{now.microseconds + wish.days * day_us},
                .revoked_by = {},
                .revoked_at = {}};
    // Before it is written: of two that are made at once, the second must see the first. Nobody has the token yet.
    good_.emplace(made.row.digest, made.row);
    if (const Result<void> added = blocking_.call(fiber, [&] { return store_.add(made.row); }); !added) {
        good_.erase(made.row.digest);
        return std::unexpected(added.error());
    }
    return made;
}

api::TokenActions PeopleTokens::actions() {
    return {
        .make = [this](net::Fiber& fiber, const api::TokenWish& wish,
                       const std::string& by) { return make(fiber, wish, by); },
        .revoke = [this](net::Fiber& fiber, const std::string& id, const std::string& by) -> Result<void> {
            TRY(blocking_.call(fiber, [&] { return store_.revoke(id, by, clock_.now()); }));
            std::erase_if(good_, [&](const auto& one) { return one.second.id == id; });
            return {};
        },
        .list =
            [this](net::Fiber& fiber, store::TokenChoice choice) {
                return blocking_.call(fiber, [&] { return store_.list(choice, clock_.now()); });
            }};
}

}  // namespace tocsin::app
