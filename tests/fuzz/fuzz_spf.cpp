// SPF in rounds: the first line of the input is MAIL FROM, the second HELO, and DNS answers the questions in their
// order with the lines that follow: "-" nothing, "?" no answer, "a" the client's address, "x" another one, anything
// else a TXT record or names of MX records. Whatever they say, it ends within bounds, asks for names alone and for none
// twice.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "mail/dns_zone.hpp"
#include "mail/spf.hpp"
#include "mail/spf_macros.hpp"
#include "mail/spf_record.hpp"

using namespace tocsin;
using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

std::string_view take_line(std::string_view& rest) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    return line;
}

DnsAnswer answer_from(std::string_view line, const IpAddress& client, DnsType type) {
    if (line == "-") return {DnsStatus::none, {}};
    if (line == "?") return {};
    const std::size_t skipped = type == DnsType::a ? 12 : 0;
    if (line == "a") return {DnsStatus::found, {std::string(client.begin() + skipped, client.end())}};
    if (line == "x") return {DnsStatus::found, {std::string(16 - skipped, 'x')}};
    if (type != DnsType::mx) return {DnsStatus::found, {wire_text(line)}};
    DnsAnswer out{DnsStatus::found, {}};
    while (!line.empty() && out.records.size() < 20) {
        const std::string_view host = line.substr(0, line.find(' '));
        out.records.push_back(std::string(2, '\0') + wire_name(host));
        line.remove_prefix(std::min(host.size() + 1, line.size()));
    }
    return out;
}

void evaluate(const SpfSender& sender, std::string_view rest) {
    constexpr std::size_t rounds_max = 200;  // far beyond what the daemon answers
    DnsKnown known;
    for (std::size_t round = 0;; ++round) {
        const SpfStep step = step_spf(sender, known);
        if (step.asks.empty()) return require(!to_string(step.result).empty());
        require(round < rounds_max);
        require(step.asks.size() <= 1 + limits::spf_lookups * limits::spf_mx_names);
        for (const DnsQuestion& question : step.asks) {
            require(is_dns_name(question.name));
            require(!known.contains(question));
            known[question] = answer_from(take_line(rest), sender.client, question.type);
        }
    }
}

void check_macros(std::string_view text) {
    if (!is_spf_domain_spec(text)) return;
    const SpfMacroValues values{.sender = text,
                                .local_part = text,
                                .sender_domain = text,
                                .helo = text,
                                .client = "192.0.2.1",
                                .version = "in-addr",
                                .domain = text};
    require(expand_spf_domain(text, values).size() <= limits::domain_name_bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    check_macros(rest);
    if (is_spf_record(rest)) static_cast<void>(read_spf_record(rest));
    SpfSender sender;
    sender.mail_from = take_line(rest).substr(0, limits::spf_sender_bytes);
    sender.helo = take_line(rest).substr(0, limits::spf_helo_bytes);
    for (const char* client : {"192.0.2.1", "2001:db8::1"}) {
        sender.client = parse_ip_address(client).value();
        evaluate(sender, rest);
    }
    return 0;
}
