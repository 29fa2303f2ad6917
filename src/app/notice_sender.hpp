// Notices of the response on their way: by mail, to a webhook, to syslog. What is said was decided by the machine.
#pragma once

#include <optional>
#include <string>

#include "api/acknowledge_links.hpp"
#include "app/watch_service.hpp"
#include "app/webhooks.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "hooks/notice_shapes.hpp"
#include "net/fiber.hpp"
#include "respond/effect.hpp"

namespace tocsin::app {

/// Everything outlives it.
struct NoticeWorld {
    const config::Settings& settings;
    const Clock& clock;
    Log& log;
    Webhooks& webhooks;
    api::AcknowledgeLinks links;
    WatchService* watch = nullptr;  ///< nullptr: it is off
};

class NoticeSender {
public:
    explicit NoticeSender(NoticeWorld world) : world_(std::move(world)) {}

    /// A page to a person carries a link that acknowledges, where respond.acknowledge_url is set. A dry notice says whom it would
    /// tell. Returns whom it told. Errors: see PerformEffect.
    [[nodiscard]] Result<std::string> send(net::Fiber& fiber, const respond::Effect& effect);

private:
    [[nodiscard]] hooks::NoticeCall call_of(const respond::Effect& effect) const;
    [[nodiscard]] Result<std::string> address_of(const respond::Effect& effect) const;
    Result<std::string> mail(net::Fiber& fiber, const std::string& address, const hooks::NoticeCall& notice);
    Result<std::string> syslog(net::Fiber& fiber, const std::string& facility,
                               const hooks::NoticeCall& notice);

    NoticeWorld world_;
};

}  // namespace tocsin::app
