#include "cli/download.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>

#include "base/ascii.hpp"

namespace tocsin::cli {

namespace {

struct FreeCurl {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(char* text) const { curl_free(text); }
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
template <typename T>
using CurlPointer = std::unique_ptr<T, FreeCurl>;

/// The library's own state, for as long as something is fetched.
class Library {
public:
    Library() : started_(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) {}
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library() {
        if (started_) curl_global_cleanup();
    }
    [[nodiscard]] bool started() const { return started_; }

private:
    bool started_;
};

struct Url {
    std::string scheme, host;
    bool names_user = false;
};

std::string part_of(CURLU* url, CURLUPart part) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, 0) != CURLUE_OK || text == nullptr) return {};
    const CurlPointer<char> owner(text);
    return text;
}

Result<Url> take_apart(const std::string& text) {
    if (text.size() > limits::download_url_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("the address is longer than {} bytes", limits::download_url_bytes));
    const CurlPointer<CURLU> url(curl_url());
    if (!url) return fail(ErrorCode::unavailable, "libcurl: no memory");
    const CURLUcode code = curl_url_set(url.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK)
        return fail(ErrorCode::invalid_input,
                    fmt::format("{} is no address that can be fetched ({})", text, curl_url_strerror(code)));
    return Url{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST),
               !part_of(url.get(), CURLUPART_USER).empty() ||
                   !part_of(url.get(), CURLUPART_PASSWORD).empty()};
}

/// libcurl writes numbers of IPv4 addresses in the usual way, and takes localhost for nothing but loopback.
bool is_loopback(std::string_view host) {
    if (host == "localhost" || host == "[::1]") return true;
    return host.starts_with("127.") && std::ranges::count(host, '.') == 3 &&
           host.find_first_not_of("0123456789.") == std::string_view::npos;
}

/// The address is not quoted: what is in it should not stand in logs either.
Result<void> check_secrets(const Url& url) {
    if (!url.names_user) return {};
    return fail(ErrorCode::invalid_input,
                "the address of " + url.host +
                    " holds a user name or password, which would be remembered and shown; fetch the archive "
                    "by other means and name the file");
}

/// What one answer brings.
struct Answer {
    std::string body, etag;
    std::size_t header_bytes = 0;
    bool body_too_large = false, header_too_large = false;
};

std::size_t take_body(const char* data, std::size_t, std::size_t size, void* opaque) {
    auto& answer = *static_cast<Answer*>(opaque);
    answer.body_too_large = size > limits::download_bytes - answer.body.size();
    if (answer.body_too_large) return 0;
    answer.body.append(data, size);
    return size;
}

bool is_etag(std::string_view text) {
    return text.size() <= limits::etag_bytes &&
           std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

std::size_t take_header(const char* data, std::size_t, std::size_t size, void* opaque) {
    auto& answer = *static_cast<Answer*>(opaque);
    answer.header_bytes += size;
    answer.header_too_large = answer.header_bytes > limits::download_header_bytes;
    if (answer.header_too_large) return 0;
    const std::string_view line(data, size);
    if (line.starts_with("HTTP/")) answer.etag.clear();  // another answer begins
    constexpr std::string_view name = "etag:";
    if (!equals_ignoring_case(line.substr(0, name.size()), name)) return size;
    const std::string_view value = trim(line.substr(name.size()));
    if (is_etag(value)) answer.etag = value;
    return size;
}

/// One GET after the other until something else than a redirection comes.
class Fetch {
public:
    Fetch(const DownloadRequest& request, CURL* handle) : request_(request), handle_(handle) {}
    Result<Download> run();

private:
    Result<void> prepare(const std::string& url, const curl_slist* fields);
    Result<void> get(const std::string& url);
    [[nodiscard]] Error failure(CURLcode code, const std::string& url) const;
    [[nodiscard]] Result<Download> finish(const std::string& url, long status);
    [[nodiscard]] Result<std::string> next_address(long status) const;

    const DownloadRequest& request_;
    CURL* handle_;
    Answer answer_;
    std::array<char, CURL_ERROR_SIZE> error_{};
    std::int64_t spent_us_ = 0;
};

Result<void> Fetch::prepare(const std::string& url, const curl_slist* fields) {
    const Url parts = TRY(take_apart(url));
    const std::int64_t left_ms = std::int64_t{request_.timeout_s} * 1000 - spent_us_ / 1000;
    bool good = true;
    const auto set = [&](CURLoption option, auto value) {
        good = good && curl_easy_setopt(handle_, option, value) == CURLE_OK;
    };
    curl_easy_reset(handle_);
    error_.fill('\0');
    set(CURLOPT_ERRORBUFFER, error_.data());
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, parts.scheme == "http" ? "http" : "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);  // every step is looked at here
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (!request_.ca_file.empty()) {
        set(CURLOPT_CAINFO, request_.ca_file.c_str());
        set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));
    }
    if (is_loopback(parts.host)) set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits::download_connect_ms));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(left_ms, 1)));
    set(CURLOPT_USERAGENT, "tocsin");
    set(CURLOPT_HTTPHEADER, fields);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&answer_));
    set(CURLOPT_HEADERFUNCTION, take_header);
    set(CURLOPT_HEADERDATA, static_cast<void*>(&answer_));
    if (!good) return fail(ErrorCode::unavailable, "libcurl does not know what it is asked for here");
    return {};
}

