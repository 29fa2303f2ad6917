// Who shares, from the configuration: what is of the house and of its customers, and which hosts belong to everybody.
#pragma once

#include <memory>
#include <string>

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

/// Whether a host belongs to a great provider: it, or what it is below of, is in `great`; but not below a domain of `tenants`,
/// where anybody gets a host of his own.
[[nodiscard]] bool belongs_to_great_provider(std::string_view host,
                                             const std::function<bool(std::string_view)>& great,
                                             const std::function<bool(std::string_view)>& tenants);

}  // namespace tocsin::app
