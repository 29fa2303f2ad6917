#include "cli/purge_record_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/ascii.hpp"
#include "base/limits/imap.hpp"

namespace tocsin::cli {

namespace {

using Json = nlohmann::ordered_json;
using mailbox::PurgeRecord;
using mailbox::RecordStage;

Json record_json(const std::string& incident, const PurgeRecord& record) {
    Json out = {
        {"incident", incident}, {"stage", mailbox::to_string(record.stage)}, {"mailbox", record.mailbox}};
    out.update(copy_json(record.before));
    out["sealed_folder"] = record.sealed_folder;
    out["sealed_uidvalidity"] = record.sealed_uid_validity;
    out["sealed_uid"] = record.sealed_uid;
    out["restored_uidvalidity"] = record.restored_uid_validity;
    out["restored_uid"] = record.restored_uid;
    return out;
}

/// A member of the type that the record has, or nothing.
template <typename T>
std::optional<T> member(const Json& object, const char* name) {
    const auto found = object.find(name);
    if (found == object.end()) return std::nullopt;
    if constexpr (std::is_same_v<T, std::string>) {
        if (!found->is_string()) return std::nullopt;
    } else if (!found->is_number_unsigned()) {
        return std::nullopt;
    }
    return found->template get<T>();
}

bool read_hash(const std::string& hex, Hash256& hash) {
    if (hex.size() != 2 * hash.size()) return false;
    for (std::size_t index = 0; index < hash.size(); ++index) {
        const int high = hex_value(hex[2 * index]), low = hex_value(hex[2 * index + 1]);
        if (high < 0 || low < 0) return false;
        hash[index] = static_cast<std::uint8_t>(high * 16 + low);
    }
    return true;
}

std::optional<RecordStage> stage_from(const std::string& word) {
    for (const RecordStage stage : {RecordStage::intent, RecordStage::moved, RecordStage::restored})
        if (word == mailbox::to_string(stage)) return stage;
    return std::nullopt;
}

std::optional<PurgeRecord> record_from(const Json& line) {
    PurgeRecord record;
    const auto text = [&](const char* name, std::string& into) {
        const auto value = member<std::string>(line, name);
        if (value) into = *value;
        return value.has_value();
    };
    const auto number = [&](const char* name, auto& into) {
        const auto value = member<std::uint64_t>(line, name);
        if (value) into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
        return value.has_value();
    };
    std::string stage, hash;
    mailbox::FoundCopy& before = record.before;
    const bool whole =
        text("stage", stage) && text("mailbox", record.mailbox) && text("folder", before.folder) &&
        number("uidvalidity", before.uid_validity) && number("uid", before.uid) && text("sha256", hash) &&
        number("size_bytes", before.size_bytes) && text("internal_date", before.internal_date) &&
        text("sealed_folder", record.sealed_folder) &&
        number("sealed_uidvalidity", record.sealed_uid_validity) && number("sealed_uid", record.sealed_uid) &&
        number("restored_uidvalidity", record.restored_uid_validity) &&
        number("restored_uid", record.restored_uid);
    const auto flags = line.find("flags");
    const std::optional<RecordStage> known = stage_from(stage);
    if (!whole || !known || !read_hash(hash, before.sha256) || flags == line.end() || !flags->is_array())
        return std::nullopt;
    record.stage = *known;
    for (const Json& flag : *flags) {
        if (!flag.is_string()) return std::nullopt;
        before.flags.push_back(flag.get<std::string>());
    }
    return record;
}

}  // namespace

nlohmann::ordered_json copy_json(const mailbox::FoundCopy& copy) {
    return {{"folder", copy.folder},
            {"uidvalidity", copy.uid_validity},
            {"uid", copy.uid},
            {"sha256", mailbox::hash_hex(copy.sha256)},
            {"size_bytes", copy.size_bytes},
            {"internal_date", copy.internal_date},
            {"flags", copy.flags}};
}

Result<PurgeRecordFile> PurgeRecordFile::open(const std::string& path, const std::string& incident) {
    UniqueFd file(
        ::open(path.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
    if (!file.valid()) return std::unexpected(errno_error("open the record " + path, errno));
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
        return fail(ErrorCode::conflict, path + ": another purge or restore writes this record now");
    PurgeRecordFile record(std::move(file), path, incident);
    TRY(record.read());
    return record;
}

Result<void> PurgeRecordFile::read() {
    std::string line;
    std::array<char, 64U << 10> buffer{};
    off_t whole = 0, offset = 0;
    for (std::size_t number = 1;;) {
        const ssize_t got = ::pread(file_.get(), buffer.data(), buffer.size(), offset);
        if (got < 0) return std::unexpected(errno_error("read the record " + path_, errno));
        if (got == 0) break;
        for (const char c : std::string_view(buffer.data(), static_cast<std::size_t>(got))) {
            ++offset;
            if (c != '\n') {
                line += c;
                continue;
            }
            TRY(read_line(line, number++));
            line.clear();
            whole = offset;
        }
        if (line.size() > limits::purge_record_line_bytes ||
            static_cast<std::size_t>(offset) > limits::purge_record_bytes)
            return fail(ErrorCode::limit, path_ + ": this is too large for a record of a purge");
    }
    // A crash cut the last line off: what it was to say was not done, because it is done behind the line.
    if (whole != offset && ::ftruncate(file_.get(), whole) != 0)
        return std::unexpected(errno_error("mend the record " + path_, errno));
    return {};
}

Result<void> PurgeRecordFile::read_line(const std::string& line, std::size_t number) {
    const Json parsed = Json::parse(line, nullptr, false);
    std::optional<PurgeRecord> record;
    std::optional<std::string> incident;
    if (parsed.is_object()) {
        record = record_from(parsed);
        incident = member<std::string>(parsed, "incident");
    }
    if (!record || !incident)
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}:{}: this is no line of a record of a purge", path_, number));
    if (incident_.empty()) incident_ = *incident;
    if (incident_ != *incident)
        return fail(
            ErrorCode::invalid_input,
            fmt::format(
                "{}:{}: this is the record of the incident {}, not of {}: take a file of its own for each",
                path_, number, *incident, incident_));
    known_[record->mailbox].push_back(std::move(*record));
    return {};
}

Result<void> PurgeRecordFile::add(std::span<const PurgeRecord> records) {
    std::string lines;
    for (const PurgeRecord& record : records) {
        const Json value = record_json(incident_, record);
        const std::string line = value.dump(-1, ' ', false, Json::error_handler_t::replace);
        // A name that cannot be read back as it is could not be found again.
        if (Json::parse(line, nullptr, false) != value)
            return fail(ErrorCode::invalid_input,
                        "the server names a folder or a flag with bytes that are no UTF-8");
        lines += line + "\n";
    }
    for (std::size_t at = 0; at < lines.size();) {
        const ssize_t wrote = ::write(file_.get(), lines.data() + at, lines.size() - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0) return std::unexpected(errno_error("write the record " + path_, errno));
        at += static_cast<std::size_t>(wrote);
    }
    if (::fdatasync(file_.get()) != 0)
        return std::unexpected(errno_error("write the record " + path_, errno));
    return {};
}

}  // namespace tocsin::cli
