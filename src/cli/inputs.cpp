#include "cli/inputs.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/limits.hpp"
#include "base/unique_fd.hpp"

namespace tocsin::cli {

namespace {

constexpr int folder_depth_max = 128;

std::string too_large(std::uint64_t size_bytes) {
    return "larger than is scanned: " + std::to_string(size_bytes >> 20) + " MiB, limit " +
           std::to_string(limits::message_bytes >> 20) + " MiB";
}

Input failed(std::string name, ErrorCode code, std::string message) {
    return {std::move(name), {}, Error{code, std::move(message)}};
}

/// Reads to the end, or one byte more than the limit. `start` was read already.
Result<Bytes> read_all(int fd, std::size_t size_hint, std::string_view start = {}) {
    Bytes bytes(std::max(std::min(size_hint, limits::message_bytes), start.size()) + 1);
    std::ranges::copy(as_bytes(start), bytes.begin());
    std::size_t used = start.size();
    while (true) {
        if (used == bytes.size()) bytes.resize(std::min(bytes.size() * 2, limits::message_bytes + 1));
        ssize_t got = ::read(fd, bytes.data() + used, bytes.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno_error("cannot be read", errno));
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
        if (used > limits::message_bytes) return fail(ErrorCode::limit, too_large(used));
    }
    bytes.resize(used);
    return bytes;
}

/// What every mbox begins with (RFC 4155).
constexpr std::string_view mbox_start = "From ";

/// The first bytes of a stream that cannot be read twice, as many as mbox_start has unless it ends before.
Result<std::string> read_start(int fd) {
    std::string start(mbox_start.size(), '\0');
    std::size_t used = 0;
    while (used < start.size()) {
        ssize_t got = ::read(fd, start.data() + used, start.size() - used);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return std::unexpected(errno_error("cannot be read", errno));
        if (got == 0) break;
        used += static_cast<std::size_t>(got);
    }
    start.resize(used);
    return start;
}

bool is_maildir(const std::string& path) {
    struct stat facts{};
    return ::stat((path + "/cur").c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) &&
           ::stat((path + "/new").c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
}

}  // namespace

/// An mbox file that is being read message by message (RFC 4155; ">From " is left as it stands: the parser knows it).
struct Inputs::Mailbox {
    std::string path;
    FILE* file = nullptr;
    char* line = nullptr;
    std::size_t line_capacity = 0;
    std::size_t number = 0;
    std::string pending;  ///< the "From " line that begins the next message

    ~Mailbox() {
        if (file != nullptr) std::fclose(file);
        std::free(line);
    }

    /// Takes over `fd` if the file is an mbox, which begins with "From ".
    static std::unique_ptr<Mailbox> open_if_mbox(const std::string& path, UniqueFd& fd) {
        std::array<char, mbox_start.size()> start{};
        if (::pread(fd.get(), start.data(), start.size(), 0) != static_cast<ssize_t>(start.size()))
            return nullptr;
        if (std::string_view(start.data(), start.size()) != mbox_start) return nullptr;
        return open(path, fd, {});
    }

    /// Takes over `fd`, from which `start` was read already. nullptr: it cannot be read.
    static std::unique_ptr<Mailbox> open(const std::string& path, UniqueFd& fd, std::string_view start) {
        auto box = std::make_unique<Mailbox>();
        box->file = ::fdopen(fd.get(), "r");
        if (box->file == nullptr) return nullptr;
        (void)fd.release();
        ssize_t got = ::getline(&box->line, &box->line_capacity, box->file);
        if (got < 0) return nullptr;
        box->path = path;
        box->pending = start;
        box->pending.append(box->line, static_cast<std::size_t>(got));
        return box;
    }

