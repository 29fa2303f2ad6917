#include "gate/mail_keeper.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/similarity.hpp"
#include "net/loop.hpp"

namespace tocsin::gate {

using store::NotKeptWhy;

namespace {

/// The file of a mail that is on its way to the disk: never older than the oldest.
constexpr TimePoint on_its_way{std::numeric_limits<std::int64_t>::max()};
/// Of a mail that was not written after all: always older.
constexpr TimePoint in_no_file{};

store::KeptFacts facts_of(const MailToKeep& mail) {
    const store::Record& record = mail.record;
    store::KeptFacts facts;
    facts.record_id = record.id;
    facts.time = record.time;
    facts.direction = record.direction;
    facts.mail_from = record.mail_from;
    facts.customer = record.customer;
    facts.subject = record.subject;
    facts.verdict = record.verdict;
    facts.disposition = record.disposition;
    if (!record.recipients.empty()) facts.recipient = record.recipients.front();
    facts.recipients = record.recipients.size();
    facts.passed_to = mail.passed_to;
    facts.text_fingerprint = record.text_fingerprint;
    return facts;
}

void add_sorted(ByteWriter& out, std::vector<std::string> texts) {
    std::ranges::sort(texts);
    out.u32(static_cast<std::uint32_t>(texts.size()));
    for (const std::string& text : texts) out.string(text);
}

}  // namespace

std::optional<std::string> campaign_key(const MailToKeep& mail) {
    const store::Record& record = mail.record;
    const bool all_links_known = record.link_domains.size() < limits::record_link_domains;
    if (record.text_fingerprint == 0 || record.outcome != "verdict" || !all_links_known) return std::nullopt;
    ByteWriter words;
    for (const std::string* text :
         {&record.direction, &record.customer, &record.header_from, &record.verdict, &record.disposition})
        words.string(*text);
    words.boolean(mail.passed_to > 0);
    add_sorted(words, record.link_domains);
    add_sorted(words, record.attachment_sha256);
    std::vector<std::string> found;
    for (const scan::Finding& finding : mail.report.findings)
        found.push_back(finding.engine + " " + finding.rule);
    add_sorted(words, std::move(found));
    const Hash256 hash = sha256(as_bytes(words.data()));
    return std::string(hash.begin(), hash.end());
}

bool MailKeeper::is_copy(const std::string& campaign, std::uint64_t fingerprint) const {
    const std::vector<KeptText>* const texts = campaigns_.find(campaign);
    return texts != nullptr && std::ranges::any_of(*texts, [&](const KeptText& text) {
               return text.file != in_no_file && text.file >= store_.oldest() &&
                      similar(text.fingerprint, fingerprint);
           });
}

void MailKeeper::set_file(const std::string& campaign, std::uint64_t fingerprint, TimePoint file) {
    std::vector<KeptText>& texts = campaigns_.touch(campaign);
    const auto known = std::ranges::find(texts, fingerprint, &KeptText::fingerprint);
    if (known != texts.end()) {
        known->file = file;
        return;
    }
    if (texts.size() == limits::kept_texts_of_campaign) texts.erase(texts.begin());
    texts.push_back({fingerprint, file});
}

void MailKeeper::count_not_kept(NotKeptWhy why, const std::string& direction, std::uint64_t messages) {
    counts_.not_kept.at(static_cast<std::size_t>(why)) += messages;
    store::NotKept& tally = tallies_[direction];
    tally.direction = direction;
    tally.of(why) += messages;
    offered_.notify_all();  // who writes tallies sleeps while there are none
}

/// Once, and not for every message: it may go on for days.
void MailKeeper::note_trouble(const std::string& what, std::uint64_t messages) {
    if (lost_ == 0) log_.write(LogLevel::warning, "hunt.not_kept", {{"error", what}});
    lost_ += messages;
}

void MailKeeper::offer(const MailToKeep& mail) {
    const std::string& direction = mail.record.direction;
    if (mail.content.size() > message_bytes_) return count_not_kept(NotKeptWhy::too_large, direction, 1);
    const std::optional<std::string> campaign = campaign_key(mail);
    const std::uint64_t fingerprint = mail.record.text_fingerprint;
    if (campaign && is_copy(*campaign, fingerprint)) {
        campaigns_.touch(*campaign);
        return count_not_kept(NotKeptWhy::copy, direction, 1);
    }
    // The largest that is kept may be larger than the queue: it waits alone.
    const bool no_room = queue_bytes_ > 0 && queue_bytes_ + mail.content.size() > limits::kept_queue_bytes;
    if (no_room || queue_.size() >= limits::kept_queue_messages) {
        count_not_kept(NotKeptWhy::queue_full, direction, 1);
        return note_trouble("more mail comes than the disk takes: the queue is full", 1);
    }
    if (campaign) set_file(*campaign, fingerprint, on_its_way);
    queue_.push_back(
        {facts_of(mail), Bytes(mail.content.begin(), mail.content.end()), campaign.value_or("")});
    queue_bytes_ += mail.content.size();
    offered_.notify_all();
}

/// What became of a batch: of the first `files.size()` messages, the file that each is in. The others were not written.
struct MailKeeper::Written {
    std::vector<TimePoint> files;
    std::optional<Error> error;
};

void MailKeeper::take_result(const std::vector<Waiting>& batch, const Written& written) {
    counts_.kept += written.files.size();
    for (std::size_t index = 0; index < batch.size(); ++index) {
        const Waiting& mail = batch[index];
        const bool is_kept = index < written.files.size();
        if (!mail.campaign.empty())
            set_file(mail.campaign, mail.facts.text_fingerprint, is_kept ? written.files[index] : in_no_file);
        if (!is_kept) count_not_kept(NotKeptWhy::not_written, mail.facts.direction, 1);
    }
    if (written.error) return note_trouble(written.error->message, batch.size() - written.files.size());
    if (lost_ == 0 || !queue_.empty()) return;
    log_.write(LogLevel::info, "hunt.kept_again", {{"not_kept", std::to_string(lost_)}});
    lost_ = 0;
}

void MailKeeper::write_batch(net::Fiber& fiber) {
    std::vector<Waiting> batch;
    std::size_t bytes = 0;
    while (!queue_.empty() &&
           (batch.empty() || bytes + queue_.front().content.size() <= limits::kept_batch_bytes)) {
        bytes += queue_.front().content.size();
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    const TimePoint now = clock_.now();
    Written written;
    const Result<void> ran = blocking_.run(fiber, [&] {
        for (const Waiting& mail : batch) {
            const Result<TimePoint> file = store_.add(mail.facts, mail.content, now);
            if (!file) {
                written.error = file.error();
                return;
            }
            written.files.push_back(*file);
        }
    });
    if (!ran) written.error = ran.error();
    queue_bytes_ -= bytes;
    take_result(batch, written);
}

/// What cannot be written down is written with the next tally.
void MailKeeper::write_tallies(net::Fiber& fiber) {
    const std::map<std::string, store::NotKept> tallies = std::exchange(tallies_, {});
    const TimePoint now = clock_.now();
    for (const auto& [direction, tally] : tallies) {
        store::NotKept note = tally;
        note.time = now;
        const Result<void> noted = blocking_.call(fiber, [&] { return store_.note(note, now); });
        if (noted) continue;
        store::NotKept& again = tallies_[direction];
        again.direction = direction;
        for (std::size_t why = 0; why < again.counts.size(); ++why)
            again.counts.at(why) += note.counts.at(why);
    }
}

void MailKeeper::write_for_ever(net::Fiber& fiber) {
    Deadline tally_at = net::deadline_in_ms(limits::kept_tally_interval_ms);
    while (!fiber.stop_requested()) {
        while (!queue_.empty() && !fiber.stop_requested()) write_batch(fiber);
        if (net::steady_now() >= tally_at) {
            write_tallies(fiber);
            tally_at = net::deadline_in_ms(limits::kept_tally_interval_ms);
        }
        // Nobody needs a tally while nothing is offered; the deadline is only for what was counted and not written down.
        const Deadline until = tallies_.empty() ? net::no_deadline : tally_at;
        if (queue_.empty()) static_cast<void>(offered_.wait(fiber, until, net::OnStop::give_up));
    }
    while (!queue_.empty()) write_batch(fiber);
    write_tallies(fiber);
}

}  // namespace tocsin::gate
