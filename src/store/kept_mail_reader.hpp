// Mail that is kept so that new rules can be asked about it: the side of who looks again, beside a running daemon or without one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/kept_mail.hpp"

namespace tocsin::store {

struct KeptReaderState;

/// Reads what lies in a KeptMailStore's folder when it is opened, the oldest first; one file at a time is in memory. What the
/// daemon deletes meanwhile is passed over.
class KeptMailReader {
public:
    /// Files in which nothing is as young as `since` are left out. Errors: not_found (nothing was ever kept here), permission,
    /// corrupt (the key), io.
    [[nodiscard]] static Result<KeptMailReader> open(const std::filesystem::path& folder, TimePoint since);
    KeptMailReader(KeptMailReader&& other) noexcept;
    KeptMailReader& operator=(KeptMailReader&& other) noexcept;
    ~KeptMailReader();

    /// The next entry, or what is damaged and where: what lies behind it is read. nullopt: the end.
    [[nodiscard]] std::optional<Result<KeptEntry>> next();
    /// For a progress display: bytes of all files, and of those that were read.
    [[nodiscard]] std::uint64_t bytes() const;
    [[nodiscard]] std::uint64_t bytes_read() const;
    /// When the oldest file began that is read; nullopt: there is none.
    [[nodiscard]] std::optional<TimePoint> oldest() const;

private:
    explicit KeptMailReader(std::unique_ptr<KeptReaderState> state);
    std::unique_ptr<KeptReaderState> state_;
};

}  // namespace tocsin::store
