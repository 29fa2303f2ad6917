// Behaves like a reader child (same confinement, same channel), and on the first request does the one thing that
// its first argument names. What ends the process is judged by the parent; what is merely refused is told in
// Reply::error: "refused" or "reached".
//
//     sandbox_probe THING SCRATCH_FOLDER
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "reader/codec.hpp"
#include "sandbox/sandbox.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

constexpr int channel = sandbox::channel_descriptor;
/// Small, so that filling it takes no time.
constexpr std::size_t scratch_bytes = 4U << 20;
constexpr std::size_t file_bytes = 1U << 20;

/// What a thing finds when it is not ended for trying.
enum class Found { refused, reached };

struct Setting {
    std::uint64_t request_id = 0;
    int output = -1;
    int leaked = -1;    ///< a descriptor of /etc/passwd, opened before the confinement and not kept
    pid_t parent = -1;  ///< as it was before the confinement
};

Found refused_if(bool refused) {
    return refused ? Found::refused : Found::reached;
}

Found try_open(const char* path, int flags) {
    int fd = ::open(path, flags, 0600);
    return refused_if(fd < 0 && errno == EACCES);
}

Found open_outside(const Setting&) {
    return try_open("/etc/passwd", O_RDONLY);
}
Found open_own_memory(const Setting&) {
    return try_open("/proc/self/mem", O_RDWR);
}
Found open_above(const Setting&) {
    return try_open("../outside", O_RDONLY);
}
Found write_outside(const Setting&) {
    return try_open("/tmp/tocsin-probe-was-here", O_WRONLY | O_CREAT);
}
Found remove_outside(const Setting&) {
    return refused_if(::unlink("../outside") != 0 && (errno == EACCES || errno == ENOENT));
}
Found truncate_outside(const Setting&) {
    return refused_if(::truncate("../outside", 0) != 0 && (errno == EPERM || errno == EACCES));
}
Found link_outside(const Setting&) {
    return refused_if(::symlink("/etc/passwd", "link") != 0 && errno == EPERM);
}
Found rename_outside(const Setting&) {
    int fd = ::open("inside", O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return Found::reached;
    return refused_if(::rename("inside", "../moved") != 0 && (errno == EACCES || errno == EXDEV));
}
Found read_leaked(const Setting& setting) {
    char byte = 0;
    return refused_if(::read(setting.leaked, &byte, 1) < 0 && errno == EBADF);
}

Found make_socket(const Setting&) {
    return refused_if(::socket(AF_INET, SOCK_STREAM, 0) < 0);
}
Found make_socket_pair(const Setting&) {
    std::array<int, 2> ends{};
    return refused_if(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0);
}
Found fork_once(const Setting&) {
    pid_t pid = ::fork();
    if (pid == 0) ::_exit(0);
    return refused_if(pid < 0);
}
void* do_nothing(void*) {
    return nullptr;
}
Found start_thread(const Setting&) {
    pthread_t thread{};
    return refused_if(::pthread_create(&thread, nullptr, do_nothing, nullptr) != 0);
}
Found run_program(const Setting&) {
    std::array<char*, 1> nothing{nullptr};
    return refused_if(::execve("/bin/true", nothing.data(), nothing.data()) != 0);
}
Found map_executable(const Setting&) {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return refused_if(page == MAP_FAILED);
}
Found make_executable(const Setting&) {
    void* page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return refused_if(::mprotect(page, 4096, PROT_READ | PROT_EXEC) != 0);
}
Found trace_parent(const Setting& setting) {
    return refused_if(::ptrace(PTRACE_ATTACH, setting.parent, nullptr, nullptr) != 0);
}
Found kill_parent(const Setting& setting) {
    return refused_if(::kill(setting.parent, SIGKILL) != 0);
}
Found signal_parent_thread(const Setting& setting) {
    return refused_if(::syscall(SYS_tgkill, setting.parent, setting.parent, SIGKILL) != 0);
}
Found mount_something(const Setting&) {
    return refused_if(::mount("x", ".", "tmpfs", 0, nullptr) != 0);
}
Found new_namespace(const Setting&) {
    return refused_if(::unshare(CLONE_NEWUSER) != 0);
}
Found start_io_uring(const Setting&) {
    io_uring_params parameters{};
    return refused_if(::syscall(SYS_io_uring_setup, 4, &parameters) < 0);
}
Found raise_memory_limit(const Setting&) {
    rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    return refused_if(::setrlimit(RLIMIT_AS, &unlimited) != 0);
}

Found take_2gib(const Setting&) {
    constexpr std::size_t piece = 64U << 20, pieces = (2048U << 20) / piece;
    for (std::size_t index = 0; index < pieces; ++index) {
        auto* memory = static_cast<volatile char*>(::operator new(piece));
        for (std::size_t at = 0; at < piece; at += 4096) memory[at] = 1;
    }
    return Found::reached;
}
Found loop_endlessly(const Setting&) {
    volatile bool forever = true;
    while (forever) {
    }
    return Found::reached;
}
Found sleep_endlessly(const Setting&) {
    while (true) ::sleep(1000);
}
Found fill_one_file(const Setting&) {
    int fd = ::open("large", O_WRONLY | O_CREAT, 0600);
    static const std::array<char, 65536> zeros{};
    for (std::size_t written = 0; written <= 2 * file_bytes; written += zeros.size())
        if (::write(fd, zeros.data(), zeros.size()) < 0) return Found::refused;
    return Found::reached;
}
Found fill_output(const Setting& setting) {
    static const std::array<char, 65536> zeros{};
    for (std::size_t written = 0; written <= 2 * file_bytes; written += zeros.size())
        if (::write(setting.output, zeros.data(), zeros.size()) < 0) return Found::refused;
    return Found::reached;
}
Found fill_disk(const Setting&) {
    static const std::array<char, file_bytes / 2> zeros{};
    for (std::size_t file = 0; file * zeros.size() <= 2 * scratch_bytes; ++file) {
        int fd = ::open(std::to_string(file).c_str(), O_WRONLY | O_CREAT, 0600);
        if (fd < 0 || ::write(fd, zeros.data(), zeros.size()) != static_cast<ssize_t>(zeros.size()))
            return Found::refused;
        ::close(fd);
    }
    return Found::reached;
}
Found open_many(const Setting&) {
    for (int count = 0; count < 10'000; ++count)
        if (::open(".", O_RDONLY | O_DIRECTORY) < 0) return refused_if(errno == EMFILE);
    return Found::reached;
}

Found send_oversize(const Setting& setting) {
    Reply reply;
    reply.id = setting.request_id;
    std::string datagram = encode(reply);
    datagram.resize(limits::reply_bytes + 1, 'x');
    static_cast<void>(sandbox::send_datagram(channel, datagram, {}));
    return Found::reached;
}
Found send_wrong_id(const Setting& setting) {
    Reply reply;
    reply.id = setting.request_id + 1;
    static_cast<void>(sandbox::send_datagram(channel, encode(reply), {}));
    return Found::reached;
}
Found send_garbage(const Setting&) {
    static_cast<void>(
        sandbox::send_datagram(channel, "\x03 this is no reply at all, but it starts like one", {}));
    return Found::reached;
}
Found send_descriptors(const Setting& setting) {
    Reply reply;
    reply.id = setting.request_id;
    static_cast<void>(sandbox::send_datagram(channel, encode(reply), {0, 1, 2, 0, 1, 2, 0}));
    return Found::reached;
}
Found send_nothing(const Setting&) {
    static_cast<void>(::send(channel, "", 0, MSG_NOSIGNAL));
    return Found::reached;
}

Found crash(const Setting&) {
    volatile int* nowhere = nullptr;
    *nowhere = 1;
    return Found::reached;
}
Found give_up(const Setting&) {
    std::abort();
}
Found exit_silently(const Setting&) {
    ::_exit(0);
}
Found answer_honestly(const Setting&) {
    return Found::refused;
}

struct Thing {
    std::string_view name;
    Found (*attempt)(const Setting&);
};

constexpr std::array things = {
    Thing{"honest", answer_honestly},
    Thing{"open", open_outside},
    Thing{"open_own_memory", open_own_memory},
    Thing{"open_above", open_above},
    Thing{"write_outside", write_outside},
    Thing{"remove_outside", remove_outside},
    Thing{"truncate_outside", truncate_outside},
    Thing{"link_outside", link_outside},
    Thing{"rename_outside", rename_outside},
    Thing{"leaked_descriptor", read_leaked},
    Thing{"socket", make_socket},
    Thing{"socket_pair", make_socket_pair},
    Thing{"fork", fork_once},
    Thing{"thread", start_thread},
    Thing{"exec", run_program},
    Thing{"exec_mapping", map_executable},
    Thing{"exec_protection", make_executable},
    Thing{"ptrace", trace_parent},
    Thing{"kill_parent", kill_parent},
    Thing{"signal_parent_thread", signal_parent_thread},
    Thing{"mount", mount_something},
    Thing{"namespace", new_namespace},
    Thing{"io_uring", start_io_uring},
    Thing{"raise_memory_limit", raise_memory_limit},
    Thing{"memory_2gib", take_2gib},
    Thing{"endless_loop", loop_endlessly},
    Thing{"endless_sleep", sleep_endlessly},
    Thing{"file_fill", fill_one_file},
    Thing{"output_fill", fill_output},
    Thing{"disk_fill", fill_disk},
    Thing{"open_flood", open_many},
    Thing{"oversize_reply", send_oversize},
    Thing{"wrong_id", send_wrong_id},
    Thing{"garbage_reply", send_garbage},
    Thing{"file_descriptor_flood", send_descriptors},
    Thing{"empty_datagram", send_nothing},
    Thing{"crash", crash},
    Thing{"abort", give_up},
    Thing{"silent_exit", exit_silently},
};

void leave_over_limit() {
    ::_exit(sandbox::exit_over_limit);
}

int serve(const Thing& thing, Setting setting) {
    Result<sandbox::Datagram> datagram = sandbox::receive_datagram(channel, limits::request_bytes, 2);
    if (!datagram) return 0;
    std::optional<Request> request = decode_request(datagram->data);
    if (!request) return 2;
    setting.request_id = request->id;
    if (datagram->descriptors.size() > 1) setting.output = datagram->descriptors[1].get();
    Found found = thing.attempt(setting);
    Reply reply;
    reply.id = request->id;
    reply.error = found == Found::refused ? "refused" : "reached";
    static_cast<void>(sandbox::send_datagram(channel, encode(reply), {}));
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count != 3) return 2;
    std::set_new_handler(leave_over_limit);
    Setting setting;
    setting.parent = ::getppid();
    // A number that no later descriptor gets by chance.
    setting.leaked = ::fcntl(::open("/etc/passwd", O_RDONLY), F_DUPFD, 40);
    static_cast<void>(sandbox::mount_private_scratch(words[2], scratch_bytes));
    sandbox::ChildLimits child_limits;
    child_limits.scratch_folder = words[2];
    child_limits.memory_bytes = limits::reader_memory_bytes;
    child_limits.file_bytes = file_bytes;
    child_limits.cpu_seconds = 1;
    child_limits.keep_descriptors = {0, 1, 2, channel};
    Result<sandbox::Enforced> enforced = sandbox::confine_child(child_limits);
    if (!enforced) {
        std::fprintf(stderr, "sandbox_probe: %s\n", enforced.error().message.c_str());
        return sandbox::exit_unconfined;
    }
    static_cast<void>(sandbox::send_datagram(channel, encode(Ready{enforced->describe()}), {}));
    for (const Thing& thing : things)
        if (thing.name == words[1]) return serve(thing, setting);
    return 2;
}
