// The journal of the response: a list of events whose state is the response's (respond/response.hpp).
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/event.hpp"
#include "store/database.hpp"

namespace tocsin::store {

struct RespondEntry {
    std::uint64_t number = 0;  ///< from 1, rising
    respond::Event event;
};

class RespondStore {
public:
    explicit RespondStore(Database& database) : database_(database) {}

    /// Stores events, all or none, at most limits::respond_batch; durable on return. An event whose id is there already is left
    /// as it is. Returns of each whether it is new: one that is not must not be seen again, or the state would be another than
    /// that of the list. Errors: limit, unavailable, io.
    [[nodiscard]] Result<std::vector<bool>> append(std::span<const RespondEntry> entries);
    /// Calls `see` with everything in its order. Returns the last number; 0: there is none. Errors: corrupt (an entry cannot be
    /// read: what follows it would mean something else), unavailable, io, and what `see` returns.
    using See = std::function<Result<void>(const RespondEntry&)>;
    [[nodiscard]] Result<std::uint64_t> visit(const See& see);
    /// Whether a report of this moment or later has this content as evidence. Errors: unavailable, io.
    [[nodiscard]] Result<bool> needs_content(const std::string& sha256, TimePoint since);

private:
    Database& database_;
};

}  // namespace tocsin::store
