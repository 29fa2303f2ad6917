// Which of the files in a report may hold mails, told by their first bytes and their names.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "mail/mime.hpp"

namespace tocsin::reported {

enum class FileKind : std::uint8_t { outlook, tnef, zip, other };
/// By the first bytes alone: names lie, and Outlook's do not end in .msg everywhere.
[[nodiscard]] FileKind kind_of_bytes(ByteView bytes);

/// ".eml" and the names that mail programs give to a message without a subject.
[[nodiscard]] bool is_mail_name(std::string_view name);
/// ".msg"
[[nodiscard]] bool is_outlook_name(std::string_view name);
/// A zip that is not an Office document or a program: those have names of their own.
[[nodiscard]] bool is_plain_zip(std::string_view name, std::string_view type);
/// An attachment, as against the text that is shown.
[[nodiscard]] bool is_file(const mail::Entity& entity);
/// A part that is a whole message (RFC 2046 section 5.2.1, RFC 6532 section 3.7).
[[nodiscard]] bool is_attached_message(const mail::Entity& entity);

}  // namespace tocsin::reported
