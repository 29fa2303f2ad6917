#include "base/limits.hpp"
#include "store/detail/rows.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {
namespace {

std::string text(std::string_view value) {
    return stored_text(value, limits::record_text_bytes);
}

}  // namespace

const char* const insert_journal =
    "INSERT INTO journal (id, time_us, direction, listener, client_ip, "
    "client_name, sasl_login, queue_id, text_fingerprint, helo, "
    "mail_from, sender_key, recipients, size_bytes, "
    "subject, subject_key, header_from, message_id, verdict, disposition, "
    "ambiguous, reasons, findings, outcome, customer, "
    "held_id, next_hop_reply, engine_version, elapsed_us, content_sha256, watch_number, watched) "
    "VALUES (:id, :time_us, :direction, :listener, "
    ":client_ip, :client_name, :sasl_login, :queue_id, :text_fingerprint, :helo, :mail_from, "
    ":sender_key, :recipients, :size_bytes, "
    ":subject, :subject_key, :header_from, :message_id, "
    ":verdict, :disposition, :ambiguous, :reasons, :findings, :outcome, "
    ":customer, :held_id, :next_hop_reply, "
    ":engine_version, :elapsed_us, :content_sha256, :watch_number, :watched)";

const char* const select_journal =
    "SELECT id, time_us, direction, listener, client_ip, client_name, "
    "sasl_login, queue_id, text_fingerprint, helo, mail_from, "
    "recipients, size_bytes, subject, header_from, "
    "message_id, verdict, disposition, ambiguous, reasons, findings, outcome, "
    "customer, held_id, next_hop_reply, "
    "engine_version, elapsed_us, content_sha256, watch_number, watched FROM journal";

void JournalRow::set(const Record& record) {
    id = text(record.id);
    time_us = record.time.microseconds;
    direction = text(record.direction);
    listener = text(record.listener);
    client_ip = text(record.client_ip);
    client_name = text(record.client_name);
    sasl_login = text(record.sasl_login);
    queue_id = text(record.queue_id);
    text_fingerprint = fingerprint_text(record.text_fingerprint);
    helo = text(record.helo);
    mail_from = text(record.mail_from);
    sender_key = search_key(mail_from);
    recipients = stored_list(record.recipients, limits::smtp_path_bytes);
    size_bytes = static_cast<long long>(record.size_bytes);
    subject = text(record.subject);
    subject_key = search_key(subject);
    header_from = text(record.header_from);
    message_id = text(record.message_id);
    verdict = text(record.verdict);
    disposition = text(record.disposition);
    ambiguous = record.ambiguous ? 1 : 0;
    reasons = storable_json(record.reasons);
    findings = storable_json(record.findings);
    outcome = text(record.outcome);
    customer = text(record.customer);
    held_id = text(record.held_id);
    next_hop_reply = text(record.next_hop_reply);
    engine_version = text(record.engine_version);
    elapsed_us = static_cast<long long>(record.elapsed_us);
    content_sha256 = text(record.content_sha256);
    watch_number = static_cast<long long>(record.watch_number);
    watched = record.watched.empty() ? std::string() : storable_json(record.watched);
}

Record JournalRow::get() const {
    Record record;
    record.id = id;
    record.time = TimePoint{time_us};
    record.direction = direction;
    record.listener = listener;
    record.client_ip = client_ip;
    record.client_name = client_name;
    record.sasl_login = sasl_login;
    record.queue_id = queue_id;
    record.text_fingerprint = fingerprint_from(text_fingerprint).value_or(0);
    record.helo = helo;
    record.mail_from = mail_from;
    record.recipients = list_from_stored(recipients);
    record.size_bytes = static_cast<std::uint64_t>(size_bytes);
    record.subject = subject;
    record.header_from = header_from;
    record.message_id = message_id;
    record.verdict = verdict;
    record.disposition = disposition;
    record.ambiguous = ambiguous != 0;
    record.reasons = reasons;
    record.findings = findings;
    record.outcome = outcome;
    record.customer = customer;
    record.held_id = held_id;
    record.next_hop_reply = next_hop_reply;
    record.engine_version = engine_version;
    record.elapsed_us = static_cast<std::uint64_t>(elapsed_us);
    record.content_sha256 = content_sha256;
    record.watch_number = static_cast<std::uint64_t>(watch_number);
    record.watched = watched;
    return record;
}

void JournalRow::bind_use(soci::statement& statement) {
    const auto bind = [&](auto& member, const char* name) { statement.exchange(soci::use(member, name)); };
    bind(id, "id");
    bind(time_us, "time_us");
    bind(direction, "direction");
    bind(listener, "listener");
    bind(client_ip, "client_ip");
    bind(client_name, "client_name");
    bind(sasl_login, "sasl_login");
    bind(queue_id, "queue_id");
    bind(text_fingerprint, "text_fingerprint");
    bind(helo, "helo");
    bind(mail_from, "mail_from");
    bind(sender_key, "sender_key");
    bind(recipients, "recipients");
    bind(size_bytes, "size_bytes");
    bind(subject, "subject");
    bind(subject_key, "subject_key");
    bind(header_from, "header_from");
    bind(message_id, "message_id");
    bind(verdict, "verdict");
    bind(disposition, "disposition");
    bind(ambiguous, "ambiguous");
    bind(reasons, "reasons");
    bind(findings, "findings");
    bind(outcome, "outcome");
    bind(customer, "customer");
    bind(held_id, "held_id");
    bind(next_hop_reply, "next_hop_reply");
    bind(engine_version, "engine_version");
    bind(elapsed_us, "elapsed_us");
    bind(content_sha256, "content_sha256");
    bind(watch_number, "watch_number");
    bind(watched, "watched");
}

// In the order of select_journal.
void JournalRow::bind_into(soci::statement& statement) {
    statement.exchange(soci::into(id));
    statement.exchange(soci::into(time_us));
    for (std::string* member : {&direction, &listener, &client_ip, &client_name, &sasl_login, &queue_id,
                                &text_fingerprint, &helo, &mail_from, &recipients})
        statement.exchange(soci::into(*member));
    statement.exchange(soci::into(size_bytes));
    for (std::string* member : {&subject, &header_from, &message_id, &verdict, &disposition})
        statement.exchange(soci::into(*member));
    statement.exchange(soci::into(ambiguous));
    for (std::string* member :
         {&reasons, &findings, &outcome, &customer, &held_id, &next_hop_reply, &engine_version})
        statement.exchange(soci::into(*member));
    statement.exchange(soci::into(elapsed_us));
    statement.exchange(soci::into(content_sha256));
    statement.exchange(soci::into(watch_number));
    statement.exchange(soci::into(watched));
}

}  // namespace tocsin::store
