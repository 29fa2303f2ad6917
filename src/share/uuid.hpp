// Identifiers that are made of what they name, so that the same thing has the same one in every export.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tocsin::share {

/// CACAO 2.0 section 10.10: for playbooks whose name is made of `name` and `playbook_types`.
inline constexpr std::string_view cacao_namespace = "aa7caf3a-d55a-4e9a-b34e-056215fba56a";
/// STIX 2.1 section 2.9: for cyber-observable objects whose name is made of their contributing properties.
inline constexpr std::string_view stix_namespace = "00abedb4-aa42-466c-9c01-fed23315a9b7";
/// Ours, for everything to which no standard gives a namespace.
inline constexpr std::string_view own_namespace = "3b0a3f5e-6f0c-5d0e-9a57-6a1c4d2f7e10";

/// Which version the identifier says that it is.
enum class UuidVersion : std::uint8_t {
    /// Whose bits look random. Where a standard insists on it for what is not random here (steps of CACAO, reports of X-ARF), the
    /// bits of a hash stand there: the same in every export, and nobody can tell the difference.
    v4 = 4,
    v5 = 5,  ///< made of a namespace and a name
};

/// RFC 9562 section 5.5: SHA-1 of namespace and name. Where the machine's policy forbids SHA-1, SHA-256 takes its place, with
/// the form of version 4.
[[nodiscard]] std::string uuid_of(std::string_view name_space, std::string_view name,
                                  UuidVersion version = UuidVersion::v5);

/// "TYPE--UUID", as CACAO and STIX write identifiers, in our own namespace.
[[nodiscard]] std::string own_id(std::string_view type, std::string_view name,
                                 UuidVersion version = UuidVersion::v5);

/// Whether `text` is "TYPE--UUID" with a type in lower case and a UUID of versions 1 to 5.
[[nodiscard]] bool is_identifier(std::string_view text);
/// "action" of "action--…"; empty when it is no identifier.
[[nodiscard]] std::string_view type_of_identifier(std::string_view text);

}  // namespace tocsin::share
