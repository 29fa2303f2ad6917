// Any message: every place that the reader names passes the daemon's check, nothing of the message is lost, and what was read
// in one way before is read in one way with the banner too. And any style sheet and page: no end in sight is no crash.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "banner/page_place.hpp"
#include "banner/page_styles.hpp"
#include "banner/plan.hpp"
#include "gate/banner_edits.hpp"
#include "mail/charset.hpp"

using namespace tocsin;

namespace {

void require(bool condition, const char* what = "") {
    if (condition) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

void check_message(ByteView input) {
    const gate::BannerWords words{
        .heading = "Take care", .lines = {"A line", "--x"}, .fallback = "Take care"};
    const mail::MimeTree tree = mail::parse_mime(input);
    mail::MailTools tools;
    const scan::BannerPlan plan = banner::plan(tree, tools);
    require(plan.places.empty() || !tree.ambiguous(), "a place in an ambiguous message");
    const gate::CheckedPlaces checked = gate::check_places(input, plan.places);
    const std::size_t begin = gate::body_begin(input);
    // Where lines end with LF alone, the daemon sees no body, and no door lets such mail in.
    require(checked.refused == 0 || as_text(input).find("\r\n\r\n") == std::string_view::npos ||
                plan.places.front().offset < begin,
            "a place is refused");
    const gate::BanneredBody body = gate::with_banner(input, checked.places, words, "tr");
    std::string changed(as_text(input.first(begin)));
    for (const ByteView piece : body.pieces) changed += as_text(piece);
    require(changed.size() >= input.size(), "something is lost");
    if (checked.places.empty()) require(changed == as_text(input), "changed without a place");
    if (checked.places.empty()) return;
    const mail::MimeTree again = mail::parse_mime(as_bytes(changed));
    // Behind the banner's empty line, a text may look like a message; nobody takes it for one.
    for (const mail::Ambiguity& one : again.ambiguities)
        require(one.kind == mail::AmbiguityKind::message_in_text, info(one.kind).name.data());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    check_message(input);
    const std::string page = mail::repair_utf8(as_text(input));
    mail::HtmlTrees trees;
    (void)banner::styles_of(page, trees);
    (void)banner::styles_of_sheet(page);
    if (const auto at = banner::behind_body_tag(page))
        require(*at <= page.size() && page[*at - 1] == '>', "no tag");
    return 0;
}
