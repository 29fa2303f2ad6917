// One part under inspection: what an inspector may read, what it may still spend, and where it puts what it finds.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "scan/engines.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

/// Every finding's text begins with this; scan_message puts the name of the attachment in its place. So a finding that is
/// remembered for the same bytes under another name never shows the old name.
inline constexpr std::string_view nameless_subject = "This file";

/// `text` as it may stand in a report: control and bidirectional characters out, UTF-8 made whole, at most `length_max` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t length_max = 200);

/// Appends a finding unless the report is full or holds it already.
void add_finding(ScanReport& report, Finding finding);
/// Appends a limit hit unless this part has one of this kind already.
void add_limit(ScanReport& report, ScanLimit limit, std::uint32_t part, std::string detail);
/// Sets a flag of a part once.
void add_flag(PartSummary& part, PartFlag flag);

/// Scans what an inspector unpacked, like a part. Implemented by the engines.
class MemberScanner {
public:
    virtual ~MemberScanner() = default;
    virtual void scan_member(const PartInput& member, ScanBudget& budget, ScanReport& report) const = 0;
};

/// A file found inside a part.
struct Member {
    std::string name;             ///< as the container gives it, may be empty
    std::string_view media_type;  ///< declared, may be empty
    ByteView bytes;
    const std::vector<std::string>* other_names = nullptr;  ///< further readings of the name
};

/// Handed to every inspector. Wraps the report so that inspectors stay short.
class Inspection {
public:
    /// Without a scanner nothing can be unpacked.
    Inspection(const PartInput& input, ScanBudget& budget, ScanReport& report,
               const MemberScanner* scanner = nullptr)
        : input_(input), budget_(budget), report_(report), scanner_(scanner) {}

    [[nodiscard]] ByteView bytes() const { return input_.bytes; }
    [[nodiscard]] const PartInput& input() const { return input_; }
    [[nodiscard]] std::string_view file_type() const { return summary().file_type; }
    [[nodiscard]] ScanBudget& budget() { return budget_; }
    [[nodiscard]] ScanReport& report() { return report_; }

    void flag(PartFlag flag) { add_flag(summary(), flag); }
    void note(std::string_view sentence);  ///< appended to PartSummary::note
    [[nodiscard]] bool has_flag(PartFlag flag) const;
    /// `predicate` continues "This file …": "carries a macro that runs by itself".
    void finding(std::string_view rule, Severity severity, std::string_view predicate);
    void limit(ScanLimit limit, std::string detail) {
        add_limit(report_, limit, input_.part, std::move(detail));
    }
    /// The text of a QR code in this file.
    void code(std::string_view text);
    /// All that code() was told, each once.
    [[nodiscard]] const std::vector<std::string>& codes() const { return codes_; }
    /// Whether a limit ended the search for them.
    [[nodiscard]] bool codes_cut() const;
    /// A link, put into the form in which a browser follows it (`normal_link`); empty: none.
    void url(std::string_view found, std::string_view source);
    void ambiguity(std::string detail);  ///< mail::AmbiguityKind::container_conflict

    /// False when the message's time is over; the limit is noted.
    [[nodiscard]] bool time_left();
    /// Claims one more member; false (and a limit noted) when there were enough or containers are nested too deep.
    [[nodiscard]] bool claim_member();
    /// Claims unpacked bytes; false (and a limit noted) when there were enough.
    [[nodiscard]] bool claim_bytes(std::size_t count);
    /// How many bytes one member may unpack to from `packed` bytes before it is a bomb.
    [[nodiscard]] static std::size_t ratio_bound(std::size_t packed);

    /// Scans a member whose claims were granted. Appends it to the report's parts.
    void scan(const Member& member);
    /// Claims and scans in one: for members whose bytes are there already. False when a claim was refused.
    bool claim_and_scan(const Member& member);

private:
    [[nodiscard]] PartSummary& summary() { return report_.parts[input_.part]; }
    [[nodiscard]] const PartSummary& summary() const { return report_.parts[input_.part]; }

    const PartInput& input_;
    ScanBudget& budget_;
    ScanReport& report_;
    const MemberScanner* scanner_;
    std::vector<std::string> codes_;
};

}  // namespace tocsin::scan
