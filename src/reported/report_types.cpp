#include "reported/report_types.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.hpp"

namespace tocsin::reported {

namespace {

/// The entry of an enumerator in a table that has one for each.
template <typename Enum, typename Entry, std::size_t size>
const Entry& entry_of(const std::array<Entry, size>& table, Enum value) {
    static_assert(size == static_cast<std::size_t>(Enum::count_));
    const auto index = static_cast<std::size_t>(value);
    ASSERT(index < size, "enumerators are checked where they come in");
    return table[index];
}

using Words = std::pair<std::string_view, std::string_view>;

constexpr std::array<Words, 10> shapes = {{
    {"submitted", "handed in as the mail itself"},
    {"attached_message", "attached message"},
    {"eml_file", "message file"},
    {"eml_in_zip", "message file in a zip"},
    {"outlook_msg", "Outlook file (.msg)"},
    {"tnef", "in winmail.dat"},
    {"inline_forward", "forwarded as text"},
    {"feedback_report", "feedback report (ARF)"},
    {"feedback_attached", "feedback loop that attaches the mail"},
    {"xarf", "abuse report (X-ARF)"},
}};

constexpr std::array<Words, 3> grades = {{
    {"A", "the bytes as they were received"},
    {"B", "put together again; signatures no longer fit"},
    {"C", "text only"},
}};

constexpr std::array<Words, 20> warnings = {{
    {"ambiguous", "it can be read in more than one way; this is how most mail programs read it"},
    {"parser_limit", "a limit of the message parser hid a part of the report"},
    {"too_many_mails", "there are more mails than are taken out (32)"},
    {"too_many_files", "there are more files than are looked at (256)"},
    {"too_deep", "mails are nested deeper than is looked (4)"},
    {"too_large", "a mail is too large to be kept with the others (64 MiB together)"},
    {"out_of_time", "the time for reading was over before all was read"},
    {"damaged", "a file is cut or damaged"},
    {"locked", "an archive is locked with a password"},
    {"header_only", "only the header was sent"},
    {"nothing_sent", "nothing of the mail was sent, only what the report says of it"},
    {"redacted", "addresses were taken out by who sent the report"},
    {"no_trace", "no server left a trace in the header: a mail program wrote it, or wrote it anew"},
    {"header_made", "the header was not kept; this one is made from what Outlook knew"},
    {"body_from_rtf", "the text was kept as RTF only; its form is a guess"},
    {"body_lost", "no text was in it, or it could not be read"},
    {"no_feedback_part", "it says that it is a feedback report, and has none"},
    {"unknown_version", "the report is in a version that is not known"},
    {"cut", "a list or a text is longer than is kept"},
    {"nothing_found", "no reported mail was found"},
}};

constexpr std::array<std::string_view, 6> sources = {
    "nobody", "report", "x_originating_ip", "received_spf", "authentication_results", "received"};
constexpr std::array<std::string_view, 4> claims = {"none", "junk", "not_junk", "phishing"};

}  // namespace

std::string_view to_string(Shape shape) {
    return entry_of(shapes, shape).first;
}
std::string_view to_string(Grade grade) {
    return entry_of(grades, grade).first;
}
std::string_view to_string(ReportWarning warning) {
    return entry_of(warnings, warning).first;
}
std::string_view to_string(SourceIpFrom from) {
    return entry_of(sources, from);
}
std::string_view to_string(Claim claim) {
    return entry_of(claims, claim);
}
std::string_view explain(Shape shape) {
    return entry_of(shapes, shape).second;
}
std::string_view explain(Grade grade) {
    return entry_of(grades, grade).second;
}
std::string_view explain(ReportWarning warning) {
    return entry_of(warnings, warning).second;
}

void add_warning(std::vector<ReportWarning>& known, ReportWarning warning) {
    if (std::ranges::find(known, warning) == known.end()) known.push_back(warning);
}

}  // namespace tocsin::reported
