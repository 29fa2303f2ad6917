#include "app/network_databases.hpp"

#include <maxminddb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <span>
#include <tuple>
#include <vector>

#include <fmt/core.h>

#include "base/ip_network.hpp"
#include "base/limits/watch.hpp"

namespace tocsin::app {

namespace {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
constexpr char upper(char letter) {
    return letter >= 'a' ? static_cast<char>(letter - 'a' + 'A') : letter;
}

/// A value somewhere in a record; nullopt: it is not there, or the file is damaged at this place.
std::optional<MMDB_entry_data_s> value_at(MMDB_entry_s record, std::initializer_list<const char*> keys) {
    std::vector<const char*> path(keys);
    path.push_back(nullptr);
    MMDB_entry_data_s value{};
    if (MMDB_aget_value(&record, &value, path.data()) != MMDB_SUCCESS || !value.has_data) return std::nullopt;
    return value;
}

std::string_view text_of(const std::optional<MMDB_entry_data_s>& value) {
    if (!value || value->type != MMDB_DATA_TYPE_UTF8_STRING) return {};
    return {value->utf8_string, value->data_size};
}

std::string number_of(const std::optional<MMDB_entry_data_s>& value) {
    if (!value) return {};
    if (value->type == MMDB_DATA_TYPE_UINT32) return std::to_string(value->uint32);
    if (value->type == MMDB_DATA_TYPE_UINT16) return std::to_string(value->uint16);
    return {};
}

/// "AS64500" of "AS64500" or "64500". Number 0 is given to nobody (RFC 7607).
std::string system_name(std::string_view text) {
    constexpr std::size_t digits_max = 10;
    const std::string_view digits = text.starts_with("AS") ? text.substr(2) : text;
    const bool number = !digits.empty() && digits.size() <= digits_max && digits.front() != '0' &&
                        std::ranges::all_of(digits, is_digit);
    return number ? "AS" + std::string(digits) : std::string();
}

std::string owner_in(const MMDB_entry_s& record) {
    if (const std::string number = number_of(value_at(record, {"autonomous_system_number"})); !number.empty())
        return system_name(number);
    const std::optional<MMDB_entry_data_s> flat = value_at(record, {"asn"});
    return system_name(flat && flat->type == MMDB_DATA_TYPE_UTF8_STRING ? std::string(text_of(flat))
                                                                        : number_of(flat));
}

/// Some databases have the name of the country in the place where others have its code.
std::string country_in(const MMDB_entry_s& record) {
    for (const auto& place :
         {value_at(record, {"country", "iso_code"}), value_at(record, {"registered_country", "iso_code"}),
          value_at(record, {"country_code"}), value_at(record, {"country"})}) {
        const std::string_view text = text_of(place);
        if (text.size() != 2 || !std::ranges::all_of(text, is_letter)) continue;
        std::string code(text);
        std::ranges::transform(code, code.begin(), upper);
        return code;
    }
    return {};
}

using ReadValue = std::string (*)(const MMDB_entry_s& record);

/// The value of the record for an address; empty: none.
std::string look_up_in(const MMDB_s* database, const IpAddress& address, ReadValue read) {
    constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    int error = MMDB_SUCCESS;
    MMDB_lookup_result_s found{};
    if (std::ranges::equal(mapped, std::span(address).first(mapped.size()))) {
        sockaddr_in ipv4{};
        ipv4.sin_family = AF_INET;
        std::memcpy(&ipv4.sin_addr, address.data() + mapped.size(), sizeof ipv4.sin_addr);
        found = MMDB_lookup_sockaddr(database, reinterpret_cast<const sockaddr*>(&ipv4), &error);
    } else {
        sockaddr_in6 ipv6{};
        ipv6.sin6_family = AF_INET6;
        std::memcpy(&ipv6.sin6_addr, address.data(), sizeof ipv6.sin6_addr);
        found = MMDB_lookup_sockaddr(database, reinterpret_cast<const sockaddr*>(&ipv6), &error);
    }
    return error == MMDB_SUCCESS && found.found_entry ? read(found.entry) : std::string();
}

enum class Probe : std::uint8_t { has_value, no_record, no_value, damaged };

/// Walks the search tree until a record has the value, as far as the limits go.
Probe probe(const MMDB_s* database, ReadValue read) {
    std::vector<std::uint32_t> waiting = {0};
    std::size_t records = 0;
    for (std::size_t nodes = 0; !waiting.empty() && nodes < limits::network_database_probe_nodes; ++nodes) {
        MMDB_search_node_s node{};
        if (MMDB_read_node(database, waiting.back(), &node) != MMDB_SUCCESS) return Probe::damaged;
        waiting.pop_back();
        // The left branch goes on top: it is followed first.
        for (const auto& [type, number, record] :
             {std::tuple(node.right_record_type, node.right_record, &node.right_record_entry),
              std::tuple(node.left_record_type, node.left_record, &node.left_record_entry)}) {
            if (type == MMDB_RECORD_TYPE_INVALID) return Probe::damaged;
            if (type == MMDB_RECORD_TYPE_SEARCH_NODE) waiting.push_back(static_cast<std::uint32_t>(number));
            if (type != MMDB_RECORD_TYPE_DATA) continue;
            if (!read(*record).empty()) return Probe::has_value;
            if (++records >= limits::network_database_probe_records) return Probe::no_value;
        }
    }
    return records == 0 ? Probe::no_record : Probe::no_value;
}

}  // namespace

/// What a file is named for.
struct NetworkDatabases::Wanted {
    ReadValue read;
    const char* what;
    const char* example;
    const char* fields;
};

void NetworkDatabases::Close::operator()(MMDB_s* database) const {
    MMDB_close(database);
    delete database;
}

Result<NetworkDatabases::Database> NetworkDatabases::open_file(const std::filesystem::path& path,
                                                               const Wanted& wanted) {
    std::error_code error;
    const std::filesystem::file_status status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found)
        return fail(ErrorCode::not_found, path.string() + ": no such file");
    if (!std::filesystem::is_regular_file(status))  // opening a pipe would wait for somebody who writes
        return fail(error ? ErrorCode::permission : ErrorCode::invalid_input,
                    path.string() + ": " + (error ? error.message() : "this is no file"));
    if (std::filesystem::file_size(path, error) == 0 && !error)
        return fail(ErrorCode::corrupt,
                    path.string() + ": this file is empty; was it cut off while it was copied?");
    auto opened = std::make_unique<MMDB_s>();
    errno = 0;
    const int result = MMDB_open(path.c_str(), MMDB_MODE_MMAP, opened.get());
    if (result == MMDB_FILE_OPEN_ERROR || result == MMDB_IO_ERROR)
        return std::unexpected(errno_error(path.string(), errno));
    if (result != MMDB_SUCCESS)
        return fail(ErrorCode::corrupt,
                    fmt::format("{}: this is no MaxMind DB file, or a damaged one ({}); name one such as {}",
                                path.string(), MMDB_strerror(result), wanted.example));
    Database database(opened.release());
    switch (probe(database.get(), wanted.read)) {
        case Probe::has_value: return database;
        case Probe::damaged: break;
        case Probe::no_record:
            return fail(ErrorCode::invalid_input, path.string() + ": this database names no network");
        case Probe::no_value:
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}: this database (\"{}\") says nothing of {}: its records have no {}; "
                                    "name one such as {}",
                                    path.string(), database->metadata.database_type, wanted.what,
                                    wanted.fields, wanted.example));
    }
    return fail(ErrorCode::corrupt,
                path.string() + ": this MaxMind DB file is damaged: its search tree is broken");
}

