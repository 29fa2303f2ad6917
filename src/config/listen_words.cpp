// --listen of the command line: it changes listeners before they are checked against one another.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "config/rows.hpp"
#include "config/values.hpp"

namespace tocsin::config {

namespace {

constexpr std::string_view key = "listen";

void refuse(Problems& problems, const std::string& word, std::string why, std::string what_to_do) {
    problems.add({}, std::string(key), "--listen " + word + ": " + std::move(why), std::move(what_to_do));
}

void refuse_name(Problems& problems, const std::string& word, const std::vector<Listener>& listeners) {
    const bool proxies =
        std::ranges::any_of(listeners, [](const Listener& one) { return one.kind == ListenerKind::smtp; });
    if (word.starts_with("smtp-") && !proxies)
        return refuse(problems, word, "there is no SMTP proxy, for nobody said where mail goes on to",
                      "give --next-hop IP:PORT, too");
    std::vector<std::string_view> known;
    for (const Listener& one : listeners) known.emplace_back(one.name);
    refuse(problems, word, "there is no listener of this name",
           fmt::format("name one of {}", fmt::join(known, ", ")));
}

}  // namespace

void apply_listen(const std::vector<std::string>& words, Settings& settings, Places& places,
                  Problems& problems) {
    std::vector<Listener>& listeners = settings.listeners;
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        const auto listener = std::ranges::find(listeners, word.substr(0, equals), &Listener::name);
        if (listener == listeners.end()) {
            refuse_name(problems, word, listeners);
            continue;
        }
        const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (value == "off") {
            const auto row = listener - listeners.begin();
            if (const auto rows = places.find("listener");
                rows != places.end() && row < std::ssize(rows->second))
                rows->second.erase(rows->second.begin() + row);
            listeners.erase(listener);
        } else if (const std::optional<Address> address = parse_address(value)) {
            listener->address = *address;
        } else {
            refuse(problems, word, "this is no address",
                   "write IP:PORT (127.0.0.1:2525, [::1]:2525), unix:PATH, or off");
        }
    }
}

}  // namespace tocsin::config
