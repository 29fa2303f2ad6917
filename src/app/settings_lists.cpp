#include "app/settings_lists.hpp"

#include <filesystem>
#include <fstream>
#include <set>

namespace tocsin::app {

namespace {

namespace fs = std::filesystem;

using Names = std::set<std::string>;

/// Beside its place, then renamed: a reader that starts meanwhile finds one or the other.
Result<void> write_list(const fs::path& path, const Names& domains) {
    const fs::path beside = path.string() + ".new";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << "# Made of the [[customer]] rows of the configuration, at each start and reload.\n";
    for (const std::string& domain : domains) file << domain << '\n';
    file.close();
    std::error_code error;
    if (file) fs::rename(beside, path, error);
    if (!file || error) return fail(ErrorCode::io, "write " + path.string() + ": " + error.message());
    return {};
}

}  // namespace

std::string settings_lists_folder(const std::string& data_folder) {
    return data_folder + "/settings-lists";
}

Result<void> write_settings_lists(const config::Settings& settings, const std::string& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) fs::permissions(folder, fs::perms::owner_all, error);
    if (error) return fail(ErrorCode::io, "make " + folder + ": " + error.message());
    Names customers, organisation;
    for (const config::Customer& customer : settings.customers)
        for (const auto* domains : {&customer.envelope_domains, &customer.header_domains})
            (customer.organisation ? organisation : customers).insert(domains->begin(), domains->end());
    TRY(write_list(fs::path(folder) / "customer_domains.add.txt", customers));
    return write_list(fs::path(folder) / "org_domains.add.txt", organisation);
}

}  // namespace tocsin::app
