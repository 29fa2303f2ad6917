// Reports on their way in: mail to a report address that the gate kept, and what is handed in over the API, is stored and told to
// the response; then a confined reader reads it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/report_evidence.hpp"
#include "app/response_service.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "net/blocking_pool.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "respond/report.hpp"
#include "store/evidence_store.hpp"
#include "store/held_store.hpp"
#include "store/journal_store.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct IntakeServices {
    const config::Settings& settings;
    ResponseService& response;
    store::HeldStore& held;
    store::JournalStore& journal;
    store::EvidenceStore& evidence;
    pool::ReaderPool& readers;
    net::BlockingPool& blocking;
    const Clock& clock;
    Log& log;
    /// Whether links to a host are about others, too (share_house.hpp): they are never cut.
    std::function<bool(std::string_view host)> is_known_host;
};

enum class ReportPart : std::uint8_t { whole, one_of_several };

/// What somebody hands in.
struct NewReport {
    std::string id;  ///< empty: a new one; the same id twice is one report
    respond::Way way{};
    std::string reporter;
    respond::Authenticated authenticated{};
    respond::Deed deed{};
    std::string note;
    ReportPart part = ReportPart::whole;
};

/// A note that begins so says that the evidence is the suspicious mail itself, and no mail about it: as a file, as a program put
/// it together again, or as somebody pasted its source. Or that there is no mail, and the words of who reports are all.
inline constexpr std::string_view submitted_mark = "[the mail itself]",
                                  rebuilt_mark = "[the mail itself, rebuilt]",
                                  pasted_mark = "[the mail itself, pasted]", words_mark = "[in words]";

class ReportIntake {
public:
    explicit ReportIntake(IntakeServices services) : services_(services) {}

    /// Stores the evidence, then the report. Durable on return; returns its id. Errors: limit (too large, no room),
    /// invalid_input, unavailable, io.
    [[nodiscard]] Result<std::string> take(net::Fiber& fiber, NewReport report, ByteView content);
    /// What was handed in with a report, and what a reader finds in it (api::EvidenceActions::find).
    [[nodiscard]] Result<api::ReportEvidence> evidence_of(net::Fiber& fiber, const respond::Report& report,
                                                          std::optional<std::size_t> original);
    /// Takes in mail that waits and reads what nobody has read, until the fiber is asked to stop.
    void work_for_ever(net::Fiber& fiber);

private:
    Result<void> take_in_mail(net::Fiber& fiber);
    Result<void> take_in(net::Fiber& fiber, const store::Held& message);
    void read_all(net::Fiber& fiber);
    void read(net::Fiber& fiber, const respond::Report& report);
    void note_copies(net::Fiber& fiber, const std::string& id);
    /// nullopt: there is no reader now.
    std::optional<respond::ReportFacts> facts_of(net::Fiber& fiber, const Bytes& content,
                                                 const respond::Report& report);
    /// The mails that this report is about.
    Result<std::vector<const reported::ReportedMail*>> split_off_others(net::Fiber& fiber,
                                                                        const pool::ReportOutcome& read,
                                                                        const respond::Report& report,
                                                                        reported::Grade best);
    void note_scan(net::Fiber& fiber, ByteView original, std::span<const std::string> readers,
                   respond::ReportFacts& facts);
    void note_record(net::Fiber& fiber, const reported::ReportedMail& mail, respond::ReportFacts& facts);
    [[nodiscard]] Result<bool> is_of(const store::Record& record, const respond::ReportFacts& facts) const;

    IntakeServices services_;
    bool failing_ = false;
    TimePoint searched_;  ///< when the journal was last looked through for copies
};

}  // namespace tocsin::app
