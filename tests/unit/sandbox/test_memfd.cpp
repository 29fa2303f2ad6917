#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>

#include "sandbox/sandbox.hpp"

using namespace tocsin;
using namespace tocsin::sandbox;

TEST_CASE("a sealed memfd can be read, and never changed again") {
    UniqueFd fd = make_sealed_memfd(as_bytes("From: a@example.org\r\n")).value();
    auto mapping = SealedMapping::open(fd.get(), 100);
    REQUIRE(mapping.has_value());
    CHECK(as_text(mapping->bytes()) == "From: a@example.org\r\n");
    CHECK(::write(fd.get(), "x", 1) < 0);
    CHECK(::ftruncate(fd.get(), 0) != 0);
    CHECK(::ftruncate(fd.get(), 1000) != 0);
    CHECK(::mmap(nullptr, 4, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0) == MAP_FAILED);
    CHECK(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL) != 0);
}

TEST_CASE("sizes at the edges") {
    SUBCASE("an empty message is a message") {
        UniqueFd fd = make_sealed_memfd({}).value();
        CHECK(SealedMapping::open(fd.get(), 0).value().bytes().empty());
    }
    SUBCASE("exactly the limit is taken, one byte more is not") {
        UniqueFd fd = make_sealed_memfd(as_bytes("12345")).value();
        CHECK(SealedMapping::open(fd.get(), 5).has_value());
        auto refused = SealedMapping::open(fd.get(), 4);
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == ErrorCode::limit);
    }
    SUBCASE("larger than what is mapped at once") {
        std::string large(3U << 20, 'm');
        large.back() = '!';
        UniqueFd fd = make_sealed_memfd(as_bytes(large)).value();
        auto mapping = SealedMapping::open(fd.get(), large.size()).value();
        CHECK(as_text(mapping.bytes()) == large);
    }
}

TEST_CASE("what could change under the parser is refused") {
    SUBCASE("unsealed") {
        UniqueFd fd = make_output_memfd().value();
        auto mapping = SealedMapping::open(fd.get(), 100);
        REQUIRE_FALSE(mapping.has_value());
        CHECK(mapping.error().code == ErrorCode::corrupt);
    }
    SUBCASE("sealed by halves") {
        for (int seals :
             {F_SEAL_WRITE, F_SEAL_GROW | F_SEAL_SHRINK, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK}) {
            UniqueFd fd = make_output_memfd().value();
            REQUIRE(::fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
            CHECK_FALSE(SealedMapping::open(fd.get(), 100).has_value());
        }
    }
    SUBCASE("not a memfd at all") {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        UniqueFd read_end(ends[0]), write_end(ends[1]);
        CHECK_FALSE(SealedMapping::open(read_end.get(), 100).has_value());
        CHECK_FALSE(SealedMapping::open(-1, 100).has_value());
        UniqueFd file(::open("/etc/hostname", O_RDONLY | O_CLOEXEC));
        CHECK_FALSE(SealedMapping::open(file.get(), 100'000).has_value());
    }
}

TEST_CASE("an output memfd is sealed only when nobody can write into it any more") {
    UniqueFd fd = make_output_memfd().value();
    REQUIRE(::ftruncate(fd.get(), 4096) == 0);
    SUBCASE("still mapped writable") {
        void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
        REQUIRE(page != MAP_FAILED);
        auto sealed = seal_output_memfd(fd.get(), 4096);
        REQUIRE_FALSE(sealed.has_value());
        CHECK(sealed.error().code == ErrorCode::conflict);
        ::munmap(page, 4096);
        CHECK(seal_output_memfd(fd.get(), 4096).has_value());
    }
    SUBCASE("sealed by the other side, so that ours does not take") {
        REQUIRE(::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SEAL) == 0);
        auto sealed = seal_output_memfd(fd.get(), 4096);
        REQUIRE_FALSE(sealed.has_value());
        CHECK(sealed.error().code == ErrorCode::conflict);
    }
    SUBCASE("too large") {
        auto sealed = seal_output_memfd(fd.get(), 4095);
        REQUIRE_FALSE(sealed.has_value());
        CHECK(sealed.error().code == ErrorCode::limit);
    }
    SUBCASE("then it reads like an input") {
        REQUIRE(seal_output_memfd(fd.get(), 4096).has_value());
        CHECK(SealedMapping::open(fd.get(), 4096).value().bytes().size() == 4096);
    }
}

TEST_CASE("a mapping moves, and outlives its descriptor") {
    UniqueFd fd = make_sealed_memfd(as_bytes("first")).value();
    UniqueFd other_fd = make_sealed_memfd(as_bytes("second")).value();
    SealedMapping mapping = SealedMapping::open(fd.get(), 10).value();
    SealedMapping other = SealedMapping::open(other_fd.get(), 10).value();
    fd.reset();
    SealedMapping moved = std::move(mapping);
    CHECK(as_text(moved.bytes()) == "first");
    moved = std::move(other);
    CHECK(as_text(moved.bytes()) == "second");
}
