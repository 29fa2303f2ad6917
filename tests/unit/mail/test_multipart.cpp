#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail/multipart.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

// "preamble|part|part|epilogue", an unclosed one with a `>` at the end.
std::string shown(std::string_view body, DelimiterRule rule, std::size_t parts_max = 100) {
    const ExactBuffer buffer(body);
    const MultipartSplit split = split_multipart(buffer.view(), "b", rule, parts_max);
    const auto text = [&](const BodyRange& range) {
        return std::string(buffer.text().substr(range.begin, range.end - range.begin));
    };
    std::string out = text(split.preamble);
    for (const BodyRange& part : split.parts) out += "|" + text(part);
    return out + "|" + text(split.epilogue) + (split.closed ? "" : ">");
}

MultipartSplit split(std::string_view body, std::string_view boundary = "b") {
    const ExactBuffer buffer(body);
    return split_multipart(buffer.view(), boundary, DelimiterRule::exact, 100);
}

std::vector<std::string> observed(std::string_view body) {
    const ExactBuffer buffer(body);
    return observed_boundaries(buffer.view());
}

bool near(std::string_view body, std::string_view boundary) {
    const ExactBuffer buffer(body);
    return has_near_boundary(buffer.view(), boundary);
}

}  // namespace

TEST_CASE("multipart: splits") {
    struct Row {
        const char* what;
        std::string body;
        std::string expected;
        DelimiterRule rule = DelimiterRule::exact;
    };
    using enum DelimiterRule;
    const std::vector<Row> rows = {
        {"two parts", "pre\r\n--b\r\n1\r\n--b\r\n2\r\n--b--\r\nepi", "pre|1|2|epi"},
        {"bare LF", "--b\n1\n--b\n2\n--b--\n", "|1|2|"},
        {"white space behind", "--b \t\r\n1\r\n--b-- \r\n", "|1|"},
        {"line end belongs to the delimiter", "--b\r\n1\r\n\r\n--b--", "|1\r\n|"},
        {"empty part", "--b\r\n--b\r\n\r\n--b--", "|||"},
        {"no end", "--b\r\n1\r\n", "|1\r\n|>"},
        {"delimiter at the very end", "--b\r\n1\r\n--b", "|1||>"},
        {"no delimiter", "text", "text|>"},
        {"nothing", "", "|>"},
        {"longer word is none", "--b\r\n1\r\n--bc\r\n2\r\n--b--", "|1\r\n--bc\r\n2|"},
        {"not at a line start", "--b\r\n1 --b\r\n2\r\n--b--", "|1 --b\r\n2|"},
        {"prefix", "--b\r\n1\r\n--bc\r\n2\r\n--b--", "|1|2|", prefix},
        {"anywhere", "--b\r\n1 --b\r\n2\r\n--b--", "|1 |2|", anywhere},
        {"after the end", "--b\r\n1\r\n--b--\r\nx\r\n--b\r\n2\r\n", "|1|x|2\r\n|>", after_close},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(shown(row.body, row.rule) == row.expected);
    }
}

TEST_CASE("multipart: where another rule would split") {
    CHECK(split("--b\r\n1\r\n--b--").prefix_line == MultipartSplit::npos);
    CHECK(split("--b\r\n1\r\n--bc\r\n").prefix_line == 8);
    CHECK(split("--b\r\n1--b\r\n").delimiter_inside_line == 6);
    CHECK(split("--b\r\n1\r\n--b--\r\n--b\r\n").delimiter_after_close == 15);
    CHECK(split("--b\r\n1\r\n--b--\r\n").delimiter_after_close == MultipartSplit::npos);
    // An inner boundary that begins like the outer one is declared, and so no near miss.
    CHECK(split("--b\r\nContent-Type: multipart/x; boundary=bc\r\n\r\n--bc\r\n").prefix_line ==
          MultipartSplit::npos);
}

TEST_CASE("multipart: no more parts than asked for") {
    const ExactBuffer buffer("--b\r\n1\r\n--b\r\n2\r\n--b\r\n3\r\n--b--\r\n");
    const MultipartSplit two = split_multipart(buffer.view(), "b", DelimiterRule::exact, 2);
    CHECK(two.parts.size() == 2);
    CHECK(two.too_many_parts);
    const MultipartSplit none = split_multipart(buffer.view(), "b", DelimiterRule::exact, 0);
    CHECK(none.parts.empty());
    CHECK(none.too_many_parts);
    CHECK(!split_multipart(buffer.view(), "b", DelimiterRule::exact, 4).too_many_parts);
}

TEST_CASE("multipart: boundaries that nobody declared") {
    CHECK(observed("--x\r\nContent-Type: a/b\r\n") == std::vector<std::string>{"x"});
    CHECK(observed("--x\r\nhello\r\n").empty());
    CHECK(observed("a --x\r\nContent-Type: a/b\r\n").empty());
    CHECK(observed("--x\r\nContent-Type: a/b\r\n--x\r\ncontent-id: 1\r\n").size() == 1);
    std::string many;
    for (int i = 0; i < 10; ++i) many += "--x" + std::to_string(i) + "\r\nContent-Type: a/b\r\n";
    CHECK(observed(many).size() == 4);
    CHECK(observed("--").empty());
}

TEST_CASE("multipart: nearly the boundary") {
    CHECK(near("\r\n--BOUNDARY1\r\n", "boundary1"));
    CHECK(near("\r\n---boundary1\r\n", "boundary1"));
    CHECK(near("\r\n--boundary\r\n", "boundary1"));
    CHECK(!near("\r\n--boundary1\r\n", "boundary1"));
    CHECK(!near("\r\n--something\r\n", "boundary1"));
    CHECK(!near("\r\n--BC\r\n", "bc"));  // too short to mean anything
}
