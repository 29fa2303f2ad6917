// One database: SQLite now, PostgreSQL later behind the same type. The only door of the house to SOCI.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace tocsin::store {

struct DatabaseState;

/// A migration that was applied.
struct AppliedMigration {
    std::int64_t number = 0;
    std::string name;
    std::string checksum;  ///< SHA-256 of its text, hexadecimal
    TimePoint applied_at;
};

/// Connections to one database, shared by the stores; safe to use from several threads. Every call blocks: the
/// daemon makes it on its BlockingPool. All writes go through one connection, one after the other; listings have
/// their own connection.
class Database {
public:
    /// Opens or creates the SQLite file at `path` (WAL, synchronous=FULL: a commit is on disk when it returns) and
    /// applies the migrations that are missing, each in one transaction. Refuses a database with a migration that
    /// this program does not know (newer program) or whose text differs (altered schema): ErrorCode::conflict.
    /// Errors: io, permission, corrupt.
    [[nodiscard]] static Result<Database> open(const std::filesystem::path& path, TimePoint now);
    /// Opens the file of a daemon that may be running, for questions only: nothing is written, no migration applied. What the
    /// daemon has not filed yet is not found. Errors: not_found, conflict (made by another version), permission, corrupt, io.
    [[nodiscard]] static Result<Database> open_read_only(const std::filesystem::path& path);
    /// An empty database in memory, for tests and for `tocsin scan`.
    [[nodiscard]] static Result<Database> open_in_memory(TimePoint now);
    Database(Database&& other) noexcept;
    Database& operator=(Database&& other) noexcept;
    ~Database();

    [[nodiscard]] Result<std::vector<AppliedMigration>> migrations();
    /// Commits a change that changes nothing: whether the disk takes writes. Errors: io (disk full, read-only), unavailable.
    [[nodiscard]] Result<void> try_write();
    /// For the room itself.
    [[nodiscard]] DatabaseState& state() const { return *state_; }

private:
    explicit Database(std::unique_ptr<DatabaseState> state);
    std::unique_ptr<DatabaseState> state_;
};

}  // namespace tocsin::store
