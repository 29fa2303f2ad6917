// What the data model says of each attachment beyond its name: its type by content, and its hashes.
#pragma once

#include "mail/message.hpp"
#include "mail/mime.hpp"
#include "scan/engines.hpp"

namespace tocsin::scan {

/// Fills file_type, md5, sha1 and sha256 of every attachment of `message`, which was built from `tree`. MD5 and SHA-1 are there
/// to be compared with other people's lists; nothing of ours trusts them.
void describe_files(mail::Message& message, const mail::MimeTree& tree, const Engines& engines);

}  // namespace tocsin::scan
