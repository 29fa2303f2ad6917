#include "scan/iso.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include "base/limits.hpp"
#include "scan/iso_record.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::scan {

namespace {

/// Conflicts told of one image; the first ones are the useful ones.
constexpr std::size_t conflicts_max = 8;

struct Folder {
    IsoExtent extent;
    std::string path;
    std::size_t depth = 0;
};

struct File {
    std::vector<IsoExtent> extents;  ///< neighbours joined, none empty
    std::vector<std::string> names;
    std::uint32_t trees = 0;  ///< one bit for each that leads here
    bool compressed = false;
    bool interleaved = false;
};

struct Visit {
    std::size_t tree = 0;
    std::uint64_t size = 0;
};

/// One walk through all trees. Files are collected first, so that each is a member once, with the names of all trees.
class IsoWalk {
public:
    IsoWalk(ByteView image, IsoSink& sink) : image_(image), sink_(sink) {}

    void run();

private:
    void read_descriptors();
    void read_tree(std::size_t tree);
    void read_folder(const Folder& folder);
    void read_record(const IsoRecord& record, const Folder& folder);
    void enter(const IsoRecord& record, const Folder& folder);
    void follow_relocation(Folder folder);
    void add_to_file(const IsoRecord& record, const Folder& folder);
    void finish_file();
    void add_names(File& file, const std::vector<std::string>& names);
    void compare_trees();
    bool emit(const File& file);
    ByteView gather(const File& file, Bytes& joined);
    [[nodiscard]] bool first_visit(const IsoExtent& extent, bool relocated);
    void damaged(const std::string& what) { sink_.problem(IsoProblem::damaged, what); }
    void conflict(const std::string& what) {
        if (conflicts_++ < conflicts_max) sink_.conflict(what);
    }

    ByteView image_;
    IsoSink& sink_;
    std::vector<IsoVolume> trees_;
    bool has_udf_ = false;

    // The tree that is being read.
    std::size_t tree_ = 0;
    std::vector<Folder> folders_;    ///< those still to be read are at the end
    std::vector<Folder> relocated_;  ///< that Rock Ridge leads to; they should be among folders_ as well
    std::uint64_t folder_bytes_ = 0;
    std::optional<File> open_;  ///< a file whose next record follows
    std::string open_name_;

