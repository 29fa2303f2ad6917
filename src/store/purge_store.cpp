#include "store/purge_store.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "base/limits.hpp"
#include "base/limits/imap.hpp"
#include "store/detail/session.hpp"
#include "store/stored_text.hpp"

namespace tocsin::store {

namespace {

using nlohmann::json;

/// One row of `purged_mail`. SOCI binds to its members.
struct MailRow {
    std::string mailbox, folder, stage, sha256, flags, internal_date, sealed_folder;
    long long uid_validity = 0, uid = 0, size_bytes = 0, sealed_uid_validity = 0, sealed_uid = 0,
              restored_uid_validity = 0, restored_uid = 0;

    void set(const PurgedMail& mail) {
        mailbox = mail.mailbox;
        folder = mail.folder;
        stage = mail.stage;
        sha256 = mail.sha256;
        flags = json(mail.flags).dump();
        internal_date = mail.internal_date;
        sealed_folder = mail.sealed_folder;
        uid_validity = mail.uid_validity;
        uid = mail.uid;
        size_bytes = static_cast<long long>(mail.size_bytes);
        sealed_uid_validity = mail.sealed_uid_validity;
        sealed_uid = mail.sealed_uid;
        restored_uid_validity = mail.restored_uid_validity;
        restored_uid = mail.restored_uid;
    }
    [[nodiscard]] PurgedMail get() const {
        PurgedMail mail{.mailbox = mailbox,
                        .folder = folder,
                        .uid_validity = static_cast<std::uint32_t>(uid_validity),
                        .uid = static_cast<std::uint32_t>(uid),
                        .stage = stage,
                        .sha256 = sha256,
                        .size_bytes = static_cast<std::uint64_t>(size_bytes),
                        .flags = {},
                        .internal_date = internal_date,
                        .sealed_folder = sealed_folder,
                        .sealed_uid_validity = static_cast<std::uint32_t>(sealed_uid_validity),
                        .sealed_uid = static_cast<std::uint32_t>(sealed_uid),
                        .restored_uid_validity = static_cast<std::uint32_t>(restored_uid_validity),
                        .restored_uid = static_cast<std::uint32_t>(restored_uid)};
        const json list = json::parse(flags, nullptr, false);
        if (list.is_array())
            for (const json& flag : list)
                if (flag.is_string()) mail.flags.push_back(flag.get<std::string>());
        return mail;
    }
};

/// A name that came back changed would name another folder, or none.
bool can_be_read_back(const PurgedMail& mail) {
    const auto whole = [](const std::string& text) {
        return is_storable(text, limits::purge_record_line_bytes);
    };
    return whole(mail.mailbox) && whole(mail.folder) && whole(mail.sealed_folder) &&
           whole(mail.internal_date) && std::ranges::all_of(mail.flags, whole);
}

constexpr const char* upsert_mail =
    "INSERT INTO purged_mail (effect, mailbox, folder, uid_validity, uid, stage, sha256, size_bytes, flags, "
    "internal_date, sealed_folder, sealed_uid_validity, sealed_uid, restored_uid_validity, restored_uid) "
    "VALUES (:effect, :mailbox, :folder, :uid_validity, :uid, :stage, :sha256, :size_bytes, :flags, "
    ":internal_date, :sealed_folder, :sealed_uid_validity, :sealed_uid, :restored_uid_validity, "
    ":restored_uid) ON CONFLICT (effect, mailbox, folder, uid_validity, uid) DO UPDATE SET stage = "
    "excluded.stage, sha256 = excluded.sha256, size_bytes = excluded.size_bytes, flags = excluded.flags, "
    "internal_date = excluded.internal_date, sealed_folder = excluded.sealed_folder, sealed_uid_validity = "
    "excluded.sealed_uid_validity, sealed_uid = excluded.sealed_uid, restored_uid_validity = "
    "excluded.restored_uid_validity, restored_uid = excluded.restored_uid";

constexpr const char* upsert_mailbox =
    "INSERT INTO purged_mailboxes (effect, mailbox, outcome, why, copies, seen, answered, forwarded, "
    "innocent, time_us) VALUES (:effect, :mailbox, :outcome, :why, :copies, :seen, :answered, :forwarded, "
    ":innocent, :time_us) ON CONFLICT (effect, mailbox) DO UPDATE SET outcome = excluded.outcome, why = "
    "excluded.why, copies = excluded.copies, seen = excluded.seen, answered = excluded.answered, forwarded = "
    "excluded.forwarded, innocent = excluded.innocent, time_us = excluded.time_us";

std::string untaken_text(const PickedUp& state) {
    json list = json::array();
    for (const PickedUp::Untaken& one : state.untaken) list.push_back({one.uid, one.tries});
    return list.dump();
}

std::vector<PickedUp::Untaken> untaken_from(const std::string& text) {
    std::vector<PickedUp::Untaken> untaken;
    const json list = json::parse(text, nullptr, false);
    if (!list.is_array()) return untaken;
    for (const json& one : list)
        if (one.is_array() && one.size() == 2 && one[0].is_number_unsigned() && one[1].is_number_unsigned())
            untaken.push_back({one[0].get<std::uint32_t>(), one[1].get<std::uint32_t>()});
    return untaken;
}

}  // namespace

Result<TakenBack> PurgeStore::begin(const std::string& effect, const std::string& incident, TimePoint now) {
    return writing(database_.state(), "note a purge", [&](soci::session& session) -> Result<TakenBack> {
        const long long now_us = now.microseconds, never = 0;
        session << "INSERT INTO purges (effect, incident, begun_us, taken_back_us) VALUES (:effect, "
                   ":incident, :begun, :never) ON CONFLICT (effect) DO NOTHING",
            soci::use(effect, "effect"), soci::use(incident, "incident"), soci::use(now_us, "begun"),
            soci::use(never, "never");
        long long taken_back_us = 0;
        session << "SELECT taken_back_us FROM purges WHERE effect = :effect", soci::use(effect, "effect"),
            soci::into(taken_back_us);
        return taken_back_us == 0 ? TakenBack::no : TakenBack::yes;
    });
}

Result<void> PurgeStore::take_back(const std::string& effect, const std::string& incident, TimePoint now) {
    return writing(database_.state(), "take a purge back", [&](soci::session& session) -> Result<void> {
        const long long now_us = now.microseconds;
        session << "INSERT INTO purges (effect, incident, begun_us, taken_back_us) VALUES (:effect, "
                   ":incident, :now, :taken_back) ON CONFLICT (effect) DO UPDATE SET taken_back_us = "
                   "excluded.taken_back_us",
            soci::use(effect, "effect"), soci::use(incident, "incident"), soci::use(now_us, "now"),
            soci::use(now_us, "taken_back");
        return {};
    });
}

Result<void> PurgeStore::write(const std::string& effect, std::span<const PurgedMail> mails) {
    if (mails.empty()) return {};
    for (const PurgedMail& mail : mails)
        if (!can_be_read_back(mail))
            return fail(ErrorCode::invalid_input,
                        "the server names a folder or a flag with bytes that are no UTF-8");
    return writing(
        database_.state(), "write down what is moved", [&](soci::session& session) -> Result<void> {
            soci::transaction transaction(session);
            MailRow row;
            soci::statement upsert =
                (session.prepare << upsert_mail, soci::use(effect, "effect"),
                 soci::use(row.mailbox, "mailbox"), soci::use(row.folder, "folder"),
                 soci::use(row.uid_validity, "uid_validity"), soci::use(row.uid, "uid"),
                 soci::use(row.stage, "stage"), soci::use(row.sha256, "sha256"),
                 soci::use(row.size_bytes, "size_bytes"), soci::use(row.flags, "flags"),
                 soci::use(row.internal_date, "internal_date"), soci::use(row.sealed_folder, "sealed_folder"),
                 soci::use(row.sealed_uid_validity, "sealed_uid_validity"),
                 soci::use(row.sealed_uid, "sealed_uid"),
                 soci::use(row.restored_uid_validity, "restored_uid_validity"),
                 soci::use(row.restored_uid, "restored_uid"));
            for (const PurgedMail& mail : mails) {
                row.set(mail);
                upsert.execute(true);
            }
            transaction.commit();
            return {};
        });
}

Result<std::vector<PurgedMail>> PurgeStore::mails(const std::string& effect) {
    return reading(database_.state(), "read what was moved",
                   [&](soci::session& session) -> Result<std::vector<PurgedMail>> {
                       MailRow row;
                       soci::statement select =
                           (session.prepare
                                << "SELECT mailbox, folder, uid_validity, uid, stage, sha256, size_bytes, "
                                   "flags, internal_date, sealed_folder, sealed_uid_validity, sealed_uid, "
                                   "restored_uid_validity, restored_uid FROM purged_mail WHERE effect = "
                                   ":effect ORDER BY mailbox, folder, uid_validity, uid",
                            soci::use(effect, "effect"), soci::into(row.mailbox), soci::into(row.folder),
                            soci::into(row.uid_validity), soci::into(row.uid), soci::into(row.stage),
                            soci::into(row.sha256), soci::into(row.size_bytes), soci::into(row.flags),
                            soci::into(row.internal_date), soci::into(row.sealed_folder),
                            soci::into(row.sealed_uid_validity), soci::into(row.sealed_uid),
                            soci::into(row.restored_uid_validity), soci::into(row.restored_uid));
                       std::vector<PurgedMail> mails;
                       select.execute();
                       while (select.fetch()) mails.push_back(row.get());
                       return mails;
                   });
}

Result<void> PurgeStore::note_mailbox(const std::string& effect, const PurgedMailbox& mailbox,
                                      TimePoint now) {
    return writing(database_.state(), "note a mailbox", [&](soci::session& session) -> Result<void> {
        const std::string why = stored_text(mailbox.why, limits::imap_text_bytes);
        const long long copies = mailbox.copies, seen = mailbox.seen, answered = mailbox.answered,
                        forwarded = mailbox.forwarded, innocent = mailbox.innocent, now_us = now.microseconds;
        session << upsert_mailbox, soci::use(effect, "effect"), soci::use(mailbox.mailbox, "mailbox"),
            soci::use(mailbox.outcome, "outcome"), soci::use(why, "why"), soci::use(copies, "copies"),
            soci::use(seen, "seen"), soci::use(answered, "answered"), soci::use(forwarded, "forwarded"),
            soci::use(innocent, "innocent"), soci::use(now_us, "time_us");
        return {};
    });
}

Result<std::vector<PurgedMailbox>> PurgeStore::mailboxes(const std::string& effect) {
    return reading(database_.state(), "read mailboxes of a purge",
                   [&](soci::session& session) -> Result<std::vector<PurgedMailbox>> {
                       std::string mailbox, outcome, why;
                       long long copies = 0, seen = 0, answered = 0, forwarded = 0, innocent = 0;
                       soci::statement select =
                           (session.prepare << "SELECT mailbox, outcome, why, copies, seen, answered, "
                                               "forwarded, innocent FROM purged_mailboxes WHERE effect = "
                                               ":effect ORDER BY mailbox",
                            soci::use(effect, "effect"), soci::into(mailbox), soci::into(outcome),
                            soci::into(why), soci::into(copies), soci::into(seen), soci::into(answered),
                            soci::into(forwarded), soci::into(innocent));
                       std::vector<PurgedMailbox> all;
                       select.execute();
                       const auto small = [](long long value) { return static_cast<std::uint32_t>(value); };
                       while (select.fetch())
                           all.push_back({mailbox, outcome, why, small(copies), small(seen), small(answered),
                                          small(forwarded), small(innocent)});
                       return all;
                   });
}

Result<std::optional<PickedUp>> PurgeStore::picked_up(const std::string& mailbox, const std::string& folder) {
    return reading(database_.state(), "read how far reports were picked up",
                   [&](soci::session& session) -> Result<std::optional<PickedUp>> {
                       long long uid_validity = 0, next_uid = 0;
                       std::string untaken;
                       soci::statement select =
                           (session.prepare << "SELECT uid_validity, next_uid, untaken FROM picked_up WHERE "
                                               "mailbox = :mailbox AND folder = :folder",
                            soci::use(mailbox, "mailbox"), soci::use(folder, "folder"),
                            soci::into(uid_validity), soci::into(next_uid), soci::into(untaken));
                       if (!select.execute(true)) return std::nullopt;
                       return PickedUp{static_cast<std::uint32_t>(uid_validity),
                                       static_cast<std::uint32_t>(next_uid), untaken_from(untaken)};
                   });
}

Result<void> PurgeStore::note_picked_up(const std::string& mailbox, const std::string& folder,
                                        const PickedUp& state) {
    return writing(database_.state(), "note how far reports were picked up",
                   [&](soci::session& session) -> Result<void> {
                       const long long uid_validity = state.uid_validity, next_uid = state.next_uid;
                       const std::string untaken = untaken_text(state);
                       session << "INSERT INTO picked_up (mailbox, folder, uid_validity, next_uid, untaken) "
                                  "VALUES (:mailbox, :folder, :uid_validity, :next_uid, :untaken) ON "
                                  "CONFLICT (mailbox, folder) DO UPDATE SET uid_validity = "
                                  "excluded.uid_validity, next_uid = excluded.next_uid, untaken = "
                                  "excluded.untaken",
                           soci::use(mailbox, "mailbox"), soci::use(folder, "folder"),
                           soci::use(uid_validity, "uid_validity"), soci::use(next_uid, "next_uid"),
                           soci::use(untaken, "untaken");
                       return {};
                   });
}

}  // namespace tocsin::store
