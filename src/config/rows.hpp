// Where each row and each of its settings stands in the file, for checks that look at several settings.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/problem.hpp"
#include "config/settings.hpp"

namespace tocsin::config {

struct RowPlaces {
    Place place;                                      ///< of the row's head
    std::map<std::string, Place, std::less<>> given;  ///< settings that the file names
    bool flawed = false;  ///< something in it was not taken: nothing follows from the rest

    [[nodiscard]] bool has(std::string_view key) const { return given.contains(key); }
    /// Of the setting, or of the row if it is not given.
    [[nodiscard]] Place of(std::string_view key) const {
        auto found = given.find(key);
        return found == given.end() ? place : found->second;
    }
};

/// By name of the section; as many as the section has rows in the file.
using Places = std::map<std::string, std::vector<RowPlaces>, std::less<>>;

/// Fills in what depends on other settings: default listeners, names, sessions, next hops, unknown_sender.
void complete(Settings& settings, const Places& places);

/// ParseOptions::listen.
void apply_listen(const std::vector<std::string>& words, Settings& settings, Places& places,
                  Problems& problems);

/// What no single setting shows: listeners that collide, customers without a condition, policy against the law, mailboxes
/// that nobody could come into, texts of the banner that could not be shown or told from ordinary words, webhooks that
/// cannot be called.
void check_listeners(const Settings& settings, const Places& places, Problems& problems);
void check_customers(const Settings& settings, const Places& places, Problems& problems);
void check_banner(const Settings& settings, const Places& places, Problems& problems);
void check_watch(const Settings& settings, const Places& places, Problems& problems);
void check_canaries(const Settings& settings, const Places& places, Problems& problems);
void check_mailboxes(const Settings& settings, const Places& places, Problems& problems);
void check_webhooks(const Settings& settings, const Places& places, Problems& problems);
void check_policy(const Settings& settings, const Places& places, Problems& problems);

}  // namespace tocsin::config
