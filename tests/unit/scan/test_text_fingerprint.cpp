#include <doctest/doctest.h>

#include <bit>
#include <string>

#include "base/similarity.hpp"
#include "scan/text_fingerprint.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::scan;

namespace {

std::uint64_t of(const std::string& text, TextKind kind = TextKind::plain) {
    const ExactBuffer buffer(text);  // an over-read is seen by the sanitizer
    return text_fingerprint(as_text(buffer.view()), kind);
}

std::string newsletter(const std::string& name, const std::string& number) {
    return "Dear " + name +
           ",\n\nthank you for being a customer of our little garden shop. This week all spring bulbs are "
           "cheaper, and "
           "whoever orders before Friday gets a bag of good earth without paying for it. Your customer "
           "number is " +
           number +
           ". Come by on Saturday, there will be coffee and cake for everybody, and our gardener answers "
           "every question "
           "about roses, lawns and the vegetables that you would like to grow this year.\n\nKind "
           "regards,\nthe garden shop";
}

const std::string other = "Hello,\n\nyour parcel could not be delivered because the address was not "
                          "complete. Please open the page below and "
                          "tell us where you live, and pay the small fee for the second delivery with your "
                          "credit card. If you do not answer "
                          "within two days the parcel goes back to the sender and you will have to order "
                          "again, which nobody wants.\n\nYour post";

}  // namespace

TEST_CASE("copies of one text are similar, whoever they are for") {
    const std::uint64_t anna = of(newsletter("Anna", "4711"));
    CHECK(anna != 0);
    CHECK(similar(anna, of(newsletter("Bartholomew Fitzgerald", "9"))));
    CHECK(similar(anna, of(newsletter("ANNA", "4711"))));
    CHECK_FALSE(similar(anna, of(other)));
    CHECK(std::popcount(anna ^ of(other)) > 16);
}

TEST_CASE("a page has the fingerprint of what a person reads on it") {
    const std::string text = newsletter("Anna", "1");
    std::string page = "<html><head><style>p { colour: of no word here }</style><script>var words = 'not "
                       "seen';</script></head>"
                       "<body><!-- nor this > and this --><p class=\"big words in here\">" +
                       text + "</p>&nbsp;</body></html>";
    CHECK(similar(of(text), of(page, TextKind::html)));
    CHECK_FALSE(similar(of(text), of(other, TextKind::html)));
}

TEST_CASE("too little text has no fingerprint, and nothing is like it") {
    CHECK(of("") == 0);
    CHECK(of("Hello Anna, see you tomorrow at nine") == 0);
    CHECK(of(std::string(100'000, 'a')) == 0);
    CHECK(of(std::string(100'000, '<'), TextKind::html) == 0);
    CHECK_FALSE(similar(0, 0));
    CHECK_FALSE(similar(0, 1));
}

TEST_CASE("pieces of markup that end in the middle") {
    for (const char* page : {"<", "<!--", "<style", "<script>x", "&", "&amp", "a<b", "<a href=\"", "&#x"})
        CHECK(of(page, TextKind::html) == 0);
}
