// One request inside a child: from the bytes to the reply. Knows nothing of confinement.
#pragma once

#include <functional>
#include <optional>

#include "base/clock.hpp"
#include "base/hash.hpp"
#include "base/unique_fd.hpp"
#include "mail/tools.hpp"
#include "reader/codec.hpp"
#include "reader/codec_dns.hpp"
#include "reader/codec_history.hpp"
#include "reader/part_memory.hpp"
#include "rules/judge.hpp"
#include "scan/engines.hpp"

namespace tocsin::reader {

/// The answer of the daemon, and the memfd into which it would like parts to be written.
struct CacheReply {
    CacheAnswer answer;
    UniqueFd output;
};
/// Asks the daemon; nullopt when there is no usable answer, and then everything is scanned.
using AskCache = std::function<std::optional<CacheReply>(const CacheQuestion&)>;
/// Asks the daemon about earlier mail; nullopt when there is no usable answer.
using AskHistory = std::function<std::optional<HistoryAnswer>(const HistoryQuestion&)>;
/// Asks the daemon for records of DNS; nullopt when there is no usable answer.
using AskDns = std::function<std::optional<DnsAnswers>(const DnsRound&)>;

struct ServiceContext {
    const scan::Engines& engines;
    rules::Judge* judge = nullptr;  ///< nullptr: no rules are asked
    const HashKey& hash_key;
    const Clock& clock;
    AskCache ask_cache;
    AskHistory ask_history;
    AskDns ask_dns;
    PartMemory& part_memory;
    mail::MailTools& mail_tools;  ///< kept from message to message
};

/// Serves `request` over `bytes`. `output`: descriptor of an output memfd, or -1. Never fails: what cannot be done
/// is said in Reply::error.
[[nodiscard]] Reply serve(const ServiceContext& context, const Request& request, ByteView bytes, int output);

}  // namespace tocsin::reader
