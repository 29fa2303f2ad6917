// Confinement of the reader, in two functions, and the few primitives around it. Nothing here knows about mail.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "sandbox/outcome.hpp"

namespace tocsin::sandbox {

// ---- confinement ----

/// What a confined child may use. Its working folder becomes `scratch_folder`.
struct ChildLimits {
    std::string scratch_folder;         ///< the only place where it may create, read and delete files
    std::size_t memory_bytes = 0;       ///< RLIMIT_AS: address space mapped now plus this much
    std::size_t file_bytes = 0;         ///< RLIMIT_FSIZE
    std::uint32_t cpu_seconds = 0;      ///< RLIMIT_CPU
    std::uint32_t open_files = 64;      ///< RLIMIT_NOFILE
    std::vector<int> keep_descriptors;  ///< all others are closed
};

/// What is really enforced on this kernel, for the log and for `tocsin reader check`.
struct Enforced {
    int landlock_abi = 0;  ///< 0: this kernel has none
    bool seccomp = false;
    bool scratch_is_tmpfs = false;
    /// One line: "Landlock ABI 7 (files, tcp, ioctl, signals), seccomp, scratch on tmpfs".
    [[nodiscard]] std::string describe() const;
};

/// First stage, for the template, before it reads its rules: no new privileges, dies with its parent, not dumpable,
/// cannot make sockets other than the inherited ones, cannot exec. It may still open files (rules), fork, and give
/// its children a scratch folder. "Its parent" is the thread that started it: the daemon spawns templates from a
/// thread that lives on.
[[nodiscard]] Result<void> confine_template();

/// Gives the calling process a private, size-limited tmpfs below `folder` where the system permits it (a mount
/// namespace of its own, through a user namespace when not root). False: not permitted; a plain folder is used and
/// RLIMIT_FSIZE is the bound.
[[nodiscard]] bool mount_private_scratch(const std::string& folder, std::size_t size_bytes);

/// Second stage, for a child, after fork and before the first hostile byte: closed descriptors, rlimits, Landlock
/// (scratch folder only, no network, no signals outside), seccomp allow-list that kills the process. There is no
/// way back. Fails, and the child must then exit, when Landlock or seccomp cannot be enforced.
[[nodiscard]] Result<Enforced> confine_child(const ChildLimits& limits);

/// Gives the confined caller `cpu_seconds` from now, so that an honest child is not ended for the sum of many
/// messages. The hard limit that confine_child() set (cpu_hard_factor times as much) stays.
void rearm_cpu_limit(std::uint32_t cpu_seconds);
inline constexpr std::uint32_t cpu_hard_factor = 100;

/// Removes what is inside `folder`, not the folder. Follows no symbolic link; gives up (false) on a tree that is
/// deeper or has more entries than an engine ever makes.
[[nodiscard]] bool empty_folder(const std::string& folder);

/// Whether a folder that lies on a tmpfs (Enforced::scratch_is_tmpfs) holds nothing, by its size alone: one system call
/// in the place of eight, after every message. On other file systems the size says nothing of the kind.
[[nodiscard]] bool tmpfs_folder_is_empty(const std::string& folder);

// ---- sealed memory ----

/// A memfd holding `bytes`, sealed against writing, growing, shrinking and further seals.
[[nodiscard]] Result<UniqueFd> make_sealed_memfd(ByteView bytes);
/// An empty memfd that a child may write into, at most `bytes_max` (kept by the child's RLIMIT_FSIZE and checked on
/// reading).
[[nodiscard]] Result<UniqueFd> make_output_memfd();
/// Seals what was written into an output memfd. Fails when somebody still maps it writable, or it is larger than
/// `bytes_max`.
[[nodiscard]] Result<void> seal_output_memfd(int fd, std::size_t bytes_max);

/// What a sealed memfd holds: mapped read-only, or copied when it is small.
class SealedMapping {
public:
    /// Refuses a descriptor that is not fully sealed (it could change under the parser) or larger than `bytes_max`.
    static Result<SealedMapping> open(int fd, std::size_t bytes_max);
    SealedMapping(SealedMapping&& other) noexcept;
    SealedMapping& operator=(SealedMapping&& other) noexcept;
    ~SealedMapping();
    [[nodiscard]] ByteView bytes() const { return bytes_; }

private:
    SealedMapping(ByteView bytes, std::unique_ptr<std::byte[]> copy);
    ByteView bytes_;
    std::unique_ptr<std::byte[]> copy_;  ///< null: a mapping
};

// ---- datagram channel (SOCK_SEQPACKET) with descriptors ----

struct Datagram {
    std::string data;
    std::vector<UniqueFd> descriptors;
    bool cut =
        false;  ///< more bytes or descriptors than allowed: the sender broke the protocol; no descriptor is kept
};

/// Two connected ends, close-on-exec.
struct ChannelPair {
    UniqueFd first, second;
};
[[nodiscard]] Result<ChannelPair> make_channel();
/// Sends one datagram, or fails at once: ErrorCode::timed_out when the peer does not read (the socket's buffer
/// holds several), closed when it is gone, limit when the datagram is larger than a socket takes.
[[nodiscard]] Result<void> send_datagram(int channel, std::string_view data,
                                         const std::vector<int>& descriptors);
/// Receives one datagram of at most `bytes_max` and at most `descriptors_max` descriptors. Blocks unless the
/// descriptor is non-blocking; then ErrorCode::timed_out means "nothing there yet". ErrorCode::closed: the other
/// end is gone.
[[nodiscard]] Result<Datagram> receive_datagram(int channel, std::size_t bytes_max,
                                                std::size_t descriptors_max);

// ---- processes ----

/// Why a process ended, as waitid() says it.
struct ExitReason {
    bool signalled = false;
    int value = 0;  ///< signal number, or exit code
};
/// The outcome that the death of a child means: SIGSYS violated; SIGXCPU, SIGXFSZ, exit code `exit_over_limit`
/// over_limit; SIGKILL by the kernel's memory killer over_limit; all else crashed.
[[nodiscard]] Outcome outcome_of(const ExitReason& reason);
/// Exit code by which a child says that it ran out of memory.
inline constexpr int exit_over_limit = 73;
/// Exit code by which a child says that it could not be confined.
inline constexpr int exit_unconfined = 74;

/// Starts `program` (an open descriptor of the binary) with posix_spawn: empty environment, `channel_fd` becomes
/// descriptor 3, standard input and output are /dev/null, standard error is `log_fd`, all else is closed.
struct Spawned {
    pid_t pid = -1;
    UniqueFd pidfd;
};
[[nodiscard]] Result<Spawned> spawn_program(int program_fd, const std::vector<std::string>& arguments,
                                            int channel_fd, int log_fd);
inline constexpr int channel_descriptor = 3;

}  // namespace tocsin::sandbox
