#include "cli/download.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace tocsin;

TEST_CASE("rules are fetched over https, over http from a loopback address only") {
    for (const char* url :
         {"https://feed.example/a.tar.gz", "HTTPS://feed.example/a", "https://feed.example:8443/a?ref=1#x",
          "http://127.0.0.1/a", "http://127.9.8.7:8080/a", "http://localhost:1/a", "http://[::1]:1/a"})
        CHECK_MESSAGE(cli::check_download_url(url).has_value(), url);
    for (const char* url : {"http://feed.example/a", "http://10.0.0.1/a", "http://127.0.0.1.example/a",
                            "http://localhost.example/a", "http://127.evil/a", "file:///etc/passwd",
                            "ftp://feed.example/a", "gopher://127.0.0.1/a", "://", "https://",
                            "https://feed.example/a b", "https://feed.example/a\nb"}) {
        const Result<void> checked = cli::check_download_url(url);
        REQUIRE_MESSAGE(!checked.has_value(), url);
        CHECK(checked.error().code == ErrorCode::invalid_input);
    }
}

TEST_CASE("an address with a password in it is refused and not repeated") {
    for (const char* url : {"https://user:hidden@feed.example/a", "https://hidden@feed.example/a"}) {
        const Result<void> checked = cli::check_download_url(url);
        REQUIRE_FALSE(checked.has_value());
        CHECK(checked.error().message.find("hidden") == std::string::npos);
        CHECK(checked.error().message.find("feed.example") != std::string::npos);
    }
}

TEST_CASE("an address has a longest length") {
    const std::string start = "https://feed.example/";
    CHECK(cli::check_download_url(start + std::string(limits::download_url_bytes - start.size(), 'a'))
              .has_value());
    CHECK(cli::check_download_url(start + std::string(limits::download_url_bytes - start.size() + 1, 'a'))
              .error()
              .code == ErrorCode::limit);
}
