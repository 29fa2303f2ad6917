#include "cli/rules_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <span>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/rule_file_name.hpp"
#include "base/unique_fd.hpp"
#include "cli/rules_origin.hpp"

namespace tocsin::cli {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failed(const char* what, const fs::path& path, const std::error_code& why) {
    return fail(ErrorCode::io, fmt::format("{} {}: {}", what, path.string(), why.message()));
}

Result<std::string> text_of(const fs::path& path) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(path, error);
    if (error) return failed("read", path, error);
    if (size > limits::rule_file_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("{} is larger than {} bytes", path.string(), limits::rule_file_bytes));
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (file.bad() || !file.is_open()) return fail(ErrorCode::io, "read " + path.string());
    return text;
}

Result<void> write_file(const fs::path& path, const std::string& text) {
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) return failed("make", path.parent_path(), error);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file) return std::unexpected(errno_error("write " + path.string(), errno));
    return {};
}

fs::path beside(const fs::path& folder, const char* ending) {
    return folder.string() + ending;
}

/// Held while folders change places: two updates at once wait for each other.
Result<UniqueFd> lock_parent_of(const fs::path& folder) {
    const fs::path parent = folder.parent_path();
    UniqueFd fd(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return std::unexpected(errno_error("open " + parent.string(), errno));
    while (::flock(fd.get(), LOCK_EX) != 0)
        if (errno != EINTR) return std::unexpected(errno_error("lock " + parent.string(), errno));
    return fd;
}

Result<void> remove_rules(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(fs::symlink_status(folder, error))) return {};
    TRY(check_only_rules(folder));
    fs::remove_all(folder, error);
    if (error) return failed("remove", folder, error);
    return {};
}

/// Two folders change places; where the file system has no such step, the second is away for a moment.
Result<void> exchange(const fs::path& one, const fs::path& other) {
    if (::renameat2(AT_FDCWD, one.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE) == 0) return {};
    if (errno != EINVAL && errno != ENOSYS)
        return std::unexpected(errno_error("put " + one.string() + " in its place", errno));
    const fs::path aside = beside(other, ".aside");
    std::error_code error;
    fs::rename(other, aside, error);
    if (error) return failed("put aside", other, error);
    fs::rename(one, other, error);
    if (error) {
        std::error_code back;
        fs::rename(aside, other, back);
        return failed("put in its place", one, error);
    }
    fs::rename(aside, one, error);
    if (error) return failed("keep", aside, error);
    return {};
}

/// After a loss of power there must be no empty files under right names.
Result<void> flush(const fs::path& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid() || ::syncfs(fd.get()) != 0)
        return std::unexpected(errno_error("write " + folder.string() + " to disk", errno));
    return {};
}

}  // namespace

Result<RuleTexts> read_rules_below(const fs::path& folder) {
    RuleTexts out;
    std::error_code error;
    fs::recursive_directory_iterator at(folder, error);
    if (error == std::errc::no_such_file_or_directory) return out;
    for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
        // As in an archive: what a checkout keeps for itself (.git, .github) is no rule.
        if (at->path().filename().native().starts_with('.')) {
            at.disable_recursion_pending();
            continue;
        }
        if (!at->is_regular_file(error) || !is_rule_file_name(at->path().native())) continue;
        if (out.size() == limits::rule_files)
            return fail(ErrorCode::limit,
                        fmt::format("{} holds more than {} rule files", folder.string(), limits::rule_files));
        out.emplace(at->path().lexically_relative(folder).string(), TRY(text_of(at->path())));
    }
    if (error) return failed("read", folder, error);
    return out;
}

std::string digest_of(const RuleTexts& rules) {
    ByteWriter all;
    for (const auto& [path, text] : rules) {
        const Hash256 digest = sha256(as_bytes(text));
        all.string(path);
        for (const std::uint8_t byte : digest) all.u8(byte);
    }
    const Hash256 whole = sha256(as_bytes(all.data()));
    return to_hex(std::as_bytes(std::span(whole)));
}

RulesChange change_between(const RuleTexts& before, const RuleTexts& after) {
    RulesChange change;
    for (const auto& [path, text] : after) {
        const auto known = before.find(path);
        if (known == before.end())
            change.added.push_back(path);
        else if (known->second != text)
            change.changed.push_back(path);
    }
    for (const auto& [path, text] : before)
        if (!after.contains(path)) change.gone.push_back(path);
    return change;
}

Result<void> write_rules(const RuleTexts& rules, const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return failed("make", folder, error);
    for (const auto& [path, text] : rules) TRY(write_file(folder / path, text));
    return {};
}

fs::path previous_of(const fs::path& folder) {
    return beside(folder, ".previous");
}

Result<void> check_only_rules(const fs::path& folder) {
    std::error_code error;
    const fs::file_status status = fs::symlink_status(folder, error);
    if (!fs::exists(status)) return {};
    if (!fs::is_directory(status))
        return fail(ErrorCode::conflict, folder.string() + " is no folder; name another one");
    fs::recursive_directory_iterator at(folder, error);
    for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
        const fs::file_status found = at->symlink_status(error);
        if (fs::is_directory(found) || at->path().filename() == rules_origin_file) continue;
        if (!fs::is_regular_file(found) || !is_rule_file_name(at->path().native()))
            return fail(
                ErrorCode::conflict,
                fmt::format("{} holds more than rules ({}), and would be replaced as a whole; name a folder "
                            "of its own",
                            folder.string(), at->path().lexically_relative(folder).string()));
    }
    if (error) return failed("read", folder, error);
    return {};
}

Result<void> replace_rules(const RuleTexts& rules, const std::string& origin, const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder.parent_path(), error);
    if (error) return failed("make", folder.parent_path(), error);
    const UniqueFd lock = TRY(lock_parent_of(folder));
    TRY(check_only_rules(folder));
    const fs::path fresh = beside(folder, ".new"), previous = previous_of(folder);
    TRY(check_only_rules(previous));
    TRY(remove_rules(fresh));
    TRY(write_rules(rules, fresh));
    if (!origin.empty()) TRY(write_file(fresh / rules_origin_file, origin));
    TRY(flush(fresh));
    const fs::file_status old = fs::status(folder, error);
    if (!fs::exists(old)) {
        fs::rename(fresh, folder, error);
        if (error) return failed("put in its place", fresh, error);
        return {};
    }
    fs::permissions(fresh, old.permissions(), error);
    TRY(exchange(fresh, folder));
    TRY(remove_rules(previous));
    fs::rename(fresh, previous, error);
    if (error) return failed("keep the version before as", previous, error);
    return {};
}

Result<void> replace_origin(const std::string& origin, const fs::path& folder) {
    const fs::path fresh = beside(folder, ".origin");
    TRY(write_file(fresh, origin));
    std::error_code error;
    fs::rename(fresh, folder / rules_origin_file, error);
    if (error) return failed("put in its place", fresh, error);
    return {};
}

Result<void> swap_with_previous(const fs::path& folder) {
    const UniqueFd lock = TRY(lock_parent_of(folder));
    std::error_code error;
    for (const fs::path& needed : {folder, previous_of(folder)})
        if (!fs::is_directory(needed, error))
            return fail(ErrorCode::not_found,
                        fmt::format("there is no folder {}: nothing can be undone", needed.string()));
    return exchange(previous_of(folder), folder);
}

}  // namespace tocsin::cli
