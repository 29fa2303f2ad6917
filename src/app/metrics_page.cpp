#include "app/metrics_page.hpp"

#include <algorithm>
#include <limits>

#include "base/metrics.hpp"

namespace tocsin::app {

namespace {

void write_messages(MetricsText& page, const MetricsFacts& facts) {
    const gate::GateMetrics& gate = facts.gate;
    page.counter("tocsin_messages_total", "Messages that were judged and recorded.",
                 {"listener_kind", "direction", "verdict", "disposition"}, gate.messages);
    page.counter("tocsin_message_bytes_total", "Bytes of these messages.", {"listener_kind", "direction"},
                 gate.bytes);
    page.counter("tocsin_scan_outcomes_total", "How their scans ended; all but verdict mean: not scanned.",
                 {"outcome"}, gate.outcomes);
    page.counter("tocsin_banners_total", "Messages that should have a banner, by whether it is shown.",
                 {"shown"}, gate.banners);
    page.counter("tocsin_round_the_filters_total",
                 "Messages that went round the filters, per group of people.", {"kind", "group", "mode"},
                 gate.detours);
    page.histogram("tocsin_judge_seconds", "From the last byte of a message to its durable record.",
                   gate.judge_s);
    page.gauge("tocsin_buffered_bytes", "Content of messages that is in memory now.",
               static_cast<double>(facts.buffered_bytes));
    page.family("tocsin_sessions", MetricType::gauge, "Sessions that are open now.");
    for (const auto& [listener, live] : facts.sessions)
        page.sample({{"listener", listener}}, static_cast<std::uint64_t>(live));
}

void write_readers(MetricsText& page, const pool::PoolStatus& readers) {
    page.gauge("tocsin_readers", "Confined readers that live now.", static_cast<double>(readers.readers));
    page.gauge("tocsin_readers_max", "Most readers at once.", static_cast<double>(readers.readers_max));
    page.gauge("tocsin_readers_available",
               "1: readers can be started; 0: the breaker is open or the template is gone.",
               readers.available ? 1 : 0);
    page.gauge("tocsin_scans_waiting", "Scans that wait for a reader.", static_cast<double>(readers.waiting));
    page.counter("tocsin_scans_total", "Scans that were begun.", readers.scans);
    page.family("tocsin_rule_matches_total", MetricType::counter,
                "Messages that a rule matched, by its name.");
    for (const auto& [rule, count] : readers.rule_matches) page.sample({{"rule", rule}}, count);
    page.counter("tocsin_rules_undecided_total",
                 "Answers that rules could not give, over all messages and rules.", readers.rules_undecided);
    page.family("tocsin_reader_deaths_total", MetricType::counter,
                "Readers that ended without a verdict, by the reason.");
    page.sample({{"outcome", "timed_out"}}, readers.timed_out);
    page.sample({{"outcome", "crashed"}}, readers.crashed);
    page.sample({{"outcome", "violated"}}, readers.violated);
    page.sample({{"outcome", "over_limit"}}, readers.over_limit);
    page.counter("tocsin_readers_recycled_total",
                 "Readers that were replaced after their number of messages or their time.", readers.recycled);
    page.counter("tocsin_reader_breaker_trips_total",
                 "Times that no readers were started because too many had died.", readers.breaker_trips);
    page.counter("tocsin_engine_reloads_total", "Times that signatures and rules were loaded anew.",
                 readers.reloads);
    page.counter("tocsin_parts_cache_hits_total", "Parts whose scan was remembered.", readers.cache.hits);
    page.counter("tocsin_parts_cache_misses_total", "Parts that were looked up and not remembered.",
                 readers.cache.misses);
    page.gauge("tocsin_parts_cache_entries", "Parts in the cache.",
               static_cast<double>(readers.cache.entries));
}

void write_store(MetricsText& page, const MetricsFacts& facts) {
    page.gauge("tocsin_orders", "Standing orders in force.", static_cast<double>(facts.orders));
    page.gauge("tocsin_held_messages", "Messages that wait for a decision; NaN: the store did not answer.",
               facts.held ? static_cast<double>(*facts.held) : std::numeric_limits<double>::quiet_NaN());
    page.gauge("tocsin_evidence_bytes", "Bytes that the evidence files take.",
               static_cast<double>(facts.evidence_bytes));
    page.gauge("tocsin_hunt_bytes", "Bytes that mail kept for looking again takes.",
               static_cast<double>(facts.kept_mail_bytes));
    page.family("tocsin_hunt_messages_total", MetricType::counter,
                "Messages that were kept for looking again, or why they were not.");
    page.sample({{"what", "kept"}}, facts.keeping.kept);
    for (std::size_t why = 0; why < facts.keeping.not_kept.size(); ++why)
        page.sample({{"what", store::to_string(static_cast<store::NotKeptWhy>(why))}},
                    facts.keeping.not_kept.at(why));
    page.counter("tocsin_journal_groups_total", "Groups of records that were written, or should have been.",
                 facts.journal.groups_written());
    page.family(
        "tocsin_store_failures_total", MetricType::counter,
        "What did not reach the disk: evidence or record (the sender was told 4xx), next hops' replies.");
    page.sample({{"what", "evidence"}}, facts.gate.evidence_failures);
    page.sample({{"what", "record"}}, facts.gate.record_failures);
    page.sample({{"what", "reply"}}, facts.journal.replies_lost());
    page.gauge("tocsin_blocking_calls", "Calls of the store that wait or run.",
               static_cast<double>(facts.blocking_calls));
}

void write_watch(MetricsText& page, const watch::Watch& watch, std::uint64_t outcomes_left_out) {
    const watch::WatchCounts& counts = watch.counts();
    page.family("tocsin_watch_messages_total", MetricType::counter,
                "Outgoing messages that were compared with their customer's past, by what came of it.");
    const std::uint64_t stopped = counts.held + counts.paced;
    page.sample({{"action", "pass"}}, counts.messages - std::min(counts.messages, stopped));
    page.sample({{"action", "pace"}}, counts.paced);
    page.sample({{"action", "hold"}}, counts.held);
    page.family("tocsin_watch_events_total", MetricType::counter, "What else the watch was told.");
    page.sample({{"kind", "act"}}, counts.acts);
    page.sample({{"kind", "outcome"}}, counts.outcomes);
    page.sample({{"kind", "answer"}}, counts.answers);
    page.counter("tocsin_watch_outcomes_left_out_total",
                 "Bounces and complaints that came faster than they could be looked up.", outcomes_left_out);
    page.counter("tocsin_watch_campaigns_total", "Campaigns that were judged.", counts.campaigns);
    page.counter("tocsin_watch_alarms_total", "Alarms that were raised.", counts.alarms);
    page.gauge("tocsin_watch_alarms_open", "Alarms that wait for an answer.",
               static_cast<double>(watch.open_alarms()));
    page.family("tocsin_watch_customers", MetricType::gauge, "Customers that are known to the watch.");
    page.sample({{"where", "memory"}}, static_cast<double>(watch.customer_count() - watch.away().size()));
    page.sample({{"where", "store"}}, static_cast<double>(watch.away().size()));
    page.gauge("tocsin_watch_threshold", "Score from which on a campaign raises an alarm.",
               watch.threshold());
}

void write_rest(MetricsText& page, const MetricsFacts& facts) {
    page.family("tocsin_next_hop_failures_total", MetricType::counter,
                "Next hops that could not be reached at EHLO, or were lost on the way.");
    page.sample({{"reason", "unreachable"}}, facts.gate.next_hop_unreachable);
    page.sample({{"reason", "lost"}}, facts.gate.next_hop_lost);
    page.family("tocsin_log_events_total", MetricType::counter,
                "Log events, by the id that events.md explains.");
    for (const auto& [event, count] : facts.events) page.sample({{"event", event}}, count);
    page.family("tocsin_build_info", MetricType::gauge, "1, with what this daemon is made of.");
    page.sample({{"version", TOCSIN_VERSION}, {"engine_version", facts.readers.engine_version}},
                std::uint64_t{1});
    page.gauge("tocsin_start_time_seconds", "When the daemon began to serve, in seconds since 1970.",
               static_cast<double>(facts.started_at.microseconds) / 1e6);
}

}  // namespace

std::string metrics_page(const MetricsFacts& facts) {
    MetricsText page;
    write_messages(page, facts);
    write_readers(page, facts.readers);
    write_store(page, facts);
    if (facts.watch != nullptr) write_watch(page, *facts.watch, facts.outcomes_left_out);
    write_rest(page, facts);
    return page.text();
}

}  // namespace tocsin::app
