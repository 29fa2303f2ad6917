#include "proto/imap_command.hpp"

#include <algorithm>
#include <utility>

#include "base/limits/imap.hpp"

namespace tocsin::proto {

namespace {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_quotable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

void ImapCommand::refuse(ErrorCode code, std::string why) {
    if (refused_) refused_ = fail(code, std::move(why));
}

ImapCommand& ImapCommand::add(std::string_view words) {
    pieces_.back() += words;
    return *this;
}

ImapCommand& ImapCommand::add_string(std::string_view text) {
    if (text.size() > limits::imap_string_bytes)
        refuse(ErrorCode::limit, "a text is too long for an IMAP command");
    if (text.find('\0') != std::string_view::npos)
        refuse(ErrorCode::invalid_input, "a text with NUL cannot be sent in an IMAP command");
    std::string& piece = pieces_.back();
    piece += ' ';
    if (is_quotable(text)) {
        piece += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') piece += '\\';
            piece += c;
        }
        piece += '"';
        return *this;
    }
    literal_bytes_ += text.size();
    const bool at_once = capabilities_.literal_plus ||
                         (capabilities_.literal_minus && text.size() <= limits::imap_literal_minus_bytes);
    piece += "{" + std::to_string(text.size()) + (at_once ? "+}\r\n" : "}\r\n");
    if (!at_once) pieces_.emplace_back();
    pieces_.back() += text;
    return *this;
}

ImapCommand& ImapCommand::add_after_go_ahead(std::string_view words) {
    pieces_.back() += "\r\n";
    pieces_.emplace_back(words);
    return *this;
}

Result<std::deque<std::string>> ImapCommand::finish() {
    TRY(std::exchange(refused_, {}));
    std::size_t bytes = 0;
    for (const std::string& piece : pieces_) bytes += piece.size();
    if (bytes - literal_bytes_ > limits::imap_command_bytes)
        return fail(ErrorCode::limit, "an IMAP command would be too long");
    pieces_.back() += "\r\n";
    return std::move(pieces_);
}

ImapCommand search_command(const ImapSearch& search, const ImapCapabilities& capabilities) {
    ImapCommand command("UID SEARCH", capabilities);
    // RFC 9051 section 6.4.4: without a name of its own the text is ASCII to a server of the first revision.
    const bool ascii = is_ascii(search.from) && is_ascii(search.subject) &&
                       std::ranges::all_of(search.message_ids, is_ascii) &&
                       std::ranges::all_of(search.senders, is_ascii);
    if (!ascii) command.add(" CHARSET UTF-8");
    if (search.uid_from > 0) command.add(" UID " + std::to_string(search.uid_from) + ":*");
    if (!search.since.empty()) command.add(" SINCE " + search.since);
    if (search.size_bytes) {
        if (*search.size_bytes > 0) command.add(" LARGER " + std::to_string(*search.size_bytes - 1));
        command.add(" SMALLER " + std::to_string(*search.size_bytes + 1));
    }
    if (!search.from.empty()) command.add(" FROM").add_string(search.from);
    if (!search.subject.empty()) command.add(" SUBJECT").add_string(search.subject);
    // OR takes two: a OR (b OR c) without parentheses, as all operators stand in front.
    std::size_t left = search.message_ids.size() + search.senders.size();
    const auto add = [&](const char* key, const std::string& text) {
        if (left-- > 1) command.add(" OR");
        command.add(key).add_string(text);
    };
    for (const std::string& id : search.message_ids) add(" HEADER Message-ID", id);
    for (const std::string& sender : search.senders) add(" FROM", sender);
    return command;
}

}  // namespace tocsin::proto
