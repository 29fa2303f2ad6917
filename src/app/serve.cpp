#include "app/serve.hpp"

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <map>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "app/api_token.hpp"
#include "app/contact_question.hpp"
#include "app/descriptors.hpp"
#include "app/detour_rules.hpp"
#include "app/dns_answers.hpp"
#include "app/doors.hpp"
#include "app/filing.hpp"
#include "app/gate_rules.hpp"
#include "app/held_actions.hpp"
#include "app/history_answers.hpp"
#include "app/metrics_page.hpp"
#include "app/network_databases.hpp"
#include "app/people_tokens.hpp"
#include "app/readiness.hpp"
#include "app/response_room.hpp"
#include "app/retention.hpp"
#include "app/service_notice.hpp"
#include "app/settings_lists.hpp"
#include "app/watch_follow_up.hpp"
#include "app/watch_service.hpp"
#include "app/watch_world.hpp"
#include "base/counted_log.hpp"
#include "base/limits.hpp"
#include "base/unknown_customer.hpp"
#include "gate/mail_keeper.hpp"
#include "gate/services.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

/// How often each group of people went round the filters since the start, by kind.
nlohmann::json detour_counts(const gate::GateMetrics& metrics) {
    std::map<std::string, std::map<std::string, std::uint64_t>> groups;
    for (const auto& [labels, count] : metrics.detours.counts()) groups[labels[1]][labels[0]] += count;
    return groups;
}

/// Everything that the daemon is made of, in the order in which it is built; it is taken down in the reverse order.
class Daemon {
public:
    Daemon(const ServeOptions& options, Log& log)
        : options_(options), log_(log), notice_(ServiceNotice::from_environment()), reloads_(loop_, 1),
          housekeeping_(loop_, 2), keeping_(loop_, 1), watching_(loop_, 2) {}

    Result<void> run() {
        // Each session has its client, and perhaps the next hop and a message on the way to a reader.
        raise_descriptor_limit(sessions_max() * 2 + limits::own_descriptors, log_);
        if (!notice_.problem().empty())
            log_.write(LogLevel::warning, "serve.notify_failed", {{"error", notice_.problem()}});
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
        TRY(write_settings_lists(options_.settings, settings_lists_folder(options_.data_folder)));
        database_.emplace(TRY(store::Database::open(data / "tocsin.sqlite", clock_.now())));
        evidence_.emplace(
            TRY(store::EvidenceStore::open(data / "evidence", options_.settings.keep.evidence_bytes)));
        journal_.emplace(*database_);
        orders_.emplace(*database_);
        held_.emplace(*database_);
        open_kept_mail(data / kept_mail_folder);
        watch_store_.emplace(*database_);
        api_token_ = TRY(read_or_make_api_token(api_token_path(options_.data_folder)));
        events_token_ =
            TRY(read_or_make_secret(events_token_path(options_.data_folder), "the token for events"));
        return {};
    }

    /// Mail does not wait for what only looks back at it: without this folder nothing is kept, and the log says so. With
    /// keep_days = 0 it is opened to be emptied.
    void open_kept_mail(const std::filesystem::path& folder) {
        const config::HuntSettings& hunt = options_.settings.hunt;
        std::error_code error;
        if (hunt.keep_days == 0 && !std::filesystem::exists(folder, error)) return;
        const std::uint64_t bytes_max = std::uint64_t{hunt.quota_mib} << 20U;
        Result<store::KeptMailStore> opened = store::KeptMailStore::open(folder, {.bytes_max = bytes_max});
        if (!opened)
            return log_.write(LogLevel::error, "hunt.not_opened", {{"error", opened.error().message}});
        kept_mail_.emplace(std::move(*opened));
    }

