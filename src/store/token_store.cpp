#include "store/token_store.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/limits/tokens.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {

namespace {

Result<void> check(const TokenRow& row) {
    for (const std::string* field : {&row.id, &row.digest, &row.person, &row.roles, &row.made_by})
        if (field->empty())
            return fail(ErrorCode::invalid_input, "make a token: it needs a person, roles and who makes it");
    for (const std::string* field : {&row.id, &row.digest, &row.person, &row.roles, &row.note, &row.made_by})
        if (!is_storable(*field, limits::record_text_bytes))
            return fail(ErrorCode::invalid_input, "make a token: a field is too long or not UTF-8");
    if (row.expires_at <= row.made_at)
        return fail(ErrorCode::invalid_input, "make a token: it ends before it begins");
    return {};
}

/// In force at :moment; with the limit of a listing.
const std::string good_condition = " WHERE revoked_at IS NULL AND expires_at > :moment";

}  // namespace

Result<void> TokenStore::add(const TokenRow& row) {
    TRY(check(row));
    return writing(database_.state(), "make a token", [&](soci::session& session) -> Result<void> {
        const long long made_at = row.made_at.microseconds, expires_at = row.expires_at.microseconds;
        long long good = 0;
        session << "SELECT COUNT(*) FROM api_tokens" + good_condition, soci::into(good),
            soci::use(made_at, "moment");
        if (good >= static_cast<long long>(limits::api_tokens))
            return fail(ErrorCode::limit,
                        "make a token: there are " + std::to_string(limits::api_tokens) +
                            " already; revoke those that nobody needs (`tocsin token list`)");
        const std::string nobody;
        session << "INSERT INTO api_tokens (id, digest, person, roles, note, made_by, made_at, expires_at, "
                   "revoked_by) "
                   "VALUES (:id, :digest, :person, :roles, :note, :made_by, :made_at, :expires_at, :nobody)",
            soci::use(row.id, "id"), soci::use(row.digest, "digest"), soci::use(row.person, "person"),
            soci::use(row.roles, "roles"), soci::use(row.note, "note"), soci::use(row.made_by, "made_by"),
            soci::use(made_at, "made_at"), soci::use(expires_at, "expires_at"), soci::use(nobody, "nobody");
        return {};
    });
}

Result<void> TokenStore::revoke(const std::string& id, const std::string& revoked_by, TimePoint now) {
    return writing(database_.state(), "revoke a token", [&](soci::session& session) -> Result<void> {
        const long long when = now.microseconds;
        const std::string who = stored_text(revoked_by, limits::record_text_bytes);
        const std::string key = stored_text(id, limits::record_text_bytes);
        soci::statement update =
            (session.prepare << "UPDATE api_tokens SET revoked_by = :who, revoked_at = :moment "
                                "WHERE id = :id AND revoked_at IS NULL",
             soci::use(who, "who"), soci::use(when, "moment"), soci::use(key, "id"));
        update.execute(true);
        if (update.get_affected_rows() == 1) return {};
        long long known = 0;
        session << "SELECT COUNT(*) FROM api_tokens WHERE id = :id", soci::into(known), soci::use(key, "id");
        if (known == 0) return fail(ErrorCode::not_found, "there is no token " + key);
        return fail(ErrorCode::conflict, "revoke a token: it was revoked already");
    });
}

Result<std::vector<TokenRow>> TokenStore::list(TokenChoice choice, TimePoint now) {
    return reading(
        database_.state(), "list tokens", [&](soci::session& session) -> Result<std::vector<TokenRow>> {
            const bool all = choice == TokenChoice::all;
            const long long moment = now.microseconds;
            const long long rows = static_cast<long long>(all ? limits::listing_rows : limits::api_tokens);
            TokenRow row;
            long long made_at = 0, expires_at = 0;
            OptionalTime revoked_at;
            soci::statement select(session);
            select.alloc();
            select.prepare("SELECT id, digest, person, roles, note, made_by, made_at, expires_at, "
                           "revoked_by, revoked_at FROM "
                           "api_tokens" +
                           (all ? std::string() : good_condition) +
                           " ORDER BY made_at DESC, id DESC LIMIT :rows");
            for (std::string* member :
                 {&row.id, &row.digest, &row.person, &row.roles, &row.note, &row.made_by})
                select.exchange(soci::into(*member));
            select.exchange(soci::into(made_at));
            select.exchange(soci::into(expires_at));
            select.exchange(soci::into(row.revoked_by));
            select.exchange(soci::into(revoked_at.value, revoked_at.indicator));
            if (!all) select.exchange(soci::use(moment, "moment"));
            select.exchange(soci::use(rows, "rows"));
            select.define_and_bind();
            std::vector<TokenRow> found;
            select.execute();
            while (select.fetch()) {
                row.made_at = TimePoint{made_at};
                row.expires_at = TimePoint{expires_at};
                row.revoked_at = revoked_at.get();
                found.push_back(row);
            }
            return found;
        });
}

}  // namespace tocsin::store
