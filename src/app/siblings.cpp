#include "app/siblings.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "app/personal_link.hpp"
#include "base/fold_case.hpp"
#include "base/similarity.hpp"
#include "store/order_value.hpp"

namespace tocsin::app {

namespace {

/// "uk" and "co": letters of a country, and what a country's registry may have in front of it.
constexpr std::size_t country_letters = 2, registry_letters_max = 3;

bool has_all(const std::set<std::string>& has, const std::set<std::string>& wanted) {
    return std::ranges::includes(has, wanted);
}

std::set<std::string> domains_of(const std::set<std::string>& hosts) {
    std::set<std::string> domains;
    for (const std::string& host : hosts) domains.insert(owned_domain(host));
    return domains;
}

/// A link of which only what all readers share is known (personal_link.hpp) is any that begins so.
bool is_link(const std::string& known, const std::string& found) {
    const bool is_cut = is_about_less_than_a_host(known) && link_signs.find(known.back()) != std::string_view::npos;
    return found == known || (is_cut && found.starts_with(known));
}

bool has_all_links(const Marks& found, const Marks& known) {
    return std::ranges::all_of(known.urls, [&](const std::string& one) {
        return std::ranges::any_of(found.urls, [&](const std::string& other) { return is_link(one, other); });
    });
}

bool has_all_domains(const Marks& found, const Marks& known) {
    return has_all(domains_of(found.hosts), domains_of(known.hosts));
}

Marks marks_of(const respond::ReportFacts& facts) {
    Marks marks{.text = facts.text_fingerprint, .sender = ascii_lower(facts.sender)};
    for (const std::string& host : facts.hosts) marks.hosts.insert(ascii_lower(host));
    for (const std::string& url : facts.urls) marks.urls.insert(store::link_key(url));
    for (const std::string& hash : facts.hashes) marks.files.insert(ascii_lower(hash));
    return marks;
}

Marks marks_of(const scan::ScanReport& report) {
    Marks marks{.text = report.facts.text_fingerprint, .sender = ascii_lower(report.facts.header_from)};
    for (const scan::FoundUrl& url : report.urls) {
        if (const std::string_view host = scan::host_of(url.url); !host.empty())
            marks.hosts.insert(ascii_lower(host));
        marks.urls.insert(store::link_key(url.url));
    }
    for (const std::string& hash : report.facts.attachment_sha256) marks.files.insert(ascii_lower(hash));
    return marks;
}

/// Reports of an incident that have the mail itself, and those that have not.
void collect(const respond::Response& response, const respond::Incident& incident, std::vector<Marks>& whole,
             std::vector<Marks>& retold) {
    if (const respond::Cluster* cluster = response.cluster(incident.cluster))
        for (const std::string& id : cluster->reports) {
            const respond::Report* report = response.report(id);
            if (report == nullptr || !report->facts) continue;
            const bool is_whole = report->facts->grade >= respond::Grade::rebuilt;
            (is_whole ? whole : retold).push_back(marks_of(*report->facts));
        }
    for (const std::string& id : incident.merged)
        if (const respond::Incident* merged = response.incident(id))
            collect(response, *merged, whole, retold);
}

/// What a person wrote down: each of them is hostile by itself.
std::vector<Marks> marks_by_hand(const respond::Effect& effect) {
    std::vector<Marks> all;
    for (const std::string& text : lines_of(effect, "text")) {
        Marks marks{.by = MarkedBy::person};
        std::from_chars(text.data(), text.data() + text.size(), marks.text, 16);
        if (marks.text != 0) all.push_back(std::move(marks));
    }
    for (const std::string& file : lines_of(effect, "file")) {
        Marks marks{.by = MarkedBy::person};
        marks.files.insert(ascii_lower(file));
        all.push_back(std::move(marks));
    }
    for (const std::string& sender : lines_of(effect, "sender"))
        for (const std::string& url : lines_of(effect, "url")) {
            Marks marks{.by = MarkedBy::person, .sender = ascii_lower(sender)};
            marks.urls.insert(store::link_key(url));
            all.push_back(std::move(marks));
        }
    return all;
}

bool is_what_a_person_named(const Marks& known, const Marks& found) {
    if (known.text != 0) return similar(known.text, found.text);
    if (!known.files.empty()) return has_all(found.files, known.files);
    return known.sender == found.sender && has_all_links(found, known);
}

}  // namespace

std::string owned_domain(std::string_view host) {
    const std::size_t last = host.rfind('.');
    if (last == std::string_view::npos || last == 0) return std::string(host);
    const bool is_address = host.front() == '[' || std::ranges::all_of(host.substr(last + 1), [](char c) {
                                return c >= '0' && c <= '9';
                            });
    if (is_address) return std::string(host);
    std::size_t begin = host.rfind('.', last - 1);
    if (begin == std::string_view::npos) return std::string(host);
    const bool below_registry =
        host.size() - last - 1 == country_letters && last - begin - 1 <= registry_letters_max;
    if (below_registry && begin > 0) begin = host.rfind('.', begin - 1);
    return std::string(begin == std::string_view::npos ? host : host.substr(begin + 1));
}

bool is_sibling(const Marks& known, const Marks& found, scan::Verdict verdict) {
    if (known.by == MarkedBy::person) return is_what_a_person_named(known, found);
    const bool hostile = verdict == scan::Verdict::phish || verdict == scan::Verdict::malware;
    const bool same_sender = !known.sender.empty() && known.sender == found.sender;
    const bool all_domains = has_all_domains(found, known);
    const bool all_files = has_all(found.files, known.files);
    if (similar(known.text, found.text) && all_domains) return true;
    if (!known.files.empty() && all_files && all_domains && (same_sender || hostile)) return true;
    return known.text == 0 && found.text == 0 && same_sender && all_files &&
           has_all_links(found, known) && !(known.urls.empty() && known.files.empty());
}

std::vector<Marks> marks_of(const respond::Response& response, const respond::Effect& effect) {
    std::vector<Marks> whole, retold;
    if (const respond::Incident* incident = response.incident(effect.incident))
        collect(response, *incident, whole, retold);
    std::vector<Marks> marks = whole.empty() ? std::move(retold) : std::move(whole);
    return marks.empty() ? marks_by_hand(effect) : marks;
}

Result<bool> is_one_of(net::Fiber& fiber, pool::ReaderPool& readers, const std::vector<Marks>& known,
                       const std::map<std::string, SeenCopy>& seen, ByteView message) {
    pool::ScanRequest request;
    request.bytes = message;
    const pool::ScanOutcome scanned = readers.scan(fiber, request);
    if (scanned.outcome != sandbox::Outcome::verdict)
        return fail(ErrorCode::unavailable, fmt::format("a reader could not compare it ({}): {}",
                                                        sandbox::to_string(scanned.outcome), scanned.detail));
    Marks found = marks_of(scanned.report);
    const auto is_known = [&] {
        return std::ranges::any_of(
            known, [&](const Marks& one) { return is_sibling(one, found, scanned.report.verdict); });
    };
    if (is_known()) return true;
    const auto at_the_gate = seen.find(scanned.report.facts.message_id);
    if (at_the_gate == seen.end() || at_the_gate->second.sender != found.sender) return false;
    found.text = at_the_gate->second.text;
    return is_known();
}

}  // namespace tocsin::app
