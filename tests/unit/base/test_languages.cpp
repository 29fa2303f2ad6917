#include <doctest/doctest.h>

#include "base/languages.hpp"

using namespace tocsin;

TEST_CASE("names of languages") {
    CHECK(language_name("pt") == "Portuguese");
    CHECK(language_name("zh") == "Chinese");
    CHECK(language_name("xx") == "xx");
    CHECK(language_name("") == "");
}

TEST_CASE("which languages are taken for each other") {
    CHECK(languages_alike("de", "de"));
    CHECK(languages_alike("xx", "xx"));
    CHECK(languages_alike("da", "no"));
    CHECK(languages_alike("no", "da"));
    CHECK(languages_alike("gl", "pt"));
    CHECK(languages_alike("gl", "es"));
    CHECK_FALSE(languages_alike("pt", "es"));
    CHECK_FALSE(languages_alike("de", "nl"));
    CHECK_FALSE(languages_alike("ru", "uk"));
}
