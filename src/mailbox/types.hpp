// What is found in mailboxes, moved out of them and brought back.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::mailbox {

/// 64 lower-case hexadecimal digits.
[[nodiscard]] inline std::string hash_hex(const Hash256& hash) {
    return to_hex(std::as_bytes(std::span(hash)));
}

/// A message in a folder, and what must be the same when it comes back.
struct FoundCopy {
    std::string folder;  ///< as the server names it
    std::uint32_t uid_validity = 0;
    std::uint32_t uid = 0;
    Hash256 sha256{};                ///< of all its bytes
    std::uint64_t size_bytes = 0;    ///< as the server tells it
    std::vector<std::string> flags;  ///< sorted
    std::string internal_date;
    [[nodiscard]] bool
    has_flag(std::string_view flag) const;  ///< whatever its case: `\Seen`, `\Answered`, `$Forwarded`
};

enum class RecordStage : std::uint8_t {
    intent,    ///< it will be moved now; written before
    moved,     ///< it is in the sealed folder, compared byte by byte
    restored,  ///< it is back, compared byte by byte
};
[[nodiscard]] std::string_view to_string(RecordStage stage);

/// One line of the record of a purge. What is written last about (mailbox, folder, uid_validity, uid) holds.
struct PurgeRecord {
    RecordStage stage = RecordStage::intent;
    std::string mailbox;
    FoundCopy before;
    std::string sealed_folder;
    std::uint32_t sealed_uid_validity = 0;  ///< 0 with an intent
    std::uint32_t sealed_uid = 0;
    std::uint32_t restored_uid_validity = 0;  ///< 0 unless restored
    std::uint32_t restored_uid = 0;
};

/// Whether these bytes are what is looked for. May suspend: a reader is asked. Errors: it could not be told; then the message is
/// not touched.
using Confirm = std::function<Result<bool>(net::Fiber&, ByteView)>;
/// Writes records durably. Returns when they are on disk; until then nothing is moved.
using WriteRecords = std::function<Result<void>(net::Fiber&, std::span<const PurgeRecord>)>;

/// How it went with one mailbox.
enum class MailboxOutcome : std::uint8_t {
    done,    ///< all that was found is where it should be
    partly,  ///< something is not: `why` says what
    login_refused,
    unreachable,  ///< no connection, or it was lost; come again
    timed_out,
    over_quota,
    cannot_move,  ///< the server has neither MOVE nor UIDPLUS
    not_allowed,  ///< the account may not do it
    failed,       ///< anything else
};
[[nodiscard]] std::string_view to_string(MailboxOutcome outcome);
[[nodiscard]] MailboxOutcome outcome_of(const Error& error);

}  // namespace tocsin::mailbox
