#include "scan/describe_files.hpp"

#include <span>

#include "base/hash.hpp"

namespace tocsin::scan {

void describe_files(mail::Message& message, const mail::MimeTree& tree, const Engines& engines) {
    for (mail::Attachment& file : message.attachments) {
        if (file.entity >= tree.entities.size()) continue;
        const ByteView content = tree.entities[file.entity].content;
        const Hash256 hash = sha256(content);
        file.file_type = engines.file_type(content);
        file.sha256 = to_hex(std::as_bytes(std::span(hash)));
        file.md5 = md5_hex(content);
        file.sha1 = sha1_hex(content);
    }
}

}  // namespace tocsin::scan
