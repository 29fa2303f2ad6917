// A reader's template that misbehaves on demand, for the tests of the pool: the real one cannot be made to. It speaks the
// real control words and forks real children, but nothing is confined and no mail is read: what a child does is the
// request's file name.
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "reader/codec_dns.hpp"
#include "reader/codec_history.hpp"
#include "reader/control.hpp"
#include "sandbox/sandbox.hpp"

using namespace tocsin;
using namespace tocsin::reader;

#ifdef TOCSIN_UNCONFINED
/// This program dies on purpose: a sanitizer that writes a report about it takes longer than the pool's deadline.
extern "C" const char* __asan_default_options() {
    return "handle_segv=0:symbolize=0";
}
#endif

namespace {

constexpr int control = sandbox::channel_descriptor;

void send(int channel, std::string_view words, const std::vector<int>& descriptors = {}) {
    static_cast<void>(sandbox::send_datagram(channel, words, descriptors));
}

Reply clean_reply(std::uint64_t id) {
    Reply reply;
    reply.id = id;
    reply.report.verdict = scan::Verdict::clean;
    reply.report.readings = 1;
    reply.report.engine_version = "probe";
    return reply;
}

/// Asks about one hash and hands the bytes of the request back as an exported part when the daemon wants them. A liar says that
/// they have another hash.
void play_cache(int channel, const Request& request, int bytes_fd, const HashKey& key, bool lie) {
    auto mapping = sandbox::SealedMapping::open(bytes_fd, limits::message_bytes);
    if (!mapping) ::_exit(9);
    Hash256 hash = keyed_hash(key, mapping->bytes());
    Hash256 claimed = hash;
    if (lie) claimed[0] ^= 1U;
    Reply reply = clean_reply(request.id);
    if (request.use_cache) {
        send(channel, encode(CacheQuestion{request.id, {claimed}}));
        auto answered = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
        if (!answered) ::_exit(9);
        auto answer = decode_cache_answer(answered->data);
        if (!answer || answer->entries.size() != 1) ::_exit(9);
        if (answer->entries[0].known) reply.error = "known";
        if (answer->entries[0].wants_bytes && !answered->descriptors.empty()) {
            ByteView bytes = mapping->bytes();
            if (::write(answered->descriptors[0].get(), bytes.data(), bytes.size()) < 0) ::_exit(9);
            OutputRange range;
            range.hash = claimed;
            range.length = bytes.size();
            reply.output.push_back(range);
        }
    }
    send(channel, encode(reply));
}

/// Asks about one sender; the reply's error is what is said of it.
void play_history(int channel, const Request& request, bool twice) {
    Reply reply = clean_reply(request.id);
    HistoryQuestion question;
    question.id = request.id;
    question.header_from = "anna@example.org";
    question.profiles = {{HistorySubject::sender, "example.org", "example.org"}};
    for (int time = 0; time < (twice ? 2 : 1) && request.use_history; ++time) {
        send(channel, encode(question));
        auto answered = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
        if (!answered) ::_exit(9);
        auto answer = decode_history_answer(answered->data);
        if (!answer || answer->id != request.id || answer->profiles.size() != 1) ::_exit(9);
        reply.error = answer->profiles[0].prevalence;
    }
    send(channel, encode(reply));
}

/// Asks DNS `rounds` times for `questions` names; the reply's error is how many answers came.
void play_dns(int channel, const Request& request, std::size_t rounds, std::size_t questions) {
    Reply reply = clean_reply(request.id);
    std::size_t told = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        send(channel, encode(DnsRound{request.id, {questions, DnsQuestion{DnsType::a, "a.example"}}}));
        auto answered = sandbox::receive_datagram(channel, limits::reply_bytes, 1);
        if (!answered) ::_exit(9);
        const auto answers = decode_dns_answers(answered->data);
        if (!answers || answers->id != request.id) ::_exit(9);
        for (const DnsAnswer& answer : answers->answers) told += answer.status == DnsStatus::found ? 1 : 0;
    }
    reply.error = std::to_string(told) + " " + request.client_ip + " " + request.mail_from;
    send(channel, encode(reply));
}

