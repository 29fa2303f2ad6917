#include "api/answers.hpp"

#include <nlohmann/json.hpp>

namespace tocsin::api {

using nlohmann::json;

proto::HttpResponse answer(int status, const json& body) {
    proto::HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "application/json");
    response.body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
    return response;
}

proto::HttpResponse refuse(const Error& error) {
    int status = 500;
    switch (error.code) {
        case ErrorCode::invalid_input: status = 400; break;
        case ErrorCode::permission: status = 403; break;
        case ErrorCode::not_found: status = 404; break;
        case ErrorCode::conflict: status = 409; break;
        case ErrorCode::limit:
        case ErrorCode::timed_out:
        case ErrorCode::unavailable: status = 503; break;
        case ErrorCode::closed:
        case ErrorCode::io:
        case ErrorCode::corrupt: break;
    }
    return answer(status, {{"error", error.message}, {"code", to_string(error.code)}});
}

proto::HttpResponse hostile_file(const std::string& name, ByteView content) {
    proto::HttpResponse response;
    response.headers.set("Content-Type", "application/octet-stream");
    response.headers.set("Content-Disposition", "attachment; filename=\"" + name + "\"");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.body.assign(as_text(content));
    return response;
}

std::string text_member(const json& object, const char* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace tocsin::api
