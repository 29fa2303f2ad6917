// Playbooks, notices and people from TOML files into what the response works with, checked as a whole. The keys are explained in
// docs/manual/playbooks.md.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"
#include "respond/setup.hpp"

namespace tocsin::config {

/// A file of these: its name, for messages, and its text.
struct NamedText {
    std::string name;
    std::string text;
};

struct RespondSetup {
    respond::Setup setup;
    /// "FILE:LINE:COL: what is wrong; what to do", in the order of files and lines. Empty: the setup may be used.
    std::vector<std::string> problems;
};

/// What else is wrong with a setup, for who knows more than these files say.
using MoreFlaws = std::function<std::vector<respond::Flaw>(const respond::Setup&)>;

/// A setup of texts. `playbooks`: one playbook in each; `notices`: [[notice]] rows; `people`: people.toml. All that is wrong is
/// told at once, unless a file is no TOML; what `more` finds, too.
[[nodiscard]] RespondSetup read_respond_setup(const std::vector<NamedText>& playbooks,
                                              const std::vector<NamedText>& notices, const NamedText& people,
                                              const MoreFlaws& more = {});

/// The same from disk: every *.toml of the folders is a playbook, but for notices.toml, which holds notices. A file in a later
/// folder takes the place of one with the same name before it. What cannot be read is a problem.
[[nodiscard]] RespondSetup load_respond_setup(const std::vector<std::filesystem::path>& folders,
                                              const std::filesystem::path& people,
                                              const MoreFlaws& more = {});

/// One playbook by itself, without what it needs of others. Problems go to `problems`.
[[nodiscard]] respond::Playbook read_playbook(std::string_view text, Problems& problems);

}  // namespace tocsin::config