    std::optional<Input> next() {
        if (pending.empty()) return std::nullopt;
        std::string text = std::exchange(pending, {});
        std::size_t size = text.size();
        bool after_blank = false;
        ssize_t got = 0;
        while ((got = ::getline(&line, &line_capacity, file)) > 0) {
            std::string_view read(line, static_cast<std::size_t>(got));
            if (after_blank && read.starts_with("From ")) {
                pending = read;
                break;
            }
            after_blank = read == "\n" || read == "\r\n";
            size += read.size();
            if (size <= limits::message_bytes) text += read;
        }
        ++number;
        // One message that still has its "From " line is a file, not a mailbox.
        bool only_one = number == 1 && pending.empty();
        Input input{only_one ? path : path + "#" + std::to_string(number), {}, std::nullopt};
        if (size > limits::message_bytes) {
            input.error = Error{ErrorCode::limit, too_large(size)};
        } else {
            ByteView bytes = as_bytes(text);
            input.bytes.assign(bytes.begin(), bytes.end());
        }
        return input;
    }
};

Inputs::Inputs(std::vector<std::string> paths, Folders folders)
    : paths_(std::make_move_iterator(paths.begin()), std::make_move_iterator(paths.end())),
      folders_(folders) {}

Inputs::~Inputs() = default;

std::optional<Input> Inputs::next() {
    while (true) {
        if (mailbox_) {
            if (std::optional<Input> message = mailbox_->next()) return message;
            mailbox_.reset();
        }
        if (!failed_.empty()) {
            Input input = std::move(failed_.front());
            failed_.pop_front();
            return input;
        }
        if (!files_.empty()) {
            std::string path = std::move(files_.front());
            files_.pop_front();
            std::optional<Input> input = open_file(path);
            if (!input) continue;
            return input;
        }
        if (paths_.empty()) return std::nullopt;
        std::string path = std::move(paths_.front());
        paths_.pop_front();
        if (path == "-") {
            if (std::optional<Input> input = read_standard_input()) return input;
            continue;
        }
        expand(path, 0);
    }
}

void Inputs::expand(const std::string& path, int depth) {
    struct stat facts{};
    if (::stat(path.c_str(), &facts) != 0) {
        Error error = errno_error(errno == ELOOP ? "loop of symbolic links" : "cannot be opened", errno);
        failed_.push_back({path, {}, std::move(error)});
    } else if (S_ISDIR(facts.st_mode)) {
        auto identity = std::pair<std::uint64_t, std::uint64_t>(facts.st_dev, facts.st_ino);
        if (depth > folder_depth_max) {
            failed_.push_back(failed(path, ErrorCode::limit, "folders are nested too deeply"));
        } else if (!folders_seen_.insert(identity).second) {
            failed_.push_back(
                failed(path, ErrorCode::conflict, "this folder was entered already (loop or named twice)"));
        } else {
            expand_folder(path, depth);
        }
    } else if (S_ISREG(facts.st_mode)) {
        files_.push_back(path);
    } else {
        failed_.push_back(failed(path, ErrorCode::invalid_input, "is neither a file nor a folder"));
    }
}

void Inputs::expand_folder(const std::string& path, int depth) {
    DIR* folder = ::opendir(path.c_str());
    if (folder == nullptr) {
        failed_.push_back({path, {}, errno_error("cannot be opened", errno)});
        return;
    }
    bool maildir = is_maildir(path);
    std::vector<std::string> names;
    while (dirent* entry = ::readdir(folder)) names.emplace_back(entry->d_name);
    ::closedir(folder);
    std::ranges::sort(names);
    for (const std::string& name : names) {
        if (name == "." || name == ".." || (maildir && name == "tmp")) continue;
        std::string child = path + "/" + name;
        struct stat facts{};
        bool is_folder = ::stat(child.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode);
        bool enter = folders_ == Folders::recursive || (maildir && (name == "cur" || name == "new"));
        if (!is_folder || enter)
            expand(child, depth + 1);
        else
            ++folders_passed_over_;
    }
}

std::optional<Input> Inputs::open_file(const std::string& path) {
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) return Input{path, {}, errno_error("cannot be opened", errno)};
    struct stat facts{};
    if (::fstat(fd.get(), &facts) != 0) return Input{path, {}, errno_error("cannot be read", errno)};
    mailbox_ = Mailbox::open_if_mbox(path, fd);
    if (mailbox_) return std::nullopt;
    auto size = static_cast<std::uint64_t>(facts.st_size);
    if (size > limits::message_bytes) return failed(path, ErrorCode::limit, too_large(size));
    Result<Bytes> bytes = read_all(fd.get(), size);
    if (!bytes) return Input{path, {}, bytes.error()};
    return Input{path, std::move(*bytes), std::nullopt};
}

std::optional<Input> Inputs::read_standard_input() {
    constexpr std::size_t first_guess_bytes = 64U << 10;
    Result<std::string> start = read_start(STDIN_FILENO);
    if (!start) return Input{"-", {}, start.error()};
    if (*start == mbox_start) {
        UniqueFd fd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
        if (!fd.valid()) return Input{"-", {}, errno_error("cannot be read", errno)};
        mailbox_ = Mailbox::open("-", fd, *start);
        if (mailbox_) return std::nullopt;
    }
    Result<Bytes> bytes = read_all(STDIN_FILENO, first_guess_bytes, *start);
    if (!bytes) return Input{"-", {}, bytes.error()};
    return Input{"-", std::move(*bytes), std::nullopt};
}

}  // namespace tocsin::cli
