// The record of a purge as a file of JSON lines: what was moved from where, durable before it is moved.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "mailbox/types.hpp"

namespace tocsin::cli {

/// Open for reading what it says and for adding to it; one process at a time.
class PurgeRecordFile {
public:
    /// Makes the file (0600) if it is not there. A last line that a crash cut off is taken away. Errors: conflict (another
    /// process has it), invalid_input (no record, or that of another incident), limit, io.
    [[nodiscard]] static Result<PurgeRecordFile> open(const std::string& path, const std::string& incident);
    /// The incident: given, or read.
    [[nodiscard]] const std::string& incident() const { return incident_; }
    /// What it said when it was opened, by mailbox.
    [[nodiscard]] const std::map<std::string, std::vector<mailbox::PurgeRecord>>& known() const {
        return known_;
    }
    /// Appends, and returns when it is on disk. Errors: io; invalid_input (a name of a folder that is no UTF-8).
    [[nodiscard]] Result<void> add(std::span<const mailbox::PurgeRecord> records);

private:
    PurgeRecordFile(UniqueFd file, std::string path, std::string incident)
        : file_(std::move(file)), path_(std::move(path)), incident_(std::move(incident)) {}
    Result<void> read();
    Result<void> read_line(const std::string& line, std::size_t number);

    UniqueFd file_;
    std::string path_;
    std::string incident_;
    std::map<std::string, std::vector<mailbox::PurgeRecord>> known_;
};

/// The facts of a copy as JSON: folder, uidvalidity, uid, sha256, size_bytes, internal_date, flags.
[[nodiscard]] nlohmann::ordered_json copy_json(const mailbox::FoundCopy& copy);

}  // namespace tocsin::cli
