#include <doctest/doctest.h>

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <fstream>
#include <limits>
#include <string>
#include <thread>

#include "base/limits.hpp"
#include "store/evidence_store.hpp"
#include "store/sealing.hpp"
#include "support/temporary_folder.hpp"

using namespace tocsin;
using namespace tocsin::store;
namespace fs = std::filesystem;

namespace {

std::string random_text(std::size_t size) {
    std::string text(size, '\0');
    randombytes_buf(text.data(), size);
    return text;
}

fs::path file_of(const fs::path& folder, const Hash256& hash) {
    const std::string name = to_hex(std::as_bytes(std::span(hash)));
    return folder / name.substr(0, 2) / name;
}

constexpr TimePoint far_future{std::numeric_limits<std::int64_t>::max()};

void flip_byte(const fs::path& path, std::int64_t at) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const int old = file.get();
    file.seekp(at);
    file.put(static_cast<char>(old ^ 1));
}

}  // namespace

TEST_CASE("evidence comes back byte for byte, at sizes around the chunk") {
    test::TemporaryFolder folder;
    auto store = EvidenceStore::open(folder.path());
    REQUIRE(store.has_value());
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, limits::evidence_chunk_bytes - 100, limits::evidence_chunk_bytes,
          3 * limits::evidence_chunk_bytes + 17, std::size_t{1} << 20}) {
        CAPTURE(size);
        const std::string content = random_text(size);
        const auto hash = store->put(as_bytes(content));
        REQUIRE(hash.has_value());
        CHECK(*hash == sha256(as_bytes(content)));
        const auto back = store->get(*hash);
        REQUIRE(back.has_value());
        CHECK(as_text(*back) == content);
        CHECK(hash_from_hex(to_hex(std::as_bytes(std::span(*hash)))) == *hash);
    }
    CHECK(store->get(Hash256{}).error().code == ErrorCode::not_found);
}

