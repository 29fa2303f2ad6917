#include "cli/rules_origin.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Any value that is no text counts as absent.
std::string text_of(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

std::optional<RulesOrigin> read_origin(const std::filesystem::path& folder) {
    std::ifstream file(folder / rules_origin_file, std::ios::binary);
    std::string text(limits::rules_origin_bytes, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    const Json object = Json::parse(text, nullptr, false);
    if (!object.is_object()) return std::nullopt;
    RulesOrigin origin{text_of(object, "from"),   text_of(object, "folder"),
                       text_of(object, "etag"),   text_of(object, "archive_sha256"),
                       text_of(object, "tocsin"), text_of(object, "rules_sha256")};
    if (origin.from.empty() || origin.rules_sha256.empty()) return std::nullopt;
    return origin;
}

std::string origin_text(const RulesOrigin& origin) {
    const Json object{{"from", origin.from},     {"folder", origin.folder},
                      {"etag", origin.etag},     {"archive_sha256", origin.archive_sha256},
                      {"tocsin", origin.tocsin}, {"rules_sha256", origin.rules_sha256}};
    return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::cli
