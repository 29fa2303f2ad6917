#include <doctest/doctest.h>

#include <string>

#include "proto/http.hpp"
#include "proto/rspamc_opening.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::proto;

namespace {

struct Translated {
    std::string bytes;
    bool spoken = false;
    bool decided = false;
};

Translated translate(std::string_view text, std::size_t piece) {
    RspamcOpening opening;
    Translated out;
    for (std::size_t at = 0; at < text.size(); at += piece) {
        const ExactBuffer buffer(text.substr(at, piece));
        out.bytes += opening.translate(buffer.view());
    }
    out.spoken = opening.spoken();
    out.decided = opening.decided();
    return out;
}

}  // namespace

TEST_CASE("what Exim says to rspamd is an HTTP request") {
    const std::string rest = "Content-length: 5\r\nFrom: <a@x.example>\r\nRecipient-Number: 1\r\n\r\nhello";
    for (const std::string line : {"CHECK RSPAMC/1.3\r\n", "CHECK RSPAMC/1.2\n", "CHECK RSPAMC/1.10\r\n"})
        for (std::size_t piece : {1U, 3U, 17U, 1000U}) {
            const Translated got = translate(line + rest, piece);
            CHECK(got.spoken);
            CHECK(got.bytes == "POST /checkv2 HTTP/1.0\r\n" + rest);
        }
    HttpRequestParser parser;
    const std::string request = translate("CHECK RSPAMC/1.3\r\n" + rest, 7).bytes;
    REQUIRE(parser.feed(as_bytes(request)) == HttpProgress::complete);
    const HttpRequest taken = parser.take();
    CHECK(taken.target == "/checkv2");
    CHECK(taken.headers.find("from") == "<a@x.example>");
    CHECK(taken.body == "hello");
    CHECK_FALSE(taken.keep_alive);
}

TEST_CASE("everything else goes through as it came") {
    for (const std::string text :
         {"GET /ping HTTP/1.1\r\nHost: x\r\n\r\n", "POST /checkv2 HTTP/1.0\r\n\r\n", "CHECK RSPAMC/2.0\r\n",
          "CHECK RSPAMC/1.\r\n", "CHECK RSPAMC/1.x\r\n", "CHECK RSPAMC/1.3 x\r\n",
          "CHECK /checkv2 HTTP/1.1\r\n\r\n", "check RSPAMC/1.3\r\n", "\r\n\r\n", "CHECKX"})
        for (std::size_t piece : {1U, 5U, 1000U}) {
            CAPTURE(text);
            const Translated got = translate(text, piece);
            CHECK_FALSE(got.spoken);
            CHECK(got.decided);
            CHECK(got.bytes == text);
        }
    const std::string endless = "CHECK RSPAMC/1." + std::string(500, '1');
    CHECK(translate(endless, 1).bytes == endless);
    RspamcOpening opening;
    CHECK(opening.translate(as_bytes("CHECK RSPA")).empty());
    CHECK_FALSE(opening.decided());
    CHECK(translate("CHECK RSPAMC/1.3\r\n\r\nCHECK RSPAMC/1.3\r\n", 1).bytes ==
          "POST /checkv2 HTTP/1.0\r\n\r\nCHECK RSPAMC/1.3\r\n");
}

TEST_CASE("answers") {
    CHECK(rspamc_answer(200, "Metric: x\r\n") == "RSPAMD/1.3 0 EX_OK\r\n\r\nMetric: x\r\n");
    CHECK(rspamc_answer(503, "later").starts_with("RSPAMD/1.3 503 "));
}
