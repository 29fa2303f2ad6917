// How the API answers: JSON, and one status for each kind of error.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "proto/http.hpp"

namespace tocsin::api {

[[nodiscard]] proto::HttpResponse answer(int status, const nlohmann::json& body);
/// {"error": what was wrong and what to do, "code": its kind}.
[[nodiscard]] proto::HttpResponse refuse(const Error& error);
/// Bytes of a hostile message, to be saved: no browser shows them, and nothing guesses what they are.
[[nodiscard]] proto::HttpResponse hostile_file(const std::string& name, ByteView content);
/// A member that is a text; empty if there is none.
[[nodiscard]] std::string text_member(const nlohmann::json& object, const char* name);

}  // namespace tocsin::api
