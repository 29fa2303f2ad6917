#include "rules/lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "mail/addresses.hpp"
#include "mail/charset.hpp"
#include "rules/strings.hpp"
#include "scan/rule_files.hpp"

namespace tocsin::rules {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view domains_name = "org_domains";
constexpr std::string_view slds_name = "org_slds";
constexpr std::string_view vips_name = "org_vips";
constexpr std::size_t list_version_bytes = 8;
constexpr std::size_t list_name_bytes = 64;

/// Lists of domains that people write by hand, and that rules compare with those of messages.
constexpr auto domain_lists = std::to_array<std::string_view>(
    {"org_domains", "tenant_domains", "customer_domains", "brand_domains", "lookalike_allowed"});

/// Of a file that is no list: whether everybody knows that. What else lies there may have been meant as one.
bool is_remark(const fs::path& path) {
    const std::string name = path.filename().string();
    return name.starts_with('.') || path.extension() == ".md" || name.starts_with("README") ||
           name.starts_with("NOTICE") || name.starts_with("LICENSE");
}

/// Whether a few entries, without the list itself, would be taken for all of it.
bool needs_a_base(std::string_view name) {
    const KnownList* const known = find_known_list(name);
    return known != nullptr && known->kind != ListKind::organisation;
}

/// As the rule language has names: ASCII letters, digits and underscores.
bool is_list_name(std::string_view name) {
    if (name.empty() || name.size() > list_name_bytes) return false;
    const auto fits = [](char c) {
        const char letter = ascii_lower(c);
        return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    return std::ranges::all_of(name, fits) && (name.front() < '0' || name.front() > '9');
}

bool has_control_characters(std::string_view text) {
    return std::ranges::any_of(text,
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// What is wrong with an entry; nullptr when nothing is.
const char* fault_of(std::string_view entry) {
    if (entry.empty()) return "an entry is empty";
    if (entry.size() > limits::list_entry_bytes) return "an entry is too long";
    if (has_control_characters(entry)) return "an entry holds control characters";
    if (!mail::is_valid_utf8(entry)) return "an entry is not UTF-8";
    return nullptr;
}

ErrorCode code_of(std::string_view entry) {
    return entry.size() > limits::list_entry_bytes ? ErrorCode::limit : ErrorCode::invalid_input;
}

/// False for nearly all entries: small ASCII letters stay when they are folded.
bool may_fold(std::string_view text) {
    return std::ranges::any_of(
        text, [](char c) { return ascii_lower(c) != c || static_cast<unsigned char>(c) >= 0x80; });
}

/// The entry of a line "rank,entry"; empty when it is none.
std::string_view ranked_entry(std::string_view line) {
    const std::size_t comma = line.find(',');
    const std::string_view rank = line.substr(0, comma);
    const bool is_number =
        !rank.empty() && std::ranges::all_of(rank, [](char c) { return c >= '0' && c <= '9'; });
    return comma == std::string_view::npos || !is_number ? std::string_view() : trim(line.substr(comma + 1));
}

/// Calls `use` with number and text of each line that is neither empty nor a remark.
template <typename Use>
void for_each_line(std::string_view rest, Use use) {
    if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);  // Windows' byte order mark
    for (std::size_t number = 1; !rest.empty(); ++number) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        const std::string_view line = trim(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (!line.empty() && !line.starts_with('#')) use(number, line);
    }
}

/// What is wrong with a person; nullptr when nothing is. The address may be unknown, but a name that is empty stands in every
/// text.
const char* fault_of(const Vip& vip) {
    if (const char* fault = fault_of(vip.display_name)) return fault;
    return vip.email.empty() ? nullptr : fault_of(vip.email);
}

std::string digest_of(std::string_view text) {
    const Hash256 hash = keyed_hash(HashKey{}, as_bytes(text));
    return to_hex(std::as_bytes(std::span(hash)).first(list_version_bytes));
}

}  // namespace

bool List::contains_folded(std::string_view text) const {
    // A list that is folded as it stands needs one index only.
    return (folded_ ? *folded_ : exact_).contains(fold(text));
}

std::size_t List::memory_bytes() const {
    return exact_.memory_bytes() + (folded_ ? folded_->memory_bytes() : 0);
}

/// What one file of a folder does, to which list.
struct Lists::File {
    enum class Effect : std::uint8_t { replaces, adds, removes };  // in the order in which they are applied
    std::string path;
    std::string name;
    Effect effect = Effect::replaces;
    bool ranked = false;

    /// nullopt: no file of ours.
    static std::optional<File> of(const fs::path& path) {
        File file{.path = path.string(), .name = path.stem().string()};
        file.ranked = path.extension() == ".csv";
        if (file.name.starts_with('.') || (!file.ranked && path.extension() != ".txt")) return std::nullopt;
        const fs::path inner(file.name);
        if (inner.extension() == ".add") file.effect = Effect::adds;
        if (inner.extension() == ".remove") file.effect = Effect::removes;
        if (file.effect != Effect::replaces) file.name = inner.stem().string();
        return file;
    }

    /// Calls `use` with each entry.
    template <typename Use>
    void read(const std::string& content, LoadNotices& bad_lines, Use use) const {
        for_each_line(content, [&](std::size_t number, std::string_view line) {
            const std::string_view entry = ranked ? ranked_entry(line) : line;
            if (ranked && entry.empty())
                bad_lines.add(path, number, "not \"rank,entry\"");
            else if (const char* fault = fault_of(entry))
                bad_lines.add(path, number, fault);
            else
                use(entry);
        });
    }
};

Lists::Lists() {
    const HashKey random = random_hash_key();
    std::memcpy(&key_, random.bytes.data(), sizeof key_);
}

void List::finish() {
    const auto differs = [this] {
        for (std::size_t index = 0; index < exact_.size(); ++index)
            if (may_fold(exact_[index]) && fold(exact_[index]) != exact_[index]) return true;
        return false;
    };
    folded_.reset();
    if (differs()) {
        folded_.emplace(exact_.key());
        folded_->reserve(exact_.size(), exact_.text_bytes());
        for (std::size_t index = 0; index < exact_.size(); ++index) folded_->insert(fold(exact_[index]));
    }
    std::string all;
    all.reserve(exact_.text_bytes() + exact_.size());
    for (std::size_t index = 0; index < exact_.size(); ++index) {
        all += exact_[index];
        all += '\n';
    }
    digest_ = digest_of(all);
}

/// Changes `lists` as `file` says; a list that is not among them yet is taken from ours.
Result<void> Lists::apply(const File& file, Map& lists, LoadNotices& bad_lines, LoadNotices& passed_over) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(file.path, error);
    if (!error && bytes > limits::list_file_bytes)
        return fail(ErrorCode::limit,
                    fmt::format("{}: larger than {} bytes", file.path, limits::list_file_bytes));
    const std::string content = TRY(scan::read_rule_file(file.path));

    List list(key_);
    const auto lines = static_cast<std::size_t>(std::ranges::count(content, '\n')) + 1;
    TextSet entries(key_);
    entries.reserve(std::min(lines, limits::list_entries), content.size());
    file.read(content, bad_lines,
              [&](std::string_view entry) { entries.insert(as_in_messages(file.name, entry)); });

    const auto changed = lists.find(file.name);
    const auto there = lists_.find(file.name);
    const List* const before = changed != lists.end()  ? &changed->second
                               : there != lists_.end() ? &there->second
                                                       : nullptr;
    switch (file.effect) {
        case File::Effect::replaces: list.exact_ = std::move(entries); break;
        case File::Effect::adds:
            if (before == nullptr && needs_a_base(file.name)) {
                passed_over.add(file.path, 0,
                                fmt::format("there is no ${} that this could be added to", file.name));
                return {};
            }
            if (before != nullptr) list.exact_ = before->exact_;
            for (std::size_t index = 0; index < entries.size(); ++index) list.exact_.insert(entries[index]);
            break;
        case File::Effect::removes:
            if (before == nullptr) return {};
            for (std::size_t index = 0; index < before->size(); ++index)
                if (!entries.contains((*before)[index])) list.exact_.insert((*before)[index]);
            break;
    }
    if (list.size() > limits::list_entries)
        return fail(ErrorCode::limit, fmt::format("{}: more than {} entries in ${}", file.path,
                                                  limits::list_entries, file.name));
    lists.insert_or_assign(file.name, std::move(list));
    return {};
}

Result<void> Lists::load_folder(const std::string& folder) {
    std::error_code error;
    if (!fs::is_directory(folder, error))
        return fail(error && error != std::errc::no_such_file_or_directory ? ErrorCode::permission
                                                                           : ErrorCode::not_found,
                    fmt::format("{}: no folder of lists can be read there", folder));
    std::vector<File> files;
    std::string people;
    LoadNotices bad_lines, passed_over;
    fs::directory_iterator walk(folder, error);
    if (error) return fail(ErrorCode::permission, fmt::format("{}: {}", folder, error.message()));
    for (const fs::directory_iterator end; walk != end; walk.increment(error)) {
        std::optional<File> file = File::of(walk->path());
        if (walk->is_directory(error)) continue;
        if (!file) {
            if (!is_remark(walk->path()))
                passed_over.add(walk->path().string(), 0,
                                "no list: those end in .txt or .csv, in small letters");
            continue;
        }
        if (file->name == vips_name && file->effect == File::Effect::replaces && !file->ranked) {
            people = file->path;
            continue;
        }
        if (!is_list_name(file->name) || file->name == vips_name)
            return fail(ErrorCode::invalid_input,
                        fmt::format("{}: {} is no name of a list of texts", file->path, file->name));
        if (files.size() == limits::list_files)
            return fail(ErrorCode::limit, fmt::format("{}: more than {} lists", folder, limits::list_files));
        files.push_back(std::move(*file));
    }
    if (error) return fail(ErrorCode::io, fmt::format("{}: {}", folder, error.message()));
    // The order does not depend on the file system, and a list is there before it is added to.
    std::ranges::sort(files, {}, [](const File& file) { return std::tie(file.effect, file.path); });

    // Everything is read before anything is changed.
    std::optional<std::vector<Vip>> vips;
    if (!people.empty()) vips = TRY(read_vips(people, bad_lines));
    Map changed;
    for (const File& file : files) TRY(apply(file, changed, bad_lines, passed_over));
    for (auto& [name, list] : changed) {
        list.finish();
        if (name == slds_name) slds_given_ = true;
        lists_.insert_or_assign(name, std::move(list));
    }
    if (changed.contains(domains_name)) derive_slds();
    if (vips) vips_ = std::move(vips);
    bad_lines_.add_all(bad_lines);
    passed_over_.add_all(passed_over);
    return {};
}

std::string Lists::as_in_messages(std::string_view list, std::string_view entry) {
    if (std::ranges::find(domain_lists, list) == domain_lists.end()) return std::string(entry);
    const mail::Domain domain = domain_names_.parse(entry);
    return domain.tld.empty() ? std::string(entry) : domain.domain;  // whatever suffix the house uses
}

/// `"Q, Name"` as address books write it, and the address as From has it.
void Lists::make_as_in_messages(Vip& vip) {
    std::string_view name = vip.display_name;
    if (name.size() > 1 && name.starts_with('"') && name.ends_with('"')) {
        name = name.substr(1, name.size() - 2);
        std::string plain;
        for (std::size_t at = 0; at < name.size(); ++at) {
            if (name[at] == '\\' && at + 1 < name.size()) ++at;
            plain.push_back(name[at]);
        }
        vip.display_name = std::string(trim(plain));
    }
    const mail::EmailAddress address = mail::parse_email(vip.email, domain_names_);
    if (!address.domain.tld.empty()) vip.email = address.email;
}

Result<std::vector<Vip>> Lists::read_vips(const std::string& path, LoadNotices& bad_lines) {
    const std::string content = TRY(scan::read_rule_file(path));
    std::vector<Vip> vips;
    for_each_line(content, [&](std::size_t number, std::string_view line) {
        const std::size_t open = line.rfind('<');
        if (open == std::string_view::npos || !line.ends_with('>') || trim(line.substr(0, open)).empty())
            return bad_lines.add(path, number, "Name <address> is expected");
        Vip vip{.display_name = std::string(trim(line.substr(0, open))),
                .email = std::string(line.substr(open + 1, line.size() - open - 2))};
        make_as_in_messages(vip);
        if (const char* fault = fault_of(vip))
            bad_lines.add(path, number, fault);
        else
            vips.push_back(std::move(vip));
    });
    if (vips.size() > limits::list_entries)
        return fail(ErrorCode::limit,
                    fmt::format("{}: more than {} entries in ${}", path, limits::list_entries, vips_name));
    return vips;
}

Result<void> Lists::set(std::string_view name, std::span<const std::string> entries) {
    if (!is_list_name(name) || name == vips_name)
        return fail(ErrorCode::invalid_input, fmt::format("{} is no name of a list of texts", name));
    if (entries.size() > limits::list_entries)
        return fail(ErrorCode::limit, fmt::format("${}: more than {} entries", name, limits::list_entries));
    List list(key_);
    for (std::size_t index = 0; index < entries.size(); ++index) {
        const std::string_view entry = trim(entries[index]);
        if (const char* fault = fault_of(entry))
            return fail(code_of(entry), fmt::format("${}, entry {}: {}", name, index + 1, fault));
        list.exact_.insert(as_in_messages(name, entry));
    }
    list.finish();
    lists_.insert_or_assign(std::string(name), std::move(list));
    if (name == slds_name) slds_given_ = true;
    if (name == domains_name) derive_slds();
    return {};
}

Result<void> Lists::check_vips(std::span<const Vip> vips) {
    if (vips.size() > limits::list_entries)
        return fail(ErrorCode::limit,
                    fmt::format("${}: more than {} entries", vips_name, limits::list_entries));
    for (std::size_t index = 0; index < vips.size(); ++index)
        if (const char* fault = fault_of(vips[index]))
            return fail(std::max(code_of(vips[index].display_name), code_of(vips[index].email)),
                        fmt::format("${}, entry {}: {}", vips_name, index + 1, fault));
    return {};
}

Result<void> Lists::set_vips(std::vector<Vip> vips) {
    for (Vip& vip : vips) make_as_in_messages(vip);
    TRY(check_vips(vips));
    vips_ = std::move(vips);
    return {};
}

/// The second-level label of each own domain: "example" of mail.example.co.uk.
void Lists::derive_slds() {
    if (slds_given_) return;
    List list(key_);
    const List& domains = lists_.find(domains_name)->second;
    for (std::size_t index = 0; index < domains.size(); ++index)
        if (const std::string label = domain_names_.parse(domains[index]).sld; !label.empty())
            list.exact_.insert(label);
    list.finish();
    lists_.insert_or_assign(std::string(slds_name), std::move(list));
}

ListState Lists::state(std::string_view name) const {
    if (name == vips_name) return vips_ ? ListState::present : ListState::absent;
    if (find(name) != nullptr) return ListState::present;
    return find_known_list(name) != nullptr ? ListState::absent : ListState::unknown;
}

const List* Lists::find(std::string_view name) const {
    const auto found = lists_.find(name);
    return found == lists_.end() ? nullptr : &found->second;
}

std::vector<std::string> Lists::names() const {
    std::vector<std::string> names;
    for (const auto& [name, list] : lists_) names.push_back(name);
    if (vips_) names.emplace_back(vips_name);
    std::ranges::sort(names);
    return names;
}

std::string Lists::version() const {
    std::string all;
    for (const auto& [name, list] : lists_) all += fmt::format("{} {}\n", name, list.digest_);
    if (vips_) {
        all += fmt::format("{} {}\n", vips_name, vips_->size());
        // Lengths in front, so that no two lists of people look alike.
        for (const Vip& vip : *vips_)
            all += fmt::format("{} {}{} {}\n", vip.display_name.size(), vip.display_name, vip.email.size(),
                               vip.email);
    }
    return digest_of(all);
}

}  // namespace tocsin::rules
