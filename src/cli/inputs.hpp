// What a person names on the command line, as single messages: files, folders, Maildirs, mbox files, standard input.
#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::cli {

/// Whether folders inside folders are entered.
enum class Folders : std::uint8_t { one_level, recursive };

/// One thing to be scanned, or the reason why it cannot be.
struct Input {
    std::string
        name;  ///< path as given; "path#12" for the twelfth message of an mbox; "-" for standard input
    Bytes bytes;
    std::optional<Error> error;
};

/// Yields inputs one by one, so that a folder of any size needs the memory of one message. A message that is larger than
/// limits::message_bytes is an error; so are unreadable files, folder loops and names that do not exist.
class Inputs {
public:
    Inputs(std::vector<std::string> paths, Folders folders);
    ~Inputs();
    /// The next one; nullopt at the end.
    std::optional<Input> next();
    /// Files found so far but not yet read: for a progress display.
    [[nodiscard]] std::size_t waiting() const { return files_.size(); }
    /// Folders inside folders that were not entered, because nobody asked for that.
    [[nodiscard]] std::size_t folders_passed_over() const { return folders_passed_over_; }

private:
    struct Mailbox;
    void expand(const std::string& path, int depth);
    void expand_folder(const std::string& path, int depth);
    /// nullopt: it is an mbox, whose messages come next.
    std::optional<Input> open_file(const std::string& path);
    /// nullopt: it is an mbox, whose messages come next.
    std::optional<Input> read_standard_input();

    std::deque<std::string> paths_;
    std::deque<std::string> files_;
    std::deque<Input> failed_;
    std::set<std::pair<std::uint64_t, std::uint64_t>> folders_seen_;
    std::unique_ptr<Mailbox> mailbox_;
    Folders folders_;
    std::size_t folders_passed_over_ = 0;
};

}  // namespace tocsin::cli
