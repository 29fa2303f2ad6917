#include "mail/part_roles.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

/// Texts for programs: people get to see what a program makes of them, or a file.
constexpr std::array<std::string_view, 7> texts_for_programs = {
    "calendar", "directory", "rfc822-headers", "rtf", "vcard", "x-vcalendar", "x-vcard"};
/// Pages beside a page, each for one kind of program alone. All others leave them out.
constexpr std::array<std::string_view, 2> pages_for_few = {"watch-html", "x-amp-html"};

bool is_one_of(const auto& one, const auto& all) {
    return std::ranges::find(all, one) != all.end();
}

bool is_alternative(const Entity& entity) {
    return entity.is_multipart() && entity.subtype == "alternative";
}

/// An entity that nobody opens as a file: containers, stray text, bytes that were not taken apart.
bool is_no_file(const Entity& entity) {
    return entity.is_multipart() || entity.origin == Origin::preamble || entity.origin == Origin::raw_rest;
}

/// RFC 2387 section 3.2: its first part is shown, unless it names another; the others belong to that one.
bool shows_first(const MimeTree& tree, const Entity& related, std::uint32_t child) {
    const HeaderField* type = find_field(related.fields, "Content-Type");
    const bool names_another =
        type != nullptr && find_ignoring_case(type->raw_value, "start=") != std::string_view::npos;
    return names_another || related.slots.empty() ||
           is_one_of(child, tree.slots[related.slots.front()].alternatives);
}

/// Tells which plain texts stand where a page may be chosen instead.
class Choices {
public:
    Choices(const MimeTree& tree, const std::vector<std::uint32_t>& pages)
        : tree_(tree), page_below_(tree.entities.size(), no_entity) {
        for (const std::uint32_t page : pages) {
            for (std::uint32_t child = page; parent_of(child) != no_entity; child = parent_of(child)) {
                std::uint32_t& below = page_below_[parent_of(child)];
                below = below == no_entity || below == child ? child : several;
            }
        }
    }

    [[nodiscard]] bool has_page_instead(std::uint32_t plain) const {
        for (std::uint32_t child = plain; parent_of(child) != no_entity; child = parent_of(child)) {
            const Entity& parent = tree_.entities[parent_of(child)];
            const std::uint32_t page = page_below_[parent_of(child)];
            if (page == no_entity || page == child) continue;
            if (is_alternative(parent)) return true;
            if (parent.subtype == "related" && !shows_first(tree_, parent, child)) return true;
        }
        return false;
    }

private:
    static constexpr std::uint32_t several = no_entity - 1;

    [[nodiscard]] std::uint32_t parent_of(std::uint32_t index) const { return tree_.entities[index].parent; }

    const MimeTree& tree_;
    std::vector<std::uint32_t> page_below_;  ///< the child that is or holds a page
};

}  // namespace

bool holds_page(const Entity& entity) {
    return (entity.type == "text" && entity.subtype == "html") ||
           (entity.type == "application" && entity.subtype == "xhtml+xml");
}

ShownAs shown_as(const MimeTree& tree, const Entity& entity) {
    const bool page = holds_page(entity);
    if ((entity.type != "text" && !page) || entity.disposition == "attachment") return ShownAs::nothing;
    if (entity.origin != Origin::root && entity.origin != Origin::multipart) return ShownAs::nothing;
    const bool named = !entity.file_names.empty() && entity.origin != Origin::root;
    if (named && entity.disposition != "inline") return ShownAs::nothing;
    if (page) return ShownAs::page;
    if (is_one_of(entity.subtype, std::to_array<std::string_view>({"plain", "enriched", "richtext"})))
        return ShownAs::plain;
    if (named || is_one_of(entity.subtype, texts_for_programs)) return ShownAs::nothing;
    if (!is_one_of(entity.subtype, pages_for_few)) return ShownAs::plain;
    const bool beside = entity.parent != no_entity && is_alternative(tree.entities[entity.parent]);
    return beside ? ShownAs::nothing : ShownAs::page;
}

PartRoles find_roles(const MimeTree& tree, const Reading& reading) {
    PartRoles roles;
    std::vector<char> inside(tree.entities.size(), 0);  // of an attached message
    for (const std::uint32_t index : reading.entities) {
        const Entity& entity = tree.entities[index];
        const bool has_parent = entity.parent != no_entity;
        inside[index] =
            static_cast<char>((has_parent && inside[entity.parent] != 0) || entity.origin == Origin::message);
        if (inside[index] != 0 || is_no_file(entity)) continue;
        const ShownAs shown = shown_as(tree, entity);
        auto& role = shown == ShownAs::page    ? roles.html
                     : shown == ShownAs::plain ? roles.plain
                                               : roles.attachments;
        role.push_back(index);
        if (shown != ShownAs::nothing) roles.read.push_back(index);
    }
    if (roles.html.empty() || roles.plain.empty()) return roles;
    // XHTML and pages for few are no page to most programs: these show the plain text, so both are read.
    std::vector<std::uint32_t> preferred;
    std::ranges::copy_if(roles.html, std::back_inserter(preferred), [&](std::uint32_t index) {
        return tree.entities[index].type == "text" && tree.entities[index].subtype == "html";
    });
    const Choices choices(tree, preferred);
    std::erase_if(roles.read, [&](std::uint32_t index) {
        return shown_as(tree, tree.entities[index]) == ShownAs::plain && choices.has_page_instead(index);
    });
    return roles;
}

}  // namespace tocsin::mail
