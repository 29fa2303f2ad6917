#include "reported/file_kind.hpp"

#include "mail/ascii.hpp"

namespace tocsin::reported {

namespace {

bool ends_with(std::string_view name, std::string_view ending) {
    return name.size() >= ending.size() &&
           mail::equals_ignoring_case(name.substr(name.size() - ending.size()), ending);
}

}  // namespace

FileKind kind_of_bytes(ByteView bytes) {
    const std::string_view text = as_text(bytes);
    if (text.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return FileKind::outlook;
    if (text.starts_with("\x78\x9F\x3E\x22")) return FileKind::tnef;
    if (text.starts_with("PK\x03\x04")) return FileKind::zip;
    return FileKind::other;
}

bool is_mail_name(std::string_view name) {
    return ends_with(name, ".eml") || ends_with(name, ".mail") || ends_with(name, ".emlx");
}

bool is_outlook_name(std::string_view name) {
    return ends_with(name, ".msg");
}

bool is_plain_zip(std::string_view name, std::string_view type) {
    return ends_with(name, ".zip") ||
           (name.empty() && (type == "application/zip" || type == "application/octet-stream"));
}

bool is_file(const mail::Entity& entity) {
    if (entity.is_multipart() || entity.origin == mail::Origin::preamble ||
        entity.origin == mail::Origin::raw_rest)
        return false;
    return !entity.file_names.empty() || entity.disposition == "attachment" || entity.type == "application";
}

bool is_attached_message(const mail::Entity& entity) {
    return entity.type == "message" &&
           (entity.subtype == "rfc822" || entity.subtype == "global" || entity.subtype == "news");
}

}  // namespace tocsin::reported
