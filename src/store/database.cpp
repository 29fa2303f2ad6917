#include "store/database.hpp"

#include <soci/sqlite3/soci-sqlite3.h>

#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>

#include "base/assert.hpp"
#include "base/limits.hpp"
#include "base/unique_fd.hpp"
#include "store/detail/session.hpp"

namespace tocsin::store {
namespace {

ErrorCode code_of_sqlite(int result) {
    switch (result & 0xff) {
        case SQLITE_CONSTRAINT: return ErrorCode::conflict;
        case SQLITE_BUSY:
        case SQLITE_LOCKED: return ErrorCode::unavailable;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB: return ErrorCode::corrupt;
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH: return ErrorCode::permission;
        default: return ErrorCode::io;
    }
}

/// What went wrong and what to do, for people. Never the library's own text: that quotes the statement with its values.
std::string words_of_sqlite(int result) {
    switch (result & 0xff) {
        case SQLITE_FULL:
            return "the store cannot write: disk full (database or disk is full). Free space on the disk of "
                   "the data "
                   "folder, then try again";
        case SQLITE_IOERR:
            return "the store cannot read or write its files (disk I/O error). Check the disk of the data "
                   "folder: is "
                   "it full, or failing?";
        case SQLITE_CANTOPEN:
            return "the store cannot open its files. Check that the data folder is still there";
        case SQLITE_PERM:
        case SQLITE_READONLY:
        case SQLITE_AUTH:
            return "the store may not write its files (read-only). Check owner, rights and mount of the data "
                   "folder";
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return "the store is in use by another process (database is locked). Try again; if it stays so, "
                   "look for "
                   "a backup or a second daemon on the data folder";
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return "the store is damaged (database disk image is malformed). Stop the daemon and restore the "
                   "data "
                   "folder from its backup";
        case SQLITE_CONSTRAINT: return "there is one with this id already, or what it belongs to is missing";
        default: return std::string("the store failed (") + sqlite_api::sqlite3_errstr(result) + ")";
    }
}

std::string connection_words(const std::string& path) {
    return "dbname=\"" + path + "\" timeout=" + std::to_string(limits::database_busy_ms / 1000);
}

/// Opens one connection. The settings hold for a connection, so each gets them.
void connect(soci::session& session, const std::string& path) {
    session.open(soci::sqlite3, connection_words(path));
    std::string mode;
    session << "PRAGMA journal_mode = WAL", soci::into(mode);
    session << "PRAGMA synchronous = FULL";  // WAL alone would leave the last commits to the kernel's leisure
    session << "PRAGMA foreign_keys = ON";
    // The inner pages of all indexes of some millions of records; SQLite's own 2 MB are read again and again. Negative: in KiB.
    session << "PRAGMA cache_size = -" + std::to_string(limits::database_cache_bytes / 1024);
}

/// Made beforehand, so that nobody else may ever read it; SQLite gives its side files the same mode.
Result<void> create_private_file(const std::string& path) {
    const UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (!file.valid()) return std::unexpected(errno_error("open database " + path, errno));
    return {};
}

}  // namespace

Error current_database_error(std::string_view doing) {
    try {
        throw;
    } catch (const soci::sqlite3_soci_error& error) {
        return {code_of_sqlite(error.result()),
                fmt::format("{}: {}", doing, words_of_sqlite(error.result()))};
    } catch (const soci::soci_error& error) {
        // Without the context, which is the statement.
        return {ErrorCode::io, fmt::format("{}: the store failed ({})", doing, error.get_error_message())};
    } catch (const std::exception& error) {
        return {ErrorCode::io, fmt::format("{}: {}", doing, error.what())};
    }
}

Database::Database(std::unique_ptr<DatabaseState> state) : state_(std::move(state)) {}
Database::Database(Database&& other) noexcept = default;
Database& Database::operator=(Database&& other) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::filesystem::path& path, TimePoint now) {
    const std::string name = path.string();
    if (name.empty() || name.find('"') != std::string::npos)
        return fail(ErrorCode::invalid_input, "open database: the path is empty or has a quotation mark");
    TRY(create_private_file(name));
    auto state = std::make_unique<DatabaseState>();
    TRY(writing(*state, "open database " + name, [&](soci::session& session) -> Result<void> {
        connect(session, name);
        return apply_migrations(session, embedded_migrations(), now);
    }));
    TRY(reading(*state, "open database " + name, [&](soci::session& session) -> Result<void> {
        connect(session, name);
        return {};
    }));
    return Database(std::move(state));
}

Result<Database> Database::open_read_only(const std::filesystem::path& path) {
    const std::string name = path.string();
    std::error_code error;
    if (name.find('"') != std::string::npos || !std::filesystem::is_regular_file(path, error))
        return fail(ErrorCode::not_found, "there is no journal " + name);
    auto state = std::make_unique<DatabaseState>();
    const auto open = [&](soci::session& session) -> Result<void> {
        session.open(soci::sqlite3, connection_words(name) + " readonly=true");
        return check_migrations(session, embedded_migrations());
    };
    TRY(writing(*state, "open database " + name, open));
    TRY(reading(*state, "open database " + name, open));
    return Database(std::move(state));
}

Result<Database> Database::open_in_memory(TimePoint now) {
    auto state = std::make_unique<DatabaseState>();
    state->in_memory = true;
    TRY(writing(*state, "open database in memory", [&](soci::session& session) -> Result<void> {
        connect(session, ":memory:");
        return apply_migrations(session, embedded_migrations(), now);
    }));
    return Database(std::move(state));
}

Result<std::vector<AppliedMigration>> Database::migrations() {
    return reading(
        *state_, "list migrations", [](soci::session& session) -> Result<std::vector<AppliedMigration>> {
            std::vector<AppliedMigration> all;
            long long number = 0, applied_at = 0;
            std::string name, checksum;
            soci::statement select =
                (session.prepare
                     << "SELECT number, name, checksum, applied_at FROM schema_migrations ORDER BY number",
                 soci::into(number), soci::into(name), soci::into(checksum), soci::into(applied_at));
            select.execute();
            while (select.fetch()) all.push_back({number, name, checksum, TimePoint{applied_at}});
            return all;
        });
}

Result<void> Database::try_write() {
    return writing(*state_, "write to the database", [](soci::session& session) -> Result<void> {
        // SQLite does not write a row that stays as it is; this it writes always, with a commit of its own.
        session << "PRAGMA user_version = 1";
        return {};
    });
}

}  // namespace tocsin::store
