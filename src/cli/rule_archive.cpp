#include "cli/rule_archive.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.hpp"
#include "sandbox/outcome.hpp"

namespace tocsin::cli {

namespace {

/// NAME_MAX of Linux.
constexpr std::size_t piece_bytes = 255;

std::vector<std::string_view> pieces_of(std::string_view path) {
    std::vector<std::string_view> pieces;
    while (!path.empty()) {
        const std::size_t end = std::min(path.find('/'), path.size());
        const std::string_view piece = path.substr(0, end);
        if (!piece.empty() && piece != ".") pieces.push_back(piece);
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return pieces;
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

std::unexpected<Error> leads_away(std::string_view path, std::string_view why) {
    return fail(ErrorCode::invalid_input,
                fmt::format("the archive names a file {}: {}; do not use this archive, and tell who made it",
                            why, path));
}

bool is_hidden(std::string_view path) {
    return std::ranges::any_of(pieces_of(path),
                               [](std::string_view piece) { return piece.starts_with('.'); });
}

/// The folder around everything, with its slash; empty: there is none.
std::string common_top(const RuleTexts& files) {
    if (files.empty()) return {};
    const std::string& first = files.begin()->first;
    const std::size_t end = first.find('/');
    if (end == std::string::npos) return {};
    std::string top = first.substr(0, end + 1);
    const bool everywhere =
        std::ranges::all_of(files, [&](const auto& file) { return file.first.starts_with(top); });
    return everywhere ? top : std::string();
}

/// Those whose path begins with `beginning`, without it.
RuleTexts below(const RuleTexts& files, const std::string& beginning) {
    RuleTexts chosen;
    for (const auto& [path, text] : files)
        if (path.starts_with(beginning)) chosen.emplace(path.substr(beginning.size()), text);
    return chosen;
}

/// No path may be a file and a folder of another one.
Result<void> check_folders(const RuleTexts& files) {
    for (const auto& [path, text] : files)
        for (std::size_t at = path.find('/'); at != std::string::npos; at = path.find('/', at + 1))
            if (files.contains(path.substr(0, at))) return leads_away(path, "below another file");
    return {};
}

}  // namespace

Result<std::string> safe_rule_path(std::string_view path) {
    if (path.size() > limits::rule_path_bytes)
        return fail(ErrorCode::limit, fmt::format("a path in the archive has {} bytes, more than {}",
                                                  path.size(), limits::rule_path_bytes));
    if (path.starts_with('/')) return leads_away(path, "by an absolute path");
    if (path.find('\\') != std::string_view::npos) return leads_away(path, "with a backslash in its path");
    if (std::ranges::any_of(path, is_control))
        return leads_away(path, "with a control character in its path");
    const std::vector<std::string_view> pieces = pieces_of(path);
    std::string safe;
    for (const std::string_view piece : pieces) {
        if (piece == "..") return leads_away(path, "outside of itself");
        if (piece.size() > piece_bytes)
            return fail(ErrorCode::limit,
                        fmt::format("a name in the archive is longer than {} bytes: {}", piece_bytes, path));
        safe += (safe.empty() ? "" : "/") + std::string(piece);
    }
    if (safe.empty()) return leads_away(path, "without a name");
    if (pieces.size() > limits::rule_path_depth)
        return fail(ErrorCode::limit, fmt::format("a path in the archive is deeper than {} folders: {}",
                                                  limits::rule_path_depth, path));
    return safe;
}

Result<RuleTexts> choose_rules(std::vector<reader::ArchivedFile> files, const std::string& folder) {
    RuleTexts all;
    for (reader::ArchivedFile& file : files) {
        const std::string path = TRY(safe_rule_path(file.path));
        if (is_hidden(path)) continue;
        if (!all.emplace(path, std::move(file.content)).second)
            return fail(ErrorCode::invalid_input,
                        "the archive holds " + path + " twice, and nobody can know which one is meant");
    }
    TRY(check_folders(all));
    const std::string top = common_top(all);
    if (folder.empty()) {
        if (all.empty()) return fail(ErrorCode::not_found, "the archive holds no .yml or .yaml file");
        return below(all, top);
    }
    const Result<std::string> inside = safe_rule_path(folder);
    if (!inside)
        return fail(ErrorCode::invalid_input,
                    "--folder " + folder + ": name a folder inside the archive, such as detection-rules");
    const std::string wanted = *inside + "/";
    RuleTexts chosen = below(all, top + wanted);
    if (chosen.empty()) chosen = below(all, wanted);
    if (chosen.empty())
        return fail(ErrorCode::not_found,
                    "the archive holds no .yml or .yaml file in the folder " + folder + "; look at --folder");
    return chosen;
}

Result<RuleTexts> read_rule_archive(ByteView archive, const std::string& folder, const ReaderOptions& options,
                                    Log& log) {
    ReaderOptions bare;  // nothing is scanned or judged
    bare.reader_program = options.reader_program;
    bare.without = {"clamav", "yara", "documents", "pictures"};
    bare.no_system_database = true;
    bare.own_rules = OwnRules::left_out;
    bare.readers = 1;
    pool::ScanOutcome outcome;
    TRY(with_readers(bare, log,
                     [&](net::Fiber& fiber, net::Loop&, pool::ReaderPool& readers) -> Result<void> {
                         pool::ScanRequest request;
                         request.kind = reader::RequestKind::unpack_rules;
                         request.bytes = archive;
                         outcome = readers.scan(fiber, request);
                         return {};
                     }));
    if (outcome.outcome != sandbox::Outcome::verdict)
        return fail(
            ErrorCode::unavailable,
            fmt::format("the archive was too much for the confined reader that opened it ({}: {}); do not "
                        "use this archive, and tell who made it",
                        sandbox::to_string(outcome.outcome), outcome.detail));
    if (!outcome.detail.empty()) return fail(ErrorCode::invalid_input, outcome.detail);
    auto files = reader::decode_archived_files(outcome.output);
    if (!files)
        return fail(ErrorCode::corrupt,
                    "the confined reader that opened the archive gave an answer that is none");
    return choose_rules(std::move(*files), folder);
}

}  // namespace tocsin::cli
