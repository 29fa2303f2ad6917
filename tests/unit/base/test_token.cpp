#include "base/token.hpp"

#include <doctest/doctest.h>

using namespace tocsin;

TEST_CASE("a token is long, of safe characters, and new each time") {
    const std::string one = make_token(), other = make_token();
    CHECK(one.size() == 43);
    CHECK(looks_like_token(one));
    CHECK(one != other);
}

TEST_CASE("what may be a token") {
    CHECK(looks_like_token(std::string(32, 'a')));
    CHECK(looks_like_token(std::string(512, 'Z')));
    CHECK_FALSE(looks_like_token(std::string(31, 'a')));
    CHECK_FALSE(looks_like_token(std::string(513, 'a')));
    CHECK_FALSE(looks_like_token(std::string(31, 'a') + " "));
    CHECK_FALSE(looks_like_token(std::string(31, 'a') + "="));
}

TEST_CASE("comparing tokens") {
    const std::string token = make_token();
    CHECK(same_token(token, token));
    CHECK_FALSE(same_token(token, token + "a"));
    CHECK_FALSE(same_token(token, token.substr(1)));
    CHECK_FALSE(same_token("", ""));
    std::string changed = token;
    changed.back() = changed.back() == 'A' ? 'B' : 'A';
    CHECK_FALSE(same_token(token, changed));
}
