// Profiles of customers that the watch put away (watch::Watch::put_away), as rows.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"
#include "store/sealing.hpp"

namespace tocsin::store {

struct AwayProfile {
    std::string customer;
    std::uint64_t ticket = 0;  ///< used once
    std::string bytes;         ///< watch::Watch::profile_bytes()
};

/// Each is compressed and sealed with customer and ticket bound in: one that was changed, or is another one's, does not open.
class AwayStore {
public:
    AwayStore(Database& database, const SealKey& key) : database_(database), key_(key) {}

    /// Stores them, all or none; durable on return. Errors: unavailable, io.
    [[nodiscard]] Result<void> put(std::span<const AwayProfile> profiles);
    /// Errors: not_found, corrupt (the row is damaged, or was sealed with another key), unavailable, io.
    [[nodiscard]] Result<std::string> get(const std::string& customer, std::uint64_t ticket);
    /// Those that are not there are no error. Errors: unavailable, io.
    [[nodiscard]] Result<void> remove(std::span<const std::uint64_t> tickets);
    /// Removes all that `keep` does not want. Returns the highest ticket that was there. Errors: unavailable, io.
    [[nodiscard]] Result<std::uint64_t> sweep(const std::function<bool(std::uint64_t ticket)>& keep);

private:
    Database& database_;
    SealKey key_;
};

}  // namespace tocsin::store
