// One file, fetched over HTTPS, with limits. The only place that uses libcurl; the daemon never comes here.
#pragma once

#include <cstdint>
#include <string>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace tocsin::cli {

struct DownloadRequest {
    std::string url;
    std::string etag;     ///< of what is there already: fetched only if there is something else
    std::string ca_file;  ///< PEM; whom to trust instead of the system's authorities
    std::uint32_t timeout_s = limits::download_s;  ///< from the first name look-up to the last byte
};

enum class DownloadEnd : std::uint8_t { fetched, not_modified };

struct Download {
    DownloadEnd end = DownloadEnd::fetched;
    std::string body;
    std::string etag;  ///< of `body` (RFC 9110 section 8.8.3), or empty
};

/// What download() would refuse to begin with: not https (http only at a loopback address), a user name or password in it, longer
/// than limits::download_url_bytes. Errors: invalid_input, with what to do.
[[nodiscard]] Result<void> check_download_url(const std::string& url);

/// GETs `request.url` and follows limits::download_redirects redirections, only to https. Certificates are checked. HTTPS_PROXY
/// and NO_PROXY of the environment are obeyed, except for a loopback address. Errors say what to do: invalid_input (URL,
/// redirection, --ca-file), not_found (404, 410), permission (401, 403), timed_out, limit (limits::download_bytes,
/// limits::download_header_bytes, redirections), unavailable (no connection, TLS, any other answer).
[[nodiscard]] Result<Download> download(const DownloadRequest& request);

}  // namespace tocsin::cli
