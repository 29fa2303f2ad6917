#include "scan/describe_files.hpp"

#include <doctest/doctest.h>

#include "base/log.hpp"
#include "mail/message.hpp"

namespace tocsin::scan {

TEST_CASE("an attachment has its type by content and its hashes, whatever its name says") {
    NullLog log;
    EngineConfig config;
    config.clamav = false;
    const auto engines = Engines::load(config, log).value();
    const std::string mail =
        "Subject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: image/png; name=photo.png\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==\r\n--b--\r\n";
    const mail::MimeTree tree = mail::parse_mime(as_bytes(mail));
    mail::Message message = mail::build_message(tree, 0, {});
    describe_files(message, tree, *engines);
    REQUIRE(message.attachments.size() == 1);
    CHECK(message.attachments[0].file_type == "zip");
    CHECK(message.attachments[0].file_extension == "png");
    // md5sum, sha1sum and sha256sum of an empty zip: "PK\5\6" and 18 zero bytes.
    CHECK(message.attachments[0].md5 == "76cdb2bad9582d23c1f6f4d868218d6c");
    CHECK(message.attachments[0].sha1 == "b04f3ee8f5e43fa3b162981b50bb72fe1acabb33");
    CHECK(message.attachments[0].sha256 ==
          "8739c76e681f900923b900c9df0ef75cf421d39cabb54650c4b9ad19b6a76d85");
}

}  // namespace tocsin::scan
