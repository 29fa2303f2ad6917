#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "gate/address_match.hpp"
#include "gate/check_envelope.hpp"

using namespace tocsin;
using namespace tocsin::gate;

TEST_CASE("the client's address is an address, or is said to be unknown") {
    const auto client = [](const std::string& value) {
        proto::HttpRequest request;
        request.headers.fields = {{"IP", value}};
        const Result<Envelope> envelope = envelope_from(request, {});
        return envelope ? envelope->client_ip : "error: " + envelope.error().message;
    };
    for (const auto& [value, address] : std::vector<std::pair<std::string, std::string>>{{"192.0.2.7", "192.0.2.7"},
                                                                                         {" 192.0.2.7 ", "192.0.2.7"},
                                                                                         {"[192.0.2.7]", "192.0.2.7"},
                                                                                         {"[IPv6:2001:db8::1]", "2001:db8::1"},
                                                                                         {"IPv6:::1", "::1"},
                                                                                         {"[::1]", "::1"},
                                                                                         {"unknown", ""},
                                                                                         {"", ""}}) {
        CAPTURE(value);
        CHECK(client(value) == address);
    }
    for (const char* value : {"nonsense", "192.0.2.7:25", "192.0.2", "IPv4:192.0.2.7", "[", "[]"}) {
        CAPTURE(value);
        CHECK(client(value).starts_with("error: IP: not an IP address"));
    }
}

TEST_CASE("an address is the same address however it is written") {
    for (const auto& [written, plain] :
         std::vector<std::pair<std::string, std::string>>{{"a@b.example", "a@b.example"},
                                                          {"\"a\"@b.example.", "a@b.example"},
                                                          {R"("a\"b\\c"@b.example)", R"(a"b\c@b.example)"},
                                                          {"\"a@b\"@c.example", "a@b@c.example"},
                                                          {"@b.example", "@b.example"},
                                                          {"\"@b.example", "\"@b.example"},
                                                          {"nobody", "nobody"},
                                                          {"", ""}}) {
        CAPTURE(written);
        CHECK(plain_address(written) == plain);
    }
    CHECK(fits_address("thief@b.example", "\"thief\"@B.example."));
    CHECK(fits_address("@b.example", "x@b.example."));
    CHECK_FALSE(fits_address("thief@b.example", "thief@sub.b.example"));
}
