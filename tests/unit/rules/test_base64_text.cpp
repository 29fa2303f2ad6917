#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "rules/base64_text.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::rules;

namespace {

using Texts = std::vector<std::string>;
constexpr Base64Options loose{.ignore_padding = true};
constexpr Base64Options url{.format = Base64Format::url};
constexpr Base64Options loose_url{.ignore_padding = true, .format = Base64Format::url};
constexpr Base64Options all_encodings{.utf16_le = true};

}  // namespace

TEST_CASE("base64 in texts: where the rules look for recipients") {
    struct Row {
        std::string text;
        Base64Options options;
        Texts found;
    };
    for (const Row& c : std::vector<Row>{
             {"", {}, {}},
             {"dXNlckBleGFtcGxlLmNvbQ==", {}, {"user@example.com"}},  // a fragment
             {"dXNlckBleGFtcGxlLmNvbQ", {}, {}},                      // needs its padding
             {"dXNlckBleGFtcGxlLmNvbQ", loose, {"user@example.com"}},
             {"dXNlckBleGFtcGxlLmNvbQ%3D%3d", {}, {"user@example.com"}},
             {"https://evil.example/?email=dXNlckBleGFtcGxlLmNvbQ==&x=1", url, {"user@example.com"}},
             {"https://evil.example/login/dXNlckBleGFtcGxlLmNvbQ", loose_url, {"user@example.com"}},
             {"/login/dXNlckBleGFtcGxlLmNvbQ", loose, {"user@example.com"}},  // a path: "/" separates
             {"id_dXNlckBleGFtcGxlLmNvbQ==", url, {"user@example.com"}},
             {"YUBiLmNv YUBiLmM=", {}, {"a@b.co"}},  // seven characters and padding are too short
             {"c2Now7ZuIQ==", {}, {"schön!"}},
             {"c2Now7ZuIQ==", {.utf8 = false}, {}},
             {"//79/P79/P8=", {}, {}},  // neither ASCII nor UTF-8
             {"Pz8/Pz8/Pz8/", {}, {"?????????"}},
             {"Pz8_Pz8_Pz8_", url, {"?????????"}},
         }) {
        CAPTURE(c.text);
        const ExactBuffer text(c.text);
        CHECK(scan_base64(text.text(), c.options) == c.found);
    }
}

TEST_CASE("base64 in texts: scripts") {
    const std::string script = "<script>window.location.href=atob('x')</script>";
    CHECK(scan_base64("src=\"data:text/"
                      "html;base64,PHNjcmlwdD53aW5kb3cubG9jYXRpb24uaHJlZj1hdG9iKCd4Jyk8L3NjcmlwdD4=\"") ==
          Texts{script});
    SUBCASE("UTF-16") {
        // "<script", first as UTF-16
        const std::string wide = "PABzAGMAcgBpAHAAdAA=";
        CHECK(scan_base64(wide, all_encodings) == Texts{std::string("<\0s\0c\0r\0i\0p\0t\0", 14), "<script"});
        CHECK(scan_base64("PHNjcmlwdD48", all_encodings) == Texts{"<script><"});  // no Chinese
        CHECK(scan_base64("PdgA3j3YAN4=", all_encodings) == Texts{"\U0001F600\U0001F600"});
        CHECK(scan_base64("AN493gDePd4=", all_encodings).empty());  // half a pair of surrogates
    }
    SUBCASE("lines as encoders break them") {
        std::string line;
        while (line.size() < 76) line += "QUFB";
        CHECK(scan_base64(line + "\r\nYWJj") == Texts{std::string(57, 'A') + "abc"});
        CHECK(scan_base64("QUFBQUFBQUFB\nYWJjYWJj") == Texts{"AAAAAAAAA", "abcabc"});
    }
}

TEST_CASE("base64 in texts: hostile ones") {
    const std::string all_runs = [] {
        std::string out;
        for (int at = 0; at < 100'000; ++at) out += "YWJjYWJj ";
        return out;
    }();
    CHECK(scan_base64(all_runs).size() == 100'000);
    CHECK(scan_base64(std::string(1U << 20, '/')).empty());
    CHECK(scan_base64(std::string(1U << 20, '=')).empty());
    const std::string bytes = "\xFF\x80\0=+/%3";
    CHECK(scan_base64(bytes).empty());
}

TEST_CASE("base64 decoded as a whole") {
    struct Row {
        std::string text;
        std::optional<std::string> decoded;
    };
    for (const Row& c : std::vector<Row>{
             {"ZXhhbXBsZS5jb20=", "example.com"},
             {" ZXhhbXBsZS5jb20\r\n", "example.com"},
             {"Pz8_", "???"},
             {"Pz8/", "???"},
             {"Pz8/_", std::nullopt},  // two alphabets
             {"", ""},
             {"YQ==", "a"},
             {"Y", std::nullopt},
             {"/w==", std::nullopt},  // no UTF-8
             {"user@example.com", std::nullopt},
         }) {
        CAPTURE(c.text);
        CHECK(decode_base64(c.text) == c.decoded);
    }
}
