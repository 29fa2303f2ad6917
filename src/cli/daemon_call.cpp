#include "cli/daemon_call.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "api/query.hpp"
#include "app/serve.hpp"
#include "base/limits.hpp"
#include "cli/places.hpp"
#include "cli/scan_command.hpp"
#include "cli/verdict_text.hpp"
#include "net/loop.hpp"
#include "net/sockets.hpp"
#include "proto/http.hpp"

namespace tocsin::cli {

namespace {

using nlohmann::json;

Result<proto::HttpResponse> exchange(net::Fiber& fiber, const std::string& socket,
                                     const proto::HttpRequest& request) {
    Deadline deadline = net::deadline_in_ms(limits::api_timeout_ms);
    auto stream = TRY(net::connect_unix(fiber, socket, deadline));
    std::string words = TRY(proto::serialise(request, "localhost"));
    TRY(stream->write_all(as_bytes(words), deadline));
    proto::HttpResponseParser parser(
        {.body_bytes = std::max(limits::message_json_bytes, limits::message_bytes)});
    std::array<std::byte, 65536> buffer;
    while (true) {
        std::size_t got = TRY(stream->read_some(buffer, deadline));
        proto::HttpProgress progress =
            got == 0 ? parser.end_of_input() : parser.feed(ByteView(buffer).first(got));
        if (progress == proto::HttpProgress::complete) return parser.take();
        if (progress == proto::HttpProgress::refused || got == 0)
            return fail(ErrorCode::corrupt,
                        "the daemon's answer cannot be understood: " + parser.error().why);
    }
}

Result<proto::HttpResponse> respond(const ClientOptions& options, proto::HttpRequest request) {
    request.keep_alive = false;
    request.headers.set("Connection", "close");
    const std::string folder = options.data_folder.empty() ? daemon_data_folder() : options.data_folder;
    std::string socket = app::api_socket_path(folder);
    net::Loop loop;
    Result<proto::HttpResponse> response = fail(ErrorCode::unavailable, "not called");
    loop.spawn([&](net::Fiber& fiber) { response = exchange(fiber, socket, request); });
    loop.run();
    if (response) return response;
    if (response.error().code == ErrorCode::timed_out)
        return fail(ErrorCode::timed_out,
                    "the daemon has not answered in time; what it began may go on: look at "
                    "`tocsin quarantine show ID`, or at `tocsin status`, before you try again");
    return std::unexpected(no_answer(response.error(), folder));
}

Result<json> object_of(const proto::HttpResponse& response) {
    json answer = json::parse(response.body, nullptr, false);
    if (!answer.is_object()) return fail(ErrorCode::corrupt, "the daemon's answer is no JSON object");
    if (response.status >= 300) return fail(ErrorCode::invalid_input, text(answer, "error"));
    return answer;
}

}  // namespace

Error no_answer(const Error& why, const std::string& folder) {
    const std::string socket = app::api_socket_path(folder);
    if (why.code == ErrorCode::permission)
        return {
            ErrorCode::permission,
            "you may not ask the daemon at " + socket + " (" + why.message +
                "): only the user that it runs as and root may. Ask as one of them (sudo), or ask its API "
                "over TCP with the token"};
    return {ErrorCode::unavailable, "no daemon answers at " + socket + " (" + why.message +
                                        "); start one with `tocsin serve --data " + folder +
                                        "`, or name its folder with --data"};
}

Result<json> call_daemon(const ClientOptions& options, std::string method, std::string target,
                         const json& body) {
    proto::HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    if (!body.is_null()) {
        request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
        request.headers.set("Content-Type", "application/json");
    }
    return object_of(TRY(respond(options, std::move(request))));
}

Result<json> send_to_daemon(const ClientOptions& options, std::string target, std::string content) {
    proto::HttpRequest request;
    request.method = "POST";
    request.target = std::move(target);
    request.body = std::move(content);
    request.headers.set("Content-Type", "message/rfc822");
    return object_of(TRY(respond(options, std::move(request))));
}

Result<std::string> fetch_from_daemon(const ClientOptions& options, std::string target) {
    proto::HttpRequest request;
    request.method = "GET";
    request.target = std::move(target);
    proto::HttpResponse response = TRY(respond(options, std::move(request)));
    if (response.status < 300) return std::move(response.body);
    const json answer = json::parse(response.body, nullptr, false);
    return fail(ErrorCode::invalid_input, answer.is_object() ? text(answer, "error") : "the daemon refused");
}

Result<json> call_daemon(const ClientOptions& options, std::string method, std::string target) {
    return call_daemon(options, std::move(method), std::move(target), nullptr);
}

int say(const Result<json>& answer) {
    if (answer) return exit_nothing_found;
    // The message may quote what a client or a message said.
    std::fprintf(stderr, "tocsin: %s\n", for_terminal(answer.error().message).c_str());
    return exit_error;
}

const json& member(const json& object, const char* name) {
    static const json nothing;
    const auto found = object.is_object() ? object.find(name) : object.end();
    return object.is_object() && found != object.end() ? *found : nothing;
}

std::string text(const json& object, const char* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_string() ? for_terminal(found->get<std::string>())
                                                       : std::string();
}

void print_json(const json& value) {
    std::printf("%s\n", value.dump(2, ' ', false, json::error_handler_t::replace).c_str());
}

std::string short_text(const json& object, const char* name) {
    return clipped(text(object, name), listed_text_characters);
}

std::uint64_t number(const json& object, const char* name) {
    auto found = object.find(name);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string clipped(std::string_view text, std::size_t characters) {
    std::size_t seen = 0, cut_at = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if ((static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U)
            continue;  // goes on (RFC 3629 section 3)
        if (seen + 1 == characters) cut_at = at;
        if (++seen > characters) return std::string(text.substr(0, cut_at)) + "\xE2\x80\xA6";
    }
    return std::string(text);
}

void print_rest(const json& answer, const char* member, const char* what, const Paging& paging) {
    auto list = answer.find(member);
    std::size_t shown = list != answer.end() ? list->size() : 0;
    if (shown >= number(answer, "total")) return;
    bool more = answer.contains("more") && answer["more"] == true;
    // Behind an id stands a later page; a moment is part of what was looked for.
    bool later_page = !paging.before.empty() && !api::is_moment_word(paging.before);
    std::printf("%llu %s, %s%zu shown%s\n", static_cast<unsigned long long>(number(answer, "total")), what,
                later_page ? "older ones: " : "the newest ", shown,
                more ? "; --limit N, --before ID for older ones" : "; there are no older ones");
}

Result<json> call_listing(const ClientOptions& options, const std::string& target, const char* member,
                          const Paging& paging, const char* id) {
    json all;
    std::string before = paging.before;
    while (true) {
        std::size_t have = all.is_object() ? all[member].size() : 0;
        std::string page_target = target;
        add_parameter(page_target, "limit",
                      std::to_string(std::min(paging.limit - have, limits::listing_rows)));
        add_parameter(page_target, "before", before);
        json page = TRY(call_daemon(options, "GET", page_target));
        if (!page.contains(member) || !page[member].is_array())
            return fail(ErrorCode::corrupt, "the daemon's answer is no listing");
        bool more = page.contains("more") && page["more"] == true && !page[member].empty();
        if (more) before = text(page[member].back(), id);
        if (all.is_object()) {
            for (json& entry : page[member]) all[member].push_back(std::move(entry));
            all["more"] = more;
        } else {
            all = std::move(page);
        }
        if (!more || all[member].size() >= paging.limit) return all;
    }
}

void add_parameter(std::string& target, const char* name, const std::string& value) {
    if (value.empty()) return;
    target += (target.find('?') == std::string::npos ? "?" : "&") + std::string(name) + "=" +
              proto::percent_encode(value);
}

}  // namespace tocsin::cli
