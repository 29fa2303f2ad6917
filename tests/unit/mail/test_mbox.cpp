#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "mail/mbox.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

std::vector<std::string> split(const std::string& text, std::size_t messages_max = 100) {
    const ExactBuffer buffer(text);
    std::vector<std::string> out;
    for (ByteView message : split_mbox(buffer.view(), messages_max)) out.emplace_back(as_text(message));
    return out;
}

}  // namespace

TEST_CASE("mbox: split at From lines with a header field below") {
    const std::string first = "From a@b Mon\nSubject: 1\n\nText\nFrom here on\n\nFrom there on\n\n";
    const std::string second = "From c@d Tue\r\n>From x\r\nReceived: 2\r\n\r\nx\r\n";
    CHECK(split(first + second) == std::vector{first, second});
    CHECK(split(first) == std::vector{first});
    CHECK(split(first + second + second + second, 2) == std::vector{first, second + second + second});
}

TEST_CASE("mbox: what is none") {
    for (const char* text :
         {"", "From", "From ", "From a", "From a\n", "From a\n\nSubject: x\n", "From the start\nof it\n",
          "Subject: x\n\nFrom a\nSubject: y\n", "From a\n>From b"})
        CHECK(split(text).empty());
}
