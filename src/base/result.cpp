#include "base/result.hpp"

#include <system_error>

namespace tocsin {

const char* to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::invalid_input: return "invalid_input";
        case ErrorCode::not_found: return "not_found";
        case ErrorCode::permission: return "permission";
        case ErrorCode::limit: return "limit";
        case ErrorCode::timed_out: return "timed_out";
        case ErrorCode::closed: return "closed";
        case ErrorCode::unavailable: return "unavailable";
        case ErrorCode::io: return "io";
        case ErrorCode::corrupt: return "corrupt";
        case ErrorCode::conflict: return "conflict";
    }
    return "unknown";
}

Error errno_error(std::string_view doing, int error_number) {
    ErrorCode code = ErrorCode::io;
    if (error_number == ENOENT) code = ErrorCode::not_found;
    if (error_number == EACCES || error_number == EPERM) code = ErrorCode::permission;
    if (error_number == EPIPE || error_number == ECONNRESET) code = ErrorCode::closed;
    return Error{code, std::string(doing) + ": " + std::generic_category().message(error_number)};
}

}  // namespace tocsin
