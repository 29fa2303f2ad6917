#include "app/txt_answers.hpp"

#include <algorithm>
#include <utility>

namespace tocsin::app {

net::DnsConfig dns_config(const config::AuthenticationSettings& settings) {
    net::DnsConfig out;
    if (!settings.resolver) return out;
    out.server_ip = settings.resolver->host;
    out.server_port = settings.resolver->port;
    return out;
}

reader::TxtAnswer answer_txt(net::Fiber& fiber, net::DnsResolver& resolver,
                             const reader::TxtQuestion& question, std::uint32_t dns_ms, Deadline deadline) {
    const Deadline until = std::min(deadline, net::deadline_in_ms(dns_ms));
    reader::TxtAnswer out{question.id, {}};
    for (net::DnsTexts& texts : resolver.look_up_txt(fiber, question.names, until)) {
        const reader::TxtStatus status = texts.outcome == net::DnsOutcome::found  ? reader::TxtStatus::found
                                         : texts.outcome == net::DnsOutcome::none ? reader::TxtStatus::none
                                                                                  : reader::TxtStatus::failed;
        out.records.push_back({status, std::move(texts.texts)});
    }
    return out;
}

}  // namespace tocsin::app