    std::map<std::pair<IsoNames, std::uint64_t>, Visit> visits_;
    std::vector<File> files_;
    std::map<std::vector<IsoExtent>, std::size_t> file_at_;
    std::size_t records_left_ = limits::iso_records;
    bool stopped_ = false;
    std::size_t conflicts_ = 0;
};

void IsoWalk::run() {
    read_descriptors();
    if (has_udf_)
        sink_.problem(IsoProblem::unsupported, "the image also has a UDF file system, which is not read");
    if (trees_.empty() && !has_udf_) damaged("no tree of folders can be found");
    for (std::size_t tree = 0; tree < trees_.size() && !stopped_; ++tree) read_tree(tree);
    compare_trees();
    for (const File& file : files_)
        if (!emit(file)) return;
}

/// The volume recognition sequence (ECMA-119 section 6.7.1, ECMA-167 part 2): ISO 9660's descriptors and UDF's in one row.
void IsoWalk::read_descriptors() {
    constexpr std::array<std::string_view, 6> udf_marks = {"BEA01", "NSR02", "NSR03",
                                                           "TEA01", "BOOT2", "CDW02"};
    // A reader may begin two sectors late; the type of the file is told by these places too.
    constexpr std::size_t late_sectors = 2;
    bool seen = false;
    for (std::size_t i = 0; i < limits::iso_descriptors; ++i) {
        const ByteView sector =
            slice(image_, (iso_first_descriptor + i) * iso_sector_bytes, iso_sector_bytes);
        const std::string_view mark = as_text(slice(sector, 1, 5));
        const bool udf = std::ranges::find(udf_marks, mark) != udf_marks.end();
        if (!udf && mark != "CD001") {
            if (seen || i >= late_sectors) return;
            continue;
        }
        seen = true;
        has_udf_ = has_udf_ || mark.starts_with("NSR");
        const std::optional<IsoVolume> volume = udf ? std::nullopt : read_iso_volume(sector);
        if (!volume) continue;
        if (volume->odd_block_size) damaged("the size of a block is none that exists");
        // An enhanced descriptor (ISO 9660:1999) leads to the primary one's tree again.
        const bool known = std::ranges::any_of(trees_, [&](const IsoVolume& tree) {
            return tree.names == volume->names && tree.root == volume->root &&
                   tree.block_bytes == volume->block_bytes;
        });
        if (known) continue;
        if (trees_.size() >= limits::iso_trees) {
            sink_.problem(IsoProblem::too_many,
                          fmt::format("more than {} trees of folders", limits::iso_trees));
            return;
        }
        // Joliet's names come first: they are what Windows shows.
        trees_.insert(volume->names == IsoNames::joliet ? trees_.begin() : trees_.end(), *volume);
    }
    sink_.problem(IsoProblem::too_many, fmt::format("more than {} descriptors", limits::iso_descriptors));
}

void IsoWalk::read_tree(std::size_t tree) {
    tree_ = tree;
    folder_bytes_ = 0;
    folders_.clear();
    relocated_.clear();
    const IsoExtent root = trees_[tree].root;
    if (first_visit(root, false)) folders_.push_back({.extent = root, .path = {}, .depth = 0});
    // Every round takes one folder off; each was paid for by a record.
    while (!stopped_ && (!folders_.empty() || !relocated_.empty())) {
        if (folders_.empty()) {
            Folder folder = std::move(relocated_.back());
            relocated_.pop_back();
            follow_relocation(std::move(folder));
            continue;
        }
        const Folder folder = std::move(folders_.back());
        folders_.pop_back();
        read_folder(folder);
    }
}

/// A folder that Rock Ridge moved up, since ISO 9660 allows eight levels: the entry names its first block only, its own first
/// record tells its size (IEEE P1282 section 4.1.5.1).
void IsoWalk::follow_relocation(Folder folder) {
    if (folder.extent.begin >= image_.size() || image_.size() - folder.extent.begin < 34) {
        damaged(fmt::format("{}: the folder lies outside the image", folder.path));
        return;
    }
    folder.extent.size = u32_at(image_, static_cast<std::size_t>(folder.extent.begin) + 10);
    if (first_visit(folder.extent, true)) folders_.push_back(std::move(folder));
}

/// Trees may share folders. Within one tree a folder stands once: a second way to it is a circle, or a lie about its size.
bool IsoWalk::first_visit(const IsoExtent& extent, bool relocated) {
    if (extent.size == 0) return false;
    const auto [place, fresh] =
        visits_.try_emplace({trees_[tree_].names, extent.begin}, Visit{tree_, extent.size});
    if (fresh) return true;
    if (place->second.tree != tree_ && extent.size > place->second.size) {
        place->second = {tree_, extent.size};
        return true;
    }
    if (place->second.tree == tree_ && (!relocated || extent.size != place->second.size))
        damaged("two ways lead to the same folder");
    return false;
}

/// ECMA-119 section 6.8.1: records one behind the other, none across the end of a sector.
void IsoWalk::read_folder(const Folder& folder) {
    const std::uint64_t begin = std::min<std::uint64_t>(folder.extent.begin, image_.size());
    const std::uint64_t there = image_.size() - begin;
    if (folder.extent.size > there)
        damaged(fmt::format("{}/ reaches beyond the end of the image", folder.path));
    const ByteView bytes = image_.subspan(static_cast<std::size_t>(begin),
                                          static_cast<std::size_t>(std::min(folder.extent.size, there)));
    // Folders that overlap could make a small image cost the square of its size.
    folder_bytes_ += bytes.size();
    if (folder_bytes_ > image_.size()) {
        damaged("its folders are larger together than the image");
        stopped_ = true;
        return;
    }
    const std::size_t block_bytes = trees_[tree_].block_bytes;
    for (std::size_t at = 0; at < bytes.size() && !stopped_;) {
        const std::size_t length = u8_at(bytes, at);
        if (length < 34 || length > bytes.size() - at) {
            if (length != 0) damaged(fmt::format("{}/ holds a broken record", folder.path));
            at = (at / block_bytes + 1) * block_bytes;
            continue;
        }
        if (records_left_ == 0) {
            sink_.problem(IsoProblem::too_many, fmt::format("more than {} records", limits::iso_records));
            stopped_ = true;
            break;
        }
        --records_left_;
        const IsoRecord record =
            read_iso_record(image_, bytes.subspan(at, length), trees_[tree_], records_left_);
        read_record(record, folder);
        at += length;
    }
    if (!open_) return;
    damaged(fmt::format("{}: the file's last record is missing", open_name_));
    finish_file();
}

void IsoWalk::read_record(const IsoRecord& record, const Folder& folder) {
    if (record.names_damaged) damaged(fmt::format("the names of {} are damaged", record.name));
    if (record.self_or_parent) {
        if (folder.depth == 0 && record.skipped_bytes) trees_[tree_].skipped_bytes = *record.skipped_bytes;
        return;
    }
    if (record.orders_differ)
        conflict(fmt::format("where {} lies depends on the machine that reads it", record.name));
    if (open_ && (record.folder || record.name != open_name_)) {
        damaged(fmt::format("{}: the file's last record is missing", open_name_));
        finish_file();
    }
    if (record.folder || record.relocated) enter(record, folder);
    if (!record.folder) add_to_file(record, folder);
}

void IsoWalk::enter(const IsoRecord& record, const Folder& folder) {
    const std::string& name = record.rock_ridge_name.empty() ? record.name : record.rock_ridge_name;
    if (folder.depth + 1 > limits::iso_folder_depth) {
        sink_.problem(IsoProblem::too_deep,
                      fmt::format("folders lie more than {} deep in each other", limits::iso_folder_depth));
        return;
    }
    Folder inner{.extent = record.extent, .path = folder.path, .depth = folder.depth + 1};
    if (!inner.path.empty()) inner.path += '/';
    inner.path += name;
    // Of a path that is too long its end is the useful piece.
    if (inner.path.size() > limits::iso_path_bytes) inner.path = name.substr(0, limits::iso_path_bytes);
    if (record.relocated) {
        relocated_.push_back(inner);
        relocated_.back().extent = *record.relocated;
    }
    if (record.folder && first_visit(inner.extent, false)) folders_.push_back(std::move(inner));
}

/// A file larger than one extent has several records in a row (section 6.5.1), all but the last marked.
void IsoWalk::add_to_file(const IsoRecord& record, const Folder& folder) {
    if (!open_) {
        const bool two_names = !record.rock_ridge_name.empty() && record.rock_ridge_name != record.name;
        const std::string& name = two_names ? record.rock_ridge_name : record.name;
        open_.emplace();
        open_->names.push_back(folder.path.empty() ? name : folder.path + '/' + name);
        if (two_names) open_->names.push_back(record.name);
        open_->trees = 1U << tree_;
        // For readers that know relocation this is no file: the trees do not disagree about it.
        if (record.relocated) open_->trees = ~0U;
        open_name_ = record.name;
    }
    open_->compressed = open_->compressed || record.compressed;
    open_->interleaved = open_->interleaved || record.interleaved;
    if (record.extent.size != 0) {
        if (!open_->extents.empty() && open_->extents.back().end() == record.extent.begin)
            open_->extents.back().size += record.extent.size;
        else
            open_->extents.push_back(record.extent);
    }
    if (!record.more_extents) finish_file();
}

void IsoWalk::finish_file() {
    File file = std::move(*open_);
    open_.reset();
    if (file.extents.empty()) return;
    const auto known = file_at_.find(file.extents);
    if (known != file_at_.end()) {
        File& other = files_[known->second];
        other.trees |= file.trees;
        other.compressed = other.compressed || file.compressed;
        other.interleaved = other.interleaved || file.interleaved;
        const std::size_t names = other.names.size();
        if (names + file.names.size() <= limits::iso_names) {
            add_names(other, file.names);
            return;
        }
        // Too many names for one member: the same bytes are one more, so that no name goes unseen.
        file.trees = ~0U;
    }
    if (files_.size() > limits::container_members) {
        sink_.problem(IsoProblem::too_many, fmt::format("more than {} files", limits::container_members));
        stopped_ = true;
        return;
    }
    file_at_[file.extents] = files_.size();
    files_.push_back(std::move(file));
}

void IsoWalk::add_names(File& file, const std::vector<std::string>& names) {
    for (const std::string& name : names)
        if (std::ranges::find(file.names, name) == file.names.end()) file.names.push_back(name);
}

void IsoWalk::compare_trees() {
    if (stopped_ || trees_.size() < 2) return;
    const std::uint32_t all = (1U << trees_.size()) - 1;
    for (const File& file : files_)
        if ((file.trees & all) != all)
            conflict(fmt::format("{} is in one tree of folders and not in another", file.names.front()));
}

/// The file's bytes as far as they are there, at most the sink's room. A view where they lie in one piece, else in `joined`.
ByteView IsoWalk::gather(const File& file, Bytes& joined) {
    const std::size_t room = sink_.room();
    const std::string& name = file.names.front();
    ByteView whole;
    for (const IsoExtent& extent : file.extents) {
        const std::uint64_t begin = std::min<std::uint64_t>(extent.begin, image_.size());
        const std::uint64_t there = image_.size() - begin;
        if (extent.size > there) damaged(fmt::format("{} reaches beyond the end of the image", name));
        const std::size_t left = room - (file.extents.size() == 1 ? 0 : joined.size());
        const std::uint64_t wanted = std::min(extent.size, there);
        const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left));
        whole = image_.subspan(static_cast<std::size_t>(begin), taken);
        if (file.extents.size() > 1) joined.insert(joined.end(), whole.begin(), whole.end());
        if (taken < wanted) {
            sink_.problem(IsoProblem::too_large, name);
            break;
        }
    }
    return file.extents.size() > 1 ? ByteView(joined) : whole;
}

