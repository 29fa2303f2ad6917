// Lists that rules ask and that follow from the settings: nobody should have to write a customer's domain down twice.
#pragma once

#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace tocsin::app {

/// Where they lie. Readers are given this folder between the lists that Tocsin brings and those that the operator names, so that
/// the operator has the last word.
[[nodiscard]] std::string settings_lists_folder(const std::string& data_folder);

/// Writes them anew: `customer_domains.add.txt`, the domains of [[customer]] rows, and `org_domains.add.txt`, those of rows with
/// `organisation = true`. Each file is replaced as a whole. Errors: io, with the file.
[[nodiscard]] Result<void> write_settings_lists(const config::Settings& settings, const std::string& folder);

}  // namespace tocsin::app
