// Pages for people who have nothing but a link that we signed.
#pragma once

#include <string>
#include <string_view>

#include "proto/http.hpp"

namespace tocsin::api {

/// A text of a stranger as HTML shows it: the first 160 bytes, on one line.
[[nodiscard]] std::string html_text(std::string_view text);

/// No script, nothing from elsewhere, in no frame, in no cache; who reads the page's address cannot hand it on by a Referer.
/// `body` is HTML.
[[nodiscard]] proto::HttpResponse public_page(int status, const std::string& title, const std::string& body);

/// The last part of the path: a web server before us may have its own beginning.
[[nodiscard]] std::string token_in(const std::string& path);

}  // namespace tocsin::api