    /// One mail takes a quarter of the room at most: the others would all have to go for it.
    void start_keeping() {
        const config::HuntSettings& hunt = options_.settings.hunt;
        if (!kept_mail_ || hunt.keep_days == 0) return;
        const std::uint64_t message_bytes =
            std::min(hunt.message_bytes, (std::uint64_t{hunt.quota_mib} << 20U) / 4);
        keeper_.emplace(*kept_mail_, *blocking_, clock_, log_, message_bytes);
        if (keeping_.spawn([this](net::Fiber& own) { keeper_->write_for_ever(own); }))
            services_->keeper = &*keeper_;
    }

    /// Of all doors, our own API's too.
    std::size_t sessions_max() const {
        std::size_t sessions = limits::api_sessions;
        for (const config::Listener& listener : options_.settings.listeners) sessions += listener.sessions;
        return sessions;
    }

    Result<void> serve(net::Fiber& fiber) {
        // Every session may wait for one call, with room to spare.
        blocking_.emplace(loop_, limits::blocking_threads, sessions_max() * 2);
        pool::PoolConfig config;
        config.reader_program = options_.reader_program;
        config.reader_arguments = options_.reader_arguments;
        config.scratch_folder = options_.data_folder + "/scratch";
        config.readers_max = options_.readers;
        config.deadline_ms = options_.deadline_ms;
        config.cache_entries = options_.cache_entries;
        // Asked by sessions only, and these begin when there are services.
        config.answer_history = [this](const reader::HistoryQuestion& question, mail::Direction direction,
                                       std::string_view account) {
            const Account whose{account, gate::written_by(*services_, account)};
            return answer_history(services_->history, question, direction, whose, clock_.now());
        };
        TRY(start_dns(config));
        auto readers = pool::ReaderPool::start(fiber, loop_, config, log_);
        if (!readers) {
            if (dns_) dns_->stop(fiber);
            return std::unexpected(readers.error());
        }
        readers_ = std::move(*readers);
        writer_.emplace(*journal_, *blocking_, log_);
        Result<void> served = load_orders(fiber);
        if (served) served = listen(fiber);
        // Behind the last session, which may have offered something, or been judged.
        if (response_) response_->stop(fiber, stop_by_);
        watching_.stop_and_join(fiber, stop_by_);
        if (served && watch_) take_last_snapshot(*follow_up_, fiber, stop_by_);
        keeping_.stop_and_join(fiber, stop_by_);
        reloads_.stop_and_join(fiber, stop_by_);
        housekeeping_.stop_and_join(fiber, stop_by_);
        readers_->stop(fiber);
        if (dns_) dns_->stop(fiber);
        return served;
    }

    /// For readers that verify signatures, if the settings want them to.
    Result<void> start_dns(pool::PoolConfig& config) {
        const config::AuthenticationSettings& settings = options_.settings.authentication;
        if (!settings.verify) return {};
        dns_ = TRY(net::DnsResolver::start(loop_, dns_config(settings)));
        config.dns_ms = settings.dns_ms;
        config.answer_dns = [this](net::Fiber& fiber, const reader::DnsRound& round, Deadline deadline) {
            return answer_dns(fiber, *dns_, round, deadline);
        };
        return {};
    }

    /// New signatures and rules without a gap: a new template is loaded beside the old one, then takes its place. A request that
    /// comes while one is being loaded is remembered and served afterwards.
    void ask_for_reload() {
        reload_asked_ = true;
        if (!doors_ || reloads_.live() > 0) return;
        // A group that is asked to stop takes no more: a daemon that ends loads nothing.
        static_cast<void>(reloads_.spawn([this](net::Fiber& fiber) {
            while (std::exchange(reload_asked_, false) && !fiber.stop_requested()) {
                log_.write(LogLevel::info, "serve.reloading", {});
                notice_.reloading(net::steady_now());
                const Result<void> done = reload(fiber);
                if (done)
                    log_.write(LogLevel::info, "serve.reloaded", {{"engines", readers_->status().engines}});
                else
                    log_.write(LogLevel::error, "serve.reload_failed",
                               {{"error", done.error().message}, {"in_use", readers_->status().engines}});
                notice_.ready(readers_->status().engines);
            }
        }));
    }

