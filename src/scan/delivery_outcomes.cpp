#include "scan/delivery_outcomes.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "mail/header_block.hpp"
#include "scan/outcome_fields.hpp"
#include "scan/outcome_texts.hpp"

namespace tocsin::scan {

namespace {

ByteView beginning(ByteView bytes, std::size_t size_max) {
    return bytes.first(std::min(bytes.size(), size_max));
}

/// RFC 3464 section 2.3.3, 2.3.4: what the action says, and in its absence the class of the status. A failure that may pass
/// (4.x.x: "in the queue too long") is soft: the address may be good. count_: neither is known.
ReportedKind kind_of(std::string_view action, char status_class) {
    const std::string_view word = action.substr(0, action.find_first_of(" \t(;"));
    constexpr std::array<std::pair<std::string_view, ReportedKind>, 6> words = {{
        {"failed", ReportedKind::bounce_hard},
        {"delayed", ReportedKind::bounce_soft},
        {"expired", ReportedKind::bounce_soft},  // SendGrid's own word: tried in vain until it was too old
        {"delivered", ReportedKind::delivered},
        {"relayed", ReportedKind::delivered},
        {"expanded", ReportedKind::delivered},
    }};
    for (const auto& [name, kind] : words)
        if (mail::equals_ignoring_case(word, name))
            return kind == ReportedKind::bounce_hard && status_class == '4' ? ReportedKind::bounce_soft
                                                                            : kind;
    switch (status_class) {
        case '5': return ReportedKind::bounce_hard;
        case '4': return ReportedKind::bounce_soft;
        case '2': return ReportedKind::delivered;
        default: return ReportedKind::count_;
    }
}

/// A bounce for people: always a failure, and one that may pass where the answer says so, or where there was no answer.
ReportedKind failed(const AnswerCodes& codes, std::string_view reason) {
    const bool gave_up = codes.reply_class == 0 && says_gave_up(reason);
    return kind_of("failed", gave_up ? '4' : codes.reply_class);
}

/// RFC 5965 section 7.3, RFC 6430, RFC 6591: types that no recipient complains with. Any other is a complaint, known or not.
bool is_complaint(std::string_view feedback_type) {
    constexpr std::array<std::string_view, 3> others = {"auth-failure", "not-spam", "dmarc"};
    return !feedback_type.empty() && std::ranges::none_of(others, [&](std::string_view other) {
        return mail::equals_ignoring_case(feedback_type, other);
    });
}

/// One reading of a message, looked at as a report.
class ReportReader {
public:
    ReportReader(const mail::MimeTree& tree, const mail::Reading& reading);
    DeliveryOutcomes read();

private:
    [[nodiscard]] const mail::Entity& root() const { return *parts_.front(); }
    [[nodiscard]] std::vector<const mail::Entity*> parts_named(std::string_view type,
                                                               std::string_view subtype) const;
    [[nodiscard]] std::string_view text() const;
    [[nodiscard]] Fields returned_fields() const;
    void read_any();
    void note_addressee();

    void read_delivery_status(ByteView report);
    void read_recipient(const Fields& fields, ReportedOutcome outcome);
    void read_feedback(ByteView report);
    void read_attached_complaint();
    void read_qsbmf(std::string_view notice);
    void read_failed_recipients(std::string_view notice);
    void add(ReportedOutcome outcome);

    struct Returned {
        const mail::Entity* part = nullptr;   ///< what it is attached as
        const mail::Entity* inner = nullptr;  ///< the message itself, when it is attached as one
    };

