// What somebody reported, what a reader found in it, and which reports are alike.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "respond/words.hpp"

namespace tocsin::respond {

/// What a confined reader says of a reported mail. Hostile: texts from it are never a path, a format or a link in a notice.
struct ReportFacts {
    Grade grade = Grade::unread;
    JudgedAs judged_as = JudgedAs::unknown;
    MailDirection direction = MailDirection::unknown;
    std::uint64_t text_fingerprint = 0;  ///< scan::text_fingerprint(); 0: too little text
    std::uint64_t page_fingerprint = 0;  ///< scan::page_fingerprint(): the skeleton of the page
    std::string sender;                  ///< address of the From field, which anybody can write
    Authenticated sender_authenticated = Authenticated::no;  ///< a signature or SPF vouches for that domain
    /// Our own record has this mail (sender, all links, all files; a Message-ID is anybody's word) and calls it hostile, too.
    std::optional<Authenticated> passed_our_gate;
    std::string subject;
    std::string customer;  ///< whose mail it was, as our own journal says: never as the mail says
    std::string drill;     ///< name of the drill whose signed token the mail carries; the token was verified
    std::vector<std::string> urls, hosts, hashes;  ///< hashes: SHA-256 of attached files
};

/// Stands in the note of what was split off a report.
inline constexpr std::string_view part_note = "one of several mails of report ";

struct Report {
    std::string id;
    TimePoint taken;
    Way way{};
    std::string reporter;  ///< address
    Authenticated authenticated{};
    Deed deed{};
    std::string evidence;  ///< SHA-256 of what was handed in, as stored
    std::string note;
    std::optional<ReportFacts> facts;
    std::string cluster;  ///< empty: not read yet

    /// One of several mails that were in one report.
    [[nodiscard]] bool is_part() const { return note.find(part_note) != std::string::npos; }
};

/// Reports that are one mailing. What belongs to it is compared with its founder alone, so that no chain of reports, each a
/// little like the one before, can join what has nothing in common. Members are named, never copied: a split is exact.
struct Cluster {
    std::string id;  ///< of the founding report
    std::vector<std::string> reports;
    std::string incident;
    TimePoint latest;
};

/// How often somebody was right. Only reports of people who are known to be who they say count.
struct ReporterRecord {
    std::uint32_t reports = 0, confirmed = 0, harmless = 0;
    /// Share of the decided reports that were confirmed, with one of each kind assumed beforehand: 1/2 for somebody new.
    [[nodiscard]] double precision() const { return (confirmed + 1.0) / (confirmed + harmless + 2.0); }
};

/// Whether a report with `facts` belongs to what a report with `founder` began: the same file, the same link, the same or a
/// personalised text, or the same skeleton from the same sender or with the same host.
[[nodiscard]] bool alike(const ReportFacts& founder, const ReportFacts& facts);

}  // namespace tocsin::respond