    /// All of it or nothing: what could be read counts when the rest could be too. What the operator named must be there: a
    /// folder that vanished must not leave us with fewer signatures.
    Result<void> reload(net::Fiber& fiber) {
        std::shared_ptr<const gate::GateRules> rules = services_->rules;
        std::optional<config::Settings> read_anew;
        if (options_.read_settings) {
            const config::Settings settings = TRY(options_.read_settings());
            const config::Settings& begun_with = options_.settings;
            if (const std::string sections = config::sections_to_restart_for(settings, begun_with); !sections.empty())
                log_.write(LogLevel::warning, "serve.restart_needed", {{"for", sections}});
            gate::GateRules fresh = gate_rules(settings);
            fresh.detours = TRY(detour_rules(settings, options_.lists_folder));
            // Greetings and the API have the name that the daemon began with: header fields must not have another.
            fresh.host_name = begun_with.daemon.host_name;
            rules = std::make_shared<const gate::GateRules>(std::move(fresh));
            read_anew = settings;
        }
        for (const std::string& path : options_.required_paths) {
            std::error_code error;
            if (!std::filesystem::exists(path, error))
                return fail(ErrorCode::not_found, path + ": no such file or folder");
        }
        const Doors::Certificates certificates = TRY(doors_->read_certificates());
        if (read_anew) TRY(write_settings_lists(*read_anew, settings_lists_folder(options_.data_folder)));
        TRY(readers_->reload(fiber));
        doors_->use_certificates(certificates);
        services_->rules = std::move(rules);
        return {};
    }

    /// Before the first message: the watch knows what it knew when we ended.
    Result<void> start_watch(net::Fiber& fiber) {
        const config::WatchSettings& settings = options_.settings.watch;
        if (settings.mode == config::WatchMode::off) return {};
        const std::string secret =
            TRY(read_or_make_secret(options_.data_folder + "/watch-key", "the watch's key"));
        const std::string links =
            TRY(read_or_make_secret(options_.data_folder + "/answer-key", "the key of contacts' links"));
        link_key_ = watch_key(links);
        networks_.emplace(TRY(NetworkDatabases::open(settings.asn_database, settings.country_database)));
        away_store_.emplace(*database_, seal_key(secret));
        watch_.emplace(TRY(watch_choices(settings, options_.lists_folder)), watch_key(secret), *watch_store_,
                       *away_store_, *blocking_, clock_, log_);
        watch_->knows_customer = [this](const std::string& name) { return knows_customer(name); };
        TRY(watch_->recover(fiber, watch_snapshot_path()));
        mail_watch_ = {
            .ask = [this](net::Fiber& own,
                          const watch::MessageEvent& event) { return watch_->see_mail(own, event); },
            .network =
                [this](std::string_view client_ip) {
                    NetworkDatabases::Network found = networks_->look_up(client_ip);
                    return gate::NetworkFacts{std::move(found.owner), std::move(found.country)};
                },
            .outcomes =
                [this](TimePoint time, const std::vector<scan::ReportedOutcome>& outcomes) {
                    watch_->note_outcomes(time, outcomes);
                }};
        services_->watch = &mail_watch_;
        return {};
    }

    /// Acts with the owner and country of their address, where the sender of the event did not know them.
    std::vector<watch::Event> with_networks(std::vector<watch::Event> events) const {
        for (watch::Event& event : events)
            if (auto* act = std::get_if<watch::AccountEvent>(&event))
                networks_->fill_in(act->client_ip, act->network_owner, act->country);
        return events;
    }