Result<NetworkDatabases> NetworkDatabases::open(const std::optional<std::filesystem::path>& owners,
                                                const std::optional<std::filesystem::path>& countries) {
    NetworkDatabases databases;
    if (owners)
        databases.owners_ = TRY(open_file(*owners, {.read = owner_in,
                                                    .what = "owners of networks",
                                                    .example = "GeoLite2-ASN.mmdb",
                                                    .fields = "autonomous_system_number or asn"}));
    if (countries)
        databases.countries_ = TRY(
            open_file(*countries, {.read = country_in,
                                   .what = "countries",
                                   .example = "GeoLite2-Country.mmdb",
                                   .fields = "country.iso_code, country_code or country of two letters"}));
    return databases;
}

NetworkDatabases::Network NetworkDatabases::look_up(std::string_view ip) const {
    Network network;
    fill_in(ip, network.owner, network.country);
    return network;
}

void NetworkDatabases::fill_in(std::string_view ip, std::string& owner, std::string& country) const {
    const bool no_owner = owners_ && owner.empty(), no_country = countries_ && country.empty();
    if (!no_owner && !no_country) return;
    const std::optional<IpAddress> address = parse_ip_address(ip);
    if (!address) return;
    if (no_owner) owner = look_up_in(owners_.get(), *address, owner_in);
    if (no_country) country = look_up_in(countries_.get(), *address, country_in);
}

}  // namespace tocsin::app
