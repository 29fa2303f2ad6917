// The lists that rules ask with $name: our own files, the operator's, and those of the organisation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "mail/domain_names.hpp"
#include "rules/load_notices.hpp"
#include "rules/text_set.hpp"

namespace tocsin::rules {

/// Where a list comes from.
enum class ListKind : std::uint8_t {
    fixed,         ///< a file that we ship or the operator fetches: hosts, file types, popular domains
    organisation,  ///< the configuration
    history,       ///< whom the organisation writes with
    threat_feed,   ///< fetched often by the operator
};

/// What its items are.
enum class ListItems : std::uint8_t { texts, people };

/// A list that rules of the feed know.
struct KnownList {
    std::string_view name;  ///< without the dollar sign
    ListKind kind;
    ListItems items;
};

/// All lists that the feed names, in the order of their names.
[[nodiscard]] std::span<const KnownList> known_lists();
/// nullptr when the feed knows no such list.
[[nodiscard]] const KnownList* find_known_list(std::string_view name);

/// An important person, an item of org_vips.
struct Vip {
    std::string display_name;
    std::string email;
};

/// One list of texts in the order of its file, each once.
class List {
public:
    explicit List(std::uint64_t key) : exact_(key) {}

    /// `in`: exactly.
    [[nodiscard]] bool contains(std::string_view text) const { return exact_.contains(text); }
    /// `in~`: under Unicode simple case folding.
    [[nodiscard]] bool contains_folded(std::string_view text) const;
    [[nodiscard]] std::size_t size() const { return exact_.size(); }
    /// Valid as long as the list is there.
    [[nodiscard]] std::string_view operator[](std::size_t index) const { return exact_[index]; }
    [[nodiscard]] std::size_t memory_bytes() const;

private:
    friend class Lists;
    void finish();  ///< to be called when the last entry is in

    TextSet exact_;
    std::optional<TextSet> folded_;  ///< only where an entry is not folded as it stands
    std::string digest_;
};

/// Whether a rule that names a list can be answered.
enum class ListState : std::uint8_t {
    unknown,  ///< no such name: the rule is wrong
    absent,   ///< known, but not given: the rule is undecided
    present,
};

/// All lists. Filled while the program starts, then only read.
///
/// A folder holds `NAME.txt`, one entry per line (UTF-8, white space at both ends dropped, empty lines and lines that begin
/// with `#` ignored), or `NAME.csv` with `rank,entry` per line. Either takes the place of the list that is there;
/// `NAME.add.txt` adds to it and `NAME.remove.txt` takes away. Names that the feed does not know make lists for rules of one's
/// own. Files of other kinds are told in passed_over(), except hidden ones and those that are called like remarks about lists
/// (README, NOTICE, LICENSE, *.md).
///
/// What is added to a list that is not there makes one of the organisation's and of one's own; of those that we ship or the
/// operator fetches it makes none, for a few entries would answer for a million ("not in $tranco_1m").
///
/// `org_vips.txt` has `Name <address>` on each line; the name may stand in quotes.
///
/// Domains of the organisation's, customers' and brands' lists are kept as messages have them (small letters, A-labels), and so
/// are the domains in addresses of org_vips.
///
/// `org_slds` follows from `org_domains` unless it is given itself.
class Lists {
public:
    Lists();

    /// Reads a folder; the ones read later win. A line that is no entry (control characters, no UTF-8, longer than
    /// limits::list_entry_bytes, not "rank,entry", no person) is left out and told in bad_lines(). After an error the lists
    /// are as they were before. Errors: not_found, permission, io; limit (limits::list_file_bytes, list_entries, list_files)
    /// and invalid_input (a file whose name is none of a list) with the file.
    [[nodiscard]] Result<void> load_folder(const std::string& folder);

    /// Gives a list of texts, instead of one that is there. An empty list is there and has no entry. Errors: invalid_input,
    /// limit, with the number of the entry from 1.
    [[nodiscard]] Result<void> set(std::string_view name, std::span<const std::string> entries);
    /// Gives org_vips; same errors.
    [[nodiscard]] Result<void> set_vips(std::vector<Vip> vips);

    /// Lines of files that were left out.
    [[nodiscard]] const LoadNotices& bad_lines() const { return bad_lines_; }
    /// Files of folders that make no list, although nothing is wrong with their lines.
    [[nodiscard]] const LoadNotices& passed_over() const { return passed_over_; }

    [[nodiscard]] ListState state(std::string_view name) const;
    /// nullptr when there is none, and for org_vips. Stays valid until that list is given again, or for good.
    [[nodiscard]] const List* find(std::string_view name) const;
    /// nullptr when they were not given.
    [[nodiscard]] const std::vector<Vip>* vips() const { return vips_ ? &*vips_ : nullptr; }
    /// Names of all that are there, sorted.
    [[nodiscard]] std::vector<std::string> names() const;

    /// 16 hexadecimal digits that change when any entry of any list does: for reports.
    [[nodiscard]] std::string version() const;

private:
    struct File;
    using Map = std::map<std::string, List, std::less<>>;

    [[nodiscard]] static Result<void> check_vips(std::span<const Vip> vips);
    [[nodiscard]] Result<std::vector<Vip>> read_vips(const std::string& path, LoadNotices& bad_lines);
    [[nodiscard]] Result<void> apply(const File& file, Map& lists, LoadNotices& bad_lines,
                                     LoadNotices& passed_over);
    [[nodiscard]] std::string as_in_messages(std::string_view list, std::string_view entry);
    void make_as_in_messages(Vip& vip);
    void derive_slds();

    std::uint64_t key_;
    Map lists_;
    bool slds_given_ = false;
    std::optional<std::vector<Vip>> vips_;
    LoadNotices bad_lines_, passed_over_;
    mail::DomainNames domain_names_;
};

}  // namespace tocsin::rules
