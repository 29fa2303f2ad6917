#include "app/domain_lists.hpp"

#include <filesystem>
#include <fstream>

#include "base/ascii.hpp"

namespace tocsin::app {

Result<std::shared_ptr<const Domains>> read_domain_lists(const std::string& folder,
                                                         std::initializer_list<const char*> names) {
    auto domains = std::make_shared<Domains>();
    for (const char* name : names) {
        const std::filesystem::path path = std::filesystem::path(folder) / (std::string(name) + ".txt");
        std::error_code absent;
        if (!std::filesystem::exists(path, absent)) continue;
        std::ifstream file(path);
        std::string line;
        while (std::getline(file, line)) {
            const std::string_view domain = trim(std::string_view(line).substr(0, line.find('#')));
            if (!domain.empty()) domains->emplace(domain);
        }
        if (file.bad() || !file.eof()) return fail(ErrorCode::io, path.string() + ": cannot be read");
    }
    return domains;
}

}  // namespace tocsin::app
