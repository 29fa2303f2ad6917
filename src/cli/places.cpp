#include "cli/places.hpp"

#include <filesystem>

#include "cli/serve_command.hpp"

namespace tocsin::cli {

std::string installed_config(const std::string& file) {
    std::error_code error;
    return std::filesystem::exists(file, error) ? file : std::string();
}

std::string daemon_data_folder(const std::string& file) {
    if (installed_config(file).empty()) return default_data_folder;
    config::ParseOptions options;
    options.known = known_config_names();
    const Result<config::Parsed> parsed = config::load(file, options);
    return parsed && parsed->settings ? parsed->settings->daemon.data : config::DaemonSettings().data;
}

}  // namespace tocsin::cli
