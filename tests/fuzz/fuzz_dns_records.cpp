// What reader and daemon say to each other about DNS: refused, or within every bound; what was accepted encodes to the same bytes
// again, and its records are read without harm.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/limits.hpp"
#include "mail/dns_records.hpp"
#include "reader/codec_dns.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_round(std::string_view datagram) {
    const std::optional<DnsRound> round = decode_dns_round(datagram);
    if (!round) return;
    require(round->questions.size() <= limits::dns_round_questions);
    for (const DnsQuestion& question : round->questions) {
        require(question.type < DnsType::count_);
        require(question.name.empty() || is_dns_name(question.name));
        require(question.name.find_first_of(std::string_view("\0 \n\\\"@()", 8)) == std::string::npos);
    }
    require(encode(*round) == datagram);
}

void check_answers(std::string_view datagram) {
    const std::optional<DnsAnswers> answers = decode_dns_answers(datagram);
    if (!answers) return;
    require(answers->answers.size() <= limits::dns_round_questions);
    for (const DnsAnswer& answer : answers->answers) {
        require(answer.status < DnsStatus::count_);
        require(answer.records.size() <= limits::dns_answer_records);
        require(mail::read_texts(answer).texts.size() <= answer.records.size());
        require(mail::read_addresses(answer).size() <= answer.records.size());
        for (const std::string& host : mail::read_mail_hosts(answer))
            require(host.empty() || is_dns_name(host));
    }
    require(encode(*answers) == datagram);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    check_round(datagram);
    check_answers(datagram);
    static_cast<void>(is_dns_name(datagram));
    return 0;
}
