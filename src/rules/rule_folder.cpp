#include "rules/rule_folder.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/rule_file_name.hpp"

namespace tocsin::rules {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot_read(const fs::path& folder, const std::error_code& error) {
    return fail(error == std::errc::no_such_file_or_directory ? ErrorCode::not_found : ErrorCode::io,
                "read the rules in " + folder.string() + ": " + error.message());
}

/// Puts one entry of a folder where it belongs.
void sort_in(const fs::directory_entry& entry, RuleFolder& found) {
    std::error_code error;
    const bool is_link = entry.is_symlink(error);
    const fs::file_status status = entry.status(error);  // of what a link leads to
    const bool is_rule = is_rule_file_name(entry.path().native());
    const auto tell = [&](const char* what) { found.passed_over.add(entry.path().string(), 0, what); };
    if (fs::is_directory(status)) {
        if (is_link)
            tell("this link to a folder is not followed; name the folder itself");
        else if (is_rule)
            tell("this is a folder; it is no rule, but the rules in it are loaded");
    } else if (is_link && !fs::exists(status)) {
        if (is_rule)
            found.broken_links.push_back(entry.path());
        else
            tell("this link leads nowhere");
    } else if (is_rule) {
        if (fs::is_regular_file(status))
            found.files.push_back(entry.path());
        else
            tell("this is no ordinary file, and is not read");
    }
}

}  // namespace

Result<RuleFolder> look_into_rule_folder(const fs::path& folder) {
    RuleFolder found;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    if (error) return cannot_read(folder, error);
    for (const fs::recursive_directory_iterator end; at != end;) {
        sort_in(*at, found);
        if (found.files.size() + found.broken_links.size() > limits::rule_files)
            return fail(ErrorCode::limit, "read the rules in " + folder.string() + ": more than " +
                                              std::to_string(limits::rule_files) + " files");
        at.increment(error);
        if (error) return cannot_read(folder, error);
    }
    std::ranges::sort(found.files);
    std::ranges::sort(found.broken_links);
    return found;
}

}  // namespace tocsin::rules
