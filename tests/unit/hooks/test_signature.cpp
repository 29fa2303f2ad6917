// A call is signed so that any receiver of Standard Webhooks can tell it from a forged one.
#include <doctest/doctest.h>

#include "base/hmac.hpp"
#include "hooks/signature.hpp"

using namespace tocsin;
using namespace tocsin::hooks;

TEST_CASE("HMAC-SHA256: the vectors of RFC 4231") {
    const auto hex = [](std::string_view key, std::string_view data) {
        const Hash256 code = hmac_sha256(key, data);
        return to_hex(std::as_bytes(std::span(code)));
    };
    CHECK(hex(std::string(20, '\x0b'), "Hi There") ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex("Jefe", "what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("base64: there and back, and nothing that is none") {
    for (const std::string& text :
         {std::string(), std::string("f"), std::string("fo"), std::string("foo"), std::string("\0\xff", 2)})
        CHECK(bytes_of_base64(base64_of(as_bytes(text))) == text);
    CHECK(base64_of(as_bytes("foob")) == "Zm9vYg==");
    for (const char* bad : {"Zm9vYg", "Zm9vYg=", "Zm9v Yg==", "Zm9vYg==x", "Zm9v-g==", "=", "Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(bytes_of_base64(bad).has_value());
    }
}

TEST_CASE("the signature is that of the example of Standard Webhooks") {
    const Result<std::string> secret = secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    REQUIRE(secret.has_value());
    CHECK(signature_of(*secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})") ==
          "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a secret: bytes behind whsec_, else the text; never a short one") {
    CHECK(*secret_of("0123456789abcdef") == "0123456789abcdef");
    CHECK(secret_of("whsec_" + base64_of(as_bytes("0123456789abcdef")))->size() == 16);
    for (const char* bad :
         {"", "short", "whsec_", "whsec_c2hvcnQ=", "whsec_no base64 at all !!", "0123456789abcde"}) {
        CAPTURE(bad);
        CHECK(secret_of(bad).error().code == ErrorCode::invalid_input);
    }
}

TEST_CASE("each try has the same id, its own time, and without a secret no signature") {
    proto::HttpRequest request;
    request.body = "{}";
    sign(request, "0123456789abcdef", "r-1.1.stop.do", TimePoint{1'614'265'330'900'000});
    CHECK(request.headers.find("webhook-id") == "r-1.1.stop.do");
    CHECK(request.headers.find("webhook-timestamp") == "1614265330");
    CHECK(request.headers.find("webhook-signature") ==
          signature_of("0123456789abcdef", "r-1.1.stop.do", 1'614'265'330, "{}"));
    proto::HttpRequest bare;
    sign(bare, "", "r-1", TimePoint{0});
    CHECK_FALSE(bare.headers.find("webhook-signature").has_value());
}
