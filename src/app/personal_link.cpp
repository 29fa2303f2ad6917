#include "app/personal_link.hpp"

#include <algorithm>
#include <vector>

#include "base/bytes.hpp"
#include "base/fold_case.hpp"
#include "base/hmac.hpp"
#include "store/order_value.hpp"

namespace tocsin::app {

namespace {

/// What may stand between a name and what is its value, in a path or a query.
constexpr std::string_view signs = "/?&=#;:,";

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
    if (first == url.size()) return std::string(url);
    const std::size_t sign = url.substr(0, first).find_last_of(signs);
    if (sign == std::string_view::npos) return std::string(url);
    std::string_view rest = url.substr(0, sign + 1);
    // What stands behind # is in no order.
    while (rest.ends_with('#')) rest.remove_suffix(1);
    return std::string(is_about_less_than_a_host(rest) ? rest : url);
}

}  // namespace tocsin::app