/// False: no more members.
bool IsoWalk::emit(const File& file) {
    if (!sink_.wants_member()) return false;
    if (file.compressed) sink_.problem(IsoProblem::unsupported, file.names.front() + " is packed by zisofs");
    if (file.interleaved)
        sink_.problem(IsoProblem::unsupported, file.names.front() + " lies in pieces with gaps between them");
    Bytes joined;
    const ByteView bytes = gather(file, joined);
    if (!bytes.empty()) sink_.member({.names = file.names, .bytes = bytes});
    return true;
}

// ---- the image of a part ------------------------------------------------------------------------------------------------

class InspectionSink final : public IsoSink {
public:
    explicit InspectionSink(Inspection& inspection) : inspection_(inspection) {}

    bool wants_member() override { return !stopped_ && inspection_.claim_member(); }
    std::size_t room() override { return inspection_.budget().bytes_left; }
    void member(const IsoMember& member) override {
        if (!inspection_.claim_bytes(member.bytes.size())) {
            stopped_ = true;
            return;
        }
        const std::vector<std::string> others(member.names.begin() + 1, member.names.end());
        inspection_.scan(
            {.name = member.names.front(), .media_type = {}, .bytes = member.bytes, .other_names = &others});
    }
    void problem(IsoProblem problem, const std::string& what) override {
        switch (problem) {
            case IsoProblem::damaged: inspection_.limit(ScanLimit::damaged_container, what); break;
            case IsoProblem::unsupported: inspection_.limit(ScanLimit::unsupported_method, what); break;
            case IsoProblem::too_many: inspection_.limit(ScanLimit::container_members, what); break;
            case IsoProblem::too_deep: inspection_.limit(ScanLimit::container_depth, what); break;
            case IsoProblem::too_large:
                stopped_ = true;
                inspection_.limit(ScanLimit::container_bytes,
                                  fmt::format("more than {} bytes", limits::container_bytes));
                break;
        }
    }
    void conflict(const std::string& what) override {
        inspection_.flag(PartFlag::container_conflict);
        inspection_.ambiguity(what);
        inspection_.finding("iso_conflict", Severity::suspicious,
                            "is a disk image that different systems show differently: " + printable(what));
    }

private:
    Inspection& inspection_;
    bool stopped_ = false;
};

}  // namespace

void read_iso(ByteView image, IsoSink& sink) {
    IsoWalk(image, sink).run();
}

void unpack_iso(Inspection& inspection) {
    InspectionSink sink(inspection);
    read_iso(inspection.bytes(), sink);
}

}  // namespace tocsin::scan
