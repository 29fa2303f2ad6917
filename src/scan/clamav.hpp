// ClamAV's engine over memory: signatures, and the unpackers that its signatures were written for.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/log.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// What one alert of ClamAV means to us. Its heuristics speak through the same channel as its signatures.
enum class ClamAlertKind : std::uint8_t {
    signature,  ///< the name of a signature that matched
    encrypted,  ///< an archive or document needs a password
    macros,     ///< a document holds macros
    limit,      ///< ClamAV stopped at one of its limits: not everything was seen
    time,       ///< ... at its time limit
    error,      ///< the engine failed
};

struct ClamAlert {
    ClamAlertKind kind{};
    std::string name;  ///< of the signature, or the text of the error
};

struct ClamResult {
    std::vector<ClamAlert> alerts;
    /// Hashes (ClamEngine::layer_hash) of everything that ClamAV unpacked and scanned by itself.
    std::vector<Hash256> layers_seen;
};

/// What ClamAV may take apart. A raw scan matches patterns only. An excerpt is one of a page, made by page_excerpt(): it is
/// matched as a page, without the temporary files through which ClamAV normalises one.
enum class ClamScope : std::uint8_t { unpack, raw, excerpt };

/// A compiled engine. After load() it opens no file except temporary ones below the current folder.
class ClamEngine {
public:
    /// Loads our own built-in signatures and the given folders or files. What does not exist or does not load is logged and
    /// left out.
    static Result<std::unique_ptr<ClamEngine>> load(const std::vector<std::string>& databases, Log& log);
    ~ClamEngine();

    /// Scans `bytes` within `time_left`. Never fails: what went wrong is an alert.
    [[nodiscard]] ClamResult scan(ByteView bytes, ClamScope scope, std::chrono::milliseconds time_left) const;

    /// Names content within this process, to recognise what ClamAV has unpacked already.
    [[nodiscard]] Hash256 layer_hash(ByteView bytes) const;

    [[nodiscard]] const std::string& version() const;  ///< engine version and digest of every database
    [[nodiscard]] std::string describe() const;        ///< "ClamAV 1.4.6, 3 signatures"

private:
    struct Impl;
    explicit ClamEngine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::scan
