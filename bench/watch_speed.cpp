// How many message events the watch judges in a second on one core, what a customer costs in memory, how long a snapshot takes.
//
//   build/watch_speed [CUSTOMERS] [CAMPAIGNS] [RECIPIENTS]   (default: 20000 customers, 12 weekly campaigns, 30 messages each)
//
// Messages have one recipient each, as the gate sees personalised mail. The events are made while they are judged; the time
// for that alone is measured first and taken off.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "watch/snapshot.hpp"
#include "watch/watch.hpp"

using namespace tocsin;
using namespace tocsin::watch;

namespace {

constexpr std::int64_t week_us = 7 * day_us;
constexpr TimePoint begin{1'767'603'600LL * 1'000'000};

struct Size {
    std::uint64_t customers = 20'000, campaigns = 12, recipients = 30;
};

std::uint64_t mixed(std::uint64_t value) {
    value ^= value >> 33U;
    value *= 0xFF51AFD7ED558CCDULL;
    value ^= value >> 33U;
    value *= 0xC4CEB9FE1A85EC53ULL;
    return value ^ value >> 33U;
}

/// Makes all events in the order of their times.
template <typename See>
void make_events(const Size& size, See see) {
    MessageEvent event;
    event.form = BodyForm::html;
    event.client_ip = "192.0.2.7";
    event.recipients.resize(1);
    for (std::uint64_t campaign = 0; campaign < size.campaigns; ++campaign) {
        for (std::uint64_t customer = 0; customer < size.customers; ++customer) {
            const std::string name = "customer" + std::to_string(customer);
            event.customer = event.credential = name;
            event.mail_from = "bounce@" + name + ".example";
            event.header_from = "news@" + name + ".example";
            event.header_from_name = name;
            event.subject = "Issue " + std::to_string(campaign);
            event.text_fingerprint = mixed(customer * 1'000 + campaign);
            event.page_fingerprint = mixed(customer);
            event.links = {{"www." + name + ".example", 8},
                           {"partner" + std::to_string(customer % 97) + ".example", 2}};
            for (std::uint64_t message = 0; message < size.recipients; ++message) {
                event.id = name + "-" + std::to_string(campaign) + "-" + std::to_string(message);
                event.time = {begin.microseconds + static_cast<std::int64_t>(campaign) * week_us +
                              static_cast<std::int64_t>(customer) * 1'000'000 +
                              static_cast<std::int64_t>(message) * 1'000};
                event.recipients[0] = "reader" + std::to_string(message) + "-" +
                                      std::to_string(customer % 500) + "@mail.example";
                see(event);
            }
        }
    }
}

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::uint64_t number_of(const char* text) {
    std::uint64_t value = 0;
    const std::string_view digits(text);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value == 0) {
        std::fprintf(stderr, "watch_speed: %s is no number above 0\n", text);
        std::exit(2);
    }
    return value;
}

/// Everybody goes to a shelf in memory, and comes back: what it costs without a database. Returns whether all did.
bool put_all_away_and_back(Watch& watch, const Size& size) {
    MessageEvent later;
    later.id = "later";
    later.customer = "later";
    later.time = {begin.microseconds + static_cast<std::int64_t>(size.campaigns + 2) * week_us};
    if (!watch.see(later)) return false;
    std::vector<std::pair<std::string, std::string>> shelf;
    const auto start_away = std::chrono::steady_clock::now();
    for (const std::string& name : watch.quiet_customers(1, size.customers))
        shelf.emplace_back(name, watch.profile_bytes(name));
    std::uint64_t bytes = 0;
    for (std::size_t at = 0; at < shelf.size(); ++at) {
        bytes += shelf[at].second.size();
        watch.put_away(shelf[at].first, at);
    }
    const double away_s = seconds_since(start_away);
    const std::size_t snapshot_bytes = take_snapshot(watch).size();
    const auto start_back = std::chrono::steady_clock::now();
    for (const auto& [name, profile] : shelf)
        if (!watch.bring_back(name, profile)) return false;
    const double back_s = seconds_since(start_back);
    const auto count = static_cast<double>(shelf.size());
    std::printf("%zu of them put away: %.1f KiB each as bytes, %.1f us each to go, %.1f us to come back; "
                "the snapshot then has %.1f MiB\n",
                shelf.size(), static_cast<double>(bytes) / count / 1024, away_s / count * 1e6,
                back_s / count * 1e6, static_cast<double>(snapshot_bytes) / (1U << 20U));
    return true;
}

}  // namespace

int main(int count, char** words) {
    Size size;
    if (count > 1) size.customers = number_of(words[1]);
    if (count > 2) size.campaigns = number_of(words[2]);
    if (count > 3) size.recipients = number_of(words[3]);
    const auto start_making = std::chrono::steady_clock::now();
    std::uint64_t events = 0;
    make_events(size, [&](const MessageEvent& event) { events += event.id.size() > 0 ? 1U : 0U; });
    const double making_s = seconds_since(start_making);

    Watch watch(WatchRules{}, HashKey{});
    std::uint64_t passed = 0;
    const auto start = std::chrono::steady_clock::now();
    make_events(size, [&](const MessageEvent& event) {
        const Result<Decision> decision = watch.see(event);
        passed += decision && decision->action == Action::pass ? 1U : 0U;
    });
    const double judging_s = seconds_since(start) - making_s;
    std::uint64_t bytes = 0;
    for (const std::string& customer : watch.customers()) bytes += watch.profile(customer)->bytes();
    std::printf(
        "%llu message events, %llu customers: %.0f events/s, %.2f us each (%.2f us to make one, taken off)\n",
        static_cast<unsigned long long>(events), static_cast<unsigned long long>(size.customers),
        static_cast<double>(events) / judging_s, judging_s / static_cast<double>(events) * 1e6,
        making_s / static_cast<double>(events) * 1e6);
    std::printf("%llu passed, %llu campaigns, %llu alarms; %.1f KiB for a customer\n",
                static_cast<unsigned long long>(passed),
                static_cast<unsigned long long>(watch.counts().campaigns),
                static_cast<unsigned long long>(watch.counts().alarms),
                static_cast<double>(bytes) / static_cast<double>(size.customers) / 1024);
    const auto start_saving = std::chrono::steady_clock::now();
    const std::string snapshot = take_snapshot(watch);
    const double saving_s = seconds_since(start_saving);
    Watch restored(WatchRules{}, HashKey{});
    const auto start_restoring = std::chrono::steady_clock::now();
    const bool good = restore_snapshot(restored, snapshot).has_value();
    const double restoring_s = seconds_since(start_restoring);
    std::printf("snapshot of %.1f MiB: taken in %.2f s, restored in %.2f s%s\n",
                static_cast<double>(snapshot.size()) / (1U << 20U), saving_s, restoring_s,
                good ? "" : ": IT FAILED");
    const bool back = put_all_away_and_back(restored, size);
    if (!back) std::puts("IT FAILED: somebody did not come back");
    return good && back ? 0 : 1;
}
