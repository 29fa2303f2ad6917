#include "base/dns.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.hpp"

using namespace tocsin;

TEST_CASE("names that DNS may be asked for") {
    for (const char* name :
         {"a.b", "s1._domainkey.shop.example", "_dmarc.XN--P1AI.example", "1.2", "a+b=c/d%20.example"})
        CHECK_MESSAGE(is_dns_name(name), name);
    for (const std::string& name :
         {std::string(), std::string("com"), std::string("."), std::string("a..b"), std::string(".a.b"),
          std::string("a.b."), std::string("a b.c"), std::string("a\\.b"), std::string("a\"b.c"),
          std::string("a@b.c"), std::string("a\0.b", 4), std::string("\xc3\xa4.b"),
          std::string(64, 'a') + ".b", std::string("a.") + std::string(limits::domain_name_bytes, 'b')})
        CHECK_FALSE_MESSAGE(is_dns_name(name), name);
}
