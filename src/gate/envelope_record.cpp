#include "gate/envelope_record.hpp"

#include <utility>

namespace tocsin::gate {

store::Record envelope_record(std::string id, const Envelope& envelope, TimePoint now) {
    store::Record record;
    record.id = std::move(id);
    record.time = now;
    record.direction = mail::to_string(envelope.direction);
    record.listener = envelope.listener;
    record.client_ip = envelope.client_ip;
    record.client_name = envelope.client_name;
    record.sasl_login = envelope.sasl_login;
    record.queue_id = envelope.queue_id;
    record.helo = envelope.helo;
    record.mail_from = envelope.mail_from;
    record.recipients = envelope.recipients;
    return record;
}

}  // namespace tocsin::gate
