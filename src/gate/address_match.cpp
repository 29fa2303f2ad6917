#include "gate/address_match.hpp"

#include "base/ascii.hpp"

namespace tocsin::gate {

bool in_domain(std::string_view host, std::string_view domain) {
    if (domain.empty() || host.size() < domain.size()) return false;
    std::size_t before = host.size() - domain.size();
    return equals_ignoring_case(host.substr(before), domain) && (before == 0 || host[before - 1] == '.');
}

std::string_view domain_of(std::string_view address) {
    std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

bool fits_address(std::string_view value, std::string_view address) {
    if (value.starts_with('@'))
        return value.size() > 1 && equals_ignoring_case(value.substr(1), domain_of(address));
    return equals_ignoring_case(value, address);
}

}  // namespace tocsin::gate
