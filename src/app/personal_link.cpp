#include "app/personal_link.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/fold_case.hpp"
#include "base/hmac.hpp"
#include "store/order_value.hpp"

namespace tocsin::app {

namespace {

/// Path and query that are left at the least: less is nearly all of the host.
constexpr std::size_t path_bytes_min = 4;

/// Shorter ones could stand anywhere by chance.
constexpr std::size_t coded_address_bytes_min = 6;

/// Groups of base64 that hang on the address alone: the last one holds bits of what follows it.
std::string whole_groups(std::string_view address) {
    if (address.size() < coded_address_bytes_min) return {};
    return base64_of(as_bytes(address.substr(0, address.size() / 3 * 3)));
}

std::string base64url(std::string base64) {
    std::ranges::replace(base64, '+', '-');
    std::ranges::replace(base64, '/', '_');
    return base64;
}

/// Where `part` stands in `text`; its end when it does not. Nothing stands nowhere.
std::size_t place_of(std::string_view text, std::string_view part) {
    return part.empty() ? text.size() : std::min(text.find(part), text.size());
}

/// Where the link begins to name the address, at the earliest.
std::size_t first_naming(std::string_view url, std::string_view lower_url, std::string_view address) {
    const std::string lower = ascii_lower(address);
    const std::size_t at = lower.find('@');
    if (at == std::string::npos || at == 0) return url.size();
    std::size_t first = std::min(
        {place_of(lower_url, lower), place_of(lower_url, lower.substr(0, at) + "%40" + lower.substr(at + 1)),
         place_of(lower_url, to_hex(as_bytes(lower))), place_of(lower_url, to_hex(as_bytes(address)))});
    for (const std::string& base64 : {whole_groups(lower), whole_groups(address)})
        first = std::min({first, place_of(url, base64), place_of(url, base64url(base64))});
    return first;
}

}  // namespace

bool is_about_less_than_a_host(std::string_view url) {
    const std::string key = store::link_key(url);
    const std::size_t path = key.find_first_of("/?");
    return path != std::string::npos && path + 1 < key.size();
}

std::string without_reader(std::string_view url, std::span<const std::string> readers) {
    const std::string lower_url = ascii_lower(url);
    std::size_t first = url.size();
    for (const std::string& reader : readers) first = std::min(first, first_naming(url, lower_url, reader));
    // What follows the reader may be what tells this page from honest ones.
    const std::string_view behind = url.substr(first).substr(0, url.substr(first).find('#'));
    if (first == url.size() || behind.find_first_of("/?&;") != std::string_view::npos) return std::string(url);
    const std::size_t sign = url.substr(0, first).find_last_of(link_signs);
    if (sign == std::string_view::npos) return std::string(url);
    std::string_view rest = url.substr(0, sign + 1);
    // What stands behind # is in no order.
    while (rest.ends_with('#')) rest.remove_suffix(1);
    const std::string key = store::link_key(rest);
    const std::size_t path = std::min(key.find_first_of("/?"), key.size());
    return std::string(key.size() - path >= path_bytes_min ? rest : url);
}

}  // namespace tocsin::app
