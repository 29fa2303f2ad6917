#include "pool/reader_template.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/limits.hpp"
#include "reader/codec.hpp"

namespace tocsin::pool {

void ReaderChild::kill() {
    // SIGKILL to a pidfd can never hit another process that got the same number later.
    if (pidfd.valid()) ::syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
}

ReaderTemplate::ReaderTemplate(net::Loop& loop, TemplateConfig config, Log& log)
    : loop_(loop), config_(std::move(config)), log_(log), tasks_(loop, 1) {}

ReaderTemplate::~ReaderTemplate() = default;

Result<std::unique_ptr<ReaderTemplate>> ReaderTemplate::start(net::Fiber& fiber, net::Loop& loop,
                                                              TemplateConfig config, Log& log) {
    // tidy: the constructor is private
    std::unique_ptr<ReaderTemplate> made(new ReaderTemplate(loop, std::move(config), log));
    TRY(made->spawn());
    Result<void> ready = made->await_ready(fiber);
    if (!ready) {
        made->stop(fiber);
        return std::unexpected(ready.error());
    }
    made->alive_ = true;
    ReaderTemplate* self = made.get();
    TRY(made->tasks_.spawn([self](net::Fiber& listener) { self->listen(listener); }));
    return made;
}

Result<void> ReaderTemplate::spawn() {
    UniqueFd program(::open(config_.program.c_str(), O_RDONLY | O_CLOEXEC));
    if (!program.valid())
        return std::unexpected(errno_error("open reader program " + config_.program, errno));
    sandbox::ChannelPair channel = TRY(sandbox::make_channel());
    std::vector<std::string> arguments{"tocsin-reader", "--scratch", config_.scratch_folder};
    arguments.insert(arguments.end(), config_.arguments.begin(), config_.arguments.end());
    process_ = TRY(sandbox::spawn_program(program.get(), arguments, channel.second.get(), STDERR_FILENO));
    control_ = std::move(channel.first);
    watched_ = TRY(net::Watched::create(loop_, control_.get()));
    return {};
}

Result<void> ReaderTemplate::await_ready(net::Fiber& fiber) {
    Deadline deadline = net::deadline_in_ms(config_.start_deadline_ms);
    while (true) {
        TRY(watched_->wait_readable(fiber, deadline));
        Result<sandbox::Datagram> datagram =
            sandbox::receive_datagram(control_.get(), limits::control_bytes, 1);
        if (!datagram && datagram.error().code == ErrorCode::timed_out) continue;
        if (!datagram)
            return fail(ErrorCode::unavailable,
                        "the reader's template ended before its engines were loaded; its messages "
                        "above say why");
        std::optional<reader::TemplateWord> word = reader::decode_template_word(datagram->data);
        if (!word)
            return fail(ErrorCode::unavailable,
                        "the reader's template speaks another protocol: is it of this version?");
        if (auto* failed = std::get_if<reader::TemplateFailed>(&*word))
            return fail(ErrorCode::unavailable, failed->error);
        auto* ready = std::get_if<reader::TemplateReady>(&*word);
        if (ready == nullptr)
            return fail(ErrorCode::unavailable, "the reader's template did not say that it is ready");
        ready_ = *ready;
        return {};
    }
}

void ReaderTemplate::listen(net::Fiber& fiber) {
    while (true) {
        if (!watched_->wait_readable(fiber, net::no_deadline, net::OnStop::give_up)) break;
        Result<sandbox::Datagram> datagram =
            sandbox::receive_datagram(control_.get(), limits::control_bytes, 1);
        if (!datagram && datagram.error().code == ErrorCode::timed_out) continue;
        if (!datagram || datagram->cut) break;
        std::optional<reader::TemplateWord> word = reader::decode_template_word(datagram->data);
        if (!word) break;
        take_word(*word, std::move(datagram->descriptors));
    }
    alive_ = false;
    lose_all_children();
}

void ReaderTemplate::take_word(const reader::TemplateWord& word, std::vector<UniqueFd> descriptors) {
    auto child_of = [&](std::uint64_t id) -> std::shared_ptr<ReaderChild> {
        auto found = children_.find(id);
        return found == children_.end() ? nullptr : found->second;
    };
    if (auto* forked = std::get_if<reader::ChildForked>(&word)) {
        if (auto child = child_of(forked->child_id); child && !descriptors.empty()) {
            child->pidfd = std::move(descriptors.front());
            child->forked = true;
            child->changed.notify_all();
        }
    } else if (auto* failed = std::get_if<reader::ForkFailed>(&word)) {
        if (auto child = child_of(failed->child_id)) {
            child->fork_error = failed->error;
            child->exit = sandbox::ExitReason{};
            child->changed.notify_all();
            children_.erase(failed->child_id);
        }
    } else if (auto* exited = std::get_if<reader::ChildExited>(&word)) {
        if (auto child = child_of(exited->child_id)) {
            child->exit = sandbox::ExitReason{exited->signalled, exited->value};
            child->changed.notify_all();
            children_.erase(exited->child_id);
        }
    }
}

void ReaderTemplate::lose_all_children() {
    for (auto& [id, child] : children_) {
        child->kill();
        child->exit = sandbox::ExitReason{true, SIGKILL};
        child->changed.notify_all();
    }
    children_.clear();
}

Result<std::shared_ptr<ReaderChild>> ReaderTemplate::fork_child(net::Fiber& fiber, Deadline deadline) {
    if (!alive_) return fail(ErrorCode::unavailable, "the reader's template is gone");
    sandbox::ChannelPair channel = TRY(sandbox::make_channel());
    auto child = std::make_shared<ReaderChild>();
    child->id = next_child_id_++;
    child->channel = std::move(channel.first);
    child->watched = TRY(net::Watched::create(loop_, child->channel.get()));
    children_[child->id] = child;
    reader::ForkCommand command;
    command.child_id = child->id;
    command.hash_key = config_.hash_key;
    const Result<void> sent =
        sandbox::send_datagram(control_.get(), reader::encode(command), {channel.second.get()});
    if (!sent) {
        alive_ = alive_ && sent.error().code != ErrorCode::closed;  // listen() is about to see it too
        return std::unexpected(sent.error());
    }
    channel.second.reset();
    const Result<void> forked = child->changed.wait_until(
        fiber, deadline, net::OnStop::keep_waiting, [&] { return child->forked || child->exit.has_value(); });
    if (!forked) {
        // It hangs. With it go its children, and listen() sees that it has gone: the next scan starts another one.
        log_.write(LogLevel::error, "reader.template_hangs", {});
        kill_process();
        return std::unexpected(forked.error());
    }
    if (!child->fork_error.empty()) return fail(ErrorCode::unavailable, child->fork_error);
    Result<void> ready = await_child_ready(fiber, *child, deadline);
    if (!ready) {
        child->kill();
        return std::unexpected(ready.error());
    }
    return child;
}

Result<void> ReaderTemplate::await_child_ready(net::Fiber& fiber, ReaderChild& child, Deadline deadline) {
    while (true) {
        TRY(child.watched->wait_readable(fiber, deadline));
        Result<sandbox::Datagram> datagram =
            sandbox::receive_datagram(child.channel.get(), limits::reply_bytes, 0);
        if (!datagram && datagram.error().code == ErrorCode::timed_out) continue;
        if (!datagram) return fail(ErrorCode::unavailable, "a reader could not confine itself and ended");
        if (reader::tag_of(datagram->data) != reader::MessageTag::ready)
            return fail(ErrorCode::unavailable, "a reader did not say that it is confined");
        return {};
    }
}

void ReaderTemplate::kill_process() {
    if (process_.pidfd.valid()) ::syscall(SYS_pidfd_send_signal, process_.pidfd.get(), SIGKILL, nullptr, 0);
}

void ReaderTemplate::stop(net::Fiber& fiber) {
    kill_process();
    tasks_.stop_and_join(fiber, net::deadline_in_ms(1000));
    lose_all_children();
    if (process_.pidfd.valid()) {
        siginfo_t info{};
        // The process was killed above: this wait is as long as the kernel needs to end it.
        ::waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(process_.pidfd.get()), &info, WEXITED);
        process_.pidfd.reset();
    }
    alive_ = false;
}

}  // namespace tocsin::pool
