#include "proto/imap_answers.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "base/ascii.hpp"
#include "base/limits/imap.hpp"
#include "proto/imap_cursor.hpp"

namespace tocsin::proto {

namespace {

constexpr std::array<std::pair<std::string_view, ImapCondition>, 5> conditions = {
    {{"OK", ImapCondition::ok},
     {"NO", ImapCondition::no},
     {"BAD", ImapCondition::bad},
     {"BYE", ImapCondition::bye},
     {"PREAUTH", ImapCondition::preauth}}};

std::unexpected<Error> too_many(const char* what) {
    return fail(ErrorCode::limit, std::string("an IMAP answer with too many ") + what);
}

std::string printable(std::string_view text) {
    std::string clean(text.substr(0, limits::imap_text_bytes));
    for (char& c : clean)
        if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7E) c = '?';
    return clean;
}

void read_capabilities(std::string_view words, ImapCapabilities& capabilities) {
    capabilities = {};
    capabilities.known = true;
    const std::array<std::pair<std::string_view, bool*>, 10> names = {{
        {"STARTTLS", &capabilities.start_tls},
        {"LOGINDISABLED", &capabilities.login_disabled},
        {"AUTH=PLAIN", &capabilities.plain},
        {"SASL-IR", &capabilities.initial_response},
        {"LITERAL+", &capabilities.literal_plus},
        {"LITERAL-", &capabilities.literal_minus},
        {"UIDPLUS", &capabilities.uid_plus},
        {"MOVE", &capabilities.move},
        {"NAMESPACE", &capabilities.name_space},
        {"ACL", &capabilities.acl},
    }};
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        const std::string_view word = words.substr(0, end);
        for (const auto& [name, known] : names)
            if (equals_ignoring_case(word, name)) *known = true;
        // RFC 9051 appendix E: the second revision has these in itself.
        if (equals_ignoring_case(word, "IMAP4rev2")) {
            capabilities.uid_plus = capabilities.move = capabilities.name_space = true;
            capabilities.literal_minus = capabilities.initial_response = true;
        }
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

/// `3:5,9` written out.
Result<std::vector<std::uint32_t>> read_set(ImapCursor& cursor) {
    std::vector<std::uint32_t> uids;
    do {
        const std::uint32_t first = TRY(cursor.number32());
        std::uint32_t last = first;
        if (cursor.take(':')) last = TRY(cursor.number32());
        const auto [low, high] = std::minmax(first, last);
        if (low == 0 || high - low >= limits::imap_uids - uids.size()) return too_many("messages");
        for (std::uint64_t uid = low; uid <= high; ++uid) uids.push_back(static_cast<std::uint32_t>(uid));
    } while (cursor.take(','));
    return uids;
}

/// RFC 4315 section 3. RFC 6851 section 4.3: for MOVE it comes untagged, before the messages leave.
Result<void> read_copied(ImapCursor& cursor, ImapGathered& into) {
    if (into.expected != ImapExpected::copied) return {};
    ImapCopied copied;
    TRY(cursor.expect(' '));
    copied.uid_validity = TRY(cursor.number32());
    TRY(cursor.expect(' '));
    const std::vector<std::uint32_t> before = TRY(read_set(cursor));
    TRY(cursor.expect(' '));
    const std::vector<std::uint32_t> after = TRY(read_set(cursor));
    if (before.size() != after.size())
        return fail(ErrorCode::conflict, "the server names more messages before than after they were moved");
    std::optional<ImapCopied>& known = into.answer.copied;
    if (known && known->uid_validity != copied.uid_validity)
        return fail(ErrorCode::conflict, "the server moved messages of one command to two folders");
    if (known) copied = std::move(*known);
    for (std::size_t index = 0; index < before.size(); ++index) {
        if (!into.asked_uids.contains(before[index]))
            return fail(ErrorCode::conflict,
                        "the server says that it moved a message that was not asked for");
        copied.uids.emplace_back(before[index], after[index]);
    }
    if (copied.uids.size() > into.asked_uids.size()) return too_many("messages that were moved");
    known = std::move(copied);
    return {};
}

Result<void> take_uid_validity(std::uint32_t uid_validity, ImapGathered& into) {
    if (uid_validity == 0) return fail(ErrorCode::corrupt, "the server says UIDVALIDITY 0");
    if (into.expected == ImapExpected::selected) {
        std::uint32_t& known = into.answer.selected.uid_validity;
        if (known != 0 && known != uid_validity)
            return fail(ErrorCode::conflict, "the server says two values of UIDVALIDITY for one folder");
        known = uid_validity;
    } else if (into.open_uid_validity && *into.open_uid_validity != uid_validity) {
        return fail(ErrorCode::conflict, "UIDVALIDITY changed while the folder was open");
    }
    return {};
}

/// Behind the opening bracket. Codes of others are passed over: the word itself is told.
Result<void> read_code(ImapCursor& cursor, ImapGathered& into, ImapCapabilities& capabilities) {
    const std::string_view word = TRY(cursor.atom());
    std::string& code = into.answer.code;
    code.assign(word);
    for (char& c : code)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    ImapSelected& selected = into.answer.selected;
    const bool selecting = into.expected == ImapExpected::selected;
    if (code == "CAPABILITY") {
        (void)cursor.take(' ');
        read_capabilities(cursor.rest().substr(0, cursor.rest().find(']')), capabilities);
    } else if (code == "UIDVALIDITY") {
        TRY(cursor.expect(' '));
        const std::uint32_t uid_validity = TRY(cursor.number32());
        TRY(take_uid_validity(uid_validity, into));
    } else if (code == "UIDNEXT" && selecting) {
        TRY(cursor.expect(' '));
        selected.uid_next = TRY(cursor.number32());
    } else if (code == "HIGHESTMODSEQ" && selecting) {
        TRY(cursor.expect(' '));
        selected.highest_modseq = TRY(cursor.number(std::numeric_limits<std::uint64_t>::max()));
    } else if (code == "READ-ONLY" && selecting) {
        selected.access = ImapAccess::read_only;
    } else if (code == "COPYUID") {
        TRY(read_copied(cursor, into));
    }
    return {};
}

Result<void> read_folder(ImapCursor& cursor, ImapGathered& into) {
    ImapFolder folder;
    TRY(cursor.expect('('));
    for (std::size_t count = 0; !cursor.take(')'); ++count) {
        if (count >= limits::imap_flags) return too_many("attributes");
        if (count > 0) TRY(cursor.expect(' '));
        const std::string_view attribute = TRY(cursor.atom());
        if (equals_ignoring_case(attribute, "\\Noselect") || equals_ignoring_case(attribute, "\\NonExistent"))
            folder.selectable = false;
    }
    TRY(cursor.expect(' '));
    if (!cursor.take_word("NIL")) {
        const std::string delimiter = TRY(cursor.string(1));
        if (delimiter.size() != 1) return fail(ErrorCode::corrupt, "a folder without a delimiter");
        folder.delimiter = delimiter.front();
    }
    TRY(cursor.expect(' '));
    folder.name = TRY(cursor.astring(limits::imap_folder_name_bytes));
    if (folder.name.empty()) return {};  // what LIST "" "" answers: the delimiter alone
    if (into.answer.folders.size() >= limits::imap_folders) return too_many("folders");
    into.answer.folders.push_back(std::move(folder));
    return {};
}

/// The first of the personal namespaces; the others may be anybody's.
Result<void> read_namespace(ImapCursor& cursor, ImapGathered& into) {
    if (cursor.take_word("NIL")) return {};
    TRY(cursor.expect('('));
    TRY(cursor.expect('('));
    std::string prefix = TRY(cursor.string(limits::imap_folder_name_bytes));
    TRY(cursor.expect(' '));
    char delimiter = 0;
    if (!cursor.take_word("NIL")) {
        const std::string text = TRY(cursor.string(1));
        if (text.size() == 1) delimiter = text.front();
    }
    into.answer.personal_namespace.emplace(std::move(prefix), delimiter);
    return {};
}

Result<void> read_search(ImapCursor& cursor, ImapGathered& into) {
    std::vector<std::uint32_t>& uids = into.answer.uids;
    while (cursor.take(' ') && !cursor.at_end() && !cursor.at('(')) {  // (MODSEQ …): RFC 7162
        if (uids.size() >= limits::imap_uids) return too_many("messages");
        const std::uint32_t uid = TRY(cursor.number32());
        if (uid != 0) uids.push_back(uid);
    }
    std::ranges::sort(uids);
    uids.erase(std::unique(uids.begin(), uids.end()), uids.end());
    return {};
}

Result<std::vector<std::string>> read_flags(ImapCursor& cursor) {
    std::vector<std::string> flags;
    TRY(cursor.expect('('));
    for (std::size_t count = 0; !cursor.take(')'); ++count) {
        if (count >= limits::imap_flags) return too_many("flags");
        if (count > 0) TRY(cursor.expect(' '));
        const std::string_view flag = TRY(cursor.atom());
        if (!equals_ignoring_case(flag, "\\Recent")) flags.emplace_back(flag);
    }
    std::ranges::sort(flags);
    return flags;
}

/// `[]`, `[HEADER]`, `[HEADER.FIELDS (Message-ID)]`; what stands in brackets is what was asked for, so it is passed over.
Result<void> read_section(ImapCursor& cursor, ImapGathered& into, ImapMessage& message) {
    while (!cursor.take(']')) {
        if (cursor.at_end())
            return fail(ErrorCode::corrupt, "an IMAP answer with half the name of a section");
        if (cursor.at('(') || cursor.at('"') || cursor.at('{'))
            TRY(cursor.skip_value());
        else
            cursor = ImapCursor(cursor.rest().substr(1));
    }
    if (cursor.at('<'))
        return fail(ErrorCode::conflict, "the server sent a part of a message, not the whole");
    TRY(cursor.expect(' '));
    if (into.content_bytes_max == 0 || message.content)
        return fail(ErrorCode::conflict, "the server sent the content of a message unasked");
    if (cursor.take_word("NIL")) return {};
    message.content = TRY(cursor.string(into.content_bytes_max));
    return {};
}

Result<void> read_fetch_item(ImapCursor& cursor, ImapGathered& into, ImapMessage& message) {
    const std::string_view name = TRY(cursor.atom());
    if (cursor.take('[')) return read_section(cursor, into, message);
    TRY(cursor.expect(' '));
    if (equals_ignoring_case(name, "UID")) {
        message.uid = TRY(cursor.number32());
    } else if (equals_ignoring_case(name, "FLAGS")) {
        message.flags = TRY(read_flags(cursor));
    } else if (equals_ignoring_case(name, "INTERNALDATE")) {
        message.internal_date = TRY(cursor.string(limits::imap_word_bytes));
    } else if (equals_ignoring_case(name, "RFC822.SIZE")) {
        message.size_bytes = TRY(cursor.number(std::numeric_limits<std::uint64_t>::max()));
    } else {
        TRY(cursor.skip_value());
    }
    return {};
}

/// Flags of other messages may come at any time; content of others may not. Several answers about one message add up.
Result<void> read_fetch(ImapCursor& cursor, ImapGathered& into) {
    ImapMessage message;
    TRY(cursor.expect(' '));
    TRY(cursor.expect('('));
    for (bool first = true; !cursor.take(')'); first = false) {
        if (!first) TRY(cursor.expect(' '));
        TRY(read_fetch_item(cursor, into, message));
    }
    const bool asked = into.expected == ImapExpected::messages && into.asked_uids.contains(message.uid);
    if (!asked && message.content)
        return fail(ErrorCode::conflict, "the server sent the content of a message that was not asked for");
    if (!asked) return {};
    auto& messages = into.answer.messages;
    const auto known = std::ranges::find(messages, message.uid, &ImapMessage::uid);
    if (known == messages.end()) {
        messages.push_back(std::move(message));
        return {};
    }
    if (known->content && message.content)
        return fail(ErrorCode::conflict, "the server sent the content of one message twice");
    if (message.flags) known->flags = std::move(message.flags);
    if (!message.internal_date.empty()) known->internal_date = std::move(message.internal_date);
    if (message.size_bytes) known->size_bytes = message.size_bytes;
    if (message.content) known->content = std::move(message.content);
    return {};
}

Result<void> read_access_list(ImapCursor& cursor, ImapGathered& into) {
    TRY(cursor.astring(limits::imap_folder_name_bytes));
    while (cursor.take(' ') && !cursor.at_end()) {
        if (into.answer.access_list.size() >= limits::imap_access_entries) return too_many("rights");
        ImapRights entry;
        entry.who = TRY(cursor.astring(limits::imap_string_bytes));
        TRY(cursor.expect(' '));
        entry.rights = TRY(cursor.astring(limits::imap_word_bytes));
        into.answer.access_list.push_back(std::move(entry));
    }
    return {};
}

Result<void> read_my_rights(ImapCursor& cursor, ImapGathered& into) {
    TRY(cursor.astring(limits::imap_folder_name_bytes));
    TRY(cursor.expect(' '));
    into.answer.rights = TRY(cursor.astring(limits::imap_word_bytes));
    return {};
}

/// `12 EXISTS`, `12 FETCH (…)`, `12 EXPUNGE`. Numbers of messages are passed over: only UIDs name a message here.
Result<void> read_numbered(ImapCursor& cursor, ImapGathered& into) {
    const std::uint32_t number = TRY(cursor.number32());
    TRY(cursor.expect(' '));
    const std::string_view word = TRY(cursor.atom());
    if (equals_ignoring_case(word, "FETCH")) return read_fetch(cursor, into);
    if (equals_ignoring_case(word, "EXISTS") && into.expected == ImapExpected::selected)
        into.answer.selected.exists = number;
    return {};
}

}  // namespace

std::optional<ImapCondition> condition_at(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(' '));
    for (const auto& [name, condition] : conditions)
        if (equals_ignoring_case(word, name)) return condition;
    return std::nullopt;
}

