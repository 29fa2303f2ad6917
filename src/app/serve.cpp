#include "app/serve.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "base/limits.hpp"
#include "gate/smtp_proxy.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

constexpr std::size_t blocking_threads = 4;
constexpr std::uint32_t stop_grace_ms = 20'000;

/// Everything that the daemon is made of, in the order in which it is built; it is taken down in the reverse order.
class Daemon {
public:
    Daemon(const ServeOptions& options, Log& log)
        : options_(options), log_(log), api_sessions_(loop_, limits::api_sessions), reloads_(loop_, 1) {}

    Result<void> run() {
        TRY(open_stores());
        TRY(loop_.on_signals({SIGTERM, SIGINT, SIGHUP}, [this](int signal) {
            if (signal == SIGHUP)
                ask_for_reload();
            else
                loop_.stop();
        }));
        Result<void> outcome;
        loop_.spawn([&](net::Fiber& fiber) { outcome = serve(fiber); });
        loop_.run();
        return outcome;
    }

private:
    Result<void> open_stores() {
        std::error_code error;
        std::filesystem::path data(options_.data_folder);
        std::filesystem::create_directories(data / "scratch", error);
        if (error) return fail(ErrorCode::io, "make data folder " + data.string() + ": " + error.message());
        std::filesystem::permissions(data, std::filesystem::perms::owner_all, error);
        database_.emplace(TRY(store::Database::open(data / "tocsin.sqlite", clock_.now())));
        evidence_.emplace(TRY(store::EvidenceStore::open(data / "evidence")));
        journal_.emplace(*database_);
        orders_.emplace(*database_);
        held_.emplace(*database_);
        return {};
    }

    Result<void> serve(net::Fiber& fiber) {
        blocking_.emplace(loop_, blocking_threads, limits::sessions * 2);
        pool::PoolConfig config;
        config.reader_program = options_.reader_program;
        config.reader_arguments = options_.reader_arguments;
        config.scratch_folder = options_.data_folder + "/scratch";
        config.readers_max = options_.readers;
        auto readers = pool::ReaderPool::start(fiber, loop_, config, log_);
        if (!readers) return std::unexpected(readers.error());
        readers_ = std::move(*readers);
        writer_.emplace(*journal_, *blocking_);
        Result<void> served = load_orders(fiber);
        if (served) served = listen(fiber);
        for (const auto& sessions : smtp_sessions_)
            sessions->stop_and_join(fiber, net::deadline_in_ms(stop_grace_ms));
        api_sessions_.stop_and_join(fiber, net::deadline_in_ms(stop_grace_ms));
        reloads_.stop_and_join(fiber, net::deadline_in_ms(stop_grace_ms));
        readers_->stop(fiber);
        return served;
    }

    /// New signatures and rules without a gap: a new template is loaded beside the old one, then takes its place. A request that
    /// comes while one is being loaded is remembered and served afterwards.
    void ask_for_reload() {
        reload_asked_ = true;
        if (!readers_ || reloads_.live() > 0) return;
        // A group that is asked to stop takes no more: a daemon that ends loads nothing.
        static_cast<void>(reloads_.spawn([this](net::Fiber& fiber) {
            while (std::exchange(reload_asked_, false) && !fiber.stop_requested()) {
                log_.write(LogLevel::info, "serve.reloading", {});
                const Result<void> done = reload(fiber);
                if (done)
                    log_.write(LogLevel::info, "serve.reloaded", {{"engines", readers_->status().engines}});
                else
                    log_.write(LogLevel::error, "serve.reload_failed",
                               {{"error", done.error().message}, {"in_use", readers_->status().engines}});
            }
        }));
    }

    /// What the operator named must be there: a folder that vanished must not leave us with fewer signatures.
    Result<void> reload(net::Fiber& fiber) {
        for (const std::string& path : options_.required_paths) {
            std::error_code error;
            if (!std::filesystem::exists(path, error))
                return fail(ErrorCode::not_found, path + ": no such file or folder");
        }
        return readers_->reload(fiber);
    }

    Result<void> load_orders(net::Fiber& fiber) {
        TimePoint now = clock_.now();
        auto active = TRY(blocking_->call(fiber, [&] { return orders_->list_active(now); }));
        book_.replace(std::move(active));
        return {};
    }

