#include "app/watch_world.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <unordered_set>

#include "base/ascii.hpp"

namespace tocsin::app {

namespace {

/// Looked up by string_view without a copy.
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
using Domains = std::unordered_set<std::string, TextHash, std::equal_to<>>;

/// Lines of the form of rules/lists: a domain each, "#" begins a comment.
Result<std::shared_ptr<const Domains>> read_lists(const std::string& folder,
                                                  std::initializer_list<const char*> names) {
    auto domains = std::make_shared<Domains>();
    for (const char* name : names) {
        const std::filesystem::path path = std::filesystem::path(folder) / (std::string(name) + ".txt");
        std::error_code absent;
        if (!std::filesystem::exists(path, absent)) continue;
        std::ifstream file(path);
        std::string line;
        while (std::getline(file, line)) {
            const std::string_view domain = trim(std::string_view(line).substr(0, line.find('#')));
            if (!domain.empty()) domains->emplace(domain);
        }
        if (file.bad() || !file.eof()) return fail(ErrorCode::io, path.string() + ": cannot be read");
    }
    return domains;
}

std::function<bool(std::string_view)> is_in(std::shared_ptr<const Domains> domains) {
    return [domains = std::move(domains)](std::string_view domain) { return domains->contains(domain); };
}

}  // namespace

Result<watch::WatchRules> make_watch_rules(const std::string& lists_folder) {
    watch::WatchRules rules;
    rules.shared_place = is_in(
        TRY(read_lists(lists_folder, {"url_shorteners", "free_file_hosts", "free_subdomain_hosts",
                                      "self_service_creation_platform_domains", "social_landing_hosts"})));
    rules.popular_domain = is_in(TRY(read_lists(lists_folder, {"tranco_10k"})));
    rules.free_mail =
        is_in(TRY(read_lists(lists_folder, {"free_email_providers", "disposable_email_providers"})));
    return rules;
}

Result<WatchChoices> watch_choices(const config::WatchSettings& settings, const std::string& lists_folder) {
    WatchChoices choices;
    choices.rules = TRY(make_watch_rules(lists_folder));
    choices.rules.budget.alarms_per_thousand = settings.alarms_per_thousand;
    choices.rules.close_watch_us = std::int64_t{settings.close_watch_days} * watch::day_us;
    choices.mode = settings.mode == config::WatchMode::observe ? WatchMode::observe : WatchMode::hold;
    choices.kept_messages = settings.kept_messages;
    choices.customers_in_memory = settings.customers_in_memory;
    return choices;
}

store::SealKey seal_key(const std::string& secret) {
    // A key of its own: what the hashes are keyed with opens no profile.
    const Hash256 hash = sha256(as_bytes("profiles " + secret));
    store::SealKey key{};
    std::ranges::copy(hash, key.begin());
    return key;
}

HashKey watch_key(const std::string& secret) {
    return HashKey{sha256(as_bytes(secret))};
}

}  // namespace tocsin::app
