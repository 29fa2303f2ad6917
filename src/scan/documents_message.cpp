#include <fmt/format.h>

#include "base/limits.hpp"
#include "mail/mbox.hpp"
#include "mail/mime.hpp"
#include "scan/documents.hpp"
#include "scan/message_facts.hpp"

namespace tocsin::scan {

namespace {

/// The further messages of a mailbox. The first one is what the file is when it is read as one message.
void inspect_mailbox(Inspection& inspection) {
    // One more than is opened is asked for, so that the claim for it names the limit.
    const std::vector<ByteView> messages =
        mail::split_mbox(inspection.bytes(), limits::container_members + 1);
    for (std::size_t i = 1; i < messages.size(); ++i)
        if (!inspection.claim_and_scan({.name = fmt::format("message {}", i + 1),
                                        .media_type = "message/rfc822",
                                        .bytes = messages[i]}))
            return;
}

}  // namespace

void inspect_message(Inspection& inspection) {
    inspect_mailbox(inspection);
    const mail::MimeTree tree = mail::parse_mime(inspection.bytes());
    for (const mail::MimeLimitHit& hit : tree.limits_hit) note_parser_limit(inspection.report(), hit);
    std::vector<mail::Ambiguity>& ambiguities = inspection.report().ambiguities;
    for (const mail::Ambiguity& ambiguity : tree.ambiguities)
        if (ambiguities.size() < limits::ambiguities) ambiguities.push_back(ambiguity);
    for (const mail::Entity& entity : tree.entities) {
        note_unseen_content(inspection.report(), entity, inspection.input().part);
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