    Result<void> listen(net::Fiber& fiber) {
        services_.emplace(
            gate::GateServices{*readers_, book_, *writer_, *evidence_, *blocking_, clock_, log_});
        api_.emplace(api::ApiServices{*journal_, *orders_, *held_, *blocking_, clock_, log_,
                                      [this](net::Fiber& caller) { return load_orders(caller); },
                                      [this] { return status_json(); }});
        net::TaskGroup listeners(loop_, 8);
        Result<void> started = start_api(listeners);
        if (started && options_.inbound)
            started = start_proxy(listeners, *options_.inbound, mail::Direction::inbound);
        if (started && options_.outbound)
            started = start_proxy(listeners, *options_.outbound, mail::Direction::outbound);
        if (started) {
            std::printf("ready\n");
            std::fflush(stdout);
            log_.write(LogLevel::info, "serve.ready", {{"engines", readers_->status().engines}});
            while (!fiber.stop_requested())
                if (!net::sleep_until(fiber, net::deadline_in_ms(limits::api_timeout_ms))) break;
            log_.write(LogLevel::info, "serve.stopping", {});
        }
        listeners.stop_and_join(fiber, net::deadline_in_ms(stop_grace_ms));
        return started;
    }

    Result<void> start_api(net::TaskGroup& listeners) {
        auto listener = std::make_shared<net::Listener>(
            TRY(net::Listener::unix_socket(loop_, api_socket_path(options_.data_folder))));
        std::printf("api                %s\n", listener->description().c_str());
        listening_.push_back("api " + listener->description());
        return listeners.spawn([this, listener](net::Fiber& fiber) {
            listener->serve(fiber, api_sessions_, log_,
                            [this](net::Fiber& own, net::Stream& client) { api_->run_session(own, client); });
        });
    }

    Result<void> start_proxy(net::TaskGroup& listeners, const ProxyOptions& options,
                             mail::Direction direction) {
        auto listener =
            std::make_shared<net::Listener>(TRY(net::Listener::tcp(loop_, options.address, options.port)));
        gate::ProxyConfig config;
        config.direction = direction;
        config.listener = "smtp-" + std::string(mail::to_string(direction));
        config.host_name = options_.host_name;
        config.next_hop = options.next_hop;
        auto proxy = std::make_shared<gate::SmtpProxy>(config, *services_);
        listening_.push_back(config.listener + " " + listener->description());
        std::printf("%-18s %s -> %s:%u\n", config.listener.c_str(), listener->description().c_str(),
                    options.next_hop.address.c_str(), static_cast<unsigned>(options.next_hop.port));
        // A flood at one door must not close the others: each has its own places, and so has the API.
        auto sessions = std::make_shared<net::TaskGroup>(loop_, limits::sessions);
        smtp_sessions_.push_back(sessions);
        return listeners.spawn([this, listener, proxy, sessions](net::Fiber& fiber) {
            listener->serve(fiber, *sessions, log_, [proxy](net::Fiber& own, net::Stream& client) {
                proxy->run_session(own, client);
            });
        });
    }

    std::string status_json() const {
        pool::PoolStatus status = readers_->status();
        nlohmann::json out{{"engines", status.engines},
                           {"engine_version", status.engine_version},
                           {"confinement", status.enforced},
                           {"readers", status.readers},
                           {"scans", status.scans},
                           {"reader_deaths", status.deaths},
                           {"breaker_trips", status.breaker_trips},
                           {"parts_remembered", status.cache.entries},
                           {"parts_cache_hits", status.cache.hits},
                           {"orders_in_force", book_.size()},
                           {"sessions", live_sessions()},
                           {"sessions_max_each", limits::sessions},
                           {"listeners", listening_}};
        return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    std::size_t live_sessions() const {
        std::size_t live = 0;
        for (const auto& sessions : smtp_sessions_) live += sessions->live();
        return live;
    }

    const ServeOptions& options_;
    Log& log_;
    Clock clock_;
    net::Loop loop_;
    std::optional<store::Database> database_;
    std::optional<store::EvidenceStore> evidence_;
    std::optional<store::JournalStore> journal_;
    std::optional<store::OrderStore> orders_;
    std::optional<store::HeldStore> held_;
    std::optional<net::BlockingPool> blocking_;
    std::unique_ptr<pool::ReaderPool> readers_;
    gate::OrderBook book_;
    std::optional<gate::JournalWriter> writer_;
    std::optional<gate::GateServices> services_;
    std::optional<api::Api> api_;
    std::vector<std::string> listening_;  ///< "smtp-inbound 127.0.0.1:2525"
    net::TaskGroup api_sessions_;
    std::vector<std::shared_ptr<net::TaskGroup>> smtp_sessions_;
    net::TaskGroup reloads_;
    bool reload_asked_ = false;
};

}  // namespace

std::string api_socket_path(const std::string& data_folder) {
    return data_folder + "/api.sock";
}

Result<void> serve(const ServeOptions& options, Log& log) {
    return Daemon(options, log).run();
}

}  // namespace tocsin::app
