// What an IMAP server says, as plain types (RFC 9051, RFC 3501).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace tocsin::proto {

/// How a command ended (RFC 9051 section 7.1).
enum class ImapStatus : std::uint8_t { ok, no, bad };

/// A folder as LIST names it. Names are passed back as they came (modified UTF-7 or UTF-8): nobody here reads them.
struct ImapFolder {
    std::string name;
    char delimiter = 0;  ///< 0: the server has no hierarchy
    bool selectable = true;
    friend bool operator==(const ImapFolder&, const ImapFolder&) = default;
};

/// Whether flags may be set and messages moved in the folder that is open.
enum class ImapAccess : std::uint8_t { read_only, read_write };

/// What SELECT or EXAMINE told. 0: was not told.
struct ImapSelected {
    std::uint32_t uid_validity = 0;
    std::uint32_t uid_next = 0;
    std::uint64_t highest_modseq = 0;  ///< RFC 7162
    std::uint32_t exists = 0;
    ImapAccess access = ImapAccess::read_write;
};

/// What FETCH told about one message; what was not asked for is empty.
struct ImapMessage {
    std::uint32_t uid = 0;
    std::optional<std::vector<std::string>> flags;  ///< without \Recent, sorted
    std::string internal_date;                      ///< as the server writes it: `17-Jul-2026 02:44:25 -0700`
    std::optional<std::uint64_t> size_bytes;        ///< RFC822.SIZE; some servers only guess it
    std::optional<std::string> content;             ///< bytes of the section that was asked for
};

/// COPYUID (RFC 4315 section 3): where copied or moved messages are now.
struct ImapCopied {
    std::uint32_t uid_validity = 0;                             ///< of the folder that they are in
    std::vector<std::pair<std::uint32_t, std::uint32_t>> uids;  ///< before, after
};

/// One entry of an access control list (RFC 4314). The name begins with `-` where rights are taken away.
struct ImapRights {
    std::string who;
    std::string rights;
    friend bool operator==(const ImapRights&, const ImapRights&) = default;
};

/// What the server offers (CAPABILITY) as far as anybody here asks.
struct ImapCapabilities {
    bool known = false;  ///< false: not told yet
    bool start_tls = false;
    bool login_disabled = false;
    bool plain = false;                                ///< AUTH=PLAIN
    bool initial_response = false;                     ///< SASL-IR (RFC 4959)
    bool literal_plus = false, literal_minus = false;  ///< RFC 7888
    bool uid_plus = false;                             ///< RFC 4315
    bool move = false;                                 ///< RFC 6851
    bool name_space = false;                           ///< RFC 2342
    bool acl = false;                                  ///< RFC 4314
};

/// The whole answer to one command: how it ended, and what came before that.
struct ImapAnswer {
    ImapStatus status = ImapStatus::ok;
    std::string code;  ///< of the last line, upper case, such as OVERQUOTA (RFC 5530); may be empty
    std::string text;  ///< what it says to people; printable, bounded
    std::vector<ImapFolder> folders;
    std::optional<std::pair<std::string, char>> personal_namespace;  ///< prefix and delimiter
    ImapSelected selected;
    std::vector<std::uint32_t> uids;      ///< of SEARCH, ascending, each once
    std::vector<ImapMessage> messages;    ///< of FETCH, in the order in which they came
    std::optional<ImapCopied> copied;     ///< of COPY and MOVE
    std::optional<std::string> rights;    ///< of MYRIGHTS
    std::vector<ImapRights> access_list;  ///< of GETACL
    [[nodiscard]] bool ok() const { return status == ImapStatus::ok; }
    /// `NO [OVERQUOTA] Not enough disk space`
    [[nodiscard]] std::string summary() const;
};

/// What SEARCH looks for: every condition that is given must hold; of all Message-IDs and senders one. A server compares parts of
/// texts without regard to case, so what it finds is a candidate and no more.
struct ImapSearch {
    std::vector<std::string> message_ids;
    std::vector<std::string> senders;  ///< in From, as `from`
    std::string from;
    std::string subject;
    std::string since;  ///< `1-Mar-2026`, by the server's own date of arrival
    std::optional<std::uint64_t> size_bytes;
    std::uint32_t uid_from = 0;  ///< 0: from the first
};

/// The day of a date in UTC as SEARCH takes it, from microseconds since 1970.
[[nodiscard]] std::string imap_day(std::int64_t microseconds);
/// `3:5,9`, from ascending numbers. Only numbers that are there are joined to a range.
[[nodiscard]] std::string imap_uid_set(const std::vector<std::uint32_t>& uids);
/// Whether a name of our own can stand for one level of the hierarchy at every server: letters, digits, - and _.
[[nodiscard]] bool is_plain_folder_level(std::string_view name);
/// Base64 with padding (RFC 4648 section 4).
[[nodiscard]] std::string imap_base64(std::string_view bytes);

}  // namespace tocsin::proto