    /// Behind the watch, before any door: what is reported or found from the first message on is answered.
    Result<void> start_response(net::Fiber& fiber) {
        if (!options_.settings.respond.people) return {};
        acknowledge_key_ = watch_key(TRY(read_or_make_secret(options_.data_folder + "/acknowledge-key",
                                                             "the key of links that acknowledge")));
        response_.emplace(RoomServices{
            options_.settings, options_.playbooks_folder, options_.lists_folder, *database_, *evidence_,
            *held_, *journal_, *orders_, *readers_, *blocking_, loop_, clock_, log_, acknowledge_key_,
            watch_ ? &*watch_ : nullptr, [this](net::Fiber& own) { return load_orders(own); }});
        TRY(response_->start(fiber));
        services_->coach = [this](const store::Record& record, const gate::FoundDetour& detour) {
            response_->coach(record, detour.coaching);
        };
        services_->recorded = [this](const store::Record& record) { response_->see(record); };
        services_->group_of = [this](std::string_view address) {
            return counted_group(response_->actions().response->setup().directory, address);
        };
        if (watch_) watch_->on_incident = [this](const watch::Alarm& alarm) { response_->note_alarm(alarm); };
        return {};
    }

    std::string watch_snapshot_path() const { return options_.data_folder + "/watch.snapshot"; }

    Result<void> start_follow_up() {
        if (!watch_) return {};
        follow_up_.emplace(WatchFollowUp{
            .service = *watch_,
            .store = *watch_store_,
            .held = *held_,
            .journal = *journal_,
            .releaser = *releaser_,
            .blocking = *blocking_,
            .clock = clock_,
            .log = log_,
            .snapshot_file = watch_snapshot_path(),
            .on_alarm = [this](const watch::Alarm& alarm) { questions_->ask_about(alarm.id); }});
        questions_.emplace(ContactQuestion{options_.settings, watch_->watch(), *watch_store_, *blocking_,
                                           clock_, log_, api::AnswerLinks(link_key_)});
        TRY(watching_.spawn([this](net::Fiber& own) { questions_->ask_for_ever(own); }));
        return watching_.spawn([this](net::Fiber& own) { follow_up_for_ever(*follow_up_, own); });
    }

    api::WatchActions watch_actions() {
        if (!watch_) return {};
        return {
            .store = &*watch_store_,
            .journal = &*journal_,
            .held = &*held_,
            .watch = &watch_->watch(),
            .bring_back = [this](net::Fiber& fiber,
                                 const std::string& customer) { return watch_->bring_back(fiber, customer); },
            .take = [this](net::Fiber& fiber,
                           const std::vector<watch::Event>& events) -> Result<api::EventsTaken> {
                TakenEvents taken = TRY(watch_->take(fiber, with_networks(events)));
                return api::EventsTaken{taken.taken, std::move(taken.refused)};
            },
            .answer = [this](net::Fiber& fiber,
                             const watch::AnswerEvent& event) { return watch_->answer(fiber, event); }};
    }

    Result<void> load_orders(net::Fiber& fiber) {
        TimePoint now = clock_.now();
        auto active = TRY(blocking_->call(fiber, [&] { return orders_->list_active(now); }));
        book_.replace(std::move(active));
        return {};
    }

    void make_releaser() {
        releaser_.emplace(gate::ReleaseServices{
            *held_, *journal_, *evidence_, *blocking_, clock_, log_, options_.settings.daemon.host_name,
            [this](const store::Record& record) { return release_hop(options_.settings, record); },
            [this](const store::Record& record) {
                services_->history.note_release(record, gate::written_by(*services_, record.customer));
                services_->blocked.note_release(record);
                if (watch_) watch_->see_release(record);
            }});
    }

    /// Rules, and what earlier mail tells, before the first message.
    Result<void> start_judging(net::Fiber& fiber) {
        unheard_.emplace(clock_.now());
        services_.emplace(gate::GateServices{*readers_, book_, *writer_, *evidence_, *held_, *unheard_,
                                             *blocking_, clock_, log_});
        gate::GateRules rules = gate_rules(options_.settings);
        rules.detours = TRY(detour_rules(options_.settings, options_.lists_folder));
        const TimePoint remembered{clock_.now().microseconds - rules.detours.window_us};
        services_->rules = std::make_shared<const gate::GateRules>(std::move(rules));
        services_->buffered_bytes_max = options_.settings.daemon.buffer_bytes;
        services_->message_bytes = options_.settings.scan.message_bytes;
        start_keeping();
        TRY(blocking_->call(fiber, [&] { return read_history(*journal_, *services_); }));
        return blocking_->call(fiber,
                               [&] { return read_blocked_files(*journal_, services_->blocked, remembered); });
    }

