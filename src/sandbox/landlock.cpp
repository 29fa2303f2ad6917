#include "sandbox/landlock.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>

#include "base/unique_fd.hpp"

namespace tocsin::sandbox {

namespace {

// Newer than the header of Debian 12 (Linux 6.1). Values are the kernel's interface and never change.
constexpr std::uint64_t access_truncate = 1ULL << 14;          // ABI 3, Linux 6.2
constexpr std::uint64_t access_ioctl_device = 1ULL << 15;      // ABI 5, Linux 6.10
constexpr std::uint64_t net_bind_tcp = 1ULL << 0;              // ABI 4, Linux 6.7
constexpr std::uint64_t net_connect_tcp = 1ULL << 1;           // ABI 4
constexpr std::uint64_t scope_abstract_unix_socket = 1U << 0;  // ABI 6, Linux 6.12
constexpr std::uint64_t scope_signal = 1U << 1;                // ABI 6

/// struct landlock_ruleset_attr as of ABI 6. An older kernel takes it as long as the fields it does not know are
/// zero.
struct RulesetAttributes {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};

/// All rights of ABI 1: execute, write, read, list, remove and make.
constexpr std::uint64_t rights_abi_1 = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1U) - 1;

constexpr std::uint64_t scratch_rights_abi_1 = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                               LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                                               LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_DIR |
                                               LANDLOCK_ACCESS_FS_MAKE_REG;

RulesetAttributes attributes_for(int abi) {
    RulesetAttributes attributes;
    attributes.handled_access_fs = rights_abi_1;
    if (abi >= 2) attributes.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) attributes.handled_access_fs |= access_truncate;
    if (abi >= 4) attributes.handled_access_net = net_bind_tcp | net_connect_tcp;
    if (abi >= 5) attributes.handled_access_fs |= access_ioctl_device;
    if (abi >= 6) attributes.scoped = scope_abstract_unix_socket | scope_signal;
    return attributes;
}

}  // namespace

int landlock_abi() {
    long version =
        ::syscall(SYS_landlock_create_ruleset, nullptr, std::size_t{0}, LANDLOCK_CREATE_RULESET_VERSION);
    return version < 0 ? 0 : static_cast<int>(version);
}

Result<void> restrict_to_folder(const std::string& folder, int abi) {
    RulesetAttributes attributes = attributes_for(abi);
    UniqueFd ruleset(static_cast<int>(
        ::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, std::uint32_t{0})));
    if (!ruleset.valid()) return std::unexpected(errno_error("landlock_create_ruleset", errno));

    UniqueFd below(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!below.valid()) return std::unexpected(errno_error("open the scratch folder " + folder, errno));
    landlock_path_beneath_attr rule{};
    rule.parent_fd = below.get();
    rule.allowed_access = scratch_rights_abi_1;
    if (abi >= 2) rule.allowed_access |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3) rule.allowed_access |= access_truncate;
    if (::syscall(SYS_landlock_add_rule, ruleset.get(), LANDLOCK_RULE_PATH_BENEATH, &rule,
                  std::uint32_t{0}) != 0)
        return std::unexpected(errno_error("landlock_add_rule", errno));
    if (::syscall(SYS_landlock_restrict_self, ruleset.get(), std::uint32_t{0}) != 0)
        return std::unexpected(errno_error("landlock_restrict_self", errno));
    return {};
}

}  // namespace tocsin::sandbox
