// Who may ask over TCP.
#include "api/access.hpp"

#include <doctest/doctest.h>

using namespace tocsin;
using namespace tocsin::api;

namespace {

const Access access{"0123456789abcdef0123456789abcdef", "/data/api-token", "fedcba9876543210fedcba9876543210",
                    [](std::string_view token) -> std::optional<Principal> {
                        if (token != "annas-token-annas-token-annas-token") return std::nullopt;
                        return Principal{"anna", {Role::desk}};
                    },
                    "gate.example.net"};

int status_of(const std::vector<std::pair<std::string, std::string>>& headers,
              const std::string& path = "/v1/status", const std::string& method = "GET") {
    proto::HttpRequest request;
    request.method = method;
    request.target = path;
    request.headers.fields = headers;
    const auto answer = admit(access, request, path);
    const auto* const refused = std::get_if<AccessRefused>(&answer);
    return refused != nullptr ? refused->status : 200;
}

const std::pair<std::string, std::string> good{"Authorization", "Bearer 0123456789abcdef0123456789abcdef"};

}  // namespace

TEST_CASE("the token") {
    CHECK(status_of({{"Host", "127.0.0.1"}, good}) == 200);
    CHECK(status_of({{"host", "127.0.0.1"}, {"authorization", "bEARER  0123456789abcdef0123456789abcdef"}}) ==
          200);
    CHECK(status_of({{"Host", "127.0.0.1"}}) == 401);
    for (const char* field : {"", "Bearer", "Bearer ", "Bearer x", "Basic 0123456789abcdef0123456789abcdef",
                              "0123456789abcdef0123456789abcdef", "Bearer 0123456789abcdef0123456789abcdeF"})
        CHECK_MESSAGE(status_of({{"Host", "127.0.0.1"}, {"Authorization", field}}) == 401, field);
}

TEST_CASE("three pages are public, for GET and exactly these paths") {
    for (const char* path : {"/metrics", "/health", "/ready"}) {
        CHECK(status_of({{"Host", "localhost"}}, path) == 200);
        CHECK(status_of({{"Host", "localhost"}}, path, "POST") == 401);
        CHECK(status_of({{"Host", "localhost"}}, std::string(path) + "/") == 401);
        CHECK(status_of({{"Host", "evil.example"}}, path) == 403);
        CHECK(status_of({{"Host", "localhost"}, {"Origin", "null"}}, path) == 403);
    }
    CHECK(status_of({{"Host", "localhost"}}, "/v1/status") == 401);
}

TEST_CASE("hosts that are ours, and those that a web page may have pointed at us") {
    for (const char* host : {"127.0.0.1", "127.0.0.1:8420", "[::1]", "[::1]:8420", "localhost:1", "LocalHost",
                             "192.0.2.1", "gate.example.net", "GATE.example.net:8420", "localhost:"})
        CHECK_MESSAGE(status_of({{"Host", host}, good}) == 200, host);
    for (const char* host :
         {"", "evil.example", "evil.example:8420", "localhost.evil.example", "127.0.0.1.evil.example",
          "127.0.0.1:80@evil.example", "[::1", "::1", "[evil.example]", "localhost:8x", ":8420",
          "localhost, evil.example", "0x7f000001", "127.1"})
        CHECK_MESSAGE(status_of({{"Host", host}, good}) == 403, host);
    CHECK(status_of({good}) == 403);
}

TEST_CASE("the token for events is good for events and nothing else") {
    const std::vector<std::pair<std::string, std::string>> with_token{
        {"Host", "localhost"}, {"Authorization", "Bearer fedcba9876543210fedcba9876543210"}};
    CHECK(status_of(with_token, "/v1/events", "POST") == 200);
    CHECK(status_of(with_token, "/v1/events", "GET") == 403);
    CHECK(status_of(with_token, "/v1/journal") == 403);
    CHECK(status_of(with_token, "/v1/watch/alarms/a/answer", "POST") == 403);
    CHECK(status_of({{"Host", "localhost"}}, "/v1/events", "POST") == 401);
    const Access without{"0123456789abcdef0123456789abcdef", "/data/api-token", "", {}, "gate.example.net"};
    proto::HttpRequest request;
    request.method = "POST";
    request.headers.set("Host", "localhost");
    request.headers.set("Authorization", "Bearer ");
    CHECK(std::get<AccessRefused>(admit(without, request, "/v1/events")).status == 401);
}
