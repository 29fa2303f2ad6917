#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "gate/banner_edits.hpp"
#include "support/exact_buffer.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using scan::BannerEncoding;
using scan::BannerPlace;
using scan::BannerShape;

namespace {

const BannerWords words{.heading = "HEADING", .lines = {"LINE"}, .fallback = "FALLBACK"};

std::string joined(const BanneredBody& body) {
    std::string out;
    for (const ByteView piece : body.pieces) out += as_text(piece);
    return out;
}

BannerPlace at(std::size_t offset, BannerShape shape = BannerShape::text,
               BannerEncoding encoding = BannerEncoding::identity, std::uint8_t group_bytes = 0) {
    return {.shape = shape, .encoding = encoding, .group_bytes = group_bytes, .offset = offset};
}

}  // namespace

TEST_CASE("places that a sound reader names, and those that none does") {
    const std::string mail =
        "From: a\r\nX: b\r\n\r\nline\r\n\r\n<body>text=3Emore\r\n\r\nAAAABBBB\r\nAA==\r\n\r\n";
    const auto offset = [&](const std::string& what) { return mail.find(what); };
    const std::size_t body = offset("line");
    struct Case {
        const char* name;
        BannerPlace place;
        bool taken;
    };
    constexpr auto text = BannerShape::text, page = BannerShape::page,
                   page_in_front = BannerShape::page_in_front;
    constexpr auto identity = BannerEncoding::identity, base64 = BannerEncoding::base64,
                   quoted_printable = BannerEncoding::quoted_printable;
    for (const Case& one : {
             Case{"start of the body", at(body), true},
             Case{"behind an empty line", at(offset("<body>")), true},
             Case{"start of a line", at(offset("AA==")), false},
             Case{"the end", at(mail.size()), true},
             Case{"inside a line", at(body + 1), false},
             Case{"in the header", at(9), false},
             Case{"the very front", at(0), false},
             Case{"between header and body", at(body - 2), false},
             Case{"beyond the end", at(mail.size() + 1), false},
             Case{"far beyond", at(~std::size_t{0}), false},
             Case{"in front of a page", at(offset("<body>"), page_in_front), true},
             Case{"in front, inside a line", at(offset("text"), page_in_front), false},
             Case{"behind a tag", at(offset("text"), page), true},
             Case{"behind no tag", at(offset("ext"), page), false},
             Case{"behind an encoded tag", at(offset("more"), page, quoted_printable), true},
             Case{"the same without encoding", at(offset("more"), page), false},
             Case{"base64", at(offset("AAAA"), text, base64), true},
             Case{"group of base64", at(offset("BBBB"), page, base64, 2), true},
             Case{"base64 inside a line", at(offset("BBBB"), text, base64), false},
             Case{"no base64", at(offset("<body>"), text, base64), false},
             Case{"padding", at(offset("AA=="), page, base64, 1), false},
             Case{"torn group", at(offset("BB\r\n"), page, base64, 1), false},
             Case{"at the end", at(mail.size(), text, base64), false},
             Case{"a group in a text", at(offset("AAAA"), text, base64, 1), false},
             Case{"a group without base64", at(offset("text"), page, identity, 1), false},
         }) {
        CAPTURE(one.name);
        const ExactBuffer exact(mail);
        const CheckedPlaces checked = check_places(exact.view(), {one.place});
        CHECK(checked.places.size() == (one.taken ? 1 : 0));
        CHECK(checked.refused == (one.taken ? 0 : 1));
        const BanneredBody changed = with_banner(exact.view(), checked.places, words, "tr");
        if (!one.taken) CHECK(joined(changed) == mail.substr(body));
        if (one.taken) CHECK(joined(changed).size() > mail.size() - body);
        CHECK(joined(changed).size() == changed.size_bytes());
    }
}

TEST_CASE("order, number, and messages without a body") {
    const std::string mail = "A: b\r\n\r\n1\r\n\r\n2\r\n\r\n3\r\n";
    const ExactBuffer exact(mail);
    CHECK(check_places(exact.view(), {at(8), at(13), at(18)}).places.size() == 3);
    CHECK(check_places(exact.view(), {at(13), at(8)}).refused == 1);
    CHECK(check_places(exact.view(), {at(13), at(13)}).refused == 1);
    std::string long_mail = "A: b\r\n\r\n";
    std::vector<BannerPlace> many;
    for (std::size_t i = 0; i < limits::banner_places + 2; ++i) {
        many.push_back(at(long_mail.size()));
        long_mail += "\r\n";
    }
    const ExactBuffer exact_long(long_mail);
    CHECK(check_places(exact_long.view(), many).places.size() == limits::banner_places);
    CHECK(check_places(exact_long.view(), many).refused == 2);
    for (const std::string header : {"", "A: b\r\n", "A: b\r\n\r", "A: b\n\nbody\n", "\r\n"}) {
        CAPTURE(header);
        const ExactBuffer only(header);
        for (std::size_t offset = 0; offset <= header.size() + 1; ++offset)
            CHECK(check_places(only.view(), {at(offset)}).places.empty());
        CHECK(joined(with_banner(only.view(), {}, words, "tr")).empty());
    }
}

TEST_CASE("whatever a reader says, nothing of the message is lost and nothing but our words comes in") {
    CHECK(rc::check("any places", [] {
        std::string mail = "A: b\r\n\r\n";
        for (int left = *rc::gen::inRange(0, 40); left > 0; --left)
            mail += *rc::gen::elementOf(
                std::vector<std::string>{"a", "AAAA", "\r\n", ">", "=3E", "<p>", "=", "\xE9"});
        std::vector<BannerPlace> places;
        for (int left = *rc::gen::inRange(0, 12); left > 0; --left)
            places.push_back({static_cast<BannerShape>(*rc::gen::inRange(0, 3)),
                              static_cast<BannerEncoding>(*rc::gen::inRange(0, 3)),
                              static_cast<scan::BannerLetters>(*rc::gen::inRange(0, 3)),
                              static_cast<scan::PageMode>(*rc::gen::inRange(0, 3)),
                              *rc::gen::inRange<std::uint8_t>(0, 3),
                              *rc::gen::inRange<std::uint64_t>(0, 100)});
        const ExactBuffer exact(mail);
        const CheckedPlaces checked = check_places(exact.view(), places);
        RC_ASSERT(checked.places.size() + checked.refused == places.size());
        const BanneredBody changed = with_banner(exact.view(), checked.places, words, "tr");
        RC_ASSERT(changed.inserted.size() == checked.places.size());
        // Without what was put in, and with the groups that were encoded anew, it is the body as it was.
        std::string rest;
        std::size_t place = 0;
        for (const ByteView piece : changed.pieces) {
            const bool ours =
                place < changed.inserted.size() && piece.data() == as_bytes(changed.inserted[place]).data();
            if (!ours) {
                rest += as_text(piece);
            } else {
                if (checked.places[place].group_bytes > 0)
                    rest += mail.substr(checked.places[place].offset, 4);
                ++place;
            }
        }
        RC_ASSERT(rest == mail.substr(8));
    }));
}

TEST_CASE("names that nobody could foresee") {
    const std::string one = unforeseen_name(), other = unforeseen_name();
    CHECK(one != other);
    CHECK(one.size() >= 16);
    CHECK(std::ranges::all_of(one, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }));
}
