#include "banner/plan.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <vector>

#include "banner/charset_class.hpp"
#include "banner/page_place.hpp"
#include "banner/page_styles.hpp"
#include "banner/raw_place.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/body.hpp"
#include "mail/html_facts.hpp"

namespace tocsin::banner {

namespace {

using scan::BannerEncoding;
using scan::BannerHindrance;
using scan::BannerPlace;
using scan::BannerShape;

std::optional<BannerEncoding> encoding_of(mail::TransferEncoding encoding) {
    switch (encoding) {
        case mail::TransferEncoding::identity: return BannerEncoding::identity;
        case mail::TransferEncoding::quoted_printable: return BannerEncoding::quoted_printable;
        case mail::TransferEncoding::base64: return BannerEncoding::base64;
        default: return std::nullopt;
    }
}

bool is_sealed(const mail::Entity& entity) {
    constexpr std::array<std::string_view, 4> subtypes = {"pkcs7-mime", "x-pkcs7-mime", "pgp-encrypted",
                                                          "pgp"};
    return entity.type == "application" && std::ranges::find(subtypes, entity.subtype) != subtypes.end();
}

/// PGP in a text (RFC 9580 section 6.2): what the text begins with.
BannerHindrance armour_of(std::string_view text) {
    while (!text.empty() && mail::is_ascii_space(text.front())) text.remove_prefix(1);
    if (text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----")) return BannerHindrance::is_signed;
    return text.starts_with("-----BEGIN PGP MESSAGE-----") ? BannerHindrance::is_encrypted
                                                           : BannerHindrance::none;
}

bool is_blank(const mail::Entity& entity) {
    return std::ranges::all_of(as_text(entity.content), [](char c) { return mail::is_ascii_space(c); });
}

/// RFC 2387: a multipart/related may name its first part.
bool names_start(const mail::Entity& entity) {
    const mail::HeaderField* field = mail::find_field(entity.fields, "Content-Type");
    return field != nullptr && mail::find_ignoring_case(field->raw_value, "start") != std::string_view::npos;
}

class Planner {
public:
    Planner(const mail::MimeTree& tree, mail::MailTools& tools)
        : tree_(tree), tools_(tools), roles_(mail::find_roles(tree, tree.readings.front())),
          in_reading_(tree.entities.size(), 0) {
        for (const std::uint32_t index : tree.readings.front().entities) in_reading_[index] = 1;
    }

    scan::BannerPlan run() {
        (void)visit(tree_.readings.front().entities.front());
        if (plan_.places.empty() && plan_.hindrance == BannerHindrance::none)
            plan_.hindrance = BannerHindrance::no_text;
        std::ranges::sort(plan_.places, {}, &BannerPlace::offset);
        return std::move(plan_);
    }

    Planner(const Planner&) = delete;
    Planner& operator=(const Planner&) = delete;
    ~Planner() = default;

private:
    /// The first reason is told.
    void hinder(BannerHindrance why) {
        if (plan_.hindrance == BannerHindrance::none) plan_.hindrance = why;
    }

    /// True: something of this entity is shown at the top of the message, whether a banner can stand there or not.
    bool visit(std::uint32_t index) {
        const mail::Entity& entity = tree_.entities[index];
        if (entity.type == "multipart" && entity.subtype == "signed") {
            hinder(BannerHindrance::is_signed);
            return true;
        }
        if (entity.type == "multipart" && entity.subtype == "encrypted") {
            hinder(BannerHindrance::is_encrypted);
            return true;
        }
        if (entity.is_multipart() && !entity.is_leaf()) return visit_children(entity);
        if (is_sealed(entity)) {
            // The whole message, or a file in it: then something else is shown as well.
            if (entity.origin == mail::Origin::root) hinder(BannerHindrance::is_encrypted);
            return entity.origin == mail::Origin::root;
        }
        return visit_leaf(index);
    }

    bool visit_children(const mail::Entity& entity) {
        const bool alternatives = entity.subtype == "alternative";
        const bool any_may_be_shown = alternatives || (entity.subtype == "related" && names_start(entity));
        bool shown = false;
        for (const std::uint32_t slot : entity.slots) {
            for (const std::uint32_t index : tree_.slots[slot].alternatives) {
                if (in_reading_[index] == 0) continue;
                if (alternatives) note_other_view(tree_.entities[index]);
                shown = visit(index) || shown;
            }
            if (shown && !any_may_be_shown) return true;
        }
        return shown;
    }

    /// A text that is neither plain nor a page, and that some programs prefer: AMP, enriched, watch.
    void note_other_view(const mail::Entity& entity) {
        const bool known = entity.type != "text" || entity.subtype == "plain" || entity.subtype == "html" ||
                           entity.subtype == "calendar";
        if (!known) hinder(BannerHindrance::other_view);
    }

    bool visit_leaf(std::uint32_t index) {
        const bool page = std::ranges::find(roles_.html, index) != roles_.html.end();
        if (!page && std::ranges::find(roles_.plain, index) == roles_.plain.end()) return false;
        const mail::Entity& entity = tree_.entities[index];
        const bool blank = is_blank(entity);
        // What else is shown as a text or page has a syntax of its own, which a banner could break.
        if (entity.type != "text" || (entity.subtype != "plain" && entity.subtype != "html")) {
            if (!blank) hinder(BannerHindrance::other_view);
            return !blank;
        }
        if (!blank || entity.encoding != mail::TransferEncoding::base64) place(entity, page);
        // Behind a blank text, the next one is the first that is seen.
        return !blank;
    }

    void place(const mail::Entity& entity, bool page) {
        if (plan_.places.size() >= limits::banner_places) return hinder(BannerHindrance::too_many_places);
        const BannerHindrance armour = page ? BannerHindrance::none : armour_of(as_text(entity.content));
        if (armour != BannerHindrance::none) return hinder(armour);
        const std::optional<BannerEncoding> encoding = encoding_of(entity.encoding);
        const std::optional<std::size_t> body = offset_of_body(entity);
        if (!encoding || !body) return hinder(BannerHindrance::encoding);
        // Where a body begins in another way, some programs see more header.
        if (!as_text(tree_.input).substr(0, *body).ends_with("\r\n\r\n"))
            return is_blank(entity) ? void() : hinder(BannerHindrance::ambiguous);
        const std::optional<scan::BannerLetters> letters = letters_of(entity);
        if (!letters) return hinder(BannerHindrance::charset);
        BannerPlace found{.encoding = *encoding, .letters = *letters};
        std::optional<RawPlace> place;
        if (page) {
            found.letters = scan::BannerLetters::ascii;  // character references
            place = behind_body(entity);
            found.shape = place ? BannerShape::page : BannerShape::page_in_front;
            if (!place) found.mode = mode_of(as_text(entity.content));
        }
        if (!place)
            place = raw_place_of(as_text(entity.raw_body), entity.encoding, as_text(entity.content), 0);
        if (!place) return hinder(BannerHindrance::encoding);
        found.offset = *body + place->offset;
        found.group_bytes = place->group_bytes;
        plan_.places.push_back(found);
    }

    std::optional<RawPlace> behind_body(const mail::Entity& entity) {
        const std::string_view content = as_text(entity.content);
        if (!has_ascii_throughout(entity) || content.size() > limits::html_bytes) return std::nullopt;
        const std::optional<std::size_t> at = behind_body_tag(content);
        if (!at) return std::nullopt;
        const std::string charset =
            entity.charset.empty() ? mail::declared_html_charset(content) : entity.charset;
        if (styles_of(tools_.converters.to_utf8(content, charset), tools_.html_trees) != Styles::harmless)
            return std::nullopt;
        return raw_place_of(as_text(entity.raw_body), entity.encoding, content, *at);
    }

    /// Of a body that stands in the message itself, and not in something that was decoded.
    std::optional<std::size_t> offset_of_body(const mail::Entity& entity) const {
        const std::string_view input = as_text(tree_.input), body = as_text(entity.raw_body);
        const bool inside = std::less_equal<>{}(input.data(), body.data()) &&
                            std::less_equal<>{}(body.data() + body.size(), input.data() + input.size());
        if (!inside) return std::nullopt;
        return static_cast<std::size_t>(body.data() - input.data());
    }

    const mail::MimeTree& tree_;
    mail::MailTools& tools_;
    mail::PartRoles roles_;
    std::vector<char> in_reading_;
    scan::BannerPlan plan_{.hindrance = BannerHindrance::none};
};

}  // namespace

scan::BannerPlan plan(const mail::MimeTree& tree, mail::MailTools& tools) {
    scan::BannerPlan none;
    none.hindrance = BannerHindrance::no_text;
    if (tree.readings.empty() || tree.readings.front().entities.empty()) return none;
    none.hindrance = BannerHindrance::ambiguous;
    if (tree.ambiguous()) return none;
    none.hindrance = BannerHindrance::cut_off;
    if (!tree.limits_hit.empty()) return none;
    return Planner(tree, tools).run();
}

}  // namespace tocsin::banner
