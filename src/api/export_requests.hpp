// GET /v1/incidents/ID/export: what others are told of an attack, in their forms.
#pragma once

#include <string_view>

#include "api/respond_requests.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

[[nodiscard]] bool is_export(std::string_view path);
/// {"file_name", "media_type", "content": text, "indicators": how many, "left_out": [{"kind", "value", "why"}]}. Who asked, and
/// for what, is logged.
[[nodiscard]] proto::HttpResponse export_incident(const RespondServices& services,
                                                  const proto::HttpTarget& target, const std::string& caller);

}  // namespace tocsin::api
