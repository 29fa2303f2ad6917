// Any bytes as a part, through all our own inspectors and parsers (ClamAV and YARA are off: they are fuzzed by their makers).
// The report keeps its promises: bounded lists, parents before children, text that is safe to show.
#include <cstdlib>

#include "base/limits.hpp"
#include "scan/scan_message.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin;
    using namespace tocsin::scan;
    static const std::unique_ptr<Engines> engines = [] {
        NullLog log;
        EngineConfig config;
        config.clamav = config.yara = false;
        return std::move(Engines::load(config, log).value());
    }();
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const ScanReport report = scan_file(*engines, bytes, "name.pdf.exe", {});
    if (report.findings.size() > limits::findings || report.parts.size() > limits::parts ||
        report.parts.empty())
        std::abort();
    if (report.urls.size() > limits::links || report.ambiguities.size() > limits::ambiguities) std::abort();
    for (std::size_t i = 0; i < report.parts.size(); ++i) {
        const PartSummary& part = report.parts[i];
        if (i > 0 && part.parent >= i) std::abort();
        for (const char c : part.file_name + part.note)
            if (static_cast<unsigned char>(c) < 0x20) std::abort();
    }
    for (const Finding& finding : report.findings) {
        if (finding.part >= report.parts.size() || finding.text.empty()) std::abort();
        for (const char c : finding.text)
            if (static_cast<unsigned char>(c) < 0x20) std::abort();
    }
    if (report.verdict != decide_verdict(report.findings, report.limits_hit)) std::abort();
    return 0;
}
