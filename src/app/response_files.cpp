#include "app/response_files.hpp"

#include <filesystem>
#include <vector>

#include "app/webhook_check.hpp"

namespace tocsin::app {

config::RespondSetup load_response(const config::Settings& settings, const std::string& playbooks_folder) {
    std::vector<std::filesystem::path> folders{playbooks_folder};
    for (const std::string& folder : settings.respond.playbooks) folders.emplace_back(folder);
    return config::load_respond_setup(
        folders, *settings.respond.people,
        [&](const respond::Setup& setup) { return webhook_flaws(settings, setup); });
}

}  // namespace tocsin::app
