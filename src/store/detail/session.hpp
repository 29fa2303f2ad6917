// SOCI as the stores of this room use it. Included by .cpp files only.
#pragma once

#include <soci/soci.h>

#include <mutex>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/migrations.hpp"

namespace tocsin::store {

struct DatabaseState {
    std::mutex writer_mutex;
    soci::session writer;
    std::mutex reader_mutex;
    soci::session reader;
    std::mutex filing_mutex;  ///< whoever files the journal's intake; taken before writer_mutex
    bool in_memory = false;   ///< one connection is all there is: it serves both
};

/// The Error for the exception that is being handled. The one place that knows what a backend's codes mean.
[[nodiscard]] Error current_database_error(std::string_view doing);

/// Runs `function(session)` on one of the connections; an exception of SOCI becomes an Error.
template <typename Function>
auto on_session(std::mutex& mutex, soci::session& session, std::string_view doing, Function&& function)
    -> std::invoke_result_t<Function, soci::session&> {
    const std::lock_guard lock(mutex);
    try {
        return function(session);
    } catch (const std::exception&) {
        return std::unexpected(current_database_error(doing));
    }
}

template <typename Function>
auto writing(DatabaseState& state, std::string_view doing, Function&& function) {
    return on_session(state.writer_mutex, state.writer, doing, std::forward<Function>(function));
}

template <typename Function>
auto reading(DatabaseState& state, std::string_view doing, Function&& function) {
    if (state.in_memory) return writing(state, doing, std::forward<Function>(function));
    return on_session(state.reader_mutex, state.reader, doing, std::forward<Function>(function));
}

/// Applies what is missing of `migrations`; refuses a database that is newer or was altered. May throw SOCI's
/// exceptions.
[[nodiscard]] Result<void> apply_migrations(soci::session& session, std::span<const Migration> migrations,
                                            TimePoint now);

/// The same without applying any: refuses a database that lacks one, too. May throw SOCI's exceptions.
[[nodiscard]] Result<void> check_migrations(soci::session& session, std::span<const Migration> migrations);

/// A moment that may be absent, as a column.
struct OptionalTime {
    long long value = 0;
    soci::indicator indicator = soci::i_null;
    OptionalTime() = default;
    explicit OptionalTime(std::optional<TimePoint> time)
        : value(time ? time->microseconds : 0), indicator(time ? soci::i_ok : soci::i_null) {}
    [[nodiscard]] std::optional<TimePoint> get() const {
        if (indicator != soci::i_ok) return std::nullopt;
        return TimePoint{value};
    }
};

}  // namespace tocsin::store
