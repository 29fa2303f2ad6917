#include <doctest/doctest.h>

#include "gate/address_match.hpp"
#include "proto/smtp_path.hpp"

using namespace tocsin;
using namespace tocsin::gate;

TEST_CASE("one mailbox is one text, whatever way its path is written") {
    struct Case {
        const char* path;
        const char* plain;
    };
    for (const Case& one : {Case{"<anna@a.example>", "anna@a.example"}, Case{" anna@a.example ", "anna@a.example"},
                            Case{"<@x.y:anna@a.example>", "anna@a.example"}, Case{"@x,@y:anna@a.example", "anna@a.example"},
                            Case{"an\\na@a.example", "anna@a.example"}, Case{"\"anna\"@a.example", "anna@a.example"},
                            Case{"\"an\\na\"@a.example", "anna@a.example"},
                            Case{"\"anna b\"@a.example", "\"anna b\"@a.example"},
                            Case{"\"a@b\"@a.example", "\"a@b\"@a.example"}, Case{"<>", ""}, Case{"", ""}, Case{"anna", "anna"},
                            Case{"@x.y", "@x.y"}, Case{"a.example!anna", "a.example!anna"}, Case{"\\", "\\"}, Case{"\"", "\""},
                            Case{"anna(c)@a.example", "anna@a.example"}, Case{"<anna@a.example(c)>", "anna@a.example"},
                            Case{"<(a(b\\)c)d)anna@a.example>", "anna@a.example"}, Case{"anna(@a.example", "anna(@a.example"},
                            Case{"\"an(c)na\"@a.example", "\"an(c)na\"@a.example"}}) {
        CAPTURE(one.path);
        CHECK(proto::plain_path(one.path) == one.plain);
    }
    CHECK(proto::is_ordinary_address("anna+x@a.example"));
    for (const char* other : {"anna", "a.example!anna", "anna%b.example@a.example", "\"anna b\"@a.example", "a@b@c", "",
                              "anna(c)@a", "anna@[192.0.2.1]"})
        CHECK_FALSE(proto::is_ordinary_address(other));
}

TEST_CASE("a row fits an address however it is reached") {
    for (const char* address : {"strict@a.example", "STRICT@A.example.", "\"strict\"@a.example", "a.example!strict",
                                "strict%a.example@relay.example", "a.example!strict@mta.example", "localhost!a.example!strict",
                                "strict%a.example%localhost@mta.example", "strict@a.example@mta.example",
                                "\"strict@a.example\"@mta.example"}) {
        CAPTURE(address);
        CHECK(fits_address("Strict@a.example", address));
        CHECK(fits_address("@a.example", address));
    }
    CHECK(fits_address("@relay.example", "strict%a.example@relay.example"));
    for (const char* address : {"other@a.example", "strict@b.example", "b.example!strict", "strict%b.example@c.example",
                                "!strict", "strict%@c.example", "%a.example@c.example"})
        CHECK_FALSE(fits_address("strict@a.example", address));
}

TEST_CASE("an address that is routed more often than anybody looks is not taken") {
    std::string local = "strict%a.example";
    for (int step = 1; step < 8; ++step) local += "%localhost";
    CHECK(proto::is_sendable_path(local + "@mta.example"));
    CHECK(fits_address("strict@a.example", local + "@mta.example"));
    CHECK_FALSE(proto::is_sendable_path(local + "%localhost@mta.example"));
    CHECK_FALSE(proto::parse_smtp_path("<" + local + "%localhost@mta.example>"));
}
