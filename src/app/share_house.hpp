// Who shares, from the configuration: what is of the house and of its customers, and which hosts belong to everybody.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "respond/people.hpp"
#include "share/incident.hpp"

namespace tocsin::app {

/// `lists_folder`: lists that Tocsin brings. Of `org_domains` and `tenant_domains` those that the operator gives the judge are
/// read. Errors: io.
[[nodiscard]] Result<std::shared_ptr<const share::House>> make_house(const config::Settings& settings,
                                                                     const respond::Directory& people,
                                                                     const std::string& lists_folder);

/// Of the house, a customer or a great provider, or a place where strangers have pages: whatever is about more than one link
/// there is about others, too.
[[nodiscard]] bool is_known_host(const share::House& house, std::string_view host);

/// Why no playbook orders anything about links to this host; empty: it may. An attacker puts links to a bank's, a great
/// provider's or our own pages into his mail, and everybody's honest mail has them. Where strangers have pages, one of these is
/// ordered about like any other.
[[nodiscard]] std::string why_left_alone(const share::House& house, std::string_view host);

/// Whether a host belongs to a great provider: it, or what it is below of, is in `great`; but not below a domain of `tenants`,
/// where anybody gets a host of his own.
[[nodiscard]] bool belongs_to_great_provider(std::string_view host,
                                             const std::function<bool(std::string_view)>& great,
                                             const std::function<bool(std::string_view)>& tenants);

}  // namespace tocsin::app
