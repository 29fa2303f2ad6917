#include <doctest/doctest.h>

#include <string>

#include "banner/raw_place.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::banner;
using mail::TransferEncoding;

namespace {

/// "offset.group"; "-": there is none.
std::string place(std::string_view raw, TransferEncoding encoding, std::string_view decoded, std::size_t at) {
    const ExactBuffer exact(raw), content(decoded);
    const auto found = raw_place_of(exact.text(), encoding, content.text(), at);
    return found ? std::to_string(found->offset) + "." + std::to_string(found->group_bytes) : "-";
}

}  // namespace

TEST_CASE("a place in decoded bytes is a place in the encoded ones") {
    struct Case {
        const char* name;
        TransferEncoding encoding;
        std::string raw, decoded;
        std::size_t at;
        std::string expected;
    };
    using enum TransferEncoding;
    for (const Case& one : {
             Case{"as it is", identity, "abc", "abc", 2, "2.0"},
             Case{"at the end", identity, "abc", "abc", 3, "3.0"},
             Case{"beyond", identity, "abc", "abc", 4, "-"},
             Case{"another content", identity, "abd", "abc", 3, "-"},
             Case{"escape", quoted_printable, "=3Cb=3E x", "<b> x", 3, "7.0"},
             Case{"lower case", quoted_printable, "=3cb>", "<b>", 1, "3.0"},
             Case{"soft break", quoted_printable, "a=\r\nb", "ab", 2, "5.0"},
             Case{"before a soft break", quoted_printable, "a=\r\nb", "ab", 1, "1.0"},
             Case{"line end", quoted_printable, "a\r\nb", "a\r\nb", 3, "3.0"},
             Case{"blanks that decoders drop", quoted_printable, "a  \r\nb", "a\r\nb", 3, "-"},
             Case{"no escape", quoted_printable, "a=zz", "a=zz", 4, "-"},
             Case{"cut escape", quoted_printable, "a=3", "a=3", 3, "-"},
             Case{"start", quoted_printable, "=", "=", 0, "0.0"},
             Case{"group", base64, "YWJjZGVm", "abcdef", 3, "4.0"},
             Case{"in a group", base64, "YWJjZGVm", "abcdef", 5, "4.2"},
             Case{"next line", base64, "YWJj\r\nZGVm\r\n", "abcdef", 4, "6.1"},
             Case{"start of base64", base64, "YWJj", "abc", 0, "0.0"},
             Case{"padded group", base64, "YWI=", "ab", 1, "-"},
             Case{"end of base64", base64, "YWJj", "abc", 3, "-"},
             Case{"junk", base64, "YW!Jj", "abc", 0, "-"},
             Case{"line that tears a group", base64, "YWJjZG\r\nVm", "abcdef", 4, "-"},
             Case{"nothing", base64, "", "", 0, "-"},
             Case{"another encoding", uuencode, "abc", "abc", 0, "-"},
         }) {
        CAPTURE(one.name);
        CHECK(place(one.raw, one.encoding, one.decoded, one.at) == one.expected);
    }
}
