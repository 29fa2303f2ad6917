// The watch: whatever lines come, each is an event or a problem in words; whatever events come, the watch decides and stays
// bounded; what it knows, saved and restored, is the same. And bytes that are no snapshot harm nothing.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

#include "base/limits/watch.hpp"
#include "scan/page_fingerprint.hpp"
#include "watch/alarm_json.hpp"
#include "watch/event_json.hpp"
#include "watch/snapshot.hpp"

using namespace tocsin;
using namespace tocsin::watch;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::string known(const Watch& watch) {
    std::string out;
    for (const std::string& customer : watch.customers()) {
        nlohmann::ordered_json profile = to_json(customer, *watch.profile(customer));
        profile.erase("bytes");  // room that vectors keep for more is none of what is known
        out += profile.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    for (const auto& [id, alarm] : watch.alarms())
        out +=
            to_json(alarm).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + alarm_text(alarm);
    return out;
}

void take_line(Watch& watch, std::string_view line) {
    const Result<std::optional<Event>> event = parse_event(line);
    if (!event)
        return require(!event.error().message.empty() &&
                       event.error().message.find('\n') == std::string::npos);
    if (!*event) return;
    const auto see = [&](const auto& one) {
        const auto seen = watch.see(one);
        require(seen.has_value() || !seen.error().message.empty());
    };
    std::visit(see, **event);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)scan::page_fingerprint(text);
    Watch broken(WatchRules{}, HashKey{});
    (void)restore_snapshot(broken, text);

    Watch watch(WatchRules{}, HashKey{});
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        take_line(watch, text.substr(at, end - at));
        at = end + 1;
    }
    for (const std::string& customer : watch.customers()) {
        const Profile& profile = *watch.profile(customer);
        require(profile.campaigns.size() <= limits::watch_open_campaigns);
        require(profile.templates.size() <= limits::watch_templates);
        require(profile.acts.size() <= limits::watch_account_events);
    }
    Watch restored(WatchRules{}, HashKey{});
    require(restore_snapshot(restored, take_snapshot(watch)).has_value());
    require(known(restored) == known(watch));
    return 0;
}
