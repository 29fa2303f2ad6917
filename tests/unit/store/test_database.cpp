#include <doctest/doctest.h>

#include <sqlite3.h>
#include <sys/stat.h>

#include <fstream>
#include <string>

#include "store/database.hpp"
#include "store/migrations.hpp"
#include "store/sample_records.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::store;

namespace {

void run_sql(const std::string& path, const char* sql) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
}

}  // namespace

TEST_CASE("embedded migrations are numbered from 1 without a gap") {
    std::int64_t number = 0;
    for (const auto& migration : embedded_migrations()) {
        CHECK(migration.number == ++number);
        CHECK(!migration.name.empty());
        CHECK(!migration_statements(migration.text).empty());
    }
    CHECK(number >= 1);
}

TEST_CASE("statements are split at a semicolon at the end of a line") {
    CHECK(migration_statements("-- a; comment\n\nCREATE TABLE a (\n    b TEXT\n);\nSELECT ';x' ;\n") ==
          std::vector<std::string>{"CREATE TABLE a (\n    b TEXT\n)", "SELECT ';x' "});
    CHECK(migration_statements("").empty());
}

TEST_CASE("a database is made once, private, and opened again as it is") {
    test::TemporaryFolder folder;
    const std::string path = folder.path() / "a name with blanks.db";
    {
        auto database = Database::open(path, test::noon);
        REQUIRE(database.has_value());
        const auto applied = database->migrations();
        REQUIRE(applied.has_value());
        REQUIRE(applied->size() == embedded_migrations().size());
        CHECK(applied->front().name == "journal");
        CHECK(applied->front().applied_at == test::noon);
        CHECK(applied->front().checksum == migration_checksum(embedded_migrations().front()));
        struct stat found{};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK((found.st_mode & 0777U) == 0600U);
    }
    auto database = Database::open(path, test::after_noon(60));
    REQUIRE(database.has_value());
    CHECK(database->migrations()->front().applied_at == test::noon);
}

TEST_CASE("a newer, an altered and a foreign database are refused") {
    test::TemporaryFolder folder;
    const std::string path = folder.path() / "tocsin.db";
    REQUIRE(Database::open(path, test::noon).has_value());
    SUBCASE("newer") {
        run_sql(path, "INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 1)");
        const auto refused = Database::open(path, test::noon);
        CHECK(refused.error().code == ErrorCode::conflict);
        CHECK(refused.error().message.find("newer") != std::string::npos);
    }
    SUBCASE("altered") {
        run_sql(path, "UPDATE schema_migrations SET checksum = 'other' WHERE number = 1");
        const auto refused = Database::open(path, test::noon);
        CHECK(refused.error().code == ErrorCode::conflict);
        CHECK(refused.error().message.find("altered") != std::string::npos);
    }
    SUBCASE("not a database") {
        std::ofstream(path, std::ios::trunc) << std::string(8192, 'x');
        std::filesystem::remove(path + "-wal");
        CHECK(Database::open(path, test::noon).error().code == ErrorCode::corrupt);
    }
    SUBCASE("no folder") {
        CHECK_FALSE(Database::open(folder.path() / "none" / "tocsin.db", test::noon).has_value());
    }
}
