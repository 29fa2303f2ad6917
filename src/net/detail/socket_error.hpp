// Asio's error codes as ours.
#pragma once

#include <boost/system/error_code.hpp>

#include <string_view>

#include "base/result.hpp"

namespace tocsin::net {

/// "doing: reason", with the code that callers decide by.
[[nodiscard]] Error socket_error(std::string_view doing, const boost::system::error_code& error);

}  // namespace tocsin::net
