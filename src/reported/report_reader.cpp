#include "reported/report_reader.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "base/limits.hpp"
#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "mail/encoded_words.hpp"
#include "mail/header_block.hpp"
#include "mail/mime.hpp"
#include "reported/feedback.hpp"
#include "reported/file_kind.hpp"
#include "reported/header_facts.hpp"
#include "reported/inline_forward.hpp"
#include "reported/level.hpp"
#include "reported/msg_file.hpp"
#include "reported/rebuild.hpp"
#include "reported/tnef_message.hpp"
#include "scan/outcome_fields.hpp"
#include "scan/unpack_messages.hpp"

namespace tocsin::reported {

namespace {

/// Where the walk is.
struct Place {
    std::uint32_t inside = in_no_mail;
    std::size_t depth = 0;       ///< mails around
    std::size_t containers = 0;  ///< winmail.dat around, each of which becomes a message of its own
    /// What an attached message is here: in a message that we made ourselves, it was made, too.
    Shape attached = Shape::attached_message;
    Grade best = Grade::raw;
};

class ReportReader {
public:
    explicit ReportReader(const ReportContext& context) : context_(context) {}

    ReadReport run(ByteView bytes) {
        if (bytes.size() > limits::report_bytes) {
            add_warning(report_.warnings, ReportWarning::too_large);
            return std::move(report_);
        }
        if (context_.form == ReportForm::submitted)
            visit_submitted(bytes);
        else
            visit_message(bytes, {});
        if (report_.mails.empty()) add_warning(report_.warnings, ReportWarning::nothing_found);
        return std::move(report_);
    }

private:
    void warn(const Place& place, ReportWarning warning) {
        add_warning(place.inside == in_no_mail ? report_.warnings : report_.mails[place.inside].warnings,
                    warning);
    }
    bool time_left(const Place& place) {
        if (context_.time_left()) return true;
        warn(place, ReportWarning::out_of_time);
        return false;
    }

    void visit_submitted(ByteView bytes);
    void visit_message(ByteView bytes, const Place& place);
    void visit_entities(const mail::MimeTree& tree, const Level& level, const Place& place);
    void visit_attached(const mail::Entity& part, const Level& level, const Place& place);
    void visit_text(const mail::MimeTree& tree, const Place& place, std::size_t mails_before);
    void visit_file(std::string_view name, std::string_view type, ByteView bytes, const Place& place,
                    Shape as_mail, const Level& level);
    void visit_msg(std::string_view name, ByteView bytes, const Place& place);
    void visit_tnef(ByteView bytes, const Place& place);
    void visit_zip(ByteView bytes, const Place& place);
    void take_evidence(const Level& level, const Place& place);
    /// Takes a mail, and looks for mails in it. `about` brings shape and grade, and what a report for programs says.
    void take(ByteView bytes, ReportedMail about, const Place& place);
    bool push(ReportedMail about, ByteView bytes, const Place& place);
    void note_report(const mail::MimeTree& tree);

