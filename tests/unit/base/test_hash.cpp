#include "base/hash.hpp"

#include <doctest/doctest.h>

#include <set>

#include "base/bytes.hpp"

namespace tocsin {

TEST_CASE("SHA-256 of FIPS 180-4's own examples") {
    const auto hex = [](std::string_view text) {
        const Hash256 hash = sha256(as_bytes(text));
        return to_hex(std::as_bytes(std::span(hash)));
    };
    CHECK(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("MD5 and SHA-1 of RFC 1321's and FIPS 180-4's own example") {
    CHECK(md5_hex(as_bytes("abc")) == "900150983cd24fb0d6963f7d28e17f72");
    CHECK(sha1_hex(as_bytes("abc")) == "a9993e364706816aba3e25717850c26c9cd0d89d");
}

TEST_CASE("a keyed hash depends on the key and on the content, and on nothing else") {
    const HashKey one = random_hash_key(), other = random_hash_key();
    const ByteView content = as_bytes("the same bytes");
    CHECK(keyed_hash(one, content) == keyed_hash(one, content));
    CHECK(keyed_hash(one, content) == keyed_hash(one, sha256(content)));
    CHECK(keyed_hash(one, content) != keyed_hash(other, content));
    CHECK(keyed_hash(one, content) != keyed_hash(one, as_bytes("the same byte")));
    CHECK(keyed_hash(one, content) != sha256(content));
}

TEST_CASE("ids sort by time and do not repeat") {
    CHECK(make_id(1'000'000) < make_id(2'000'000));
    std::set<std::string> ids;
    for (int round = 0; round < 1000; ++round) ids.insert(make_id(5'000'000));
    CHECK(ids.size() == 1000);
    CHECK(ids.begin()->size() == 26);
}

}  // namespace tocsin
