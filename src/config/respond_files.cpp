#include "config/respond_files.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/limits/respond.hpp"
#include "config/document.hpp"
#include "config/respond_rows.hpp"

namespace tocsin::config {

namespace {

using namespace respond;
namespace fs = std::filesystem;

constexpr std::string_view notices_name = "notices.toml";

/// A file while it is read: what is wrong in it, and where everything stands.
struct File {
    std::string name;
    Problems problems;
    NamedPlaces places;
    std::set<std::pair<std::uint32_t, std::uint32_t>>
        told;  ///< lines and columns with a problem of their own
};

/// The place of a key, else of the thing that should have it, else the file.
Place place_of(const File& file, const std::string& subject, const std::string& key) {
    for (const auto& wanted :
         {std::pair(subject, key), std::pair(subject, std::string()), std::pair(std::string(), key)})
        if (const auto found = file.places.find(wanted); found != file.places.end()) return found->second;
    return {};
}

void add_flaw(File& file, const Flaw& flaw) {
    const std::string subject = flaw.subject.empty() ? "" : flaw.subject + ": ";
    file.problems.add(place_of(file, flaw.subject, flaw.key), flaw.key, subject + flaw.message,
                      flaw.what_to_do);
}

class SetupReader {
public:
    RespondSetup read(const std::vector<NamedText>& playbooks, const std::vector<NamedText>& notices,
                      const NamedText& people, const MoreFlaws& more) {
        for (const NamedText& one : notices) {
            File& file = files_.emplace_back(File{one.name, {}, {}, {}});
            if (const std::optional<Table> document = read_document(one.text, file.problems)) {
                for (NoticeTemplate& notice : read_notice_rows(*document, file.places, file.problems)) {
                    notice_files_[notice.name] = files_.size() - 1;
                    std::erase_if(setup_.templates,
                                  [&](const auto& other) { return other.name == notice.name; });
                    setup_.templates.push_back(std::move(notice));
                }
            }
        }
        const std::size_t people_file = files_.size();
        files_.push_back(File{people.name, {}, {}, {}});
        if (const std::optional<Table> document = read_document(people.text, files_.back().problems))
            read_people_rows(*document, setup_, files_.back().places, files_.back().problems);
        for (const NamedText& one : playbooks) {
            File& file = files_.emplace_back(File{one.name, {}, {}, {}});
            const std::optional<Table> document = read_document(one.text, file.problems);
            if (!document) continue;
            Playbook playbook = read_playbook_rows(*document, file.places, file.problems);
            playbook_files_.emplace(playbook.name, files_.size() - 1);
            setup_.playbooks.push_back(std::move(playbook));
        }
        check(people_file, more);
        RespondSetup out{std::move(setup_), {}};
        for (File& file : files_)
            for (const Problem& problem : file.problems.take())
                out.problems.push_back(to_line(file.name, problem));
        return out;
    }

private:
    /// What follows from another problem is not told: steps whose action is unknown are placeholders by now, and what could not
    /// be read is not also missing.
    void check(std::size_t people_file, const MoreFlaws& more) {
        for (File& file : files_)
            for (Problem& problem : file.problems.take()) {
                file.told.emplace(problem.line, problem.column);
                file.problems.add({problem.line, problem.column}, std::move(problem.key),
                                  std::move(problem.message), std::move(problem.what_to_do));
            }
        std::vector<Flaw> flaws = flaws_of(setup_);
        if (more) std::ranges::move(more(setup_), std::back_inserter(flaws));
        for (const Flaw& flaw : flaws) {
            std::size_t at = people_file;
            if (const auto found = playbook_files_.find(flaw.playbook); found != playbook_files_.end())
                at = found->second;
            else if (const auto notice = notice_files_.find(flaw.subject);
                     flaw.key == "notice" && notice != notice_files_.end())
                at = notice->second;
            else if (flaw.key == "notice" && people_file > 0)
                at = people_file - 1;
            const Place place = place_of(files_[at], flaw.subject, flaw.key);
            const bool nameless = flaw.key == "name" && flaw.subject.empty() && !files_[at].told.empty();
            if (!nameless && !files_[at].told.contains({place.line, place.column}))
                add_flaw(files_[at], flaw);
        }
    }

    Setup setup_;
    std::vector<File> files_;
    std::map<std::string, std::size_t> playbook_files_, notice_files_;
};

std::optional<std::string> text_of(const fs::path& path, std::vector<std::string>& problems) {
    std::error_code error;
    std::ifstream in(path, std::ios::binary);
    if (!fs::is_regular_file(path, error) || !in) {
        problems.push_back(fmt::format("{}: cannot be read; name a file that may be read", path.string()));
        return std::nullopt;
    }
    // One byte more than allowed, so that the reader of the document says what is wrong with it.
    std::string text(limits::config_bytes + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

/// Files of the folders by their names, the last one counts.
std::map<std::string, fs::path> files_of(const std::vector<fs::path>& folders,
                                         std::vector<std::string>& problems) {
    std::map<std::string, fs::path> found;
    for (const fs::path& folder : folders) {
        std::error_code error;
        for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
            if (at->path().extension() == ".toml") found[at->path().filename().string()] = at->path();
        if (error)
            problems.push_back(
                fmt::format("{}: {}; name a folder of playbooks", folder.string(), error.message()));
    }
    return found;
}

}  // namespace

RespondSetup read_respond_setup(const std::vector<NamedText>& playbooks,
                                const std::vector<NamedText>& notices, const NamedText& people,
                                const MoreFlaws& more) {
    return SetupReader().read(playbooks, notices, people, more);
}

RespondSetup load_respond_setup(const std::vector<fs::path>& folders, const fs::path& people,
                                const MoreFlaws& more) {
    std::vector<std::string> problems;
    std::vector<NamedText> playbooks, notices;
    for (const auto& [name, path] : files_of(folders, problems)) {
        if (playbooks.size() > limits::respond_playbooks) break;
        if (std::optional<std::string> text = text_of(path, problems))
            (name == notices_name ? notices : playbooks).push_back({path.string(), *std::move(text)});
    }
    std::optional<std::string> text = text_of(people, problems);
    if (!text) return {{}, std::move(problems)};
    RespondSetup setup = read_respond_setup(playbooks, notices, {people.string(), *std::move(text)}, more);
    setup.problems.insert(setup.problems.begin(), problems.begin(), problems.end());
    return setup;
}

Playbook read_playbook(std::string_view text, Problems& problems) {
    const std::optional<Table> document = read_document(text, problems);
    if (!document) return {};
    File file;
    Playbook playbook = read_playbook_rows(*document, file.places, problems);
    for (const Flaw& flaw : flaws_of(playbook))
        problems.add(place_of(file, flaw.subject, flaw.key), flaw.key, flaw.message, flaw.what_to_do);
    return playbook;
}

}  // namespace tocsin::config
