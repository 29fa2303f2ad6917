#include <algorithm>

#include "mail/mime.hpp"
#include "scan/documents.hpp"
#include "scan/message_facts.hpp"

namespace tocsin::scan {

void inspect_message(Inspection& inspection) {
    const mail::MimeTree tree = mail::parse_mime(inspection.bytes());
    for (const mail::MimeLimitHit& hit : tree.limits_hit) note_parser_limit(inspection.report(), hit);
    std::vector<mail::Ambiguity>& ambiguities = inspection.report().ambiguities;
    for (const mail::Ambiguity& ambiguity : tree.ambiguities)
        if (ambiguities.size() < limits::ambiguities) ambiguities.push_back(ambiguity);
    for (const mail::Entity& entity : tree.entities) {
        if (!entity.is_leaf() || entity.content.empty()) continue;
        const std::string declared = entity.type_declared ? entity.media_type() : std::string();
        // A message that says nothing of itself is one leaf with the very same bytes: nothing was taken apart.
        if (entity.content.size() == inspection.bytes().size()) continue;
        const std::string name = entity.file_names.empty() ? std::string() : entity.file_names.front();
        if (!inspection.claim_and_scan({.name = name,
                                        .media_type = declared,
                                        .bytes = entity.content,
                                        .other_names = &entity.file_names}))
            return;
    }
}

}  // namespace tocsin::scan
