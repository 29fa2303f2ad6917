// One purge and one restore, from what is known to what is told. Inside of mailbox_actions.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/mailbox_actions.hpp"
#include "app/purge_records.hpp"

namespace tocsin::app {

/// One try of one effect.
class OnePurge {
public:
    OnePurge(const MailboxWorld& world, const respond::Effect& effect);
    [[nodiscard]] Result<std::string> run(net::Fiber& fiber);

private:
    /// What is known of a mailbox that may have copies.
    struct Candidate {
        std::string address;
        std::map<std::string, SeenCopy> copies;  ///< by Message-ID
        bool by_sender = false;                  ///< its Message-IDs do not say all
    };
    Result<void> prepare(net::Fiber& fiber);
    Result<void> find_candidates(net::Fiber& fiber);
    void add_candidate(const std::string& address, const GotCopies* got);
    void choose_targets();
    void add_target(const std::string& mailbox, const Candidate& candidate);
    Result<void> visit(net::Fiber& fiber);
    mailbox::MailboxReport visit_one(net::Fiber& fiber, mailbox::ImapSession& session,
                                     const mailbox::Target& target);
    Result<bool> confirm(net::Fiber& fiber, const std::string& mailbox, ByteView message);
    void tell_people(net::Fiber& fiber);
    void tell_readers(net::Fiber& fiber);
    void tell_trouble(net::Fiber& fiber, const Error& error);
    [[nodiscard]] Result<std::string> result() const;
    [[nodiscard]] bool is_dry() const { return effect_.run_kind == respond::RunKind::dry; }
    [[nodiscard]] bool is_over(const store::PurgedMailbox& summary) const;
    [[nodiscard]] const store::PurgedMailbox* summary(const std::string& mailbox) const;
    [[nodiscard]] bool any_entered() const;
    [[nodiscard]] std::string address_of(const std::string& mailbox) const;

    const MailboxWorld& world_;
    const respond::Effect& effect_;
    PurgeRecords records_;
    std::optional<MailboxList> list_;
    mailbox::ImapServer server_;
    std::vector<Marks> marks_;
    std::vector<std::string> senders_;
    std::string since_;
    std::map<std::string, Candidate> candidates_;  ///< by mailbox: people who are known to have got a copy
    std::vector<std::string> mailboxes_;           ///< all that are looked into, these first
    std::vector<mailbox::Target> targets_;         ///< those of them that are not done yet
    std::map<std::string, store::PurgedMailbox> summaries_;
    std::size_t unsearchable_ = 0;
    std::size_t readers_free_;  ///< of those that compare mail for this purge
    net::FiberEvent reader_freed_;
};

/// Brings back what the effect that is undone moved.
class OneRestore {
public:
    OneRestore(const MailboxWorld& world, const respond::Effect& effect);
    [[nodiscard]] Result<std::string> run(net::Fiber& fiber);

private:
    Result<void> visit(net::Fiber& fiber, const mailbox::ImapServer& server);
    [[nodiscard]] Result<std::string> result() const;

    const MailboxWorld& world_;
    const respond::Effect& effect_;
    PurgeRecords records_;
    std::size_t targets_ = 0;
    std::map<std::string, mailbox::MailboxReport> reports_;
};

/// How many mailboxes at once, how long, and when it is the server's fault.
[[nodiscard]] mailbox::VisitLimits visit_limits(const config::MailboxSettings& settings);

}  // namespace tocsin::app
