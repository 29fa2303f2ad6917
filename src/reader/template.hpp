// The template: holds the loaded engines and forks children on demand. It never sees a message.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "reader/control.hpp"
#include "rules/judge.hpp"
#include "sandbox/sandbox.hpp"
#include "scan/engines.hpp"

namespace tocsin::reader {

class Template {
public:
    /// `judge`: nullptr where no rules are asked. `control`: the channel to the daemon.
    /// SIGCHLD must be blocked. `scratch`: a folder for the children's folders.
    Template(const scan::Engines& engines, rules::Judge* judge, std::string scratch, int control, Log& log);

    /// Forks one child, waits until it is confined, and ends it: the self-test at start. Returns what is enforced.
    Result<std::string> try_out();
    /// Serves the daemon's commands until its end of the channel closes. Children end with the template.
    Result<void> run();

private:
    struct Child {
        std::uint64_t id = 0;
        std::string folder;
    };

    Result<void> fork_on_command(sandbox::Datagram datagram);
    Result<pid_t> fork_child(std::uint64_t child_id, const HashKey& hash_key, UniqueFd channel);
    Result<void> announce(std::uint64_t child_id, pid_t pid);
    Result<void> report_exits();
    Result<void> wait_for_trial(const sandbox::ChannelPair& channel, std::string& enforced) const;
    void remove_folder(const std::string& folder);

    const scan::Engines& engines_;
    rules::Judge* judge_;
    std::string scratch_;
    int control_;
    Log& log_;
    std::map<pid_t, Child> children_;
};

}  // namespace tocsin::reader
