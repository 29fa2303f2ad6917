#include "mailbox/find.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/ascii.hpp"
#include "base/limits/imap.hpp"

namespace tocsin::mailbox {

namespace {

bool is_below(const proto::ImapFolder& folder, const std::string& root) {
    if (folder.name == root) return true;
    return folder.delimiter != 0 && folder.name.starts_with(root + folder.delimiter);
}

/// The next of them, `most` at most.
std::vector<std::string> some(const std::vector<std::string>& all, std::size_t& at, std::size_t most) {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t count = std::min(most, all.size() - at);
    at += count;
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
}

/// One mailbox, one folder after the other.
class Finder {
public:
    Finder(net::Fiber& fiber, ImapSession& session, const Wanted& wanted)
        : fiber_(fiber), session_(session), wanted_(wanted) {}
    Result<void> look_into(const std::string& folder);
    Findings findings;

private:
    Result<std::vector<std::uint32_t>> candidates();
    Result<void> compare(const OpenFolder& folder, std::uint32_t uid);

    net::Fiber& fiber_;
    ImapSession& session_;
    const Wanted& wanted_;
};

Result<std::vector<std::uint32_t>> Finder::candidates() {
    proto::ImapSearch search{.from = wanted_.from, .subject = wanted_.subject, .since = wanted_.since};
    if (wanted_.message_ids.empty() && wanted_.senders.empty()) return session_.search(search);
    std::set<std::uint32_t> all;
    std::size_t ids = 0, senders = 0;
    while (ids < wanted_.message_ids.size() || senders < wanted_.senders.size()) {
        search.message_ids = some(wanted_.message_ids, ids, limits::message_ids_per_search);
        search.senders = some(wanted_.senders, senders, limits::senders_per_search);
        const std::vector<std::uint32_t> uids = TRY(session_.search(search));
        all.insert(uids.begin(), uids.end());
    }
    return std::vector<std::uint32_t>(all.begin(), all.end());
}

Result<void> Finder::compare(const OpenFolder& folder, std::uint32_t uid) {
    const proto::ImapMessage message = TRY(session_.message(uid));
    const ByteView bytes = as_bytes(*message.content);
    ++findings.candidates;
    bool is_wanted =
        wanted_.message_ids.empty() || !wanted_.senders.empty() || has_message_id(bytes, wanted_.message_ids);
    if (is_wanted) is_wanted = TRY(wanted_.confirm(fiber_, bytes));
    if (!is_wanted) {
        ++findings.innocent;
        return {};
    }
    findings.copies.push_back({.folder = folder.name,
                               .uid_validity = folder.uid_validity,
                               .uid = uid,
                               .sha256 = sha256(bytes),
                               .size_bytes = message.size_bytes.value_or(bytes.size()),
                               .flags = *message.flags,
                               .internal_date = message.internal_date});
    return {};
}

Result<void> Finder::look_into(const std::string& name) {
    const OpenFolder folder = TRY(session_.open_folder(name, proto::ImapAccess::read_only));
    ++findings.folders;
    const std::vector<std::uint32_t> uids = TRY(candidates());
    if (uids.size() > limits::mailbox_candidates)
        return fail(ErrorCode::limit,
                    fmt::format("{} messages look like what is wanted, more than the {} that are compared: "
                                "say more about it",
                                uids.size(), limits::mailbox_candidates));
    if (uids.empty()) return {};
    for (const proto::ImapMessage& facts : TRY(session_.fetch(uids, proto::ImapFetch::facts))) {
        if (facts.size_bytes.value_or(0) > limits::mailbox_message_bytes) {
            findings.problems.push_back(fmt::format("{}: message {} has {} bytes, more than are fetched",
                                                    name, facts.uid, facts.size_bytes.value_or(0)));
            continue;
        }
        const Result<void> compared = compare(folder, facts.uid);
        if (compared || compared.error().code == ErrorCode::not_found)
            continue;  // gone since: its owner was quicker
        if (session_.is_over()) return compared;
        findings.problems.push_back(
            fmt::format("{}: message {}: {}", name, facts.uid, compared.error().message));
    }
    return {};
}

}  // namespace

bool has_message_id(ByteView message, const std::vector<std::string>& message_ids) {
    constexpr std::string_view field = "message-id:";
    std::string_view text = as_text(message);
    while (!text.empty() && text.front() != '\r' && text.front() != '\n') {
        // A field goes on in lines that begin with a blank.
        std::size_t end = text.find('\n');
        while (end != std::string_view::npos && end + 1 < text.size() &&
               (text[end + 1] == ' ' || text[end + 1] == '\t'))
            end = text.find('\n', end + 1);
        const std::string_view line = text.substr(0, end);
        if (line.size() > field.size() && equals_ignoring_case(line.substr(0, field.size()), field) &&
            std::ranges::find(message_ids, trim(line.substr(field.size()))) != message_ids.end())
            return true;
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + 1);
    }
    return false;
}

Result<Findings> find_copies(net::Fiber& fiber, ImapSession& session, const Wanted& wanted,
                             const std::vector<proto::ImapFolder>& folders, const std::string& left_out) {
    if (wanted.message_ids.empty() && wanted.senders.empty() && wanted.from.empty() && wanted.subject.empty())
        return fail(ErrorCode::invalid_input, "say what to look for: a Message-ID, a sender or a subject");
    Finder finder(fiber, session, wanted);
    for (const proto::ImapFolder& folder : folders) {
        if (!folder.selectable || is_below(folder, left_out)) continue;
        const Result<void> looked = finder.look_into(folder.name);
        if (looked) continue;
        if (session.is_over()) return std::unexpected(looked.error());
        // Deleted between LIST and now: what was in it went somewhere else, or away.
        if (looked.error().code == ErrorCode::not_found) continue;
        finder.findings.problems.push_back(folder.name + ": " + looked.error().message);
    }
    return std::move(finder.findings);
}

}  // namespace tocsin::mailbox