    Result<void> listen(net::Fiber& fiber) {
        TRY(start_judging(fiber));
        TRY(start_watch(fiber));
        make_releaser();
        TRY(start_response(fiber));
        tokens_.emplace(*database_, *blocking_, clock_);
        TRY(tokens_->load(fiber));
        api_.emplace(
            api::ApiServices{*journal_,
                             *orders_,
                             *held_,
                             *evidence_,
                             *blocking_,
                             clock_,
                             log_,
                             [this](net::Fiber& caller) { return load_orders(caller); },
                             {[this](net::Fiber& caller, const api::ReleaseOrder& order) {
                                  return release_held(*releaser_, caller, order);
                              },
                              [this](net::Fiber& caller, const std::string& direction, ByteView content) {
                                  return read_held(*readers_, caller, direction, content);
                              }},
                             [this] { return status_json(); },
                             api::Access{api_token_, api_token_path(options_.data_folder), events_token_,
                                         [this](std::string_view token) { return tokens_->person_of(token); },
                                         options_.settings.daemon.host_name},
                             [this](net::Fiber& caller) { return metrics_text(caller); },
                             [this](net::Fiber& caller) { return readiness_->reasons_against(caller); },
                             [this](const std::string& name) { return knows_customer(name); },
                             watch_actions(),
                             response_ ? response_->actions() : api::RespondActions{},
                             link_key_,
                             acknowledge_key_,
                             tokens_->actions(),
                             options_.settings.banner.contact.value_or("")});
        readiness_.emplace(*readers_, *writer_, *database_, *blocking_, options_.data_folder);
        started_at_ = clock_.now();
        doors_.emplace(loop_, *services_, *api_, options_.settings.daemon.host_name, log_);
        Result<void> opened = open_doors();
        // Whatever fails from here on, the doors are closed behind it.
        if (opened) opened = start_housekeeping();
        if (opened) {
            std::printf("ready\n");
            std::fflush(stdout);
            log_.write(LogLevel::info, "serve.ready", {{"engines", readers_->status().engines}});
            notice_.ready(readers_->status().engines);
            if (reload_asked_) ask_for_reload();  // it came while we started
            // The watchdog is fed from the loop: one that no longer turns is ended by systemd.
            const std::uint64_t turn_ms =
                notice_.watchdog_ms() ? *notice_.watchdog_ms() / 2 : limits::api_timeout_ms;
            while (!fiber.stop_requested()) {
                notice_.alive();
                if (!net::sleep_until(fiber, net::deadline_in_ms(turn_ms))) break;
            }
            notice_.stopping();
            log_.write(LogLevel::info, "serve.stopping", {});
        }
        // All are asked before one is waited for: the grace is one for all.
        stop_by_ = net::deadline_in_ms(std::uint64_t{options_.settings.daemon.stop_grace_s} * 1000);
        reloads_.request_stop();
        housekeeping_.request_stop();
        doors_->close(fiber, stop_by_);
        return opened;
    }

    Result<void> start_housekeeping() {
        TRY(housekeeping_.spawn([this](net::Fiber& own) {
            RetentionServices retention{*journal_, *held_, *evidence_, *blocking_, clock_, log_};
            if (kept_mail_) retention.kept_mail = &*kept_mail_;
            retention.watch = &*watch_store_;
            if (response_) retention.respond = &response_->store();
            sweep_for_ever(retention, own, {options_.settings.keep, options_.settings.hunt.keep_days});
        }));
        TRY(start_follow_up());
        return housekeeping_.spawn(
            [this](net::Fiber& own) { file_for_ever(*journal_, *blocking_, log_, own); });
    }

    Result<void> open_doors() {
        TRY(doors_->open_own_api(api_socket_path(options_.data_folder)));
        for (const config::Listener& listener : options_.settings.listeners) TRY(doors_->open(listener));
        return {};
    }

