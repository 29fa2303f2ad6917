#include "app/mailbox_actions.hpp"

#include <algorithm>

#include "app/one_purge.hpp"
#include "base/hash.hpp"

namespace tocsin::app {

namespace {

/// What is read of a key in the name of a folder; the rest is its hash.
constexpr std::size_t readable_characters = 60, hash_bytes = 8;

/// Lets the next one begin, however this one ends.
class Turn {
public:
    Turn(bool& busy, net::FiberEvent& free) : busy_(busy), free_(free) { busy_ = true; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        busy_ = false;
        free_.notify_all();
    }

private:
    bool& busy_;
    net::FiberEvent& free_;
};

}  // namespace

std::string sealed_name_of(const respond::EffectKey& key) {
    std::string name = key.substr(0, readable_characters);
    // A dot is a level of its own to some servers.
    std::ranges::replace(name, '.', '-');
    const Hash256 hash = sha256(as_bytes(key));
    return name + "-" + to_hex(std::as_bytes(std::span(hash)).first(hash_bytes));
}

Result<std::string> MailboxActions::perform(net::Fiber& fiber, const respond::Effect& effect) {
    const config::MailboxSettings& settings = world_.settings.mailboxes;
    if (!settings.server || (settings.domains.empty() && !settings.addresses))
        return fail(
            ErrorCode::invalid_input,
            "mailboxes are not set up: name the IMAP server and whose mailboxes it has in [mailboxes] "
            "(mailboxes in the manual); by hand: tocsin mailbox purge");
    TRY(free_.wait_until(fiber, net::no_deadline, net::OnStop::give_up, [this] { return !busy_; }));
    const Turn turn(busy_, free_);
    return effect.kind == respond::EffectKind::purge ? purge(fiber, effect) : restore(fiber, effect);
}

Result<std::string> MailboxActions::purge(net::Fiber& fiber, const respond::Effect& effect) {
    return OnePurge(world_, effect).run(fiber);
}

Result<std::string> MailboxActions::restore(net::Fiber& fiber, const respond::Effect& effect) {
    return OneRestore(world_, effect).run(fiber);
}

}  // namespace tocsin::app
