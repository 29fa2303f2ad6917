#include "rules/message_files.hpp"

#include <span>

#include "base/hash.hpp"
#include "base/limits.hpp"

namespace tocsin::rules {

void MessageFiles::add(const mail::Message& message, const mail::MimeTree& tree) {
    for (const mail::Attachment& file : message.attachments) {
        if (file.entity >= tree.entities.size()) continue;
        sources_.emplace(&file,
                         SourceFile{tree.entities[file.entity].content, file.file_name, file.content_type});
    }
}

Explosion* MessageFiles::explosion(const void* file) {
    if (const auto known = explosions_.find(file); known != explosions_.end()) return known->second.get();
    const auto source = sources_.find(file);
    if (source == sources_.end()) return nullptr;
    auto made = std::make_unique<Explosion>(source->second, tools_, budget_);
    return explosions_.emplace(file, std::move(made)).first->second.get();
}

const std::deque<ExplodedView>& MessageFiles::views(Explosion& explosion) {
    std::deque<ExplodedView>& all = views_[&explosion];
    for (std::size_t index = all.size(); index < explosion.size(); ++index) {
        const auto number = static_cast<std::uint32_t>(index);
        const ExplodedView& view = all.emplace_back(ExplodedView{&explosion, number});
        const ExplodedFile& file = explosion.file(index);
        sources_.emplace(&view, SourceFile{explosion.bytes(index), file.file_name, file.content_type});
    }
    return all;
}

std::optional<ByteView> MessageFiles::bytes(const void* file) const {
    const auto known = sources_.find(file);
    return known == sources_.end() ? std::nullopt : std::optional(known->second.bytes);
}

std::string_view MessageFiles::content_type(const void* file) const {
    const auto known = sources_.find(file);
    return known == sources_.end() ? std::string_view() : std::string_view(known->second.content_type);
}

const mail::Message* MessageFiles::message(const void* file, mail::MailTools& tools) {
    if (const auto known = nested_.find(file); known != nested_.end()) return &known->second->message;
    const std::optional<ByteView> content = bytes(file);
    if (!content || nested_.size() >= limits::nested_rule_messages) return nullptr;
    auto nested = std::make_unique<Nested>();
    nested->tree = mail::parse_mime(*content);
    nested->message = mail::build_message(nested->tree, 0, {}, tools);
    for (mail::Attachment& inner : nested->message.attachments)
        if (inner.entity < nested->tree.entities.size())
            describe(inner, nested->tree.entities[inner.entity].content);
    add(nested->message, nested->tree);
    return &nested_.emplace(file, std::move(nested)).first->second->message;
}

const mail::Attachment& MessageFiles::member(Explosion& explosion, std::uint32_t index) {
    const ExplodedFile& file = explosion.file(index);
    mail::Attachment& out = members_.emplace_back();
    out.file_name = file.file_name;
    out.file_extension = file.file_extension;
    out.content_type = file.content_type;
    out.size = explosion.bytes(index).size();
    describe(out, explosion.bytes(index));
    sources_.emplace(&out, SourceFile{explosion.bytes(index), file.file_name, file.content_type});
    return out;
}

void MessageFiles::describe(mail::Attachment& file, ByteView content) const {
    const Hash256 hash = sha256(content);
    file.file_type = tools_.typer.identify(content);
    file.sha256 = to_hex(std::as_bytes(std::span(hash)));
    file.md5 = md5_hex(content);
    file.sha1 = sha1_hex(content);
}

}  // namespace tocsin::rules
