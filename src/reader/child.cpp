#include "reader/child.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <new>

#include "base/clock.hpp"
#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/service.hpp"
#include "sandbox/sandbox.hpp"

namespace tocsin::reader {

namespace {

constexpr int channel = sandbox::channel_descriptor;
/// Exit codes for what only a bug of ours, or the end of the daemon, can cause.
constexpr int exit_protocol = 2;

/// Memory that cannot be had ends the child with a code of its own: unwinding would need memory too.
void leave_over_limit() {
    ::_exit(sandbox::exit_over_limit);
}

Result<sandbox::Enforced> confine(const std::string& scratch_folder) {
    // From now on whatever a library prints goes nowhere: a sender must not be able to write into the log.
    UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    // A tmpfs of its own, with a quota of its own, that vanishes with the child. Otherwise: the folder as it is.
    static_cast<void>(sandbox::mount_private_scratch(scratch_folder, limits::reader_scratch_bytes));
    sandbox::ChildLimits child_limits;
    child_limits.scratch_folder = scratch_folder;
    child_limits.memory_bytes = limits::reader_memory_bytes;
    child_limits.file_bytes = limits::reader_scratch_bytes;
    child_limits.cpu_seconds = limits::reader_cpu_s;
    child_limits.keep_descriptors = {0, 1, 2, channel};
    if (nowhere.valid()) child_limits.keep_descriptors.push_back(nowhere.get());
    sandbox::Enforced enforced = TRY(sandbox::confine_child(child_limits));
#ifndef TOCSIN_UNCONFINED
    if (nowhere.valid() && ::dup2(nowhere.get(), 2) != 2) return std::unexpected(errno_error("dup2", EBADF));
#endif
    return enforced;
}

/// The one question about parts that a request may ask. Any answer that is not one means that nothing is remembered.
std::optional<CacheReply> ask_cache(const CacheQuestion& question) {
    if (!sandbox::send_datagram(channel, encode(question), {})) return std::nullopt;
    Result<sandbox::Datagram> datagram = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
    // The daemon is gone, or talks about something else: nobody will read a reply.
    if (!datagram) ::_exit(exit_protocol);
    std::optional<CacheAnswer> answer = decode_cache_answer(datagram->data);
    if (datagram->cut || !answer) ::_exit(exit_protocol);
    CacheReply reply{std::move(*answer), {}};
    if (!datagram->descriptors.empty()) reply.output = std::move(datagram->descriptors[0]);
    return reply;
}

std::optional<HistoryAnswer> ask_history(const HistoryQuestion& question) {
    if (!sandbox::send_datagram(channel, encode(question), {})) return std::nullopt;
    Result<sandbox::Datagram> datagram = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
    if (!datagram) ::_exit(exit_protocol);
    std::optional<HistoryAnswer> answer = decode_history_answer(datagram->data);
    if (datagram->cut || !answer) ::_exit(exit_protocol);
    return answer;
}

std::optional<DnsAnswers> ask_dns(const DnsRound& round) {
    if (!sandbox::send_datagram(channel, encode(round), {})) return std::nullopt;
    Result<sandbox::Datagram> datagram = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
    if (!datagram) ::_exit(exit_protocol);
    std::optional<DnsAnswers> answers = decode_dns_answers(datagram->data);
    if (datagram->cut || !answers) ::_exit(exit_protocol);
    return answers;
}

/// False: the daemon sent what it never sends.
bool serve_one(const ServiceContext& context, const sandbox::Datagram& datagram) {
    std::optional<Request> request = decode_request(datagram.data);
    if (datagram.cut || !request || datagram.descriptors.empty()) return false;
    Result<sandbox::SealedMapping> input =
        sandbox::SealedMapping::open(datagram.descriptors[0].get(), limits::message_bytes);
    if (!input) return false;
    int output = datagram.descriptors.size() > 1 ? datagram.descriptors[1].get() : -1;
    Reply reply = serve(context, *request, input->bytes(), output);
    return sandbox::send_datagram(channel, encode(reply), {}).has_value();
}

}  // namespace

int run_child(const ChildSetup& setup) {
    std::set_new_handler(leave_over_limit);
    Result<sandbox::Enforced> enforced = confine(setup.scratch_folder);
    if (!enforced) {
        std::fprintf(stderr, "tocsin-reader: cannot confine a child: %s\n", enforced.error().message.c_str());
        return sandbox::exit_unconfined;
    }
    if (!sandbox::send_datagram(channel, encode(Ready{enforced->describe()}), {})) return exit_protocol;

    const Clock clock;
    PartMemory part_memory;
    mail::MailTools mail_tools;
    const ServiceContext context{setup.engines, setup.judge, setup.hash_key, clock,     ask_cache,
                                 ask_history,   ask_dns,     part_memory,    mail_tools};
    while (true) {
        Result<sandbox::Datagram> datagram = sandbox::receive_datagram(channel, limits::request_bytes, 2);
        if (!datagram) return datagram.error().code == ErrorCode::closed ? 0 : exit_protocol;
        sandbox::rearm_cpu_limit(limits::reader_cpu_s);
        if (!serve_one(context, *datagram)) return exit_protocol;
        // Nothing of one message may be there when the next one comes. A folder that cannot be emptied ends the
        // child.
        bool seen_empty = enforced->scratch_is_tmpfs && sandbox::tmpfs_folder_is_empty(".");
        if (!seen_empty && !sandbox::empty_folder(".")) return exit_protocol;
    }
}

}  // namespace tocsin::reader
