// Owner and country of an address, and files that are damaged.
#include "app/network_databases.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <array>
#include <fstream>
#include <iterator>

#include "support/temporary_folder.hpp"

using namespace tocsin;
using app::NetworkDatabases;

namespace {

const std::filesystem::path corpus = TOCSIN_CORPUS "/network_databases";

std::string bytes_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

struct Case {
    const char* ip;
    const char* owner;
    const char* country;
};

void check(const NetworkDatabases& databases, std::initializer_list<Case> cases) {
    for (const Case& one : cases) {
        CAPTURE(one.ip);
        const NetworkDatabases::Network network = databases.look_up(one.ip);
        CHECK(network.owner == one.owner);
        CHECK(network.country == one.country);
    }
}

/// Looks everything up in a file that may be damaged anywhere. True: it could be opened.
bool try_all(const std::filesystem::path& path) {
    const Result<NetworkDatabases> databases = NetworkDatabases::open(path, std::nullopt);
    if (!databases) {
        CHECK(databases.error().message.starts_with(path.string() + ": "));
        return false;
    }
    for (const char* ip : {"0.0.0.0", "192.0.2.7", "198.51.100.1", "198.51.100.200", "203.0.113.255",
                           "255.255.255.255", "::", "2001:db8::1", "ffff::"}) {
        const NetworkDatabases::Network network = databases->look_up(ip);
        CHECK((network.owner.empty() || network.owner.starts_with("AS")));
        CHECK(network.owner.size() <= 12);
        CHECK(network.country.empty());
    }
    return true;
}

}  // namespace

TEST_CASE("owner and country in the schema of GeoLite2") {
    check(NetworkDatabases::open(corpus / "asn.mmdb", corpus / "country.mmdb").value(),
          {{"192.0.2.7", "AS64500", "DE"},
           {"::ffff:192.0.2.7", "AS64500", "DE"},
           {"198.51.100.127", "AS64501", "BR"},
           {"198.51.100.128", "", "BR"},
           {"203.0.113.1", "", ""},
           {"8.8.8.8", "", ""},
           {"2001:db8:ffff::1", "AS4294967294", ""},  // the other file has IPv4 alone
           {"2001:db9::1", "", ""},
           {"192.0.2.7:25", "", ""},
           {"", "", ""}});
}

TEST_CASE("the flat schema, one file for both") {
    check(NetworkDatabases::open(corpus / "flat.mmdb", corpus / "flat.mmdb").value(),
          {{"192.0.2.7", "AS64500", "DE"},
           {"198.51.100.1", "AS64501", "BR"},
           {"203.0.113.1", "", ""},
           {"2001:db8::1", "AS64502", ""}});
}

TEST_CASE("without a file nothing is known, and what is known stays") {
    check(NetworkDatabases::open(std::nullopt, std::nullopt).value(), {{"192.0.2.7", "", ""}});
    check(NetworkDatabases::open(std::nullopt, corpus / "country.mmdb").value(), {{"192.0.2.7", "", "DE"}});
    const auto databases = NetworkDatabases::open(corpus / "asn.mmdb", corpus / "country.mmdb").value();
    std::string owner = "AS1", country;
    databases.fill_in("192.0.2.7", owner, country);
    CHECK(owner == "AS1");
    CHECK(country == "DE");
    country = "FR";
    owner.clear();
    databases.fill_in("192.0.2.7", owner, country);
    CHECK(owner == "AS64500");
    CHECK(country == "FR");
}

TEST_CASE("a file that cannot be used is told, with what to do") {
    const test::TemporaryFolder folder;
    write(folder.path() / "empty", "");
    write(folder.path() / "text", std::string(5'000, 'x'));
    REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
    struct Wrong {
        std::filesystem::path path;
        ErrorCode code;
        const char* says;
    };
    for (const Wrong& wrong :
         {Wrong{folder.path() / "absent", ErrorCode::not_found, "no such file"},
          Wrong{folder.path(), ErrorCode::invalid_input, "this is no file"},
          Wrong{folder.path() / "pipe", ErrorCode::invalid_input, "this is no file"},
          Wrong{folder.path() / "empty", ErrorCode::corrupt, "this file is empty"},
          Wrong{folder.path() / "text", ErrorCode::corrupt, "name one such as GeoLite2-ASN.mmdb"},
          Wrong{corpus / "country.mmdb", ErrorCode::invalid_input,
                "(\"GeoLite2-Country\") says nothing of owners of networks"}}) {
        CAPTURE(wrong.path);
        const Result<NetworkDatabases> opened = NetworkDatabases::open(wrong.path, std::nullopt);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == wrong.code);
        CHECK(opened.error().message.starts_with(wrong.path.string() + ": "));
        CHECK_MESSAGE(opened.error().message.find(wrong.says) != std::string::npos, opened.error().message);
    }
    CHECK(NetworkDatabases::open(std::nullopt, corpus / "asn.mmdb")
              .error()
              .message.find("GeoLite2-Country.mmdb") != std::string::npos);
}

TEST_CASE("a file that is cut off anywhere is an error, and a byte that is another never a crash") {
    const test::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "damaged.mmdb";
    for (const char* name : {"asn.mmdb", "flat.mmdb"}) {
        const std::string whole = bytes_of(corpus / name);
        write(path, whole);
        REQUIRE(try_all(path));
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CAPTURE(size);
            write(path, whole.substr(0, size));
            CHECK_FALSE(try_all(path));
        }
        std::size_t opened = 0, refused = 0;
        for (std::size_t place = 0; place < whole.size(); ++place) {
            for (const unsigned char flip : {0x01, 0x10, 0x80, 0xFF}) {
                CAPTURE(place);
                std::string damaged = whole;
                damaged[place] = static_cast<char>(static_cast<unsigned char>(damaged[place]) ^ flip);
                write(path, damaged);
                ++(try_all(path) ? opened : refused);
            }
        }
        // Most places tell only when they are looked at; the tree's beginning and the metadata tell at once.
        CHECK(opened > 0);
        CHECK(refused > 0);
    }
}

TEST_CASE("a tree that leads in a circle is walked to its limit") {
    const test::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "circle.mmdb";
    std::string bytes = bytes_of(corpus / "asn.mmdb");
    // Both records of all nodes lead to the second node; the library knows a way back to the first.
    const std::size_t tree = bytes.find(std::string(16, '\0') + "\xE2");
    REQUIRE(tree != std::string::npos);
    for (std::size_t place = 0; place < tree; ++place) bytes[place] = place % 3 == 2 ? '\1' : '\0';
    write(path, bytes);
    const Result<NetworkDatabases> opened = NetworkDatabases::open(path, std::nullopt);
    REQUIRE_FALSE(opened);
    CHECK_MESSAGE(opened.error().message.find("names no network") != std::string::npos,
                  opened.error().message);
}
