#include "hooks/json_text.hpp"

#include <nlohmann/json.hpp>

namespace tocsin::hooks {

std::string dumped(const nlohmann::json& value) {
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace tocsin::hooks
