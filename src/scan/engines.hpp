// The engines over the bytes of one part. Loaded once in the reader's template; then read-only, shared by forked children.
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "mail/domain_names.hpp"
#include "scan/found_codes.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

class FileTyper;
class YaraRules;
struct InspectionTools;

/// Where the engines find their rules.
struct EngineConfig {
    std::vector<std::string>
        clamav_databases;  ///< folders or files; one that does not exist is logged and left out
    std::vector<std::string> yara_rules;  ///< folders (searched for .yar, .yara) or files
    bool clamav = true;                   ///< off only for measurements
    bool yara = true;
    bool documents = true;  ///< own container, document, QR inspection
};

/// What may still be spent on one message. Shared by all its parts; when something runs out, the part says so by a LimitHit.
struct ScanBudget {
    std::chrono::steady_clock::time_point deadline;
    std::size_t members_left = limits::container_members;
    std::size_t bytes_left = limits::container_bytes;
    std::size_t qr_images_left = limits::qr_images;
    std::set<Hash256> scanned;             ///< contents scanned with every engine already
    std::set<Hash256> unpacked_by_clamav;  ///< contents that ClamAV met inside something and scanned
    mail::DomainNames domain_names;        ///< for the hosts of links
    FoundCodes codes;                      ///< of the message's own files, not of what is packed in them
};

/// One part to be scanned.
struct PartInput {
    ByteView bytes;
    std::string_view declared_type;           ///< "application/pdf"; empty for a bare file
    std::vector<std::string> file_names;      ///< all readings of its name
    std::vector<std::string_view> passwords;  ///< words of the message that may open an encrypted archive
    /// What ClamAV and YARA look at in the place of the bytes, when these are a copy of what they saw whole and `seen_as` is
    /// the type that the copy has too. Everything else looks at the bytes. Empty: they look at the bytes too.
    ByteView differing;
    std::string_view seen_as;
    std::uint32_t part = 0;  ///< its index in ScanReport::parts
    std::uint16_t container_depth = 0;
};

/// The engines, ready to scan. Not thread-safe: one message at a time per process.
class Engines {
public:
    /// Loads and compiles everything. Rules that do not compile are logged by name and left out; no usable rule at all in a
    /// configured folder is an error. Takes seconds with a full ClamAV database.
    static Result<std::unique_ptr<Engines>> load(const EngineConfig& config, Log& log);
    ~Engines();

    /// Names engines, their versions and a digest of every database loaded: the cache's generation.
    [[nodiscard]] const std::string& version() const;
    /// For people: "ClamAV 1.4.6, 3 signatures; YARA 4.2.3, 25,011 rules".
    [[nodiscard]] std::string describe() const;

    /// Scans one part with every engine, opens it when it is a container, and appends what was found to `report` (findings,
    /// member parts, flags, limits, URLs). report.parts[input.part] must exist. Never fails: what cannot be scanned is a
    /// LimitHit.
    void scan_part(const PartInput& input, ScanBudget& budget, ScanReport& report) const;

    /// What the bytes are by their content, as reports name it ("pdf", "docx", "unknown"); never empty.
    [[nodiscard]] std::string file_type(ByteView bytes) const;

    /// Signatures only, over bytes as they are (the message as received, or bytes that nobody could take apart).
    void scan_raw(ByteView bytes, std::uint32_t part, ScanBudget& budget, ScanReport& report) const;

    /// The language of a text (language.hpp); empty: it cannot be told.
    [[nodiscard]] std::string language_of(std::string_view text) const;

    /// What rules that look into files need (src/rules/explode.hpp). `inspection` and `yara` are nullptr where they are
    /// switched off.
    [[nodiscard]] const FileTyper& typer() const;
    [[nodiscard]] const InspectionTools* inspection() const;
    [[nodiscard]] const YaraRules* yara() const;

private:
    struct Impl;
    explicit Engines(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::scan