void misbehave(int channel, const Request& request, int bytes_fd, const HashKey& key) {
    std::string_view what = request.file_name;
    if (what == "loop")
        while (true) ::pause();
    if (what == "crash") ::raise(SIGSEGV);
    if (what == "violate") ::raise(SIGSYS);
    if (what == "exit_over_limit") ::_exit(sandbox::exit_over_limit);
    if (what == "silent_exit") ::_exit(0);
    if (what == "oversize") return send(channel, std::string(limits::reply_bytes + 1, 'x'));
    if (what == "garbage") return send(channel, "\x03not a reply");
    if (what == "wrong_id") return send(channel, encode(clean_reply(request.id + 1)));
    if (what == "question_twice") {
        send(channel, encode(CacheQuestion{request.id, {}}));
        send(channel, encode(CacheQuestion{request.id, {}}));
        return;
    }
    if (what == "history" || what == "history_twice")
        return play_history(channel, request, what == "history_twice");
    if (what == "dns") return play_dns(channel, request, limits::dns_rounds, 1);
    if (what == "dns_rounds") return play_dns(channel, request, limits::dns_rounds + 1, 1);
    if (what == "dns_questions")
        return play_dns(channel, request, limits::dns_rounds, limits::dns_questions / limits::dns_rounds + 1);
    if (what == "history_uninvited") return send(channel, encode(HistoryQuestion{.id = request.id}));
    if (what == "last_words") {
        send(channel, encode(clean_reply(request.id)));
        ::_exit(0);
    }
    if (what == "stop_template") ::kill(::getppid(), SIGSTOP);
    if (what == "kill_template") ::kill(::getppid(), SIGKILL);
    if (what == "lying_cache") return play_cache(channel, request, bytes_fd, key, true);
    if (what == "cache" || request.kind == RequestKind::scan_part)
        return play_cache(channel, request, bytes_fd, key, false);
    send(channel, encode(clean_reply(request.id)));
}

[[noreturn]] void run_child(int channel, const HashKey& key) {
    ::close(control);  // as a confined child does: the daemon sees by it when the template has gone
    send(channel, encode(Ready{"nothing: this is a test program"}));
    while (true) {
        auto datagram = sandbox::receive_datagram(channel, limits::reply_bytes, 2);
        if (!datagram) ::_exit(0);
        auto request = decode_request(datagram->data);
        if (!request || datagram->descriptors.empty()) ::_exit(9);
        misbehave(channel, *request, datagram->descriptors[0].get(), key);
    }
}

class Template {
public:
    int run() {
        constexpr int poll_ms = 5;
        send(control,
             encode(TemplateWord(TemplateReady{"probe", "probe", "nothing: this is a test program"})));
        while (true) {
            pollfd waiting{control, POLLIN, 0};
            if (::poll(&waiting, 1, poll_ms) > 0 && !take_command()) return 0;
            report_exits();
        }
    }

private:
    bool take_command() {
        auto datagram = sandbox::receive_datagram(control, limits::control_bytes, 1);
        if (!datagram) return false;
        auto command = decode_fork_command(datagram->data);
        if (!command || datagram->descriptors.size() != 1) return false;
        pid_t pid = ::fork();
        if (pid == 0) run_child(datagram->descriptors[0].get(), command->hash_key);
        UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
        children_[pid] = command->child_id;
        send(control, encode(TemplateWord(ChildForked{command->child_id, pid})), {pidfd.get()});
        return true;
    }

    void report_exits() {
        int status = 0;
        for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
            bool signalled = WIFSIGNALED(status);
            int value = signalled ? WTERMSIG(status) : WEXITSTATUS(status);
            send(control, encode(TemplateWord(ChildExited{children_[pid], signalled, value})));
            children_.erase(pid);
        }
    }

    std::map<pid_t, std::uint64_t> children_;
};

}  // namespace

int main() {
    return Template().run();
}
