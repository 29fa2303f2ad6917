#include "scan/zip_readings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "scan/archive.hpp"
#include "scan/inflate.hpp"
#include "scan/zip_structure.hpp"

namespace tocsin::scan {

namespace {

constexpr std::uint16_t method_stored = 0;
constexpr std::uint16_t method_deflate = 8;
/// Conflicts told of one archive; the first ones are the useful ones.
constexpr std::size_t conflicts_max = 8;
/// Directories that are read; more is no archive but an attack.
constexpr std::size_t directories_max = 16;
/// Records looked at, those of zips stored inside included.
constexpr std::size_t records_max = 65'536;

/// What the bytes at one place turned out to be.
struct Content {
    Bytes bytes;
    std::size_t consumed = 0;
    bool valid = false;  ///< checksum right, or the packed stream ended properly
    bool too_large = false;
};

/// One walk through all readings.
class ZipWalk {
public:
    ZipWalk(ByteView bytes, ZipSink& sink)
        : bytes_(bytes), sink_(sink), structure_(read_zip_structure(bytes, records_max)) {}

    void run();

private:
    struct Range {
        std::uint64_t begin = 0, end = 0;
    };

    bool read_directory(const ZipDirectory& directory);
    bool read_entry(const ZipEntry& central);
    bool read_orphans(bool directory_seen);
    bool read_data(const ZipEntry& entry, std::uint64_t data_offset);
    void read_stored(const ZipEntry& entry, ByteView packed, std::size_t room);
    void read_deflated(const ZipEntry& entry, ByteView packed, std::size_t room);
    void compare(const ZipEntry& central, const ZipEntry& local);
    void check_duplicates(const ZipDirectory& directory);
    void emit(const std::string& name, Bytes bytes);
    void conflict(const std::string& what);
    [[nodiscard]] const ZipEntry* local_at(std::uint64_t offset) const;
    [[nodiscard]] bool is_covered(std::uint64_t offset) const;