Result<void> read_condition_text(std::string_view text, ImapGathered& into, ImapCapabilities& capabilities) {
    into.answer.code.clear();
    ImapCursor cursor(text);
    if (cursor.take('[')) {
        TRY(read_code(cursor, into, capabilities));
        const std::size_t end = text.find(']');
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    into.answer.text = printable(trim(text));
    return {};
}

Result<void> read_untagged(std::string_view line, ImapGathered& into, ImapCapabilities& capabilities) {
    ImapCursor cursor(line);
    if (!line.empty() && line.front() >= '0' && line.front() <= '9') return read_numbered(cursor, into);
    const std::string_view word = TRY(cursor.atom());
    const auto expects = [&](std::string_view name, ImapExpected expected) {
        return into.expected == expected && equals_ignoring_case(word, name) && cursor.take(' ');
    };
    if (equals_ignoring_case(word, "CAPABILITY") && cursor.take(' '))
        read_capabilities(cursor.rest(), capabilities);
    if (expects("LIST", ImapExpected::folders)) return read_folder(cursor, into);
    if (expects("NAMESPACE", ImapExpected::name_space)) return read_namespace(cursor, into);
    if (expects("ACL", ImapExpected::rights)) return read_access_list(cursor, into);
    if (expects("MYRIGHTS", ImapExpected::rights)) return read_my_rights(cursor, into);
    if (into.expected == ImapExpected::uids && equals_ignoring_case(word, "SEARCH"))
        return read_search(cursor, into);
    return {};
}

}  // namespace tocsin::proto