TEST_CASE("what is on disk is compressed, sealed, private, and survives a restart") {
    test::TemporaryFolder folder;
    const std::string content(100'000, 'A');
    Hash256 hash{};
    std::uint64_t used = 0;
    {
        auto store = EvidenceStore::open(folder.path());
        REQUIRE(store.has_value());
        hash = *store->put(as_bytes(content));
        CHECK(*store->put(as_bytes(content)) == hash);  // the same file
        used = store->used_bytes();
        CHECK(used < 1'000);
        CHECK(used == fs::file_size(file_of(folder.path(), hash)));
        CHECK(EvidenceStore::open(folder.path()).error().code == ErrorCode::conflict);
        for (const auto& path : {file_of(folder.path(), hash), folder.path() / "key"}) {
            struct stat found{};
            REQUIRE(::stat(path.c_str(), &found) == 0);
            CHECK((found.st_mode & 0777U) == 0600U);
        }
        std::ofstream(folder.path() / "new" / "left-over") << "half";
    }
    auto store = EvidenceStore::open(folder.path());
    REQUIRE(store.has_value());
    CHECK(store->used_bytes() == used);
    CHECK(as_text(*store->get(hash)) == content);
    CHECK_FALSE(fs::exists(folder.path() / "new" / "left-over"));
    REQUIRE(store->remove_if_unused(hash, far_future).value());
    CHECK(store->used_bytes() == 0);
    CHECK_FALSE(store->contains(hash));
}

TEST_CASE("a changed, cut, lengthened or exchanged file is corrupt, and storing again mends it") {
    test::TemporaryFolder folder;
    auto store = EvidenceStore::open(folder.path());
    REQUIRE(store.has_value());
    const std::string content = random_text(200'000);
    const Hash256 hash = *store->put(as_bytes(content));
    const Hash256 other = *store->put(as_bytes("other"));
    const fs::path path = file_of(folder.path(), hash);
    const std::uint64_t used = store->used_bytes();
    const auto size = static_cast<std::int64_t>(fs::file_size(path));
    SUBCASE("magic") {
        flip_byte(path, 0);
    }
    SUBCASE("header") {
        flip_byte(path, 10);
    }
    SUBCASE("first chunk") {
        flip_byte(path, 100);
    }
    SUBCASE("last byte") {
        flip_byte(path, size - 1);
    }
    SUBCASE("cut in a chunk") {
        fs::resize_file(path, static_cast<std::uintmax_t>(size - 1));
    }
    SUBCASE("cut after a chunk") {
        fs::resize_file(path, 8 + 24 + limits::evidence_chunk_bytes + 17);
    }
    SUBCASE("empty") {
        fs::resize_file(path, 0);
    }
    SUBCASE("lengthened") {
        std::ofstream(path, std::ios::app) << "x";
    }
    SUBCASE("exchanged") {
        fs::copy_file(file_of(folder.path(), other), path, fs::copy_options::overwrite_existing);
    }
    CHECK(store->get(hash).error().code == ErrorCode::corrupt);
    CHECK(*store->put(as_bytes(content)) == hash);
    CHECK(as_text(*store->get(hash)) == content);
    CHECK(fs::file_size(path) == static_cast<std::uintmax_t>(size));
    // What others cut or added outside is counted right again at the next start.
    CHECK(store->used_bytes() + 1 >= used);
}

TEST_CASE("the quota is a named refusal that stores nothing") {
    test::TemporaryFolder folder;
    auto store = EvidenceStore::open(folder.path(), 10'000);
    REQUIRE(store.has_value());
    const std::string first = random_text(6'000), second = random_text(6'000);
    REQUIRE(store->put(as_bytes(first)).has_value());
    const std::uint64_t used = store->used_bytes();
    const auto refused = store->put(as_bytes(second));
    CHECK(refused.error().code == ErrorCode::limit);
    CHECK(refused.error().message.find("quota") != std::string::npos);
    CHECK(store->used_bytes() == used);
    CHECK_FALSE(store->contains(sha256(as_bytes(second))));
    CHECK(fs::is_empty(folder.path() / "new"));
    CHECK(store->put(as_bytes(first)).has_value());  // already there: needs no room
    REQUIRE(store->remove_if_unused(sha256(as_bytes(first)), far_future).value());
    CHECK(store->put(as_bytes(second)).has_value());
}

TEST_CASE("what is not needed goes, but not what was stored (again) just now") {
    test::TemporaryFolder folder;
    auto store = EvidenceStore::open(folder.path());
    REQUIRE(store.has_value());
    const Hash256 hash = store->put(as_bytes("message")).value();
    const std::uint64_t used = store->used_bytes();
    const timespec long_ago[2] = {{1'000'000, 0}, {1'000'000, 0}};
    const TimePoint cutoff{2'000'000LL * 1'000'000};
    CHECK_FALSE(store->remove_if_unused(hash, cutoff).value());
    CHECK(store->list_shelf(hash[0]).value() == std::vector<Hash256>{hash});
    REQUIRE(::utimensat(AT_FDCWD, file_of(folder.path(), hash).c_str(), long_ago, 0) == 0);
    REQUIRE(store->put(as_bytes("message")).value() == hash);  // counts as stored now
    CHECK_FALSE(store->remove_if_unused(hash, cutoff).value());
    REQUIRE(::utimensat(AT_FDCWD, file_of(folder.path(), hash).c_str(), long_ago, 0) == 0);
    CHECK(store->remove_if_unused(hash, cutoff).value());
    CHECK_FALSE(store->contains(hash));
    CHECK(used > 0);
    CHECK(store->used_bytes() == 0);
    CHECK(store->remove_if_unused(hash, cutoff).value());
    CHECK(store->list_shelf(hash[0]).value().empty());
}

TEST_CASE("the key file is checked") {
    test::TemporaryFolder folder;
    const fs::path key = folder.path() / "key";
    REQUIRE(EvidenceStore::open(folder.path())->put(as_bytes("x")).has_value());
    SUBCASE("readable by others") {
        fs::permissions(key, fs::perms::group_read, fs::perm_options::add);
        CHECK(EvidenceStore::open(folder.path()).error().code == ErrorCode::permission);
    }
    SUBCASE("cut") {
        fs::resize_file(key, 31);
        CHECK(EvidenceStore::open(folder.path()).error().code == ErrorCode::corrupt);
    }
    SUBCASE("gone, with evidence left: no new key") {
        fs::remove(key);
        CHECK(EvidenceStore::open(folder.path()).error().code == ErrorCode::corrupt);
        CHECK_FALSE(fs::exists(key));
    }
    SUBCASE("another one") {
        flip_byte(key, 0);
        auto store = EvidenceStore::open(folder.path());
        REQUIRE(store.has_value());
        CHECK(store->get(sha256(as_bytes("x"))).error().code == ErrorCode::corrupt);
    }
}

TEST_CASE("content over the message limit is refused, sealed and open") {
    const SealKey key = make_seal_key();
    const std::string big(limits::message_bytes + 1, 'x');
    CHECK(seal(key, Hash256{}, as_bytes(big)).error().code == ErrorCode::limit);
    CHECK(open_seal(key, Hash256{}, as_bytes("")).error().code == ErrorCode::corrupt);
}

TEST_CASE("threads that store the same content make one file") {
    test::TemporaryFolder folder;
    auto store = EvidenceStore::open(folder.path());
    REQUIRE(store.has_value());
    const std::string content = random_text(50'000);
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index)
        threads.emplace_back([&] {
            for (int round = 0; round < 5; ++round) (void)store->put(as_bytes(content));
        });
    for (auto& thread : threads) thread.join();
    CHECK(as_text(*store->get(sha256(as_bytes(content)))) == content);
    CHECK(store->used_bytes() == fs::file_size(file_of(folder.path(), sha256(as_bytes(content)))));
}

TEST_CASE("hashes from text") {
    CHECK(hash_from_hex(std::string(64, '0')) == Hash256{});
    CHECK(hash_from_hex(std::string(64, 'F'))->back() == 0xFF);
    for (const auto& text : {std::string(), std::string(63, '0'), std::string(65, '0'), std::string(64, 'g')})
        CHECK(hash_from_hex(text).error().code == ErrorCode::invalid_input);
}
