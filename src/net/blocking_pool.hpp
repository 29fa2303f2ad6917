// A few threads for calls that block (SQL, files), so that the loop never does.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "base/result.hpp"
#include "net/fiber.hpp"

namespace tocsin::net {

class Loop;
struct PoolState;

class BlockingPool {
public:
    /// Starts `threads` threads; at most `queue_max` calls wait for one of them.
    BlockingPool(Loop& loop, std::size_t threads, std::size_t queue_max);
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;
    /// Joins the threads. No call may be under way.
    ~BlockingPool();

    /// Runs `function` on a thread and suspends the fiber until it has returned. It cannot be given up half-way,
    /// because it uses the fiber's variables: `function` must end by itself (busy timeout, bounded file). An
    /// exception that leaves it is a bug of ours and ends the process. Errors: limit ("blocking pool is full"):
    /// nothing was run.
    [[nodiscard]] Result<void> run(Fiber& fiber, const std::function<void()>& function);

    /// The same for a function that returns Result<T>: its result, or limit.
    template <std::invocable Function>
        requires(!std::is_void_v<std::invoke_result_t<Function>>)
    [[nodiscard]] std::invoke_result_t<Function> call(Fiber& fiber, Function&& function) {
        std::optional<std::invoke_result_t<Function>> result;
        TRY(run(fiber, [&] { result.emplace(function()); }));
        return std::move(*result);
    }

    /// Calls that wait or run now.
    [[nodiscard]] std::size_t pending() const;

private:
    std::unique_ptr<PoolState> state_;
};

}  // namespace tocsin::net
