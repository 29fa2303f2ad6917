// YARA rules over the bytes of one part.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "scan/report.hpp"

namespace tocsin::scan {

struct YaraMatch {
    std::string rule;
    Severity severity = Severity::suspicious;
    std::string description;  ///< the rule's own words (meta "description"), may be empty
};

enum class YaraEnd : std::uint8_t { complete, timed_out, failed };

struct YaraResult {
    std::vector<YaraMatch> matches;
    YaraEnd end = YaraEnd::complete;
    std::string error;  ///< when it failed
};

/// What rules may ask about a file beside its bytes (external variables).
struct YaraFacts {
    std::string file_name;
    std::string extension;  ///< with the dot, as rules of signature-base expect
    std::string file_type;  ///< upper case: "EXE", "PDF"
};

/// All rules, compiled once. Opens no file after load().
class YaraRules {
public:
    /// Compiles every .yar and .yara file of `places`, each in a namespace of its own. A file that does not compile, or uses
    /// what is not allowed here (include, the modules magic and cuckoo), is logged and left out. An error when a place that is
    /// there yields no rule at all; a place that is not there is logged.
    static Result<std::unique_ptr<YaraRules>> load(const std::vector<std::string>& places, Log& log);
    ~YaraRules();

    [[nodiscard]] YaraResult scan(ByteView bytes, const YaraFacts& facts,
                                  std::chrono::milliseconds time_left) const;

    [[nodiscard]] std::size_t rule_count() const;
    [[nodiscard]] const std::string& version() const;
    [[nodiscard]] std::string describe() const;  ///< "YARA 4.2.3, 25,011 rules"

private:
    struct Impl;
    explicit YaraRules(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::scan
