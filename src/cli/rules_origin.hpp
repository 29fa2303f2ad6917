// Where the rules of a folder came from, remembered among them, so that a second update need not fetch what is there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace tocsin::cli {

/// The file's name in a folder of rules.
inline constexpr const char* rules_origin_file = ".tocsin-origin.json";

struct RulesOrigin {
    std::string from;            ///< the address, or the path of an archive
    std::string folder;          ///< of the archive
    std::string etag;            ///< as the server gave it, or empty
    std::string archive_sha256;  ///< hexadecimal
    std::string tocsin;          ///< version that said which of them load
    std::string rules_sha256;    ///< hexadecimal: digest_of() what was put there, to notice changes by hand
};

/// nullopt: nothing is remembered, or it cannot be read: then everything is fetched.
[[nodiscard]] std::optional<RulesOrigin> read_origin(const std::filesystem::path& folder);
[[nodiscard]] std::string origin_text(const RulesOrigin& origin);

}  // namespace tocsin::cli
