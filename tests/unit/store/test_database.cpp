#include <doctest/doctest.h>

#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "store/database.hpp"
#include "store/detail/session.hpp"
#include "store/held_store.hpp"
#include "store/migrations.hpp"
#include "store/order_store.hpp"
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

TEST_CASE("a full disk is told in words, without the statement and its values") {
    Database database = *Database::open_in_memory(test::noon);
    OrderStore orders(database);
    Order order;
    order.value = "secret-thief@evil.example";
    order.given_by = "alice";
    order.reason = std::string(4000, 'x');
    order.given_at = test::noon;
    {
        int pages = 0;
        database.state().writer << "PRAGMA page_count", soci::into(pages);
        database.state().writer << "PRAGMA max_page_count = " + std::to_string(pages);
    }
    Result<void> added;
    for (int number = 0; number < 20 && added; ++number) {
        order.id = "o" + std::to_string(number);
        added = orders.add(order);
    }
    REQUIRE_FALSE(added.has_value());
    CHECK(added.error().code == ErrorCode::io);
    CHECK(added.error().message ==
          "add order: the store cannot write: disk full (database or disk is full). Free "
          "space on the disk of the data folder, then try again");
}

TEST_CASE("trying to write says whether the disk takes writes") {
    test::TemporaryFolder folder;
    Database database = *Database::open(folder.path() / "tocsin.sqlite", test::noon);
    CHECK(database.try_write().has_value());
    std::error_code error;
    const auto log_bytes = [&] {
        return std::filesystem::file_size(folder.path() / "tocsin.sqlite-wal", error);
    };
    const auto before = log_bytes();
    CHECK(database.try_write().has_value());
    CHECK(log_bytes() > before);  // the same value again: still written
    database.state().writer << "PRAGMA query_only = 1";
    CHECK_FALSE(database.try_write().has_value());
}

TEST_CASE("an id that exists is told in words, without the statement") {
    Database database = *Database::open_in_memory(test::noon);
    HeldStore held(database);
    REQUIRE(held.add(Held{.id = "h1", .time = test::noon}).has_value());
    const auto again = held.add(Held{.id = "h1", .time = test::noon});
    REQUIRE_FALSE(again.has_value());
    CHECK(again.error().code == ErrorCode::conflict);
    CHECK(again.error().message.find("INSERT") == std::string::npos);
    CHECK(again.error().message.find("this id already") != std::string::npos);
}
