#include "base/dns.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/limits.hpp"

namespace tocsin {

namespace {

constexpr std::size_t label_bytes = 63;

bool is_label(std::string_view label) {
    constexpr std::string_view others = "-_+=!#$%&'*/?^`{|}~";
    return !label.empty() && label.size() <= label_bytes && std::ranges::all_of(label, [&](char c) {
        const char lower = ascii_lower(c);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || others.contains(c);
    });
}

}  // namespace

bool is_dns_name(std::string_view name) {
    if (name.size() > limits::domain_name_bytes) return false;
    std::size_t labels = 0;
    for (std::size_t end = 0; end != std::string_view::npos; ++labels) {
        end = name.find('.');
        if (!is_label(name.substr(0, end))) return false;
        if (end != std::string_view::npos) name.remove_prefix(end + 1);
    }
    return labels >= 2;
}

}  // namespace tocsin
