#include "mailbox/pick_up.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits/imap.hpp"

namespace tocsin::mailbox {

namespace {

/// What became of one message.
enum class Taken : std::uint8_t { done, left };

class PickUp {
public:
    PickUp(net::Fiber& fiber, ImapSession& session, const PickUpSettings& settings, PickUpState& state)
        : fiber_(fiber), session_(session), settings_(settings), state_(state) {}
    Result<PickUpTally> run();

private:
    Result<std::vector<std::uint32_t>> waiting();
    Result<void> take(std::uint32_t uid);
    Result<Taken> take_one(std::uint32_t uid);
    Result<void> mark(std::uint32_t uid);
    void note(std::uint32_t uid, const std::string& what);

    net::Fiber& fiber_;
    ImapSession& session_;
    const PickUpSettings& settings_;
    PickUpState& state_;
    PickUpTally tally_;
};

void PickUp::note(std::uint32_t uid, const std::string& what) {
    if (tally_.problems.size() < limits::pick_up_retries)
        tally_.problems.push_back(fmt::format("message {}: {}", uid, what));
}

Result<std::vector<std::uint32_t>> PickUp::waiting() {
    std::vector<std::uint32_t> uids;
    for (const Untaken& one : state_.untaken) uids.push_back(one.uid);
    for (const std::uint32_t uid : TRY(session_.search({.uid_from = state_.next_uid}))) uids.push_back(uid);
    return uids;
}

/// Stored: nobody is told so before. What fails here is done again at the next pass, which finds it stored.
Result<void> PickUp::mark(std::uint32_t uid) {
    if (settings_.after == AfterStoring::mark_seen)
        return session_.store_flags({uid}, proto::ImapStore::add, {"\\Seen"});
    if (session_.capabilities().move) {
        TRY(session_.move({uid}, settings_.done_folder));
        return {};
    }
    if (!session_.capabilities().uid_plus)
        return fail(ErrorCode::unavailable,
                    "the IMAP server has neither MOVE nor UIDPLUS: messages can only be marked as seen");
    TRY(session_.copy({uid}, settings_.done_folder));
    TRY(session_.store_flags({uid}, proto::ImapStore::add, {"\\Deleted"}));
    return session_.expunge({uid});
}

Result<Taken> PickUp::take_one(std::uint32_t uid) {
    const std::vector<proto::ImapMessage> facts = TRY(session_.fetch({uid}, proto::ImapFetch::facts));
    if (facts.empty()) {
        ++tally_.gone;
        return Taken::done;
    }
    if (facts.front().size_bytes.value_or(0) > limits::mailbox_message_bytes) {
        ++tally_.too_large;
        note(uid, "it is larger than what is fetched; read it yourself");
        return Taken::done;
    }
    const proto::ImapMessage message = TRY(session_.message(uid));
    const ByteView bytes = as_bytes(*message.content);
    const Stored stored =
        TRY(settings_.store(fiber_, {state_.uid_validity, uid, sha256(bytes), message.internal_date, bytes}));
    TRY(mark(uid));
    ++(stored == Stored::now ? tally_.stored : tally_.known);
    return Taken::done;
}

Result<void> PickUp::take(std::uint32_t uid) {
    const Result<Taken> taken = take_one(uid);
    if (!taken && session_.is_over()) return std::unexpected(taken.error());
    const auto known = std::ranges::find(state_.untaken, uid, &Untaken::uid);
    if (!taken && taken.error().code != ErrorCode::not_found) {
        note(uid, taken.error().message);
        ++tally_.failed;
        const std::uint32_t tries = known == state_.untaken.end() ? 1 : known->tries + 1;
        if (known == state_.untaken.end())
            state_.untaken.push_back({uid, tries});
        else
            known->tries = tries;
        if (tries >= limits::pick_up_tries) {
            ++tally_.given_up;
            std::erase_if(state_.untaken, [uid](const Untaken& one) { return one.uid == uid; });
        }
    } else if (known != state_.untaken.end()) {
        state_.untaken.erase(known);
    }
    // The last number of all is asked for again and again: there is none behind it.
    if (uid >= state_.next_uid) state_.next_uid = std::max(uid, uid + 1);
    return settings_.save(fiber_, state_);
}

Result<PickUpTally> PickUp::run() {
    if (settings_.after == AfterStoring::move) TRY(session_.create(settings_.done_folder));
    const OpenFolder folder = TRY(session_.open_folder(settings_.folder, proto::ImapAccess::read_write));
    if (folder.uid_validity != state_.uid_validity) {
        tally_.started_over = state_.uid_validity != 0;
        state_ = PickUpState{.uid_validity = folder.uid_validity};
        TRY(settings_.save(fiber_, state_));
    }
    std::size_t taken = 0;
    for (const std::uint32_t uid : TRY(waiting())) {
        // Too many that cannot be stored: the store is what fails, and no message is passed over for that.
        tally_.more = taken++ >= limits::pick_up_messages || state_.untaken.size() >= limits::pick_up_retries;
        if (tally_.more && std::ranges::find(state_.untaken, uid, &Untaken::uid) == state_.untaken.end())
            break;
        if (fiber_.stop_requested()) break;
        TRY(take(uid));
    }
    return std::move(tally_);
}

}  // namespace

Result<PickUpTally> pick_up(net::Fiber& fiber, ImapSession& session, const PickUpSettings& settings,
                            PickUpState& state) {
    return PickUp(fiber, session, settings, state).run();
}

std::uint32_t pick_up_delay_ms(std::uint32_t failures) {
    if (failures == 0) return 0;
    std::uint64_t delay = limits::pick_up_retry_ms;
    while (--failures > 0 && delay < limits::pick_up_retry_ms_max) delay *= 2;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>(delay, limits::pick_up_retry_ms_max));
}

}  // namespace tocsin::mailbox
