#include "app/coach.hpp"

#include <utility>

#include <fmt/format.h>

#include "app/contact_question.hpp"
#include "app/own_mail.hpp"
#include "app/response_files.hpp"
#include "base/fold_case.hpp"
#include "base/limits/detours.hpp"
#include "base/limits/respond.hpp"
#include "base/limits/response.hpp"
#include "config/config.hpp"

namespace tocsin::app {

void Coach::tell(const store::Record& record, std::string coaching) {
    forget_old();
    const std::string address = ascii_lower(record.mail_from);
    if (!settings_.respond.notices_from || !config::is_plain_address(address)) return;
    if (waiting_.size() >= limits::coach_waiting || told_.size() >= limits::coach_people) return;
    if (!told_.emplace(address, clock_.now()).second) return;
    const std::string to =
        record.recipients.size() == 1 && config::is_plain_address(record.recipients.front())
            ? " to " + record.recipients.front()
            : std::string();
    waiting_.push_back(
        {address, record.id,
         fmt::format(
             "Your mail{} is held, and was not sent on. Nothing is lost.\n\n{}\n\n"
             "Number of the mail: {}\n\n"
             "Nobody is blamed for this. How often it happens is counted for each group, without names.\n",
             to, coaching, record.id)});
    new_mail_.notify_all();
}

void Coach::forget_old() {
    const std::int64_t now = clock_.now().microseconds;
    std::erase_if(told_,
                  [&](const auto& one) { return one.second.microseconds + limits::coach_again_us < now; });
}

bool Coach::send(net::Fiber& fiber, const Waiting& mail) {
    const std::optional<config::Address> hop = notice_hop(settings_);
    if (!hop) return true;
    gate::NextHopAddress through{hop->host, hop->port};
    through.timeout_ms = limits::respond_mail_ms;
    const Result<void> sent =
        send_own_mail(fiber, std::move(through), settings_.daemon.host_name, log_,
                      {.from = *settings_.respond.notices_from,
                       .to = mail.address,
                       .subject = "Your mail is held",
                       .text = mail.text,
                       .message_id = "held-" + mail.record + "@" + settings_.daemon.host_name},
                      clock_.now());
    if (sent) return true;
    const bool again = sent.error().code != ErrorCode::invalid_input && mail.tries + 1 < limits::coach_tries;
    log_.write(LogLevel::warning, "round_the_filters.not_told",
               {{"record", mail.record}, {"error", sent.error().message}, {"again", again ? "yes" : "no"}});
    return !again;
}

void Coach::work_for_ever(net::Fiber& fiber) {
    while (!fiber.stop_requested()) {
        if (waiting_.empty()) {
            static_cast<void>(
                new_mail_.wait(fiber, net::deadline_in_ms(limits::respond_idle_ms), net::OnStop::give_up));
            continue;
        }
        Waiting mail = std::move(waiting_.front());
        waiting_.pop_front();
        if (send(fiber, mail)) continue;
        ++mail.tries;
        waiting_.push_back(std::move(mail));
        static_cast<void>(net::sleep_until(fiber, net::deadline_in_ms(limits::coach_pause_ms)));
    }
}

}  // namespace tocsin::app
