#include "gate/own_name.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin::gate;

namespace {
bool resembles(const char* address, const char* name, const char* other) {
    return resembles_own_name(address, name, other);
}
}  // namespace

TEST_CASE("somebody's own name at another provider") {
    for (const char* other :
         {"anna.muster@gmail.com", "annamuster@gmail.com", "annamuster77@gmail.com",
          "anna_muster.1985@web.example", "muster.anna@gmail.com", "a.muster@gmail.com", "amuster@gmail.com",
          "muster.a@gmail.com", "annam@gmail.com", "ANNA.MUSTER+work@gmail.com", "anna.mustre@gmail.com",
          "anna.mustter@gmail.com", "anna.muste@gmail.com", "4nna.mu5ter@gmail.com",
          "anna.maria.muster@gmail.com", "anna.mueller-muster@gmail.com"}) {
        CAPTURE(other);
        CHECK(resembles("anna.muster@company.example", "", other));
        CHECK(resembles("am@company.example", "Anna Muster", other));
    }
    CHECK(resembles("info@company.example", "J\u00fcrgen Gro\u00df", "j\u00fcrgen.gro\u00df@gmail.com"));
    CHECK(resembles("headofsales@company.example", "", "headofsales2@gmail.com"));
}

TEST_CASE("other people, and names that are anybody's, are nobody's own") {
    for (const char* other :
         {"bert.meier@gmail.com", "anna@gmail.com", "muster@gmail.com", "anna.meier@gmail.com",
          "b.muster@gmail.com", "annabella@gmail.com", "hannah.mustermann@gmail.com", "a@gmail.com",
          "@gmail.com", "", "77@gmail.com", "info@gmail.com", "mustafa@gmail.com"}) {
        CAPTURE(other);
        CHECK_FALSE(resembles("anna.muster@company.example", "Anna Muster", other));
    }
    CHECK_FALSE(resembles("info@company.example", "", "info@gmail.com"));
    CHECK_FALSE(resembles("", "", ""));
    CHECK_FALSE(resembles("li@company.example", "Li", "li@gmail.com"));
    CHECK_FALSE(resembles("jo.li@company.example", "Jo Li", "joli@gmail.com"));
}

TEST_CASE("long and odd texts cost little and harm nothing") {
    const std::string long_name(100'000, 'a'), dots(100'000, '.');
    CHECK_FALSE(resembles_own_name(long_name + "@x.example", dots, dots + "@gmail.com"));
    CHECK_FALSE(resembles_own_name("\xff\xfe@x.example", "\xc3", "b@gmail.com"));
}
