// The folder that picked-up messages are stored in: HASH.eml for each, picked.jsonl with a line for each, state.json.
#pragma once

#include <set>
#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "mailbox/pick_up.hpp"

namespace tocsin::cli {

class PickedFolder {
public:
    /// Makes the folder (0700). One process at a time. Errors: conflict, io, invalid_input (a file in it is not ours).
    [[nodiscard]] static Result<PickedFolder> open(const std::string& path);
    /// What was saved last; the beginning where nothing was.
    [[nodiscard]] const mailbox::PickUpState& state() const { return state_; }
    /// The message as a file, then its line; both on disk when it returns. Content that is there
    /// already is not stored again.
    [[nodiscard]] Result<mailbox::Stored> store(const mailbox::PickedMessage& message);
    [[nodiscard]] Result<void> save(const mailbox::PickUpState& state);

private:
    explicit PickedFolder(std::string path) : path_(std::move(path)) {}
    Result<void> read_index();
    Result<void> read_state();
    /// Written beside its place, synced and renamed: a crash leaves the old one or the new one.
    Result<void> write_whole(const std::string& name, std::string_view bytes) const;

    std::string path_;
    UniqueFd folder_;
    UniqueFd index_;
    std::set<std::string> stored_;  ///< hashes
    mailbox::PickUpState state_;
};

}  // namespace tocsin::cli
