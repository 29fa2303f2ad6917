#include "app/response_files.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <vector>

#include "app/webhook_check.hpp"
#include "base/contains.hpp"
#include "config/config.hpp"

namespace tocsin::app {

namespace {

using respond::ChannelKind;
using respond::Flaw;
using respond::Person;

bool is_mailed(const Person& person) {
    return contains(person.channels, ChannelKind::mail, &respond::Channel::kind);
}

/// Notices by mail need a sender and a mail server. Told once, at the first person who would wait for one in vain.
std::vector<Flaw> mail_flaws(const config::Settings& settings, const respond::Setup& setup) {
    std::vector<Flaw> flaws;
    const std::vector<Person>& people = setup.directory.people;
    const auto first = std::ranges::find_if(people, is_mailed);
    if (first == people.end()) return flaws;
    const auto add = [&](const char* message, const char* what_to_do) {
        flaws.push_back({{}, first->id, std::string(to_string(ChannelKind::mail)), message, what_to_do});
    };
    if (!settings.respond.notices_from)
        add("would get mail, and respond.notices_from is not set: nobody to write as",
            "write notices_from = \"security@your-domain\" in [respond], or take `mail` out of the list of "
            "people");
    else if (!notice_hop(settings))
        add("would get mail, and no mail server is named that takes it",
            "write notices_through = \"IP:PORT\" in [respond]");
    return flaws;
}

}  // namespace

std::optional<config::Address> notice_hop(const config::Settings& settings) {
    return settings.respond.notices_through ? settings.respond.notices_through
                                            : config::question_hop(settings);
}

config::RespondSetup load_response(const config::Settings& settings, const std::string& playbooks_folder) {
    std::vector<std::filesystem::path> folders{playbooks_folder};
    for (const std::string& folder : settings.respond.playbooks) folders.emplace_back(folder);
    const auto more = [&](const respond::Setup& setup) {
        std::vector<Flaw> flaws = webhook_flaws(settings, setup);
        std::ranges::move(mail_flaws(settings, setup), std::back_inserter(flaws));
        return flaws;
    };
    return config::load_respond_setup(folders, *settings.respond.people, more);
}

}  // namespace tocsin::app
