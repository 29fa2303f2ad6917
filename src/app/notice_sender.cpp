#include "app/notice_sender.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "app/contact_question.hpp"
#include "app/own_mail.hpp"
#include "app/response_files.hpp"
#include "base/limits/hooks.hpp"
#include "base/limits/response.hpp"
#include "config/config.hpp"
#include "hooks/syslog.hpp"
#include "net/loop.hpp"

namespace tocsin::app {

namespace {

using respond::ChannelKind;
using respond::Effect;
using respond::NoticeKind;
using respond::TargetKind;

std::string parameter(const Effect& effect, const std::string& name) {
    const auto found = effect.parameters.find(name);
    return found == effect.parameters.end() ? std::string() : found->second;
}

/// Contacts of customers have no channel in the list of people: they get mail.
ChannelKind channel_of(const Effect& effect) {
    return respond::from_word<ChannelKind>(parameter(effect, "channel")).value_or(ChannelKind::mail);
}

hooks::Loudness loudness_of(const Effect& effect) {
    if (parameter(effect, "notice") == respond::to_string(NoticeKind::page)) return hooks::Loudness::page;
    return effect.urgency == respond::Urgency::urgent ? hooks::Loudness::urgent : hooks::Loudness::news;
}

hooks::SyslogServer syslog_server(const config::SyslogAddress& settings) {
    switch (settings.way) {
        case config::SyslogWay::unix_socket: return {hooks::SyslogWay::unix_socket, settings.address.path, 0};
        case config::SyslogWay::udp:
            return {hooks::SyslogWay::udp, settings.address.host, settings.address.port};
        case config::SyslogWay::tcp: break;
    }
    return {hooks::SyslogWay::tcp, settings.address.host, settings.address.port};
}

}  // namespace

Result<std::string> NoticeSender::send(net::Fiber& fiber, const Effect& effect) {
    const std::string address = TRY(address_of(effect));
    const ChannelKind channel = channel_of(effect);
    if (effect.run_kind == respond::RunKind::dry)
        return fmt::format("would write to {}: {}", address, parameter(effect, "subject"));
    const hooks::NoticeCall notice = call_of(effect);
    switch (channel) {
        case ChannelKind::webhook: return world_.webhooks.notice(fiber, address, notice);
        case ChannelKind::syslog: return syslog(fiber, address, notice);
        case ChannelKind::mail: break;
    }
    return mail(fiber, address, notice);
}

hooks::NoticeCall NoticeSender::call_of(const Effect& effect) const {
    const bool to_person = parameter(effect, "to") == respond::to_string(TargetKind::person);
    hooks::NoticeCall notice{.key = effect.key,
                             .incident = effect.incident,
                             .person = to_person ? parameter(effect, "whom") : std::string(),
                             .notice = parameter(effect, "notice"),
                             .loudness = loudness_of(effect),
                             .subject = parameter(effect, "subject"),
                             .text = parameter(effect, "text"),
                             .acknowledge_url = {},
                             .time = world_.clock.now()};
    const auto& begin = world_.settings.respond.acknowledge_url;
    if (!begin || !to_person || notice.loudness != hooks::Loudness::page) return notice;
    const TimePoint until{notice.time.microseconds + limits::acknowledge_link_us};
    notice.acknowledge_url = *begin + (begin->ends_with('/') ? "" : "/") +
                             world_.links.make({effect.incident, notice.person}, until);
    return notice;
}

Result<std::string> NoticeSender::address_of(const Effect& effect) const {
    if (parameter(effect, "to") != respond::to_string(TargetKind::customer))
        return parameter(effect, "address");
    const std::string customer = parameter(effect, "whom");
    const auto row = std::ranges::find(world_.settings.customers, customer, &config::Customer::name);
    if (row == world_.settings.customers.end() || !row->contact)
        return fail(ErrorCode::not_found, "the configuration has no contact of " + customer);
    if (world_.watch != nullptr) {
        const AskedContact contact = contact_of(world_.settings, world_.watch->watch(), customer);
        if (!contact.why_not.empty()) return fail(ErrorCode::permission, contact.why_not);
    }
    return *row->contact;
}

Result<std::string> NoticeSender::mail(net::Fiber& fiber, const std::string& address,
                                       const hooks::NoticeCall& notice) {
    const config::RespondSettings& settings = world_.settings.respond;
    if (!settings.notices_from)
        return fail(ErrorCode::invalid_input, "nobody to write as: set notices_from in [respond]");
    const std::optional<config::Address> hop = notice_hop(world_.settings);
    if (!hop)
        return fail(ErrorCode::invalid_input, "no mail server is named: set notices_through in [respond]");
    std::string text = notice.text;
    if (!notice.acknowledge_url.empty())
        text +=
            "\nOr say so here; the link is yours, and good for a day:\n\n" + notice.acknowledge_url + "\n";
    gate::NextHopAddress through{hop->host, hop->port};
    through.timeout_ms = limits::respond_mail_ms;
    TRY(send_own_mail(fiber, std::move(through), world_.settings.daemon.host_name, world_.log,
                      {.from = *settings.notices_from,
                       .to = address,
                       .subject = notice.subject,
                       .text = std::move(text),
                       .message_id = notice.key + "@" + world_.settings.daemon.host_name},
                      notice.time));
    return "sent to " + address;
}

Result<std::string> NoticeSender::syslog(net::Fiber& fiber, const std::string& name,
                                         const hooks::NoticeCall& notice) {
    const std::optional<unsigned> facility = hooks::facility_of(name);
    const std::optional<config::SyslogAddress> where =
        world_.settings.respond.syslog ? config::parse_syslog_address(*world_.settings.respond.syslog)
                                       : std::nullopt;
    if (!facility || !where)
        return fail(ErrorCode::invalid_input, "syslog is not set up: set syslog in [respond]");
    const std::string line = hooks::syslog_line(*facility, world_.settings.daemon.host_name, notice);
    // A collector that is being restarted has no socket for a moment: that is worth another try.
    if (const auto sent =
            hooks::send_syslog(fiber, syslog_server(*where), line, net::deadline_in_ms(limits::syslog_ms));
        !sent)
        return fail(ErrorCode::unavailable, "syslog: " + sent.error().message);
    return "handed to syslog as " + name;
}

}  // namespace tocsin::app