    ByteView bytes_;
    ZipSink& sink_;
    ZipStructure structure_;
    std::vector<Range> covered_;           ///< data of members that were read: what stands inside is theirs
    std::set<std::uint64_t> read_locals_;  ///< local headers that a directory led to
    std::set<std::pair<std::uint64_t, std::string>> read_places_;
    std::set<std::pair<std::string, Hash256>> emitted_;
    HashKey key_ = random_hash_key();
    std::size_t conflicts_ = 0;
};

void ZipWalk::run() {
    // The last directory is the one that most unpackers believe; it decides what is a member's data and what is beside it.
    std::size_t directories = 0;
    for (std::size_t i = structure_.end_records.size(); i-- > 0;) {
        if (directories > 0 && is_covered(structure_.end_records[i]))
            continue;  // of a zip stored inside this one
        if (++directories > directories_max) {
            sink_.problem(ZipProblem::too_many,
                          fmt::format("more than {} directories of members", directories_max));
            break;
        }
        const ZipDirectory directory =
            read_zip_directory(bytes_, structure_.end_records[i], limits::container_members + 1);
        if (directories > 1 && !directory.entries.empty())
            conflict("there is more than one directory of members");
        check_duplicates(directory);
        if (directory.cut && directory.entries.size() <= limits::container_members)
            sink_.problem(ZipProblem::damaged, "the directory of members is cut");
        if (!read_directory(directory)) return;
    }
    if (!read_orphans(directories > 0)) return;
    if (structure_.more)
        sink_.problem(ZipProblem::too_many, fmt::format("more than {} records", records_max));
    if (directories == 0 && structure_.locals.empty())
        sink_.problem(ZipProblem::damaged, "no member can be found");
}

bool ZipWalk::read_directory(const ZipDirectory& directory) {
    return std::ranges::all_of(directory.entries,
                               [this](const ZipEntry& entry) { return read_entry(entry); });
}

/// False: the budget is spent.
bool ZipWalk::read_entry(const ZipEntry& central) {
    const ZipEntry* local = local_at(central.local_offset);
    if (local == nullptr) {
        conflict(fmt::format("the directory names {}, but it is not there", central.name));
        sink_.problem(ZipProblem::damaged, central.name);
        return true;
    }
    read_locals_.insert(local->local_offset);
    compare(central, *local);
    if (central.is_folder() && central.packed_size == 0) return true;
    if (!read_data(central, local->data_offset)) return false;

    // What a reader of local headers would take instead.
    const bool sizes_known = !local->has_descriptor() || local->packed_size != 0;
    const bool differs =
        local->method != central.method || (sizes_known && local->packed_size != central.packed_size);
    ZipEntry as_local = *local;
    if (!sizes_known) as_local.packed_size = central.packed_size;
    if (as_local.crc == 0) as_local.crc = central.crc;
    if (differs && !read_data(as_local, local->data_offset)) return false;
    if (!differs && local->name != central.name && !read_data(as_local, local->data_offset)) return false;
    return true;
}

/// Local headers that no directory leads to: what a streaming reader finds, and what a second archive before or behind leaves.
bool ZipWalk::read_orphans(bool directory_seen) {
    for (const ZipEntry& local : structure_.locals) {
        if (read_locals_.contains(local.local_offset) || is_covered(local.local_offset)) continue;
        if (directory_seen) conflict(fmt::format("{} is there, but no directory names it", local.name));
        if (local.is_folder()) continue;
        ZipEntry entry = local;
        // With the sizes behind the data only the stream itself tells where it ends; take all that is left.
        if (entry.has_descriptor() && entry.packed_size == 0)
            entry.packed_size = bytes_.size() - entry.data_offset;
        if (!read_data(entry, entry.data_offset)) return false;
    }
    return true;
}

bool ZipWalk::read_data(const ZipEntry& entry, std::uint64_t data_offset) {
    const auto place =
        std::pair(data_offset, fmt::format("{}:{}:{}", entry.method, entry.packed_size, entry.name));
    if (!read_places_.insert(place).second) return true;
    if (!sink_.wants_member()) return false;
    if (entry.encrypted()) {
        sink_.problem(ZipProblem::encrypted, entry.name);
        return true;
    }
    const auto begin = static_cast<std::size_t>(std::min<std::uint64_t>(data_offset, bytes_.size()));
    const std::size_t there = bytes_.size() - begin;
    if (entry.packed_size > there) sink_.problem(ZipProblem::damaged, entry.name);
    const ByteView packed =
        bytes_.subspan(begin, static_cast<std::size_t>(std::min<std::uint64_t>(entry.packed_size, there)));
    const std::size_t room = sink_.room(packed.size());
    if (entry.method == method_stored) {
        read_stored(entry, packed, room);
    } else if (entry.method == method_deflate) {
        read_deflated(entry, packed, room);
    } else {
        sink_.problem(ZipProblem::rare_method, entry.name);
        covered_.push_back({begin, begin + packed.size()});
    }
    return true;
}

/// A "Zombie ZIP": the header says stored, the data is deflated, and the malware's own loader knows.
void ZipWalk::read_stored(const ZipEntry& entry, ByteView packed, std::size_t room) {
    const auto begin = static_cast<std::uint64_t>(packed.data() - bytes_.data());
    covered_.push_back({begin, begin + packed.size()});
    const ByteView kept = packed.first(std::min(packed.size(), room));
    if (kept.size() < packed.size()) sink_.problem(ZipProblem::ratio, entry.name);
    emit(entry.name, Bytes(kept.begin(), kept.end()));
    if (packed.empty() || crc32_of(packed) == entry.crc) return;
    Inflated inflated = inflate_bytes(packed, DeflateForm::raw, room);
    constexpr std::size_t chance_bytes = 16;  // a few bytes of anything may pass for a deflate stream
    if (inflated.bytes.size() >= chance_bytes && (inflated.complete || inflated.too_large)) {
        conflict(fmt::format("{} is declared as stored, but it is packed", entry.name));
        emit(entry.name, std::move(inflated.bytes));
    } else {
        sink_.problem(ZipProblem::damaged, entry.name);
    }
}

void ZipWalk::read_deflated(const ZipEntry& entry, ByteView packed, std::size_t room) {
    const auto begin = static_cast<std::uint64_t>(packed.data() - bytes_.data());
    Inflated inflated = inflate_bytes(packed, DeflateForm::raw, room);
    covered_.push_back({begin, begin + (inflated.complete ? inflated.consumed : packed.size())});
    const bool right = inflated.complete && crc32_of(inflated.bytes) == entry.crc;
    const bool unknown_crc = entry.has_descriptor() && entry.crc == 0;
    if (inflated.too_large) {
        sink_.problem(ZipProblem::ratio, entry.name);
    } else if (!right && !(inflated.complete && unknown_crc)) {
        // Not what the header promises. If it is stored data under a false method, its checksum says so.
        const bool stored = crc32_of(packed) == entry.crc || !inflated.complete;
        if (stored && !packed.empty()) {
            const ByteView kept = packed.first(std::min(packed.size(), room));
            emit(entry.name, Bytes(kept.begin(), kept.end()));
        }
        if (crc32_of(packed) == entry.crc)
            conflict(fmt::format("{} is declared as packed, but it is stored", entry.name));
        else
            sink_.problem(ZipProblem::damaged, entry.name);
    }
    emit(entry.name, std::move(inflated.bytes));
}

/// APPNOTE section 4.3.7 and 4.3.12: both records describe one member.
void ZipWalk::compare(const ZipEntry& central, const ZipEntry& local) {
    if (central.name != local.name)
        conflict(fmt::format("one record calls a member {}, the other {}", central.name, local.name));
    if (central.method != local.method)
        conflict(fmt::format("the records disagree about how {} is packed", central.name));
    if (central.encrypted() != local.encrypted())
        conflict(fmt::format("the records disagree about whether {} is encrypted", central.name));
    const bool sizes_later = local.has_descriptor() && local.packed_size == 0;
    if (!sizes_later &&
        (central.packed_size != local.packed_size || central.unpacked_size != local.unpacked_size))
        conflict(fmt::format("the records disagree about the size of {}", central.name));
}

/// Of two members with one name some unpackers keep the first, some the last.
void ZipWalk::check_duplicates(const ZipDirectory& directory) {
    std::map<std::string_view, std::uint32_t> names;
    for (const ZipEntry& entry : directory.entries) {
        const auto [place, fresh] = names.try_emplace(entry.name, entry.crc);
        if (!fresh && place->second != entry.crc)
            conflict(fmt::format("two members are called {}", entry.name));
    }
}

void ZipWalk::emit(const std::string& name, Bytes bytes) {
    if (bytes.empty()) return;
    if (emitted_.emplace(name, keyed_hash(key_, bytes)).second) sink_.member({name, std::move(bytes)});
}

void ZipWalk::conflict(const std::string& what) {
    if (conflicts_++ < conflicts_max) sink_.conflict(what);
}

const ZipEntry* ZipWalk::local_at(std::uint64_t offset) const {
    const auto place = std::ranges::lower_bound(structure_.locals, offset, {}, &ZipEntry::local_offset);
    return place != structure_.locals.end() && place->local_offset == offset ? &*place : nullptr;
}

bool ZipWalk::is_covered(std::uint64_t offset) const {
    return std::ranges::any_of(
        covered_, [offset](const Range& range) { return offset >= range.begin && offset < range.end; });
}

// ---- the readings of a part -------------------------------------------------------------------------------------------

class InspectionSink final : public ZipSink {
public:
    InspectionSink(Inspection& inspection, const ZipObserver& observer)
        : inspection_(inspection), observer_(observer) {}

