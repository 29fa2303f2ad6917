#include "mail/hops.hpp"

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/authentication_results.hpp"
#include "mail/encoded_words.hpp"
#include "mail/received.hpp"

namespace tocsin::mail {
namespace {

bool is_trace_field(std::string_view name) {
    return equals_ignoring_case(name, "received") || equals_ignoring_case(name, "x-received");
}

/// Reads the fields that say something about the hop. Of several, the topmost counts: the server added it
/// last.
void read_field(Hop& hop, const HopField& field, MailTools& tools) {
    const std::string_view name = field.name;
    if (is_trace_field(name)) {
        hop.received = parse_received(field.value, tools.domain_names);
    } else if (equals_ignoring_case(name, "authentication-results")) {
        hop.authentication_results = parse_authentication_results(field.value);
    } else if (equals_ignoring_case(name, "received-spf")) {
        hop.received_spf = parse_received_spf(field.value);
    } else if (equals_ignoring_case(name, "dkim-signature")) {
        hop.signature_domain = tag_of_list(field.value, "d");
        if (hop.signature_domain) hop.signature_domain = to_lower(*hop.signature_domain);
        hop.signature_headers = tag_of_list(field.value, "h");
    }
}

}  // namespace

std::vector<Hop> build_hops(const std::vector<HeaderField>& fields, MailTools& tools) {
    std::vector<Hop> hops;
    hops.emplace_back();
    bool seen_trace = false;
    int position = 0;
    for (auto field = fields.rbegin(); field != fields.rend(); ++field) {
        if (is_trace_field(field->name)) {
            if (seen_trace && hops.size() < limits::hops) {
                hops.emplace_back();
                hops.back().index = static_cast<int>(hops.size()) - 1;
            }
            seen_trace = true;
        }
        Hop& hop = hops.back();
        hop.fields.push_back({utf8_or_windows_1252(field->name),
                              decode_header_text(field->raw_value, tools.converters), position++});
        read_field(hop, hop.fields.back(), tools);
    }
    return hops;
}

}  // namespace tocsin::mail
