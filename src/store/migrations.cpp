#include "store/migrations.hpp"

#include <fmt/core.h>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "store/detail/session.hpp"

namespace tocsin::store {
namespace {

/// Ends a transaction that was not committed. SQLite needs BEGIN IMMEDIATE, which soci::transaction does not offer:
/// two programs that start at once must not both find a migration missing.
class MigrationTransaction {
public:
    explicit MigrationTransaction(soci::session& session) : session_(session) {
        session_ << "BEGIN IMMEDIATE";
    }
    MigrationTransaction(const MigrationTransaction&) = delete;
    MigrationTransaction& operator=(const MigrationTransaction&) = delete;
    ~MigrationTransaction() {
        if (committed_) return;
        try {
            session_ << "ROLLBACK";
        } catch (const soci::soci_error&) {
            // The connection is of no use any more; the error that brought us here is the one to report.
            committed_ = false;
        }
    }
    void commit() {
        session_ << "COMMIT";
        committed_ = true;
    }

private:
    soci::session& session_;
    bool committed_ = false;
};

struct Applied {
    long long number = 0;
    std::string checksum;
};

std::vector<Applied> read_applied(soci::session& session) {
    std::vector<Applied> all;
    Applied row;
    soci::statement select =
        (session.prepare << "SELECT number, checksum FROM schema_migrations ORDER BY number",
         soci::into(row.number), soci::into(row.checksum));
    select.execute();
    while (select.fetch()) all.push_back(row);
    return all;
}

Result<void> check_applied(const std::vector<Applied>& applied, std::span<const Migration> migrations) {
    for (std::size_t index = 0; index < applied.size(); ++index) {
        const long long number = applied[index].number;
        if (index >= migrations.size())
            return fail(
                ErrorCode::conflict,
                fmt::format("database: it has migration {}, this program knows {}: run the newer program",
                            number, migrations.size()));
        if (migrations[index].number != number ||
            migration_checksum(migrations[index]) != applied[index].checksum)
            return fail(ErrorCode::conflict,
                        fmt::format("database: migration {} was altered: restore the database from a backup",
                                    number));
    }
    return {};
}

void apply(soci::session& session, const Migration& migration, TimePoint now) {
    for (const auto& statement : migration_statements(migration.text)) session << statement;
    const long long number = migration.number, applied_at = now.microseconds;
    const std::string name(migration.name), checksum = migration_checksum(migration);
    session << "INSERT INTO schema_migrations (number, name, checksum, applied_at) "
               "VALUES (:number, :name, :checksum, :applied_at)",
        soci::use(number, "number"), soci::use(name, "name"), soci::use(checksum, "checksum"),
        soci::use(applied_at, "applied_at");
}

}  // namespace

std::string migration_checksum(const Migration& migration) {
    const Hash256 hash = sha256(as_bytes(migration.text));
    return to_hex(std::as_bytes(std::span(hash)));
}

std::vector<std::string> migration_statements(std::string_view text) {
    std::vector<std::string> statements;
    std::string current;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with("--") || (line.empty() && current.empty())) continue;
        current += line;
        if (line.ends_with(';')) {
            current.pop_back();
            statements.push_back(std::move(current));
            current.clear();
        } else {
            current += '\n';
        }
    }
    return statements;
}

Result<void> apply_migrations(soci::session& session, std::span<const Migration> migrations, TimePoint now) {
    session << "CREATE TABLE IF NOT EXISTS schema_migrations (number BIGINT NOT NULL PRIMARY KEY, name TEXT "
               "NOT NULL, "
               "checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)";
    for (;;) {
        MigrationTransaction transaction(session);
        const auto applied = read_applied(session);
        TRY(check_applied(applied, migrations));
        if (applied.size() == migrations.size()) return {};
        apply(session, migrations[applied.size()], now);
        transaction.commit();
    }
}

Result<void> check_migrations(soci::session& session, std::span<const Migration> migrations) {
    const auto applied = read_applied(session);
    TRY(check_applied(applied, migrations));
    if (applied.size() == migrations.size()) return {};
    return fail(
        ErrorCode::conflict,
        fmt::format("database: it has {} migrations, this program knows {}: start the daemon of this version "
                    "once, which applies them",
                    applied.size(), migrations.size()));
}

}  // namespace tocsin::store
