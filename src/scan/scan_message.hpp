// One message through parser and engines: every part of every reading is scanned once.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "mail/mime.hpp"
#include "scan/campaign_body.hpp"
#include "scan/engines.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

class ContentDigests;  // message_facts.hpp

/// What the daemon remembers about a part with this hash under the present engine version.
struct RememberedPart {
    bool known = false;
    bool wants_bytes =
        false;  ///< seen before but not yet remembered: hand the bytes back so that a fresh child can scan them
    std::vector<Finding> findings;
    std::vector<LimitHit> limits_hit;
    std::vector<PartFlag> flags;
    std::string file_type;
    std::vector<FoundUrl> urls;
    /// The bytes themselves, for a text or page that was asked about by its sketch (content_sketch.hpp): what is known is known
    /// of these bytes. Null: of the bytes with this hash.
    std::shared_ptr<const CampaignBody> body;
};

/// Asks the daemon about parts, all in one question; answers are in the same order. An empty function: no cache.
using PartLookup = std::function<std::vector<RememberedPart>(const std::vector<Hash256>&)>;
/// Hands back the bytes of a part that the daemon wants.
using PartExport = std::function<void(const Hash256&, ByteView)>;

struct ScanOptions {
    const HashKey* hash_key = nullptr;  ///< null: nothing is hashed or remembered
    PartLookup lookup;
    PartExport export_part;
    /// Called when the engines are done and before the verdict: whoever else has something to say of the parsed message.
    std::function<void(const mail::MimeTree&, ContentDigests&, const FoundCodes&, ScanReport&)> examine;
    std::chrono::steady_clock::time_point deadline;
};

/// Parses and scans a message.
[[nodiscard]] ScanReport scan_message(const Engines& engines, ByteView message, const ScanOptions& options);
/// Scans bytes as one file, without reading them as a message.
[[nodiscard]] ScanReport scan_file(const Engines& engines, ByteView file, std::string_view file_name,
                                   const ScanOptions& options);

}  // namespace tocsin::scan
