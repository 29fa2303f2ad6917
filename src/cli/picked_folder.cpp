#include "cli/picked_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/limits/imap.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr const char* index_name = "picked.jsonl";
constexpr const char* state_name = "state.json";

Result<void> write_all(int file, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t wrote = ::write(file, bytes.data(), bytes.size());
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return std::unexpected(errno_error("write " + path, errno));
        bytes.remove_prefix(static_cast<std::size_t>(wrote));
    }
    if (::fsync(file) != 0) return std::unexpected(errno_error("write " + path, errno));
    return {};
}

}  // namespace

Result<PickedFolder> PickedFolder::open(const std::string& path) {
    PickedFolder picked(path);
    if (::mkdir(path.c_str(), S_IRWXU) != 0 && errno != EEXIST)
        return std::unexpected(errno_error("make " + path, errno));
    picked.folder_ = UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!picked.folder_.valid()) return std::unexpected(errno_error("open " + path, errno));
    if (::flock(picked.folder_.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::conflict, path + ": another pick-up stores into this folder now");
    TRY(picked.read_index());
    TRY(picked.read_state());
    return picked;
}

Result<void> PickedFolder::read_index() {
    const std::string path = path_ + "/" + index_name;
    index_ = UniqueFd(
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!index_.valid()) return std::unexpected(errno_error("open " + path, errno));
    std::ifstream lines(path);
    off_t whole = 0;
    for (std::string line; std::getline(lines, line) && !lines.eof();) {
        const Json value = Json::parse(line, nullptr, false);
        if (!value.is_object() || !value.contains("sha256") || !value["sha256"].is_string())
            return fail(ErrorCode::invalid_input, path + ": this is no list of picked-up messages");
        stored_.insert(value["sha256"].get<std::string>());
        whole += static_cast<off_t>(line.size()) + 1;
    }
    // A line that a crash cut off: its message is stored again.
    if (::ftruncate(index_.get(), whole) != 0) return std::unexpected(errno_error("mend " + path, errno));
    return {};
}

Result<void> PickedFolder::read_state() {
    const std::string path = path_ + "/" + state_name;
    std::ifstream file(path);
    if (!file) return {};
    std::ostringstream text;
    text << file.rdbuf();
    const Json value = Json::parse(text.str(), nullptr, false);
    const auto number = [](const Json& object, const char* name) {
        return object.contains(name) && object[name].is_number_unsigned() ? object[name].get<std::uint32_t>()
                                                                          : 0U;
    };
    if (!value.is_object() || number(value, "next_uid") == 0 || !value.contains("untaken") ||
        !value["untaken"].is_array())
        return fail(ErrorCode::invalid_input,
                    path +
                        ": this is no state of a pick-up; remove it to start over, nothing is stored twice");
    state_.uid_validity = number(value, "uidvalidity");
    state_.next_uid = number(value, "next_uid");
    for (const Json& one : value["untaken"])
        state_.untaken.push_back({number(one, "uid"), number(one, "tries")});
    return {};
}

Result<void> PickedFolder::write_whole(const std::string& name, std::string_view bytes) const {
    const std::string path = path_ + "/" + name, beside = path + ".new";
    const UniqueFd file(
        ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file.valid()) return std::unexpected(errno_error("write " + beside, errno));
    TRY(write_all(file.get(), bytes, beside));
    if (::rename(beside.c_str(), path.c_str()) != 0 || ::fsync(folder_.get()) != 0)
        return std::unexpected(errno_error("write " + path, errno));
    return {};
}

Result<mailbox::Stored> PickedFolder::store(const mailbox::PickedMessage& message) {
    const std::string hash = mailbox::hash_hex(message.sha256);
    if (stored_.contains(hash)) return mailbox::Stored::before;
    TRY(write_whole(hash + ".eml", as_text(message.bytes)));
    const Json line = {{"uidvalidity", message.uid_validity},
                       {"uid", message.uid},
                       {"sha256", hash},
                       {"internal_date", message.internal_date},
                       {"size_bytes", message.bytes.size()}};
    TRY(write_all(index_.get(), line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n",
                  path_ + "/" + index_name));
    stored_.insert(hash);
    return mailbox::Stored::now;
}

Result<void> PickedFolder::save(const mailbox::PickUpState& state) {
    Json untaken = Json::array();
    for (const mailbox::Untaken& one : state.untaken)
        untaken.push_back({{"uid", one.uid}, {"tries", one.tries}});
    const Json value = {
        {"uidvalidity", state.uid_validity}, {"next_uid", state.next_uid}, {"untaken", untaken}};
    return write_whole(state_name, value.dump() + "\n");
}

}  // namespace tocsin::cli
