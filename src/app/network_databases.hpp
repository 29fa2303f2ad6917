// Who owns the network of an address, and in which country it is: from MaxMind DB files that the operator names.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct MMDB_s;

namespace tocsin::app {

/// One file for owners and one for countries, each of them optional; both may be the same file. Schemas: GeoLite2 and GeoIP2
/// (`autonomous_system_number`, `country.iso_code`, `registered_country.iso_code`), DB-IP, which has the same names, and the
/// flat one of IPinfo (`asn`, `country_code` or `country`).
/// Files are mapped into memory and not read again: replace one by renaming another over it, and open again. Who shortens or
/// overwrites a file that is open crashes the program.
class NetworkDatabases {
public:
    /// What is not known is empty.
    struct Network {
        std::string owner;    ///< autonomous system, "AS64500"
        std::string country;  ///< ISO 3166-1 alpha-2, "DE"
    };

    /// Errors: not_found and permission (no such file, or not ours to read), corrupt (no MaxMind DB, or a damaged one),
    /// invalid_input (a file that says nothing of what it was named for).
    [[nodiscard]] static Result<NetworkDatabases> open(const std::optional<std::filesystem::path>& owners,
                                                       const std::optional<std::filesystem::path>& countries);
    /// IPv4, IPv6, and IPv4-mapped addresses, which are IPv4 ones. Anything else, or a damaged place in a file, is not known.
    [[nodiscard]] Network look_up(std::string_view ip) const;
    /// Looks up what is empty of these two.
    void fill_in(std::string_view ip, std::string& owner, std::string& country) const;

private:
    struct Close {
        void operator()(MMDB_s* database) const;
    };
    using Database = std::unique_ptr<MMDB_s, Close>;
    struct Wanted;
    [[nodiscard]] static Result<Database> open_file(const std::filesystem::path& path, const Wanted& wanted);
    Database owners_, countries_;
};

}  // namespace tocsin::app