    bool knows_customer(const std::string& name) const {
        return name == unknown_customer || services_->rules->senders.has_customer(name);
    }

    std::string metrics_text(net::Fiber& fiber) {
        store::HeldFilter waiting;
        waiting.choice = store::HeldChoice::waiting;
        std::uint64_t evidence_bytes = 0;
        const Result<std::uint64_t> held = blocking_->call(fiber, [&] {
            evidence_bytes = evidence_->used_bytes();
            return held_->count(waiting);
        });
        return metrics_page(
            {services_->metrics, *writer_, readers_->status(), log_.counts(), doors_->sessions_by_listener(),
             services_->buffered_bytes, blocking_->pending(), book_.size(), evidence_bytes,
             keeper_ ? keeper_->counts() : gate::KeepingCounts{}, kept_mail_ ? kept_mail_->used_bytes() : 0,
             held ? std::optional<std::uint64_t>(*held) : std::nullopt, started_at_,
             watch_ ? &watch_->watch() : nullptr, watch_ ? watch_->outcomes_left_out() : 0});
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
                           {"sessions", doors_->live_sessions()},
                           {"listeners", doors_->listening()}};
        out["round_the_filters"] = detour_counts(services_->metrics);
        if (watch_) {
            const watch::Watch& watch = watch_->watch();
            out["watch"] = {{"customers", watch.customer_count()},
                            {"put_away", watch.away().size()},
                            {"open_alarms", watch.open_alarms()}};
        }
        return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }

    const ServeOptions& options_;
    CountedLog log_;
    ServiceNotice notice_;
    std::string api_token_, events_token_;
    TimePoint started_at_;
    Clock clock_;
    net::Loop loop_;
    std::optional<store::Database> database_;
    std::optional<store::EvidenceStore> evidence_;
    std::optional<store::KeptMailStore> kept_mail_;
    std::optional<store::JournalStore> journal_;
    std::optional<store::OrderStore> orders_;
    std::optional<store::HeldStore> held_;
    std::optional<store::WatchStore> watch_store_;
    std::optional<net::BlockingPool> blocking_;
    std::unique_ptr<net::DnsResolver> dns_;  ///< only where signatures are verified
    std::unique_ptr<pool::ReaderPool> readers_;
    gate::OrderBook book_;
    std::optional<gate::JournalWriter> writer_;
    std::optional<gate::MailKeeper> keeper_;
    std::optional<gate::UnheardHolds> unheard_;
    std::optional<store::AwayStore> away_store_;
    std::optional<WatchService> watch_;
    std::optional<ResponseRoom> response_;       ///< nothing: it is off
    std::optional<ContactQuestions> questions_;  ///< nothing: it is off
    std::optional<NetworkDatabases> networks_;
    gate::MailWatch mail_watch_;
    HashKey link_key_;         ///< signs the links of contacts
    HashKey acknowledge_key_;  ///< signs the links of pages
    std::optional<gate::GateServices> services_;
    std::optional<gate::Releaser> releaser_;
    std::optional<WatchFollowUp> follow_up_;
    std::optional<PeopleTokens> tokens_;
    std::optional<api::Api> api_;
    std::optional<Doors> doors_;
    std::optional<Readiness> readiness_;
    net::TaskGroup reloads_;
    net::TaskGroup housekeeping_;
    net::TaskGroup keeping_;   ///< mail for looking again
    net::TaskGroup watching_;  ///< what follows from the watch
    bool reload_asked_ = false;
    Deadline stop_by_{};  ///< when whoever has not ended by itself is cancelled; set at the stop
};

}  // namespace

std::string api_socket_path(const std::string& data_folder) {
    return data_folder + "/api.sock";
}

std::string events_token_path(const std::string& data_folder) {
    return data_folder + "/events-token";
}

std::string api_token_path(const std::string& data_folder) {
    return data_folder + "/api-token";
}

Result<void> serve(const ServeOptions& options, Log& log) {
    return Daemon(options, log).run();
}

}  // namespace tocsin::app
