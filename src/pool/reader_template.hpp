// One template process: loads the engines once, then forks confined children on demand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "net/fiber.hpp"
#include "net/fiber_event.hpp"
#include "net/loop.hpp"
#include "net/task_group.hpp"
#include "net/watched.hpp"
#include "reader/control.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::pool {

/// A child as the daemon sees it: a channel, a way to kill it, and how it ended.
struct ReaderChild {
    std::uint64_t id = 0;
    UniqueFd channel;
    std::optional<net::Watched> watched;
    UniqueFd pidfd;
    std::uint32_t messages = 0;
    std::optional<Deadline> worn_at;  ///< reads no further message from then on; set when it was given the first
    std::uint64_t generation = 0;  ///< of the template that it was forked from
    std::optional<sandbox::ExitReason> exit;
    std::string fork_error;
    bool forked = false;
    net::FiberEvent changed;  ///< forked, failed or ended

    ReaderChild() = default;
    ReaderChild(const ReaderChild&) = delete;
    ReaderChild& operator=(const ReaderChild&) = delete;
    /// Ends it at once. Safe to call twice.
    void kill();
};

/// What a template needs to be started.
struct TemplateConfig {
    std::string program;                 ///< path of tocsin-reader
    std::vector<std::string> arguments;  ///< without the scratch folder
    std::string scratch_folder;          ///< exists; the template's own
    HashKey hash_key;
    std::uint32_t start_deadline_ms = 0;
};

class ReaderTemplate {
public:
    /// Starts the program and waits until its engines are loaded. Errors: not_found (program), timed_out, unavailable (it said
    /// why, or died).
    static Result<std::unique_ptr<ReaderTemplate>> start(net::Fiber& fiber, net::Loop& loop,
                                                         TemplateConfig config, Log& log);
    ~ReaderTemplate();

    /// A new confined child that has read nothing. Errors: unavailable; timed_out, and then the template is killed.
    Result<std::shared_ptr<ReaderChild>> fork_child(net::Fiber& fiber, Deadline deadline);
    [[nodiscard]] const reader::TemplateReady& ready() const { return ready_; }
    [[nodiscard]] bool alive() const { return alive_; }
    /// Ends the process and waits for the fiber that listens to it.
    void stop(net::Fiber& fiber);

private:
    ReaderTemplate(net::Loop& loop, TemplateConfig config, Log& log);
    Result<void> spawn();
    Result<void> await_ready(net::Fiber& fiber);
    void listen(net::Fiber& fiber);
    void take_word(const reader::TemplateWord& word, std::vector<UniqueFd> descriptors);
    Result<void> await_child_ready(net::Fiber& fiber, ReaderChild& child, Deadline deadline);
    void lose_all_children();
    void kill_process();

    net::Loop& loop_;
    TemplateConfig config_;
    Log& log_;
    sandbox::Spawned process_;
    UniqueFd control_;
    std::optional<net::Watched> watched_;
    reader::TemplateReady ready_;
    std::unordered_map<std::uint64_t, std::shared_ptr<ReaderChild>> children_;
    std::uint64_t next_child_id_ = 1;
    bool alive_ = false;
    net::TaskGroup tasks_;
};

}  // namespace tocsin::pool
