// The files of one message, as rules ask about them: which bytes an attachment has, and what is inside.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "rules/explode.hpp"

namespace tocsin::rules {

/// One file of an explosion, as a value of the language holds it.
struct ExplodedView {
    Explosion* explosion = nullptr;
    std::uint32_t index = 0;
};

/// Files are known by the address of the object that stands for them: an attachment of the message, of a message inside it, a
/// file of an explosion. Everything is taken apart once, when it is asked for. One for each message; all its answers live as
/// long.
class MessageFiles {
public:
    MessageFiles(const ExplodeTools& tools, std::chrono::steady_clock::time_point deadline) : tools_(tools) {
        budget_.deadline = deadline;
    }

    /// Makes the attachments of `message`, which was built from `tree`, known. Both must outlive this.
    void add(const mail::Message& message, const mail::MimeTree& tree);

    /// The explosion of a known file; nullptr: it is not known.
    [[nodiscard]] Explosion* explosion(const void* file);
    /// Its files; the first is the file itself.
    [[nodiscard]] const std::deque<ExplodedView>& views(Explosion& explosion);
    /// The bytes of a known file.
    [[nodiscard]] std::optional<ByteView> bytes(const void* file) const;
    [[nodiscard]] std::string_view content_type(const void* file) const;
    /// The file read as a message, its attachments known; nullptr: not known, or limits::nested_rule_messages were read.
    [[nodiscard]] const mail::Message* message(const void* file, mail::MailTools& tools);
    /// A member as an attachment of its own.
    [[nodiscard]] const mail::Attachment& member(Explosion& explosion, std::uint32_t index);

private:
    struct Nested {
        mail::MimeTree tree;
        mail::Message message;
    };

    void describe(mail::Attachment& file, ByteView content) const;

    const ExplodeTools& tools_;
    ExplodeBudget budget_;
    std::unordered_map<const void*, SourceFile> sources_;
    std::unordered_map<const void*, std::unique_ptr<Explosion>> explosions_;
    std::map<const Explosion*, std::deque<ExplodedView>> views_;
    std::unordered_map<const void*, std::unique_ptr<Nested>> nested_;
    std::deque<mail::Attachment> members_;
};

}  // namespace tocsin::rules
