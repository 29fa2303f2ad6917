#include "scan/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/limits.hpp"

namespace tocsin::scan {

namespace {

struct ReaderDeleter {
    void operator()(archive* reader) const { archive_read_free(reader); }
};
using Reader = std::unique_ptr<archive, ReaderDeleter>;

/// Only readers that work in memory: no mtree (reads files that it names), no iso9660
/// (takes all memory on a circle of Rock Ridge names; see iso.hpp), no filters that start another program.
void allow_formats(archive* reader, ArchiveForm form) {
    if (form == ArchiveForm::packed_stream) {
        archive_read_support_filter_bzip2(reader);
        archive_read_support_filter_compress(reader);
        archive_read_support_filter_gzip(reader);
        archive_read_support_filter_lz4(reader);
        archive_read_support_filter_lzip(reader);
        archive_read_support_filter_xz(reader);
        archive_read_support_filter_zstd(reader);
        archive_read_support_format_raw(reader);
        return;
    }
    archive_read_support_format_7zip(reader);
    archive_read_support_format_ar(reader);
    archive_read_support_format_cab(reader);
    archive_read_support_format_cpio(reader);
    archive_read_support_format_lha(reader);
    archive_read_support_format_rar(reader);
    archive_read_support_format_rar5(reader);
    archive_read_support_format_tar(reader);
    archive_read_support_format_zip(reader);
}

Reader open_reader(ByteView bytes, ArchiveForm form, std::string_view password) {
    Reader reader(archive_read_new());
    if (!reader) return nullptr;
    allow_formats(reader.get(), form);
    if (!password.empty()) archive_read_add_passphrase(reader.get(), std::string(password).c_str());
    if (archive_read_open_memory(reader.get(), bytes.data(), bytes.size()) != ARCHIVE_OK) return nullptr;
    return reader;
}

enum class DataEnd : std::uint8_t { complete, damaged, locked, too_large, unsupported };

struct Data {
    Bytes bytes;
    DataEnd end = DataEnd::complete;
    std::string error;
};

/// What libarchive's message says about the reason. Its codes do not tell these apart.
DataEnd end_from_error(std::string_view message) {
    for (const std::string_view word : {"assphrase", "ncrypt"})
        if (message.find(word) != std::string_view::npos) return DataEnd::locked;
    for (const std::string_view word :
         {"nsupported", "not supported", "not currently supported", "cannot be extracted"})
        if (message.find(word) != std::string_view::npos) return DataEnd::unsupported;
    return DataEnd::damaged;
}

/// The member's bytes, at most `bytes_max`. Reads in order, so that holes of a sparse file cost what they claim.
Data read_data(archive* reader, std::size_t bytes_max) {
    Data data;
    constexpr std::size_t step = 256U << 10;
    for (;;) {
        const std::size_t before = data.bytes.size();
        if (before > bytes_max) {
            data.bytes.resize(bytes_max);
            data.end = DataEnd::too_large;
            return data;
        }
        data.bytes.resize(before + std::min(step, bytes_max + 1 - before));
        const la_ssize_t got =
            archive_read_data(reader, data.bytes.data() + before, data.bytes.size() - before);
        data.bytes.resize(before + static_cast<std::size_t>(std::max<la_ssize_t>(got, 0)));
        if (got == 0) return data;
        if (got < 0) {
            const char* message = archive_error_string(reader);
            data.error = message != nullptr ? message : "unreadable";
            data.end = end_from_error(data.error);
            return data;
        }
    }
}

std::string entry_name(archive_entry* entry) {
    if (const char* name = archive_entry_pathname_utf8(entry); name != nullptr) return name;
    if (const char* name = archive_entry_pathname(entry); name != nullptr) return name;
    return {};
}

/// One walk through an archive.
class Unpacking {
public:
    Unpacking(Inspection& inspection, ArchiveForm form, std::optional<ZipRest> rest,
              const std::set<std::string>* names)
        : inspection_(inspection), form_(form), rest_(rest), names_(names) {}

    void run() {
        std::optional<std::string_view> password;
        if (rest_ == ZipRest::encrypted) {
            inspection_.flag(PartFlag::encrypted_archive);
            password = find_password();
            if (!password) return;
            inspection_.flag(PartFlag::password_in_message);
        }
        const Reader reader = open_reader(inspection_.bytes(), form_, password.value_or(""));
        if (!reader) {
            inspection_.limit(ScanLimit::damaged_container, "cannot be opened as an archive");
            return;
        }
        walk(reader.get());
        if (names_ != nullptr && unpacked_ < names_->size())
            inspection_.limit(ScanLimit::unsupported_method,
                              "a member is packed by a method that is not known here");
    }

private:
    [[nodiscard]] bool wanted(archive_entry* entry) const {
        if (archive_entry_filetype(entry) == AE_IFDIR || archive_entry_hardlink(entry) != nullptr)
            return false;
        if (rest_ == ZipRest::encrypted) return archive_entry_is_data_encrypted(entry) == 1;
        return names_ == nullptr || names_->contains(entry_name(entry));
    }