    const ReportContext& context_;
    ReadReport report_;
    std::size_t files_ = 0;
};

ReportedMail mail_of(Shape shape, Grade grade) {
    ReportedMail about;
    about.shape = shape;
    about.grade = grade;
    return about;
}

// ---- what is taken -----------------------------------------------------------------------------------------------------------

bool ReportReader::push(ReportedMail about, ByteView bytes, const Place& place) {
    if (report_.mails.size() >= limits::reported_mails) {
        add_warning(report_.warnings, ReportWarning::too_many_mails);
        return false;
    }
    about.inside = place.inside;
    if (!bytes.empty()) {
        if (const Result<std::uint64_t> offset = context_.keep(bytes)) {
            about.offset = *offset;
            about.length = bytes.size();
        } else {
            add_warning(about.warnings, ReportWarning::too_large);
        }
    }
    report_.mails.push_back(std::move(about));
    return true;
}

void ReportReader::take(ByteView bytes, ReportedMail about, const Place& place) {
    if (place.depth >= limits::report_depth) return warn(place, ReportWarning::too_deep);
    const mail::HeaderBlock header = mail::read_header_block(bytes);
    note_header(header.fields, context_.tools, about);
    const bool is_feedback = about.shape == Shape::feedback_report || about.shape == Shape::xarf;
    const bool redacted = std::ranges::find(about.warnings, ReportWarning::redacted) != about.warnings.end();
    if (is_feedback && redacted) about.grade = Grade::text_only;
    const Grade grade = about.grade;
    if (!push(std::move(about), bytes, place)) return;
    Place inner;
    inner.inside = static_cast<std::uint32_t>(report_.mails.size() - 1);
    inner.depth = place.depth + 1;
    inner.containers = place.containers;
    inner.best = grade;
    // Messages inside one that was made from properties were made with it.
    if (grade == Grade::rebuilt) inner.attached = report_.mails.back().shape;
    visit_message(bytes, inner);
}

// ---- one message -------------------------------------------------------------------------------------------------------------

void ReportReader::visit_message(ByteView bytes, const Place& place) {
    if (!time_left(place)) return;
    const mail::MimeTree tree = mail::parse_mime(bytes);
    if (tree.readings.empty() || tree.readings.front().entities.empty()) return;
    if (tree.ambiguous()) warn(place, ReportWarning::ambiguous);
    if (!tree.limits_hit.empty()) warn(place, ReportWarning::parser_limit);
    if (place.inside == in_no_mail && place.containers == 0) note_report(tree);
    const std::size_t mails_before = report_.mails.size();
    const Level level = read_level(tree, report_.reporter);
    if (level.unreadable) warn(place, ReportWarning::damaged);
    if (report_.reporter.empty() && place.inside == in_no_mail) report_.reporter = level.reporter;
    visit_entities(tree, level, place);
    take_evidence(level, place);
    if (level.feedback && report_.mails.size() == mails_before) {
        ReportedMail about = *level.feedback;
        about.grade = Grade::text_only;
        add_warning(about.warnings, ReportWarning::nothing_sent);
        static_cast<void>(push(std::move(about), {}, place));
    }
    visit_text(tree, place, mails_before);
}

void ReportReader::visit_entities(const mail::MimeTree& tree, const Level& level, const Place& place) {
    std::vector<bool> inside_message(tree.entities.size(), false);
    for (const std::uint32_t index : tree.readings.front().entities) {
        const mail::Entity& entity = tree.entities[index];
        const bool below =
            entity.parent != mail::no_entity &&
            (inside_message[entity.parent] || is_attached_message(tree.entities[entity.parent]));
        inside_message[index] = below || entity.origin == mail::Origin::message;
        if (inside_message[index] || entity.content.empty()) continue;
        if (is_attached_message(entity)) {
            visit_attached(entity, level, place);
        } else if (level.feedback && scan::is_headers_part(entity)) {
            ReportedMail about = *level.feedback;
            about.grade = Grade::text_only;
            add_warning(about.warnings, ReportWarning::header_only);
            take(entity.content, std::move(about), place);
        } else if (entity.is_leaf() && &entity != level.part && is_file(entity)) {
            const std::string_view name =
                entity.file_names.empty() ? std::string_view() : std::string_view(entity.file_names.front());
            visit_file(name, entity.media_type(), entity.content, place, Shape::eml_file, level);
        }
    }
}

void ReportReader::visit_attached(const mail::Entity& part, const Level& level, const Place& place) {
    ReportedMail about = level.feedback.value_or(mail_of(place.attached, place.best));
    if (level.feedback) about.grade = place.best;
    const mail::HeaderBlock header = mail::read_header_block(part.content);
    const mail::HeaderField* complainer = mail::find_field(part.fields, scan::attached_complaint_field);
    if (complainer == nullptr) complainer = mail::find_field(header.fields, scan::attached_complaint_field);
    if (complainer != nullptr && !level.feedback) {
        about.shape = Shape::feedback_attached;
        about.feedback_type = "abuse";
        about.provider = domain_of(report_.reporter);
        scan::OutcomeAddresses addresses;
        if (std::string address = addresses.first(complainer->raw_value); !address.empty())
            about.recipients.push_back(std::move(address));
    }
    take(part.content, std::move(about), place);
}

void ReportReader::take_evidence(const Level& level, const Place& place) {
    for (const XarfEvidence& evidence : level.evidence) {
        const ByteView bytes = as_bytes(evidence.bytes);
        if (level.feedback && (evidence.is_mail || looks_like_mail(bytes)))
            take(bytes, *level.feedback, place);
    }
}

void ReportReader::visit_text(const mail::MimeTree& tree, const Place& place, std::size_t mails_before) {
    const bool is_report = place.inside == in_no_mail;
    if (!time_left(place)) return;
    TextOfReport text = read_inline(tree, is_report ? ForwardSigns::any_quotation : ForwardSigns::marked_only,
                                    context_.tools);
    if (text.cut && is_report) warn(place, ReportWarning::cut);
    if (is_report && report_.comment.empty()) report_.comment = comment_text(text.comment);
    if (report_.mails.size() > mails_before) return;
    if (place.depth >= limits::report_depth && !text.forwards.empty())
        return warn(place, ReportWarning::too_deep);
    Place around = place;
    for (InlineForward& forward : text.forwards) {
        if (!push(std::move(forward.about), as_bytes(forward.message), around)) return;
        around.inside = static_cast<std::uint32_t>(report_.mails.size() - 1);
    }
}

// ---- files -------------------------------------------------------------------------------------------------------------------

void ReportReader::visit_submitted(ByteView bytes) {
    const Place place;
    const std::size_t before = report_.mails.size();
    switch (kind_of_bytes(bytes)) {
        case FileKind::outlook: visit_msg("", bytes, place); break;
        case FileKind::zip: visit_zip(bytes, place); break;
        case FileKind::tnef:
            if (std::optional<MapiMessage> message = read_tnef_message(bytes)) {
                Rebuilt rebuilt = rebuild_message(*message, context_.tools.converters);
                ReportedMail about = mail_of(Shape::tnef, Grade::rebuilt);
                about.warnings = std::move(rebuilt.warnings);
                take(as_bytes(rebuilt.message), std::move(about), place);
            }
            break;
        case FileKind::other: break;
    }
    if (report_.mails.size() == before) take(bytes, mail_of(Shape::submitted, Grade::raw), place);
}

void ReportReader::visit_file(std::string_view name, std::string_view type, ByteView bytes,
                              const Place& place, Shape as_mail, const Level& level) {
    if (++files_ > limits::report_files) return add_warning(report_.warnings, ReportWarning::too_many_files);
    if (!time_left(place)) return;
    switch (kind_of_bytes(bytes)) {
        case FileKind::outlook: return visit_msg(name, bytes, place);
        case FileKind::tnef: return visit_tnef(bytes, place);
        case FileKind::zip:
            if (is_plain_zip(name, type) && as_mail != Shape::eml_in_zip) visit_zip(bytes, place);
            return;
        case FileKind::other: break;
    }
    if (!is_mail_name(name) && !looks_like_mail(bytes)) return;
    ReportedMail about = mail_of(as_mail, Grade::raw);
    if (level.feedback) {
        about = *level.feedback;
        about.grade = Grade::raw;
    }
    take(bytes, std::move(about), place);
}

void ReportReader::visit_msg(std::string_view name, ByteView bytes, const Place& place) {
    std::optional<MapiMessage> message = read_msg(bytes);
    if (!message) {
        // Documents of other programs have this form, too.
        if (is_outlook_name(name)) warn(place, ReportWarning::damaged);
        return;
    }
    Rebuilt rebuilt = rebuild_message(*message, context_.tools.converters);
    message.reset();
    ReportedMail about = mail_of(Shape::outlook_msg, Grade::rebuilt);
    about.warnings = std::move(rebuilt.warnings);
    take(as_bytes(rebuilt.message), std::move(about), place);
}

/// The content of winmail.dat belongs to the mail around it: what is attached in it was attached there.
void ReportReader::visit_tnef(ByteView bytes, const Place& place) {
    if (place.containers >= limits::report_depth) return warn(place, ReportWarning::too_deep);
    std::optional<MapiMessage> message = read_tnef_message(bytes);
    if (!message) return;
    Rebuilt rebuilt = rebuild_message(*message, context_.tools.converters);
    message.reset();
    for (const ReportWarning warning : rebuilt.warnings)
        if (warning == ReportWarning::damaged || warning == ReportWarning::too_deep ||
            warning == ReportWarning::too_large || warning == ReportWarning::cut)
            warn(place, warning);
    Place inner = place;
    ++inner.containers;
    inner.attached = Shape::tnef;
    inner.best = std::max(place.best, Grade::rebuilt);
    visit_message(as_bytes(rebuilt.message), inner);
}

void ReportReader::visit_zip(ByteView bytes, const Place& place) {
    static constexpr std::array<std::string_view, 3> endings = {".eml", ".msg", "winmail.dat"};
    const scan::UnpackRules rules{
        .endings = endings, .members_max = limits::reported_mails, .bytes_max = limits::report_bytes};
    const auto sink = [&](std::string_view name, ByteView member) -> Result<void> {
        visit_file(name, "", member, place, Shape::eml_in_zip, {});
        if (!context_.time_left()) return fail(ErrorCode::timed_out, "the time for one report is over");
        return {};
    };
    const Result<scan::UnpackSummary> unpacked = scan::unpack_members(bytes, rules, sink);
    if (!unpacked) {
        const bool late = unpacked.error().code == ErrorCode::timed_out;
        return warn(place, late ? ReportWarning::out_of_time : ReportWarning::damaged);
    }
    if (unpacked->locked > 0) warn(place, ReportWarning::locked);
    if (unpacked->unreadable > unpacked->locked) warn(place, ReportWarning::damaged);
    if (unpacked->limit_reached) warn(place, ReportWarning::too_many_mails);
}

// ---- the report itself -------------------------------------------------------------------------------------------------------

void ReportReader::note_report(const mail::MimeTree& tree) {
    ReportedMail own;
    note_header(tree.root().fields, context_.tools, own);
    report_.reporter = std::move(own.sender);
    report_.reporter_name = std::move(own.sender_name);
    report_.message_id = std::move(own.message_id);
    report_.date = std::move(own.date);
    report_.subject = std::move(own.subject);
    report_.claim = claim_of(report_.subject);
}

}  // namespace

ReadReport read_report(ByteView bytes, const ReportContext& context) {
    return ReportReader(context).run(bytes);
}

}  // namespace tocsin::reported
