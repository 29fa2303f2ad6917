#include "app/readiness.hpp"

#include <sys/statvfs.h>

#include <cerrno>
#include <filesystem>

#include "base/limits.hpp"

namespace tocsin::app {

Result<void> Readiness::try_journal(net::Fiber& fiber) {
    const auto young = [](const std::optional<Deadline>& moment) {
        return moment && net::steady_now() - *moment < std::chrono::milliseconds(limits::ready_probe_ms);
    };
    if (young(journal_.last_good())) return {};
    if (young(tried_at_)) return last_try_;
    tried_at_ = net::steady_now();  // first: whoever asks meanwhile takes the last answer
    last_try_ = blocking_.call(fiber, [&] { return database_.try_write(); });
    return last_try_;
}

Result<void> Readiness::look_at_disk() const {
    struct statvfs facts{};
    if (::statvfs(data_folder_.c_str(), &facts) != 0)
        return std::unexpected(errno_error("look at " + data_folder_, errno));
    const std::uint64_t free_bytes = static_cast<std::uint64_t>(facts.f_bavail) * facts.f_frsize;
    if (free_bytes >= limits::ready_free_bytes) return {};
    return fail(ErrorCode::limit, "the disk of " + data_folder_ + " has " + std::to_string(free_bytes >> 20) +
                                      " MiB left, less than " +
                                      std::to_string(limits::ready_free_bytes >> 20) + ": make room");
}

/// Files that were deleted while they are open take writes, and all of it is gone with the daemon.
Result<void> Readiness::look_at_folder() const {
    for (const char* name : {"tocsin.sqlite", "evidence"}) {
        std::error_code error;
        const std::filesystem::path path = std::filesystem::path(data_folder_) / name;
        if (!std::filesystem::exists(path, error))
            return fail(
                ErrorCode::not_found,
                path.string() +
                    " is gone: what is written now is lost. Stop the daemon and restore its data folder");
    }
    return {};
}

std::vector<std::string> Readiness::reasons_against(net::Fiber& fiber) {
    std::vector<std::string> reasons;
    Result<void> readers = readers_.revive(fiber);
    if (readers && !readers_.status().available)
        readers =
            fail(ErrorCode::unavailable, "readers died one after the other; see reader.died in the log");
    if (!readers) reasons.push_back("no readers: " + readers.error().message);
    if (Result<void> journal = try_journal(fiber); !journal)
        reasons.push_back("the journal cannot be written: " + journal.error().message);
    if (Result<void> disk = look_at_disk(); !disk) reasons.push_back(disk.error().message);
    if (Result<void> folder = look_at_folder(); !folder) reasons.push_back(folder.error().message);
    return reasons;
}

}  // namespace tocsin::app
