// A parsed message together with its bytes, which are in a heap block of exactly their size.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mail/mime.hpp"
#include "support/exact_buffer.hpp"

namespace tocsin::testing {

class ParsedMail {
public:
    explicit ParsedMail(std::string_view text)
        : bytes_(std::make_unique<ExactBuffer>(text)), tree_(mail::parse_mime(bytes_->view())) {}

    [[nodiscard]] const mail::MimeTree& tree() const { return tree_; }
    const mail::MimeTree* operator->() const { return &tree_; }

    [[nodiscard]] bool raises(mail::AmbiguityKind kind) const {
        return std::ranges::any_of(tree_.ambiguities, [&](const auto& one) { return one.kind == kind; });
    }
    [[nodiscard]] bool reaches(std::string_view limit) const {
        return std::ranges::any_of(tree_.limits_hit, [&](const auto& one) { return one.name == limit; });
    }
    /// Some leaf of some reading has exactly this content.
    [[nodiscard]] bool has_content(std::string_view content) const {
        return std::ranges::any_of(tree_.entities, [&](const mail::Entity& entity) {
            return !entity.is_multipart() && as_text(entity.content) == content;
        });
    }
    /// Names of the ambiguities, in order, for messages of failing tests.
    [[nodiscard]] std::string ambiguities() const {
        std::string names;
        for (const auto& one : tree_.ambiguities) names += std::string(info(one.kind).name) + " ";
        return names;
    }
    /// Media types of one reading in document order: "multipart/mixed text/plain".
    [[nodiscard]] std::string outline(std::size_t reading = 0) const {
        std::string types;
        for (std::uint32_t index : tree_.readings.at(reading).entities)
            types += (types.empty() ? "" : " ") + tree_.entities[index].media_type();
        return types;
    }

private:
    std::unique_ptr<ExactBuffer> bytes_;
    mail::MimeTree tree_;
};

/// `text` with each LF as CRLF, so that test mails stay readable.
inline std::string crlf(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\n') out += '\r';
        out += c;
    }
    return out;
}

/// What holds for every tree whatever its input; returns the first thing that does not, or an empty text.
inline std::string broken_invariant(const mail::MimeTree& tree) {
    auto lies_in = [](ByteView inner, ByteView outer) {
        return inner.empty() ||
               (inner.data() >= outer.data() && inner.data() + inner.size() <= outer.data() + outer.size());
    };
    auto is_known = [&](ByteView view) {
        return lies_in(view, tree.input) ||
               std::ranges::any_of(tree.buffers, [&](const Bytes& buffer) { return lies_in(view, buffer); });
    };
    if (tree.slots.empty() || tree.readings.empty()) return "no reading";
    std::vector<bool> seen(tree.entities.size(), false);
    for (const mail::Reading& reading : tree.readings)
        for (std::uint32_t index : reading.entities) seen.at(index) = true;
    const bool cut_off =
        std::ranges::any_of(tree.limits_hit, [](const auto& hit) { return hit.name == "readings"; });
    for (std::uint32_t index = 0; index < tree.entities.size(); ++index) {
        const mail::Entity& entity = tree.entities[index];
        if (!is_known(entity.raw_body) || !is_known(entity.content))
            return "a view outside input and buffers";
        for (const auto& field : entity.fields)
            if (!is_known(as_bytes(field.name)) || !is_known(as_bytes(field.raw_value)))
                return "a field outside the input";
        if (entity.parent != mail::no_entity && entity.parent >= index) return "a parent behind its child";
        if (!seen[index] && !cut_off) return "an alternative in no reading";
    }
    for (const mail::Slot& slot : tree.slots)
        if (slot.alternatives.empty()) return "an empty slot";
    return {};
}

}  // namespace tocsin::testing
