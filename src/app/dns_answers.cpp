#include "app/dns_answers.hpp"

namespace tocsin::app {

net::DnsConfig dns_config(const config::AuthenticationSettings& settings) {
    net::DnsConfig out;
    if (!settings.resolver) return out;
    out.server_ip = settings.resolver->host;
    out.server_port = settings.resolver->port;
    return out;
}

reader::DnsAnswers answer_dns(net::Fiber& fiber, net::DnsResolver& resolver, const reader::DnsRound& round,
                              Deadline deadline) {
    return {round.id, resolver.look_up(fiber, round.questions, deadline)};
}

}  // namespace tocsin::app