    OutcomeAddresses addresses_;
    std::vector<const mail::Entity*> parts_;  ///< the message itself, then its own parts
    std::vector<Returned> returned_;
    DeliveryOutcomes found_;
};

ReportReader::ReportReader(const mail::MimeTree& tree, const mail::Reading& reading) {
    const std::uint32_t root = reading.entities.front();
    parts_.push_back(&tree.entities[root]);
    if (!parts_.front()->is_multipart()) return;
    for (const std::uint32_t index : reading.entities) {
        const mail::Entity& entity = tree.entities[index];
        if (entity.parent == root && entity.origin == mail::Origin::multipart) {
            parts_.push_back(&entity);
            if (is_headers_part(entity)) returned_.push_back({&entity, nullptr});
        } else if (entity.origin == mail::Origin::message && &tree.entities[entity.parent] == parts_.back()) {
            returned_.push_back({parts_.back(), &entity});
        }
    }
}

std::vector<const mail::Entity*> ReportReader::parts_named(std::string_view type,
                                                           std::string_view subtype) const {
    std::vector<const mail::Entity*> found;
    for (const mail::Entity* part : parts_)
        if (part->type == type && part->subtype == subtype && part->is_leaf()) found.push_back(part);
    return found;
}

/// The plain text that a person reads: the message itself, or its first part.
std::string_view ReportReader::text() const {
    const std::vector<const mail::Entity*> plain = parts_named("text", "plain");
    return plain.empty() ? std::string_view() : as_text(plain.front()->content);
}

/// The header of the message that came back: as a message, as its header alone, or below a line in the text.
Fields ReportReader::returned_fields() const {
    if (!returned_.empty() && returned_.front().inner != nullptr) return returned_.front().inner->fields;
    const ByteView below =
        returned_.empty() ? as_bytes(returned_message(text())) : returned_.front().part->content;
    return mail::read_header_block(beginning(below, limits::outcome_report_bytes)).fields;
}

/// Each recipient once: a report that names one a hundred times must not count a hundred times. The first counts.
void ReportReader::add(ReportedOutcome outcome) {
    const bool known = std::ranges::any_of(found_.outcomes, [&](const ReportedOutcome& other) {
        return mail::equals_ignoring_case(other.recipient, outcome.recipient);
    });
    if (known) return;
    if (found_.outcomes.size() >= limits::reported_outcomes) {
        found_.cut = true;
        return;
    }
    found_.outcomes.push_back(std::move(outcome));
}

/// RFC 3464 section 2.1: fields of the message, then a group for each recipient. Programs leave the first group or the line
/// behind it out, so that every group may be a recipient's.
void ReportReader::read_delivery_status(ByteView report) {
    ReportedOutcome about;
    note_original(returned_fields(), addresses_, about);
    std::string_view left = as_text(beginning(report, limits::outcome_report_bytes));
    while (!left.empty() && !found_.cut) {
        const Fields fields = next_group(left);
        // Postfix names the envelope's sender among the fields of the message.
        if (const mail::HeaderField* sender = mail::find_field(fields, "X-Postfix-Sender"))
            if (std::string address = addresses_.typed(sender->raw_value); !address.empty())
                about.original_mail_from = std::move(address);
        read_recipient(fields, about);
    }
    found_.cut |= report.size() > limits::outcome_report_bytes;
}

/// RFC 3464 section 2.3. Nothing where the group is no recipient's.
void ReportReader::read_recipient(const Fields& fields, ReportedOutcome outcome) {
    const mail::HeaderField* original = mail::find_field(fields, "Original-Recipient");
    const mail::HeaderField* final = mail::find_field(fields, "Final-Recipient");
    const std::string action = value_of(fields, "Action");
    if (original == nullptr && final == nullptr && action.empty()) return;
    // Section 2.3.1: what the sender wrote, as against where forwarding led.
    if (original != nullptr) outcome.recipient = addresses_.typed(original->raw_value);
    if (outcome.recipient.empty() && final != nullptr) outcome.recipient = addresses_.typed(final->raw_value);
    const std::string diagnostic = value_of(fields, "Diagnostic-Code");
    outcome.status = enhanced_status(value_of(fields, "Status"));
    char status_class = outcome.status.empty() ? '\0' : outcome.status.front();
    if (outcome.status.empty()) {
        const AnswerCodes codes = answer_codes(diagnostic);
        outcome.status = codes.status;
        status_class = codes.reply_class;
    }
    outcome.kind = kind_of(action, status_class);
    if (outcome.kind == ReportedKind::count_) return;
    outcome.detail = outcome_detail(diagnostic);
    add(std::move(outcome));
}

/// RFC 5965 section 3. `Incidents` is not read: one mail is one complaint, whatever number it claims.
void ReportReader::read_feedback(ByteView report) {
    std::string_view left = as_text(beginning(report, limits::outcome_report_bytes));
    const Fields fields = next_group(left), original = returned_fields();
    const std::string type = value_of(fields, "Feedback-Type");
    if (!is_complaint(type)) return;
    ReportedOutcome complaint;
    complaint.kind = ReportedKind::complaint;
    complaint.detail = outcome_detail(type);
    if (const mail::HeaderField* sender = mail::find_field(fields, "Original-Mail-From"))
        complaint.original_mail_from = addresses_.first(sender->raw_value);
    note_original(original, addresses_, complaint);
    // Section 3.2: Original-Rcpt-To once for each recipient.
    for (const mail::HeaderField& field : fields) {
        if (!mail::equals_ignoring_case(field.name, "Original-Rcpt-To")) continue;
        complaint.recipient = addresses_.first(field.raw_value);
        if (!complaint.recipient.empty()) add(complaint);
        if (found_.cut) return;
    }
    found_.cut |= report.size() > limits::outcome_report_bytes;
    if (!found_.outcomes.empty()) return;
    // Reports without it leave at most the To of the message; with several names there, nobody knows who complains.
    complaint.recipient.clear();
    if (const mail::HeaderField* to = mail::find_field(original, "To"))
        complaint.recipient = addresses_.only(to->raw_value);
    add(std::move(complaint));
}

/// Microsoft's Junk Mail Reporting Program: an ordinary mail with the message attached, whose first field names the recipient.
void ReportReader::read_attached_complaint() {
    constexpr std::string_view name = attached_complaint_field;
    for (const Returned& returned : returned_) {
        const mail::HeaderField* recipient = mail::find_field(returned.part->fields, name);
        if (recipient == nullptr && returned.inner != nullptr)
            recipient = mail::find_field(returned.inner->fields, name);
        if (recipient == nullptr || returned.inner == nullptr) continue;
        ReportedOutcome complaint;
        complaint.kind = ReportedKind::complaint;
        complaint.recipient = addresses_.first(recipient->raw_value);
        complaint.detail = "abuse";
        note_original(returned.inner->fields, addresses_, complaint);
        add(std::move(complaint));
        return;
    }
}

void ReportReader::read_qsbmf(std::string_view notice) {
    ReportedOutcome about;
    note_original(returned_fields(), addresses_, about);
    for (const FailedRecipient& recipient : qsbmf_recipients(notice, limits::reported_outcomes + 1)) {
        ReportedOutcome outcome = about;
        const AnswerCodes codes = answer_codes(recipient.reason);
        outcome.kind = failed(codes, recipient.reason);
        outcome.status = codes.status;
        outcome.recipient = addresses_.first(recipient.address);
        outcome.detail = outcome_detail(recipient.reason);
        add(std::move(outcome));
    }
}

/// Exim's field (transport "X-Failed-Recipients", Exim specification chapter 49), which Google writes, too. What the text says
/// about a recipient stands below its address; about a single one, the whole text speaks.
void ReportReader::read_failed_recipients(std::string_view notice) {
    std::vector<std::string> recipients;
    for (const mail::HeaderField& field : root().fields) {
        if (!mail::equals_ignoring_case(field.name, "X-Failed-Recipients")) continue;
        const ByteView value = beginning(as_bytes(field.raw_value), limits::outcome_text_bytes);
        found_.cut |= field.raw_value.size() > value.size();
        for (std::string& address : addresses_.all(as_text(value), limits::reported_outcomes + 1))
            recipients.push_back(std::move(address));
        if (recipients.size() > limits::reported_outcomes) break;
    }
    if (recipients.empty()) return;
    ReportedOutcome about;
    note_original(returned_fields(), addresses_, about);
    const std::string_view explained = before_returned_message(notice);
    for (std::string& recipient : recipients) {
        ReportedOutcome outcome = about;
        std::string_view reason = lines_about(explained, recipient);
        const bool has_own_reason = !reason.empty();
        if (!has_own_reason && recipients.size() == 1) reason = explained;
        const AnswerCodes codes = answer_codes(reason);
        outcome.kind = failed(codes, reason);
        outcome.status = codes.status;
        outcome.recipient = std::move(recipient);
        if (has_own_reason) outcome.detail = outcome_detail(reason);
        add(std::move(outcome));
    }
}

/// RFC 3464 section 2: a notification goes to the sender in the envelope of what it is about. Who is named there is the one whose
/// mail came back, unless the report knows better.
void ReportReader::note_addressee() {
    const mail::HeaderField* to = mail::find_field(root().fields, "To");
    if (to == nullptr || found_.outcomes.empty()) return;
    const std::string addressee = addresses_.only(to->raw_value);
    for (ReportedOutcome& outcome : found_.outcomes)
        if (outcome.kind != ReportedKind::complaint && outcome.original_mail_from.empty())
            outcome.original_mail_from = addressee;
}

void ReportReader::read_any() {
    for (const std::string_view subtype : {"delivery-status", "global-delivery-status"})
        for (const mail::Entity* report : parts_named("message", subtype))
            read_delivery_status(report->content);
    if (!found_.outcomes.empty()) return;
    if (const auto feedback = parts_named("message", "feedback-report"); !feedback.empty())
        return read_feedback(feedback.front()->content);
    read_attached_complaint();
    if (!found_.outcomes.empty()) return;
    const std::string_view notice = text().substr(0, limits::outcome_text_bytes);
    if (is_qsbmf(notice)) read_qsbmf(notice);
    if (found_.outcomes.empty()) read_failed_recipients(notice);
}

DeliveryOutcomes ReportReader::read() {
    read_any();
    note_addressee();
    return std::move(found_);
}

}  // namespace

DeliveryOutcomes delivery_outcomes(const mail::MimeTree& tree) {
    if (tree.readings.empty() || tree.readings.front().entities.empty() || !tree.limits_hit.empty())
        return {};
    DeliveryOutcomes found = ReportReader(tree, tree.readings.front()).read();
    if (found.outcomes.empty()) return {};
    // A report in one reading and another, or none, in the next: programs on the way would not agree who is blamed.
    for (const mail::Reading& other : std::span(tree.readings).subspan(1))
        if (other.entities.empty() || ReportReader(tree, other).read() != found) return {};
    return found;
}

}  // namespace tocsin::scan
