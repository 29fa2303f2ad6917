// What playbooks take out of mailboxes, durable before it is moved, and how far reports of mailboxes were picked up.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A message and where it is. What is written last about (mailbox, folder, uid_validity, uid) holds.
struct PurgedMail {
    std::string mailbox, folder;
    std::uint32_t uid_validity = 0, uid = 0;
    std::string stage;   ///< intent, moved, restored
    std::string sha256;  ///< hexadecimal
    std::uint64_t size_bytes = 0;
    std::vector<std::string> flags;
    std::string internal_date;
    std::string sealed_folder;
    std::uint32_t sealed_uid_validity = 0, sealed_uid = 0;
    std::uint32_t restored_uid_validity = 0, restored_uid = 0;
};

/// How it went with one mailbox.
struct PurgedMailbox {
    std::string mailbox;
    std::string outcome;  ///< "done", or what it is called when not
    std::string why;
    std::uint32_t copies = 0, seen = 0, answered = 0, forwarded = 0, innocent = 0;
};

/// Whether an effect was taken back: then it must not be done any more.
enum class TakenBack : std::uint8_t { no, yes };

/// How far the pick-up of one folder came.
struct PickedUp {
    std::uint32_t uid_validity = 0, next_uid = 1;
    struct Untaken {
        std::uint32_t uid = 0, tries = 0;
    };
    std::vector<Untaken> untaken;
};

/// Errors of all: unavailable, io.
class PurgeStore {
public:
    explicit PurgeStore(Database& database) : database_(database) {}

    /// Notes that an effect begins, unless that is known. Durable on return.
    [[nodiscard]] Result<TakenBack> begin(const std::string& effect, const std::string& incident,
                                          TimePoint now);
    /// From now on begin() says so. An effect that never began is noted all the same.
    [[nodiscard]] Result<void> take_back(const std::string& effect, const std::string& incident,
                                         TimePoint now);
    /// All or none; durable on return. Errors: invalid_input (a name that could not be read back as it is).
    [[nodiscard]] Result<void> write(const std::string& effect, std::span<const PurgedMail> mails);
    /// By mailbox, folder and number.
    [[nodiscard]] Result<std::vector<PurgedMail>> mails(const std::string& effect);
    /// Takes the place of what was known of that mailbox.
    [[nodiscard]] Result<void> note_mailbox(const std::string& effect, const PurgedMailbox& mailbox,
                                            TimePoint now);
    [[nodiscard]] Result<std::vector<PurgedMailbox>> mailboxes(const std::string& effect);

    /// Nothing: nobody picked up there before.
    [[nodiscard]] Result<std::optional<PickedUp>> picked_up(const std::string& mailbox,
                                                            const std::string& folder);
    [[nodiscard]] Result<void> note_picked_up(const std::string& mailbox, const std::string& folder,
                                              const PickedUp& state);

private:
    Database& database_;
};

}  // namespace tocsin::store
