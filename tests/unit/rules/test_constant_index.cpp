// The table of constants finds what a plain search for each of them finds.
#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

#include "rules/constant_index.hpp"

namespace {

using tocsin::rules::ConstantIndex;
using Numbers = std::vector<std::uint32_t>;

constexpr std::uint32_t shorts = 1000;

ConstantIndex made(const std::vector<std::string>& texts, const std::vector<std::string>& more = {}) {
    ConstantIndex index;
    index.add(texts, 0);
    index.add(more, shorts);
    index.make();
    return index;
}

TEST_CASE("a table of constants finds texts within each other") {
    const ConstantIndex index =
        made({"pay", "paypal", "payment", "pal", "al", "paypal team"}, {"pay", "mmm"});
    CHECK(index.find("dear paypal team") == (Numbers{0, 1, 3, 5, shorts}));
    CHECK(index.find("dear paypal tea") == (Numbers{0, 1, 3, shorts}));
    CHECK(index.find("payload") == (Numbers{0, shorts}));
    CHECK(index.find("mmmm") == (Numbers{shorts + 1}));
    CHECK(index.find("pa") == Numbers{});
    CHECK(index.find("") == Numbers{});
    CHECK(made({}).find("paypal") == Numbers{});
}

TEST_CASE("a table of constants finds what a search for each finds") {
    const unsigned seed = std::random_device{}();
    MESSAGE("seed " << seed);
    std::mt19937 random(seed);
    const auto text = [&random](std::size_t longest) {
        std::string made(random() % (longest + 1), '\0');
        for (char& c : made) c = "ab\xC3"[random() % 3];  // few letters, so that much begins alike
        return made;
    };
    for (int round = 0; round < 200; ++round) {
        std::vector<std::string> texts(40);
        for (std::string& one : texts) one = text(9);
        const ConstantIndex index = made(texts);
        const std::string piece = text(60);
        Numbers expected;
        for (std::uint32_t at = 0; at < texts.size(); ++at)
            if (texts[at].size() >= 3 && piece.find(texts[at]) != std::string::npos) expected.push_back(at);
        INFO("round " << round << ": " << piece);
        REQUIRE(index.find(piece) == expected);
    }
}

}  // namespace
