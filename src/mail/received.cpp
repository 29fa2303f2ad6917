#include "mail/received.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::mail {
namespace {

/// Addresses and names kept of one field: real ones hold fewer than ten.
constexpr std::size_t found_per_field_max = 32;
/// A Received value is read this far.
constexpr std::size_t received_bytes_max = 8192;

enum class Clause { none, from, by, with, id, for_ };

Clause clause_of(std::string_view word) {
    if (equals_ignoring_case(word, "from")) return Clause::from;
    if (equals_ignoring_case(word, "by")) return Clause::by;
    if (equals_ignoring_case(word, "with")) return Clause::with;
    if (equals_ignoring_case(word, "id")) return Clause::id;
    if (equals_ignoring_case(word, "for")) return Clause::for_;
    return Clause::none;
}

bool is_ip_character(char c) {
    const char lower = ascii_lower(c);
    return is_ascii_digit(c) || (lower >= 'a' && lower <= 'f') || c == '.' || c == ':';
}

bool is_name_character(char c) {
    return is_ascii_alphanumeric(c) || c == '.' || c == '-' || c == '_';
}

/// Behind the word that `at` stands in.
std::size_t after_word(std::string_view text, std::size_t at) {
    while (at < text.size() && (is_name_character(text[at]) || text[at] == ':')) ++at;
    return at;
}

void add_ip(std::vector<IpAddress>& ips, IpAddress ip) {
    if (std::ranges::find(ips, ip.ip, &IpAddress::ip) == ips.end()) ips.push_back(std::move(ip));
}

void add_domains(std::string_view text, std::vector<Domain>& domains, DomainNames& domain_names) {
    for (std::size_t at = 0; at < text.size() && domains.size() < found_per_field_max;) {
        if (!is_name_character(text[at])) {
            ++at;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_name_character(text[end])) ++end;
        const std::string_view word = text.substr(at, end - at);
        at = end;
        if (word.find('.') == std::string_view::npos || word.size() > 253) continue;
        Domain domain = domain_names.parse(word);
        if (domain.valid && std::ranges::find(domains, domain.domain, &Domain::domain) == domains.end()) {
            domains.push_back(std::move(domain));
        }
    }
}

/// Splits a Received value into clauses; comments belong to the clause before them.
class ReceivedReader {
public:
    ReceivedReader(std::string_view text, DomainNames& domain_names)
        : text_(text), domain_names_(domain_names) {}

    Received read() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (is_ascii_space(c)) {
                ++at_;
            } else if (c == ';') {
                out_.time = trim(text_.substr(at_ + 1));
                break;
            } else if (c == '(') {
                comment();
            } else {
                word();
            }
        }
        return std::move(out_);
    }

private:
    void comment() {
        std::size_t depth = 0;
        const std::size_t start = at_;
        for (; at_ < text_.size(); ++at_) {
            if (text_[at_] == '(') ++depth;
            if (text_[at_] == ')' && --depth == 0) {
                ++at_;
                break;
            }
        }
        if (clause_ == Clause::from || clause_ == Clause::by) examine(text_.substr(start, at_ - start));
    }

    void word() {
        const std::size_t start = at_;
        while (at_ < text_.size() && !is_ascii_space(text_[at_]) && text_[at_] != ';' && text_[at_] != '(')
            ++at_;
        const std::string_view word = text_.substr(start, at_ - start);
        if (const Clause next = clause_of(word); next != Clause::none) {
            clause_ = next;
            return;
        }
        switch (clause_) {
            case Clause::from:
                set(out_.source, word);
                examine(word);
                break;
            case Clause::by:
                set(out_.server, word);
                examine(word);
                break;
            case Clause::with: set(out_.with, word); break;
            case Clause::id: set(out_.id, word); break;
            case Clause::for_: recipient(word); break;
            case Clause::none: break;
        }
    }

    static void set(std::string& member, std::string_view word) {
        if (member.empty()) member = word;
    }

    void recipient(std::string_view word) {
        if (word.starts_with('<')) word.remove_prefix(1);
        if (word.ends_with('>')) word.remove_suffix(1);
        set(out_.envelope_for, word);
    }

    void examine(std::string_view text) {
        for (IpAddress& ip : find_ips(text, found_per_field_max)) add_ip(out_.ips, std::move(ip));
        add_domains(text, out_.domains, domain_names_);
    }

    std::string_view text_;
    DomainNames& domain_names_;
    std::size_t at_ = 0;
    Clause clause_ = Clause::none;
    Received out_;
};

}  // namespace

std::vector<IpAddress> find_ips(std::string_view text, std::size_t addresses_max) {
    std::vector<IpAddress> ips;
    for (std::size_t at = 0; at < text.size() && ips.size() < addresses_max;) {
        // [IPv6:2001:db8::1] (RFC 5321 section 4.1.3)
        if (ascii_lower(text[at]) == 'i' && starts_with_ignoring_case(text.substr(at), "ipv6:")) {
            at += 5;
            continue;
        }
        if (!is_ip_character(text[at])) {
            at = is_name_character(text[at]) ? after_word(text, at) : at + 1;
            continue;
        }
        std::size_t end = at;
        while (end < text.size() && is_ip_character(text[end])) ++end;
        std::string_view word = text.substr(at, end - at);
        while (word.ends_with('.') || (word.ends_with(':') && !word.ends_with("::"))) word.remove_suffix(1);
        const bool runs_on = end < text.size() && is_name_character(text[end]);
        const std::size_t dots = static_cast<std::size_t>(std::ranges::count(word, '.'));
        const std::size_t colons = static_cast<std::size_t>(std::ranges::count(word, ':'));
        if (!runs_on && (dots == 3 || colons >= 2)) {
            if (auto ip = parse_ip(word)) {
                add_ip(ips, std::move(*ip));
            } else if (dots == 3 && colons == 1) {  // 192.0.2.1:25
                if (auto without_port = parse_ip(word.substr(0, word.find(':'))))
                    add_ip(ips, std::move(*without_port));
            }
        }
        at = runs_on ? after_word(text, end) : end;
    }
    return ips;
}

Received parse_received(std::string_view value, DomainNames& domain_names) {
    return ReceivedReader(value.substr(0, received_bytes_max), domain_names).read();
}

}  // namespace tocsin::mail
