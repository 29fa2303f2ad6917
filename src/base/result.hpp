// Errors that the outside world can cause travel as values. Library exceptions are caught in the library's wrapping file and
// become an Error; a bug of our own ends in ASSERT (assert.hpp). Malformed mail is data, not an Error.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tocsin {

/// What kind of thing went wrong, so that a caller can decide without reading the text.
enum class ErrorCode {
    invalid_input,  ///< the caller or a file gave something that cannot be used
    not_found,      ///< a named thing does not exist
    permission,     ///< the system said no
    limit,          ///< a named limit was reached
    timed_out,      ///< a deadline passed
    closed,         ///< the other side is gone
    unavailable,    ///< a service or library that is needed is not there now
    io,             ///< a read, write or system call failed
    corrupt,        ///< stored or received data does not decode
    conflict,       ///< the thing exists already, or changed meanwhile
};

/// An error for the operator: `message` says what was wrong, where, and what to do next.
struct Error {
    ErrorCode code = ErrorCode::io;
    std::string message;
};

template <typename T = void>
using Result = std::expected<T, Error>;

/// Makes the error arm of a Result.
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
    return std::unexpected(Error{code, std::move(message)});
}

/// The stable name of a code, for logs and JSON.
[[nodiscard]] const char* to_string(ErrorCode code);

/// Text of an `errno` value, prefixed by what was being done: "open /x: Permission denied".
[[nodiscard]] Error errno_error(std::string_view doing, int error_number);

}  // namespace tocsin

/// Evaluates an expression of type Result<T>; returns its error from the enclosing function, else yields the value.
#define TRY(expression)                                                                                      \
    __extension__({                                                                                          \
        auto tocsin_try_result = (expression);                                                               \
        if (!tocsin_try_result) [[unlikely]]                                                                 \
            return std::unexpected(std::move(tocsin_try_result).error());                                    \
        ::tocsin::detail::unwrap(std::move(tocsin_try_result));                                              \
    })

namespace tocsin::detail {
template <typename T>
T unwrap(Result<T>&& result) {
    return std::move(*result);
}
inline void unwrap(Result<void>&&) {}
}  // namespace tocsin::detail
