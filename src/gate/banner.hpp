// Whether a message gets a warning at its top, and why. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "mail/direction.hpp"
#include "scan/report.hpp"
#include "store/history_index.hpp"

namespace tocsin::gate {

enum class BannerReason : std::uint8_t {
    first_contact,  ///< an address of From is new here, and nobody here wrote to it
    suspicious,     ///< the verdict
    phish,          ///< the verdict
    copy,           ///< the message itself shows a text of the banner
};
[[nodiscard]] std::string_view to_string(BannerReason reason);

/// The operator's texts, UTF-8 without control characters; `fallback` is ASCII. `contact` and `mark` may be empty.
struct BannerRules {
    std::vector<BannerReason> when;  ///< empty: no banner. `copy` goes without saying where there is any
    std::string heading, first_contact, suspicious, phish, copy, fallback, contact, mark;
    std::int64_t learn_us = 0;  ///< a sender is new only when mail has been remembered for so long

    [[nodiscard]] bool on() const { return !when.empty(); }
    [[nodiscard]] const std::string& text_of(BannerReason reason) const;
};

/// Its words for one message.
struct BannerWords {
    std::string heading;
    std::vector<std::string> lines;
    std::string fallback;  ///< ASCII; instead of all of them, where these cannot be shown
};

/// What of the banner a reader looks for in a message: whatever says that it is ours.
[[nodiscard]] std::vector<std::string> banner_texts(const BannerRules& rules);

/// `report` is that of a message that was scanned. Empty: no banner.
[[nodiscard]] std::vector<BannerReason> banner_reasons(const BannerRules& rules, mail::Direction direction,
                                                       const scan::ScanReport& report,
                                                       const store::HistoryIndex& history, TimePoint now);

[[nodiscard]] BannerWords banner_words(const BannerRules& rules, const std::vector<BannerReason>& reasons);

/// Whether those who get the message see the banner.
enum class BannerShown : std::uint8_t {
    yes,
    partly,  ///< not in everything that their program may show
    no,
};
[[nodiscard]] std::string_view to_string(BannerShown shown);

/// What became of the banner of one message.
struct Banner {
    std::vector<BannerReason> reasons;  ///< empty: it gets none, and nothing else counts
    BannerWords words;
    BannerShown shown = BannerShown::no;
    std::string why_not;                    ///< unless shown is yes: in plain words
    std::vector<scan::BannerPlace> places;  ///< checked; empty where it is not shown

    [[nodiscard]] bool wanted() const { return !reasons.empty(); }
    /// "first_contact, copy; shown=no (the message is signed)": for header, record and log.
    [[nodiscard]] std::string summary() const;
    /// It cannot be shown after all.
    void leave_out(std::string why);
};

}  // namespace tocsin::gate
