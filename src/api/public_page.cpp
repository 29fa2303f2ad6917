#include "api/public_page.hpp"

#include <fmt/core.h>

#include "store/stored_text.hpp"

namespace tocsin::api {

namespace {

/// Bytes of a hostile text that a page shows.
constexpr std::size_t shown_bytes = 160;

}  // namespace

std::string html_text(std::string_view text) {
    std::string out;
    for (const char c : store::stored_text(text, shown_bytes)) {
        switch (c) {
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '&': out += "&amp;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
        }
    }
    return out;
}

proto::HttpResponse public_page(int status, const std::string& title, const std::string& body) {
    proto::HttpResponse response;
    response.status = status;
    response.headers.set("Content-Type", "text/html; charset=utf-8");
    response.headers.set("Content-Security-Policy",
                         "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'");
    response.headers.set("Cache-Control", "no-store");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("X-Robots-Tag", "noindex");
    response.body =
        fmt::format("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width\"><title>{0}</title></head>"
                    "<body><h1>{0}</h1>{1}</body></html>\n",
                    title, body);
    return response;
}

std::string token_in(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

}  // namespace tocsin::api
