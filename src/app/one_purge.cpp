#include "app/one_purge.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "base/contains.hpp"
#include "base/hash.hpp"
#include "base/limits/imap.hpp"
#include "base/limits/respond.hpp"
#include "base/time_units.hpp"
#include "proto/imap_types.hpp"

namespace tocsin::app {

namespace {

constexpr const char* teller = "response";

/// A name for something that is told once about an effect.
std::string id_of(const char* what, const respond::EffectKey& key) {
    constexpr std::size_t hash_bytes = 16;
    const Hash256 hash = sha256(as_bytes(key));
    return std::string(what) + "-" + to_hex(std::as_bytes(std::span(hash)).first(hash_bytes));
}

/// "a, b, c and 4 more"
std::string some_of(const std::vector<std::string>& names, std::size_t most) {
    std::string text;
    for (std::size_t at = 0; at < std::min(names.size(), most); ++at)
        text += (at > 0 ? ", " : "") + names[at];
    if (names.size() > most) text += fmt::format(" and {} more", names.size() - most);
    return text;
}

}  // namespace

mailbox::VisitLimits visit_limits(const config::MailboxSettings& settings) {
    return {.at_once = settings.connections,
            .mailbox_s = settings.mailbox_s,
            .not_entered = limits::mailboxes_not_entered,
            .stop_ms = limits::mailbox_stop_ms};
}

OnePurge::OnePurge(const MailboxWorld& world, const respond::Effect& effect)
    : world_(world), effect_(effect), records_(world.purges, world.blocking, world.clock, effect.key),
      readers_free_(std::max<std::size_t>(1, world.readers.status().readers_max / 2)) {}

Result<std::string> OnePurge::run(net::Fiber& fiber) {
    TRY(prepare(fiber));
    TRY(find_candidates(fiber));
    choose_targets();
    TRY(visit(fiber));
    tell_people(fiber);
    Result<std::string> done = result();
    if (done)
        tell_readers(fiber);
    else
        tell_trouble(fiber, done.error());
    return done;
}

Result<void> OnePurge::prepare(net::Fiber& fiber) {
    const config::MailboxSettings& settings = world_.settings.mailboxes;
    marks_ = marks_of(world_.response.response(), effect_);
    if (marks_.empty())
        return fail(
            ErrorCode::invalid_input,
            "nothing is known by which its copies could be told from innocent mail: no text, no file, "
            "no sender with a link");
    senders_ = lines_of(effect_, "sender");
    const TimePoint now = world_.clock.now();
    // A day early: SINCE goes by the midnight of the server.
    since_ = proto::imap_day(now.microseconds - (settings.look_back_days + 1) * day_us);
    server_ = TRY(world_.blocking.call(fiber, [&] { return mailbox_server(settings); }));
    list_ = TRY(world_.blocking.call(fiber, [&] { return MailboxList::read(settings); }));
    if (is_dry()) return {};
    const store::TakenBack taken_back = TRY(
        world_.blocking.call(fiber, [&] { return world_.purges.begin(effect_.key, effect_.incident, now); }));
    if (taken_back == store::TakenBack::yes)
        return fail(ErrorCode::conflict, "it was taken back: nothing is moved any more");
    TRY(records_.read(fiber));
    summaries_ = records_.mailboxes();
    return {};
}

Result<void> OnePurge::find_candidates(net::Fiber& fiber) {
    const std::int64_t back_us = world_.settings.mailboxes.look_back_days * day_us;
    JournalCopies copies(world_.journal, TimePoint{world_.clock.now().microseconds - back_us});
    const auto look = [&]() -> Result<void> {
        TRY(world_.journal.file_all());
        return copies.look_for(effect_);
    };
    TRY(world_.blocking.call(fiber, look));
    for (const auto& [address, got] : copies.recipients()) add_candidate(address, &got);
    const respond::Response& response = world_.response.response();
    const respond::Incident* incident = response.incident(effect_.incident);
    if (incident == nullptr) return {};
    std::vector<const respond::Incident*> all{incident};
    for (const std::string& id : incident->merged) all.push_back(response.incident(id));
    for (const respond::Incident* one : all)
        if (one != nullptr)
            for (const auto& [address, deed] : one->touched) add_candidate(address, nullptr);
    return {};
}

void OnePurge::add_candidate(const std::string& address, const GotCopies* got) {
    const std::optional<std::string> mailbox = list_->mailbox_of(address);
    if (!mailbox) return;
    const auto [place, is_new] = candidates_.try_emplace(*mailbox);
    Candidate& candidate = place->second;
    if (is_new) candidate.address = address;
    if (got != nullptr) {
        candidate.copies.insert(got->by_message_id.begin(), got->by_message_id.end());
        candidate.by_sender = candidate.by_sender || got->without_id;
    }
    // Only somebody says that he got it: our journal knows nothing of it.
    if (candidate.copies.empty()) candidate.by_sender = true;
}

void OnePurge::choose_targets() {
    std::vector<std::string> rest;
    for (const auto& [mailbox, address] : list_->listed())
        if (!candidates_.contains(mailbox) && !senders_.empty()) rest.push_back(mailbox);
    for (const auto& [mailbox, candidate] : candidates_) add_target(mailbox, candidate);
    for (const std::string& mailbox : rest)
        add_target(mailbox, {.address = list_->listed().at(mailbox), .copies = {}, .by_sender = true});
    // Those that nobody tried yet: a mailbox that cannot be opened keeps no other waiting.
    std::ranges::stable_partition(
        targets_, [&](const mailbox::Target& target) { return summary(target.mailbox) == nullptr; });
}

void OnePurge::add_target(const std::string& mailbox, const Candidate& candidate) {
    const bool too_many = candidate.copies.size() > limits::mailbox_message_ids;
    const bool by_sender = !senders_.empty() && (candidate.by_sender || too_many);
    if (!by_sender && candidate.copies.empty()) {
        ++unsearchable_;
        return;
    }
    mailboxes_.push_back(mailbox);
    const store::PurgedMailbox* known = summary(mailbox);
    if (known != nullptr && is_over(*known)) return;
    mailbox::Target target{.mailbox = mailbox, .message_ids = {}};
    if (!by_sender)
        for (const auto& [id, copy] : candidate.copies) target.message_ids.push_back(id);
    targets_.push_back(std::move(target));
}

mailbox::MailboxReport OnePurge::visit_one(net::Fiber& fiber, mailbox::ImapSession& session,
                                           const mailbox::Target& target) {
    mailbox::PurgeOrder order{.incident = sealed_name_of(effect_.key),
                              .sealed_root = world_.settings.mailboxes.sealed_folder,
                              .mode = is_dry() ? mailbox::PurgeMode::dry_run : mailbox::PurgeMode::act,
                              .login = server_.login};
    order.wanted.message_ids = target.message_ids;
    if (target.message_ids.empty()) order.wanted.senders = senders_;
    order.wanted.since = since_;
    order.wanted.confirm = [&](net::Fiber& own, ByteView bytes) {
        return confirm(own, target.mailbox, bytes);
    };
    order.write = [this](net::Fiber& own, std::span<const mailbox::PurgeRecord> records) {
        return records_.write(own, records);
    };
    mailbox::MailboxReport report =
        mailbox::purge_mailbox(fiber, session, target.mailbox, order, records_.known(target.mailbox));
    if (is_dry()) return report;
    if (const Result<void> noted = records_.note(fiber, report); !noted) note_error(report, noted.error());
    return report;
}

/// Half of the readers at most: the gate's mail must not wait behind a purge.
Result<bool> OnePurge::confirm(net::Fiber& fiber, const std::string& mailbox, ByteView message) {
    TRY(reader_freed_.wait_until(fiber, net::no_deadline, net::OnStop::keep_waiting,
                                 [this] { return readers_free_ > 0; }));
    --readers_free_;
    static const std::map<std::string, SeenCopy> nothing_seen;
    const auto candidate = candidates_.find(mailbox);
    Result<bool> is_copy =
        is_one_of(fiber, world_.readers, marks_,
                  candidate == candidates_.end() ? nothing_seen : candidate->second.copies, message);
    ++readers_free_;
    reader_freed_.notify_one();
    return is_copy;
}

Result<void> OnePurge::visit(net::Fiber& fiber) {
    std::vector<mailbox::MailboxReport> not_entered;
    std::ignore = mailbox::visit_mailboxes(
        fiber, server_, targets_, visit_limits(world_.settings.mailboxes),
        [this](net::Fiber& own, mailbox::ImapSession& session, const mailbox::Target& target) {
            return visit_one(own, session, target);
        },
        [&](const mailbox::MailboxReport& report) {
            summaries_.insert_or_assign(report.mailbox, summary_of(report));
            if (report.outcome != mailbox::MailboxOutcome::done) not_entered.push_back(report);
        });
    if (is_dry()) return {};
    for (const mailbox::MailboxReport& report : not_entered) TRY(records_.note(fiber, report));
    return {};
}

const store::PurgedMailbox* OnePurge::summary(const std::string& mailbox) const {
    const auto found = summaries_.find(mailbox);
    return found == summaries_.end() ? nullptr : &found->second;
}

bool OnePurge::any_entered() const {
    return std::ranges::any_of(summaries_, [](const auto& entry) {
        return entry.second.outcome == to_string(mailbox::MailboxOutcome::done);
    });
}

/// Done, or no mailbox of ours: it let nobody in although others do.
bool OnePurge::is_over(const store::PurgedMailbox& summary) const {
    if (summary.outcome == to_string(mailbox::MailboxOutcome::done)) return true;
    return summary.outcome == to_string(mailbox::MailboxOutcome::login_refused) &&
           effect_.attempt > limits::mailbox_refusals && any_entered();
}

std::string OnePurge::address_of(const std::string& mailbox) const {
    if (const auto found = candidates_.find(mailbox); found != candidates_.end())
        return found->second.address;
    const auto listed = list_->listed().find(mailbox);
    return listed == list_->listed().end() ? mailbox : listed->second;
}

/// Mailboxes say of more people than the journal that they got it. What they did with it is no mailbox's knowledge.
void OnePurge::tell_people(net::Fiber& fiber) {
    std::vector<respond::TouchedPerson> people;
    const auto tell = [&] {
        if (people.empty()) return;
        // The incident may be closed by now: then nobody has to know. Of a dry run only its own further steps know.
        std::ignore = world_.response.tell(
            fiber,
            respond::PeopleTouched{effect_.incident, std::exchange(people, {}), is_dry() ? effect_.run : 0},
            teller);
    };
    for (const auto& [mailbox, summary] : summaries_) {
        const respond::Incident* incident = world_.response.response().incident(effect_.incident);
        if (summary.copies == 0 || incident == nullptr) continue;
        const std::string address = address_of(mailbox);
        if (!incident->touched.contains(address)) people.push_back({address, respond::Deed::none});
        if (people.size() >= limits::respond_list_entries) tell();
    }
    tell();
}

void OnePurge::tell_readers(net::Fiber& fiber) {
    std::vector<std::string> answered, read;
    for (const auto& [mailbox, summary] : summaries_) {
        if (summary.answered + summary.forwarded > 0)
            answered.push_back(address_of(mailbox));
        else if (summary.seen > 0)
            read.push_back(address_of(mailbox));
    }
    if (read.empty() && answered.empty()) return;
    std::string text;
    if (!answered.empty())
        text = "Answered it or passed it on: " + some_of(answered, limits::mailbox_readers_named) + ". ";
    if (!read.empty()) text += "Had opened it: " + some_of(read, limits::mailbox_readers_named) + ".";
    text.resize(std::min(text.size(), limits::respond_text_bytes));
    std::ignore = world_.response.tell(fiber, respond::NoteAdded{effect_.incident, text}, teller,
                                       id_of(is_dry() ? "would-read" : "read", effect_.key));
}

/// At once, and not only when there is no further try: somebody can mend it meanwhile.
void OnePurge::tell_trouble(net::Fiber& fiber, const Error& error) {
    if (fiber.stop_requested()) return;
    std::string text = "Step " + effect_.step + " is not done yet: " + error.message;
    text.resize(std::min(text.size(), limits::respond_text_bytes));
    std::ignore = world_.response.tell(fiber, respond::NoteAdded{effect_.incident, text}, teller,
                                       id_of("trouble", effect_.key));
}

Result<std::string> OnePurge::result() const {
    std::size_t done = 0, with_copies = 0, copies = 0, seen = 0, answered = 0, innocent = 0, untried = 0,
                without = 0;
    std::vector<std::string> trouble, refused;
    for (const std::string& mailbox : mailboxes_) {
        const store::PurgedMailbox* one = summary(mailbox);
        if (one == nullptr) {
            ++untried;
            continue;
        }
        copies += one->copies;
        with_copies += one->copies > 0 ? 1 : 0;
        const auto candidate = candidates_.find(mailbox);
        without +=
            one->copies == 0 && candidate != candidates_.end() && !candidate->second.copies.empty() ? 1 : 0;
        seen += one->seen;
        answered += one->answered + one->forwarded;
        innocent += one->innocent;
        if (one->outcome == to_string(mailbox::MailboxOutcome::done))
            ++done;
        else if (is_over(*one))
            refused.push_back(mailbox);
        else
            trouble.push_back(fmt::format("{} ({}: {})", mailbox, one->outcome, one->why));
    }
    std::string text = fmt::format(
        "{} {} copies out of {} of {} mailboxes; {} were opened, {} answered or passed on; {} innocent mails "
        "were looked at and left",
        is_dry() ? "would move" : "moved", copies, with_copies, mailboxes_.size(), seen, answered, innocent);
    if (without > 0)
        text += fmt::format("; {} mailboxes that got one by the journal have none (any more)", without);
    if (!refused.empty())
        text += fmt::format("; no mailbox here, or none that lets us in: {}",
                            some_of(refused, limits::mailboxes_named));
    if (unsearchable_ > 0)
        text += fmt::format("; {} mailboxes were not looked into, because neither a sender nor a Message-ID "
                            "is known for them",
                            unsearchable_);
    if (trouble.empty() && untried == 0) return text;
    const std::string what = fmt::format(
        "{} of {} mailboxes are not done: {}{}; {}", trouble.size() + untried, mailboxes_.size(),
        some_of(trouble, limits::mailboxes_named),
        untried > 0 ? fmt::format("{}{} were not tried", trouble.empty() ? "" : "; ", untried) : "", text);
    const bool nobody = !any_entered() && std::ranges::all_of(summaries_, [](const auto& entry) {
        return entry.second.outcome == to_string(mailbox::MailboxOutcome::login_refused);
    });
    const bool is_wrong_login = nobody && !summaries_.empty() && effect_.attempt > limits::mailbox_refusals;
    return fail(is_wrong_login ? ErrorCode::permission : ErrorCode::unavailable, what);
}

}  // namespace tocsin::app