    void walk(archive* reader);
    bool unpack_entry(archive* reader, archive_entry* entry);
    void note_end(const std::string& name, const Data& data);
    [[nodiscard]] std::optional<std::string_view> find_password();
    [[nodiscard]] bool opens_with(std::string_view password);

    Inspection& inspection_;
    ArchiveForm form_;
    std::optional<ZipRest> rest_;
    const std::set<std::string>* names_;
    std::size_t unpacked_ = 0;
};

void Unpacking::walk(archive* reader) {
    // Every round claims a member or passes over a folder; folders are bounded by the same number.
    for (std::size_t rounds = 0;; ++rounds) {
        archive_entry* entry = nullptr;
        const int status = archive_read_next_header(reader, &entry);
        if (status == ARCHIVE_EOF) break;
        if (status == ARCHIVE_RETRY && rounds < limits::container_members) continue;
        if (status < ARCHIVE_WARN) {
            const char* message = archive_error_string(reader);
            const std::string text = message != nullptr ? message : "unreadable";
            if (end_from_error(text) == DataEnd::locked) inspection_.flag(PartFlag::encrypted_archive);
            inspection_.limit(end_from_error(text) == DataEnd::unsupported ? ScanLimit::unsupported_method
                                                                           : ScanLimit::damaged_container,
                              text);
            break;
        }
        if (rounds >= limits::container_members) {
            inspection_.limit(ScanLimit::container_members,
                              fmt::format("more than {} entries", limits::container_members));
            break;
        }
        if (wanted(entry) && !unpack_entry(reader, entry)) break;
    }
    if (archive_read_has_encrypted_entries(reader) == 1) inspection_.flag(PartFlag::encrypted_archive);
}

/// False: no more members of this archive.
bool Unpacking::unpack_entry(archive* reader, archive_entry* entry) {
    if (!inspection_.claim_member()) return false;
    const std::string name = form_ == ArchiveForm::packed_stream ? std::string() : entry_name(entry);
    const std::size_t ratio_bound = Inspection::ratio_bound(inspection_.bytes().size());
    const Data data = read_data(reader, std::min(ratio_bound, inspection_.budget().bytes_left));
    if (data.end == DataEnd::too_large && ratio_bound <= inspection_.budget().bytes_left) {
        inspection_.limit(ScanLimit::container_ratio,
                          fmt::format("{} unpacks to more than {} bytes", name, ratio_bound));
    } else if (data.end == DataEnd::too_large) {
        inspection_.limit(ScanLimit::container_bytes,
                          fmt::format("more than {} bytes", limits::container_bytes));
    }
    note_end(name, data);
    if (data.end == DataEnd::complete) ++unpacked_;
    if (!inspection_.claim_bytes(data.bytes.size())) return false;
    if (!data.bytes.empty()) inspection_.scan({.name = name, .media_type = {}, .bytes = data.bytes});
    return data.end != DataEnd::too_large;
}

void Unpacking::note_end(const std::string& name, const Data& data) {
    if (data.end == DataEnd::locked) inspection_.flag(PartFlag::encrypted_archive);
    if (data.end == DataEnd::damaged)
        inspection_.limit(ScanLimit::damaged_container, fmt::format("{}: {}", name, data.error));
    if (data.end == DataEnd::unsupported)
        inspection_.limit(ScanLimit::unsupported_method, fmt::format("{}: {}", name, data.error));
}

std::optional<std::string_view> Unpacking::find_password() {
    for (const std::string_view password : inspection_.input().passwords) {
        if (!inspection_.time_left()) return std::nullopt;
        if (opens_with(password)) return password;
    }
    return std::nullopt;
}

/// True when the first locked member unpacks with this password and its checksum is right: the check byte of the old cipher
/// alone accepts one wrong password in 256.
bool Unpacking::opens_with(std::string_view password) {
    const Reader reader = open_reader(inspection_.bytes(), form_, password);
    if (!reader) return false;
    archive_entry* entry = nullptr;
    for (std::size_t rounds = 0; rounds < limits::container_members; ++rounds) {
        if (archive_read_next_header(reader.get(), &entry) < ARCHIVE_WARN) return false;
        if (archive_entry_is_data_encrypted(entry) != 1) continue;
        constexpr std::size_t trial_bytes_max = 8U << 20;
        const Data data = read_data(reader.get(), trial_bytes_max);
        return data.end == DataEnd::complete || (data.end == DataEnd::too_large);
    }
    return false;
}

}  // namespace

void unpack_archive(Inspection& inspection, ArchiveForm form) {
    Unpacking(inspection, form, std::nullopt, nullptr).run();
}

void unpack_zip_rest(Inspection& inspection, ZipRest rest, const std::set<std::string>& names) {
    Unpacking(inspection, ArchiveForm::archive, rest, &names).run();
}

}  // namespace tocsin::scan