Result<void> Fetch::get(const std::string& url) {
    answer_.body.clear();
    CurlPointer<curl_slist> fields;
    if (!request_.etag.empty())
        fields.reset(curl_slist_append(nullptr, ("If-None-Match: " + request_.etag).c_str()));
    TRY(prepare(url, fields.get()));
    const CURLcode code = curl_easy_perform(handle_);
    curl_off_t spent_us = 0;
    curl_easy_getinfo(handle_, CURLINFO_TOTAL_TIME_T, &spent_us);
    spent_us_ += spent_us;
    if (code != CURLE_OK) return std::unexpected(failure(code, url));
    return {};
}

Error Fetch::failure(CURLcode code, const std::string& url) const {
    if (answer_.body_too_large)
        return {ErrorCode::limit,
                fmt::format("{} sends more than {} bytes; is this the archive of rules alone?", url,
                            limits::download_bytes)};
    if (answer_.header_too_large)
        return {ErrorCode::limit,
                fmt::format("{} sends more than {} bytes of header fields; tell who runs it", url,
                            limits::download_header_bytes)};
    const std::string why = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    switch (code) {
        case CURLE_OPERATION_TIMEDOUT:
            return {
                ErrorCode::timed_out,
                fmt::format("{} did not send everything within {} s ({}); try again later, or give it more "
                            "with --timeout-s",
                            url, request_.timeout_s, why)};
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY:
        case CURLE_COULDNT_CONNECT:
            return {ErrorCode::unavailable,
                    fmt::format("{} cannot be reached: {}; look at the address and the network, or try again "
                                "later",
                                url, why)};
        case CURLE_PEER_FAILED_VERIFICATION:
            return {
                ErrorCode::unavailable,
                fmt::format("{} does not prove who it is: {}; if it has an authority of its own, name that "
                            "with --ca-file",
                            url, why)};
        case CURLE_SSL_CACERT_BADFILE:
            return {ErrorCode::invalid_input,
                    fmt::format("{} holds no certificate that can be used: {}", request_.ca_file, why)};
        default:
            return {ErrorCode::unavailable,
                    fmt::format("{} could not be fetched: {}; try again later", url, why)};
    }
}

Result<std::string> Fetch::next_address(long status) const {
    const char* location = nullptr;
    curl_easy_getinfo(handle_, CURLINFO_REDIRECT_URL, &location);
    if (location == nullptr)
        return fail(ErrorCode::unavailable, fmt::format("the answer {} leads nowhere", status));
    const std::string url = location;
    const Result<Url> parts = take_apart(url);
    if (!parts || parts->scheme != "https")
        return fail(
            ErrorCode::invalid_input,
            fmt::format("the server leads to {}, and only https is followed; if you trust that place, "
                        "fetch the archive by other means and name the file",
                        url.substr(0, limits::etag_bytes)));
    TRY(check_secrets(*parts));
    return url;
}

Result<Download> Fetch::finish(const std::string& url, long status) {
    constexpr long ok = 200, not_modified = 304, unauthorised = 401, forbidden = 403, not_found = 404,
                   gone = 410;
    if (status == ok) return Download{DownloadEnd::fetched, std::move(answer_.body), std::move(answer_.etag)};
    if (status == not_modified && !request_.etag.empty())
        return Download{DownloadEnd::not_modified, {}, request_.etag};
    if (status == not_found || status == gone)
        return fail(ErrorCode::not_found,
                    fmt::format("{} is not there (the server says {}); look at the address", url, status));
    if (status == unauthorised || status == forbidden)
        return fail(
            ErrorCode::permission,
            fmt::format("{} is not for everybody (the server says {}); fetch the archive by other means "
                        "and name the file",
                        url, status));
    return fail(
        ErrorCode::unavailable,
        fmt::format("{}: the server says {} instead of sending a file; try again later", url, status));
}

Result<Download> Fetch::run() {
    constexpr long redirections = 300, client_errors = 400, not_modified = 304;
    std::string url = request_.url;
    for (std::size_t step = 0; step <= limits::download_redirects; ++step) {
        TRY(get(url));
        long status = 0;
        curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
        if (status < redirections || status >= client_errors || status == not_modified)
            return finish(url, status);
        url = TRY(next_address(status));
    }
    return fail(ErrorCode::limit,
                fmt::format("{} leads on more than {} times; name the place where the archive "
                            "is",
                            request_.url, limits::download_redirects));
}

}  // namespace

Result<void> check_download_url(const std::string& text) {
    const Url url = TRY(take_apart(text));
    TRY(check_secrets(url));
    if (url.scheme == "https" || (url.scheme == "http" && is_loopback(url.host))) return {};
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: rules are fetched over https only (http from a loopback address)", text));
}

Result<Download> download(const DownloadRequest& request) {
    TRY(check_download_url(request.url));
    const Library library;
    if (!library.started()) return fail(ErrorCode::unavailable, "libcurl cannot start");
    const CurlPointer<CURL> handle(curl_easy_init());
    if (!handle) return fail(ErrorCode::unavailable, "libcurl: no memory");
    return Fetch(request, handle.get()).run();
}

}  // namespace tocsin::cli
