#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <utility>

#include "sandbox/sandbox.hpp"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U  // Linux 6.3
#endif

namespace tocsin::sandbox {

namespace {

constexpr int all_seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
/// Up to this size the bytes are copied: that costs a third of mapping them and taking the mapping down again.
constexpr std::size_t copied_bytes_max = 256U << 10;
/// Mappings up to this size are filled at once: one call instead of a page fault per 64 KiB.
constexpr std::size_t populate_bytes_max = 1U << 20;

Result<UniqueFd> make_memfd(const char* name) {
    UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
    if (!fd.valid() && errno == EINVAL) fd = UniqueFd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!fd.valid()) return std::unexpected(errno_error("memfd_create", errno));
    return fd;
}

Result<std::size_t> size_of(int fd) {
    struct stat status{};
    if (::fstat(fd, &status) != 0) return std::unexpected(errno_error("fstat of a memfd", errno));
    if (!S_ISREG(status.st_mode) || status.st_size < 0)
        return fail(ErrorCode::corrupt, "the descriptor is not a memfd");
    return static_cast<std::size_t>(status.st_size);
}

Result<std::unique_ptr<std::byte[]>> copy_of(int fd, std::size_t size) {
    auto copy = std::make_unique_for_overwrite<std::byte[]>(size);
    std::size_t at = 0;
    while (at < size) {
        const ssize_t got = ::pread(fd, copy.get() + at, size - at, static_cast<off_t>(at));
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return std::unexpected(errno_error("read a memfd", got < 0 ? errno : EIO));
        at += static_cast<std::size_t>(got);
    }
    return copy;
}

}  // namespace

Result<UniqueFd> make_sealed_memfd(ByteView bytes) {
    UniqueFd fd = TRY(make_memfd("tocsin-message"));
    while (!bytes.empty()) {
        ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return std::unexpected(errno_error("write to a memfd", written < 0 ? errno : EIO));
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    if (::fcntl(fd.get(), F_ADD_SEALS, all_seals) != 0)
        return std::unexpected(errno_error("seal a memfd", errno));
    return fd;
}

Result<UniqueFd> make_output_memfd() {
    return make_memfd("tocsin-output");
}

Result<void> seal_output_memfd(int fd, std::size_t bytes_max) {
    // Seal first, measure afterwards: a writer that is still alive cannot change it in between.
    if (::fcntl(fd, F_ADD_SEALS, all_seals) != 0) {
        if (errno == EBUSY) return fail(ErrorCode::conflict, "the output memfd is still mapped writable");
        if (errno == EPERM) return fail(ErrorCode::conflict, "the output memfd was sealed by somebody else");
        return std::unexpected(errno_error("seal an output memfd", errno));
    }
    std::size_t size = TRY(size_of(fd));
    if (size > bytes_max) return fail(ErrorCode::limit, "the output memfd is larger than allowed");
    return {};
}

Result<SealedMapping> SealedMapping::open(int fd, std::size_t bytes_max) {
    int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0) return fail(ErrorCode::corrupt, "the descriptor is not a memfd");
    if ((seals & all_seals) != all_seals) return fail(ErrorCode::corrupt, "the memfd is not sealed");
    std::size_t size = TRY(size_of(fd));
    if (size > bytes_max) return fail(ErrorCode::limit, "the memfd is larger than allowed");
    if (size == 0) return SealedMapping(ByteView{}, nullptr);
    if (size <= copied_bytes_max) {
        std::unique_ptr<std::byte[]> copy = TRY(copy_of(fd, size));
        const ByteView bytes(copy.get(), size);
        return SealedMapping(bytes, std::move(copy));
    }
    // Private, because kernels before 6.7 refuse a shared mapping of a write-sealed memfd.
    int flags = MAP_PRIVATE | (size <= populate_bytes_max ? MAP_POPULATE : 0);
    void* address = ::mmap(nullptr, size, PROT_READ, flags, fd, 0);
    if (address == MAP_FAILED) return std::unexpected(errno_error("map a memfd", errno));
    return SealedMapping(ByteView(static_cast<const std::byte*>(address), size), nullptr);
}

SealedMapping::SealedMapping(ByteView bytes, std::unique_ptr<std::byte[]> copy)
    : bytes_(bytes), copy_(std::move(copy)) {}

SealedMapping::SealedMapping(SealedMapping&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), copy_(std::move(other.copy_)) {}

SealedMapping& SealedMapping::operator=(SealedMapping&& other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(copy_, other.copy_);
    return *this;
}

SealedMapping::~SealedMapping() {
    // munmap() takes a pointer to non-const; the bytes themselves are not changed.
    if (!bytes_.empty() && copy_ == nullptr) ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

}  // namespace tocsin::sandbox
