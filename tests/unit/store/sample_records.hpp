// Records to fill stores with.
#pragma once

#include <string>

#include "store/held_store.hpp"
#include "store/journal_store.hpp"
#include "store/order_store.hpp"

namespace tocsin::test {

inline constexpr TimePoint noon{1'767'268'800'000'000};

inline TimePoint after_noon(std::int64_t seconds) {
    return TimePoint{noon.microseconds + seconds * 1'000'000};
}

inline store::Record sample_record(std::string id, std::int64_t seconds = 0) {
    store::Record record;
    record.id = std::move(id);
    record.time = after_noon(seconds);
    record.direction = "outbound";
    record.listener = "smtp";
    record.client_ip = "192.0.2.7";
    record.helo = "mail.customer.example";
    record.mail_from = "Sender@Customer.Example";
    record.recipients = {"one@example.org", "Two@example.net"};
    record.size_bytes = 12'345;
    record.subject = "Quarterly 100% report";
    record.header_from = "Boss <boss@customer.example>";
    record.message_id = "<1@customer.example>";
    record.verdict = "phish";
    record.disposition = "hold";
    record.ambiguous = true;
    record.reasons = R"(["link text differs from its target"])";
    record.findings = R"([{"rule":"x"}])";
    record.outcome = "verdict";
    record.customer = "acme";
    record.held_id = "held-1";
    record.next_hop_reply = "250 2.0.0 queued";
    record.engine_version = "1/2/3";
    record.elapsed_us = 1'234;
    record.content_sha256 = std::string(64, 'a');
    return record;
}

inline store::Held sample_held(std::string id, std::string record_id, std::int64_t seconds = 0) {
    store::Held held;
    held.id = std::move(id);
    held.record_id = std::move(record_id);
    held.time = after_noon(seconds);
    held.direction = "outbound";
    held.mail_from = "sender@customer.example";
    held.recipients = {"one@example.org", "two@example.net"};
    held.customer = "acme";
    held.subject = "Quarterly report";
    held.size_bytes = 12'345;
    held.reason = "looks like a forged invoice";
    held.content_sha256 = std::string(64, 'a');
    return held;
}

}  // namespace tocsin::test
