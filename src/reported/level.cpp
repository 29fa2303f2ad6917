#include "reported/level.hpp"

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "reported/header_facts.hpp"

namespace tocsin::reported {

namespace {

/// The parts of the message itself, not of messages in it, in order.
std::vector<const mail::Entity*> own_leaves(const mail::MimeTree& tree) {
    std::vector<const mail::Entity*> own;
    std::vector<bool> inside(tree.entities.size(), false);
    for (const std::uint32_t index : tree.readings.front().entities) {
        const mail::Entity& entity = tree.entities[index];
        const bool below = entity.parent != mail::no_entity && inside[entity.parent];
        inside[index] = below || entity.origin == mail::Origin::message;
        if (!inside[index] && entity.is_leaf()) own.push_back(&entity);
    }
    return own;
}

bool name_holds(const mail::Entity& entity, std::string_view word) {
    return std::ranges::any_of(entity.file_names, [word](const std::string& name) {
        return mail::find_ignoring_case(name, word) != std::string_view::npos;
    });
}

bool says_xarf(const mail::MimeTree& tree) {
    const auto& fields = tree.root().fields;
    return mail::find_field(fields, "X-ARF") != nullptr || mail::find_field(fields, "X-XARF") != nullptr;
}

void read_xarf_level(const std::vector<const mail::Entity*>& leaves, bool declared, Level& level) {
    for (const mail::Entity* leaf : leaves) {
        const bool named = name_holds(*leaf, "xarf");
        if (!declared && !named) continue;
        const std::string_view text = as_text(leaf->content);
        const bool json = leaf->subtype == "json" || name_holds(*leaf, ".json");
        std::optional<Xarf> found = json ? read_xarf_json(text) : read_xarf_fields(text);
        level.unreadable = level.unreadable || (!found && named);
        if (!found) continue;
        level.unreadable = false;
        level.feedback = std::move(found->about);
        level.feedback->shape = Shape::xarf;
        level.evidence = std::move(found->evidence);
        level.reporter = std::move(found->reporter);
        level.part = leaf;
        return;
    }
}

bool declares_feedback(const mail::MimeTree& tree) {
    const mail::Entity& root = tree.root();
    const mail::HeaderField* type = mail::find_field(root.fields, "Content-Type");
    return root.media_type() == "multipart/report" && type != nullptr &&
           mail::find_ignoring_case(type->raw_value, "feedback-report") != std::string_view::npos;
}

}  // namespace

Level read_level(const mail::MimeTree& tree, std::string_view reporter) {
    Level level;
    const std::vector<const mail::Entity*> leaves = own_leaves(tree);
    const auto arf = std::ranges::find_if(
        leaves, [](const mail::Entity* leaf) { return leaf->media_type() == "message/feedback-report"; });
    if (arf != leaves.end()) {
        level.feedback.emplace();
        level.feedback->shape = Shape::feedback_report;
        level.part = *arf;
        note_feedback((*arf)->content, *level.feedback);
    } else if (declares_feedback(tree)) {
        level.feedback.emplace();
        level.feedback->shape = Shape::feedback_report;
        add_warning(level.feedback->warnings, ReportWarning::no_feedback_part);
    } else {
        read_xarf_level(leaves, says_xarf(tree), level);
    }
    if (level.feedback) level.feedback->provider = domain_of(reporter.empty() ? level.reporter : reporter);
    return level;
}

std::string domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    if (at == std::string_view::npos) return {};
    std::string domain(address.substr(at + 1, limits::reported_text_bytes));
    std::ranges::transform(domain, domain.begin(), mail::ascii_lower);
    return domain;
}

Claim claim_of(std::string_view subject) {
    if (subject.size() < 2 || subject[1] != '|') return Claim::none;
    switch (subject[0]) {
        case '1': return Claim::junk;
        case '2': return Claim::not_junk;
        case '3': return Claim::phishing;
        default: return Claim::none;
    }
}

std::string comment_text(std::string_view text) {
    std::string out;
    text = mail::trim(text);
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string line = fact_text(text.substr(0, end), limits::report_comment_bytes);
        if (out.size() + line.size() + 1 > limits::report_comment_bytes) break;
        if (!out.empty()) out += '\n';
        out += line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace tocsin::reported
