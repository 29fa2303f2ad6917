// The steps by which an empty database becomes today's, in order. They only ever go forward.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::store {

struct Migration {
    std::int64_t number = 0;
    std::string_view name;
    std::string_view text;  ///< statements, each ended by a semicolon at the end of a line
};

/// Those of this program, by number from 1 without a gap.
[[nodiscard]] std::span<const Migration> embedded_migrations();

/// SHA-256 of the text, hexadecimal.
[[nodiscard]] std::string migration_checksum(const Migration& migration);

/// The statements of a migration, without comment lines.
[[nodiscard]] std::vector<std::string> migration_statements(std::string_view text);

}  // namespace tocsin::store
