#include <doctest/doctest.h>

#include <string>

#include "gate/refused_content.hpp"

using namespace tocsin;
using namespace tocsin::gate;
using proto::SmtpViolation;

TEST_CASE("a message that the SMTP machine refused has a record that says why") {
    const Envelope envelope{.listener = "smtp-inbound",
                            .direction = mail::Direction::inbound,
                            .client_ip = "192.0.2.1",
                            .helo = "client.example",
                            .mail_from = "a@example.org",
                            .recipients = {"b@example.net", "c@example.net"}};
    for (const auto violation :
         {SmtpViolation::bare_cr, SmtpViolation::bare_lf, SmtpViolation::nul_at_dot, SmtpViolation::too_large,
          SmtpViolation::endless_content, SmtpViolation::data_before_go_ahead}) {
        const store::Record record = refused_record(envelope, violation, 12'345, TimePoint{1'000'000});
        CAPTURE(record.reasons);
        CHECK(record.disposition == "reject");
        CHECK(record.verdict == "unscannable");
        CHECK(record.outcome == "unscannable");
        CHECK(record.reasons.starts_with(
            "[\"refused before it was scanned: " + std::string(to_string(violation)) + ": "));
        CHECK(record.reasons.find("broke the rules") == std::string::npos);  // each has words of its own
        CHECK(record.findings == "[]");
        CHECK(record.size_bytes == 12'345);
        CHECK(record.client_ip == "192.0.2.1");
        CHECK(record.recipients == envelope.recipients);
        CHECK(record.held_id.empty());
        CHECK(record.time == TimePoint{1'000'000});
        CHECK_FALSE(record.id.empty());
    }
}
