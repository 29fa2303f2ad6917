#include "app/purge_records.hpp"

#include <optional>
#include <utility>

#include "store/evidence_store.hpp"

namespace tocsin::app {

namespace {

store::PurgedMail row_of(const mailbox::PurgeRecord& record) {
    const mailbox::FoundCopy& before = record.before;
    return {.mailbox = record.mailbox,
            .folder = before.folder,
            .uid_validity = before.uid_validity,
            .uid = before.uid,
            .stage = std::string(to_string(record.stage)),
            .sha256 = mailbox::hash_hex(before.sha256),
            .size_bytes = before.size_bytes,
            .flags = before.flags,
            .internal_date = before.internal_date,
            .sealed_folder = record.sealed_folder,
            .sealed_uid_validity = record.sealed_uid_validity,
            .sealed_uid = record.sealed_uid,
            .restored_uid_validity = record.restored_uid_validity,
            .restored_uid = record.restored_uid};
}

std::optional<mailbox::RecordStage> stage_from(const std::string& word) {
    using mailbox::RecordStage;
    for (const RecordStage stage : {RecordStage::intent, RecordStage::moved, RecordStage::restored})
        if (word == to_string(stage)) return stage;
    return std::nullopt;
}

Result<mailbox::PurgeRecord> record_of(store::PurgedMail row) {
    const std::optional<mailbox::RecordStage> stage = stage_from(row.stage);
    const Result<Hash256> hash = store::hash_from_hex(row.sha256);
    if (!stage || !hash)
        return fail(ErrorCode::corrupt,
                    "a record of what was moved out of " + row.mailbox + " cannot be read");
    return mailbox::PurgeRecord{.stage = *stage,
                                .mailbox = std::move(row.mailbox),
                                .before = {.folder = std::move(row.folder),
                                           .uid_validity = row.uid_validity,
                                           .uid = row.uid,
                                           .sha256 = *hash,
                                           .size_bytes = row.size_bytes,
                                           .flags = std::move(row.flags),
                                           .internal_date = std::move(row.internal_date)},
                                .sealed_folder = std::move(row.sealed_folder),
                                .sealed_uid_validity = row.sealed_uid_validity,
                                .sealed_uid = row.sealed_uid,
                                .restored_uid_validity = row.restored_uid_validity,
                                .restored_uid = row.restored_uid};
}

}  // namespace

store::PurgedMailbox summary_of(const mailbox::MailboxReport& report) {
    store::PurgedMailbox summary{.mailbox = report.mailbox,
                                 .outcome = std::string(to_string(report.outcome)),
                                 .why = report.why,
                                 .innocent = static_cast<std::uint32_t>(report.innocent)};
    for (const mailbox::CopyReport& one : report.copies) {
        if (one.state == mailbox::CopyState::left_where_it_is) continue;
        ++summary.copies;
        if (one.copy.has_flag("\\Seen")) ++summary.seen;
        if (one.copy.has_flag("\\Answered")) ++summary.answered;
        if (one.copy.has_flag("$Forwarded")) ++summary.forwarded;
    }
    return summary;
}

Result<void> PurgeRecords::read(net::Fiber& fiber) {
    for (store::PurgedMail& row : TRY(blocking_.call(fiber, [&] { return store_.mails(effect_); }))) {
        mailbox::PurgeRecord record = TRY(record_of(std::move(row)));
        mails_[record.mailbox].push_back(std::move(record));
    }
    for (store::PurgedMailbox& one : TRY(blocking_.call(fiber, [&] { return store_.mailboxes(effect_); })))
        mailboxes_.insert_or_assign(one.mailbox, one);
    return {};
}

Result<void> PurgeRecords::write(net::Fiber& fiber, std::span<const mailbox::PurgeRecord> records) {
    std::vector<store::PurgedMail> rows;
    for (const mailbox::PurgeRecord& record : records) rows.push_back(row_of(record));
    return blocking_.call(fiber, [&] { return store_.write(effect_, rows); });
}

Result<void> PurgeRecords::note(net::Fiber& fiber, const mailbox::MailboxReport& report) {
    store::PurgedMailbox summary = summary_of(report);
    TRY(blocking_.call(fiber, [&] { return store_.note_mailbox(effect_, summary, clock_.now()); }));
    mailboxes_.insert_or_assign(summary.mailbox, std::move(summary));
    return {};
}

std::vector<mailbox::PurgeRecord> PurgeRecords::known(const std::string& mailbox) const {
    const auto found = mails_.find(mailbox);
    return found == mails_.end() ? std::vector<mailbox::PurgeRecord>() : found->second;
}

}  // namespace tocsin::app
