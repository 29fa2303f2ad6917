// Rows of the files of the response, each with the places of what is in it. Inside of respond_files.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "config/node.hpp"
#include "config/problem.hpp"
#include "respond/setup.hpp"

namespace tocsin::config {

/// Where a key of something with a name stands: of a step, a person, a notice. With an empty key: where it begins.
using NamedPlaces = std::map<std::pair<std::string, std::string>, Place>;

[[nodiscard]] respond::Playbook read_playbook_rows(const Table& document, NamedPlaces& places,
                                                   Problems& problems);
[[nodiscard]] std::vector<respond::NoticeTemplate> read_notice_rows(const Table& document,
                                                                    NamedPlaces& places, Problems& problems);
/// People, groups, rotas, escalation and deadlines into `setup`.
void read_people_rows(const Table& document, respond::Setup& setup, NamedPlaces& places, Problems& problems);

}  // namespace tocsin::config