    bool wants_member() override { return !stopped_ && inspection_.claim_member(); }
    std::size_t room(std::size_t packed) override {
        return std::min(Inspection::ratio_bound(packed), inspection_.budget().bytes_left);
    }
    void member(const ZipMember& member) override {
        if (stopped_) return;
        if (!inspection_.claim_bytes(member.bytes.size())) {
            stopped_ = true;
            return;
        }
        if (observer_) observer_(member.name, member.bytes);
        inspection_.scan({.name = member.name, .media_type = {}, .bytes = member.bytes});
    }
    void problem(ZipProblem problem, const std::string& name) override;
    void conflict(const std::string& what) override {
        inspection_.flag(PartFlag::container_conflict);
        inspection_.ambiguity(what);
        inspection_.finding("zip_conflict", Severity::suspicious,
                            "is an archive that different programs unpack differently: " + printable(what));
    }

    std::set<std::string> encrypted;  ///< names of members that our reader cannot unpack
    std::set<std::string> rare_method;

private:
    Inspection& inspection_;
    const ZipObserver& observer_;
    bool stopped_ = false;
};

void InspectionSink::problem(ZipProblem problem, const std::string& name) {
    switch (problem) {
        case ZipProblem::encrypted: encrypted.insert(name); break;
        case ZipProblem::rare_method: rare_method.insert(name); break;
        case ZipProblem::damaged: inspection_.limit(ScanLimit::damaged_container, name); break;
        case ZipProblem::ratio:
            stopped_ = true;
            // The room was the smaller of two bounds; say which one.
            if (inspection_.budget().bytes_left < limits::container_ratio_floor_bytes)
                inspection_.limit(ScanLimit::container_bytes,
                                  fmt::format("more than {} bytes", limits::container_bytes));
            else
                inspection_.limit(
                    ScanLimit::container_ratio,
                    fmt::format("{} unpacks to more than {} times its size", name, limits::container_ratio));
            break;
        case ZipProblem::too_many: inspection_.limit(ScanLimit::container_members, name); break;
    }
}

}  // namespace

void read_zip(ByteView bytes, ZipSink& sink) {
    ZipWalk(bytes, sink).run();
}

void unpack_zip(Inspection& inspection, const ZipObserver& observer) {
    InspectionSink sink(inspection, observer);
    read_zip(inspection.bytes(), sink);
    if (!sink.rare_method.empty()) unpack_zip_rest(inspection, ZipRest::rare_methods, sink.rare_method);
    if (!sink.encrypted.empty()) unpack_zip_rest(inspection, ZipRest::encrypted, sink.encrypted);
}

}  // namespace tocsin::scan
