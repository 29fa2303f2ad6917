#include "scan/engines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/assert.hpp"
#include "mail/ascii.hpp"
#include "scan/clamav.hpp"
#include "scan/file_names.hpp"
#include "scan/file_type.hpp"
#include "scan/finding_text.hpp"
#include "scan/inspect.hpp"
#include "scan/inspection.hpp"
#include "scan/language.hpp"
#include "scan/page_excerpt.hpp"
#include "scan/yara_rules.hpp"

namespace tocsin::scan {

namespace {

/// From this many rules on, YARA's price for looking at any part at all (0.25 µs a rule with libyara 4.2: 6 ms for 25,000 public
/// rules, before the first byte) is more than everything else done with a mail. Then it looks only where rules of that kind find
/// anything. Measured by size of the set, not by the clock: the same mail gives the same result twice.
constexpr std::size_t heavy_rule_set = 2'000;
/// No rule that means anything matches less.
constexpr std::size_t yara_bytes_min = 8;

/// What is still unpacked of a message that broke ClamAV's limits.
constexpr std::size_t bytes_after_limit = 32U << 20;

std::chrono::milliseconds time_left(const ScanBudget& budget) {
    // tidy: an engine's deadline is in real time; no verdict depends on the time of day
    auto now = std::chrono::steady_clock::now();
    return std::chrono::duration_cast<std::chrono::milliseconds>(budget.deadline - now);
}

Severity severity_of(std::string_view signature) {
    // ClamAV's naming: "Email.Phishing.…", "Html.Phishing.…", "Heuristics.Phishing.…"; PUA = possibly unwanted.
    if (signature.find("Phish") != std::string_view::npos) return Severity::phish;
    if (signature.starts_with("PUA.") || signature.starts_with("Heuristics.")) return Severity::suspicious;
    return Severity::malware;
}

YaraFacts yara_facts(const PartInput& input, std::string_view file_type) {
    YaraFacts facts;
    if (!input.file_names.empty()) facts.file_name = printable(input.file_names.front());
    if (const std::string extension = extension_of(facts.file_name); !extension.empty())
        facts.extension = "." + extension;
    for (const char c : file_type) facts.file_type += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    return facts;
}

/// What a part is besides its bytes: rules may ask for name and type, so the same bytes under another name are another part.
Hash256 identity(const PartInput& input) {
    static constexpr HashKey no_key{};
    std::string text(input.declared_type);
    for (const std::string& name : input.file_names) text += '\0' + name;
    const Hash256 content = keyed_hash(no_key, input.bytes);
    text.append(reinterpret_cast<const char*>(content.data()), content.size());
    return keyed_hash(no_key, as_bytes(text));
}

}  // namespace

struct Engines::Impl final : MemberScanner {
    std::unique_ptr<ClamEngine> clamav;
    std::unique_ptr<YaraRules> yara;
    std::optional<FileTyper> typer;
    std::optional<LanguageGuesser> languages;  ///< none: its data is not there
    std::optional<InspectionTools> tools;      ///< none: documents are not inspected
    std::string version;

    void scan_with_clamav(const PartInput& input, ClamScope scope, ScanBudget& budget,
                          ScanReport& report) const;
    void scan_with_yara(const PartInput& input, ScanBudget& budget, ScanReport& report) const;
    [[nodiscard]] bool yara_looks_at(const PartInput& input, const ScanReport& report) const;
    void scan(const PartInput& input, ScanBudget& budget, ScanReport& report) const;
    void scan_member(const PartInput& member, ScanBudget& budget, ScanReport& report) const override {
        scan(member, budget, report);
    }
};

Result<std::unique_ptr<Engines>> Engines::load(const EngineConfig& config, Log& log) {
    auto impl = std::make_unique<Impl>();
    impl->typer = TRY(FileTyper::load());
    if (config.documents) impl->tools = TRY(InspectionTools::load());
    if (config.clamav) impl->clamav = TRY(ClamEngine::load(config.clamav_databases, log));
    if (config.yara && !config.yara_rules.empty()) impl->yara = TRY(YaraRules::load(config.yara_rules, log));
    Result<LanguageGuesser> languages = LanguageGuesser::load();
    if (languages)
        impl->languages = std::move(*languages);
    else
        log.write(LogLevel::warning, "languages.not_loaded", {{"error", languages.error().message}});
    impl->version = fmt::format("tocsin {}", TOCSIN_VERSION);
    if (impl->clamav) impl->version += "; " + impl->clamav->version();
    if (impl->yara) impl->version += "; " + impl->yara->version();
    // tidy: the constructor is private
    return std::unique_ptr<Engines>(new Engines(std::move(impl)));
}

std::string Engines::language_of(std::string_view text) const {
    return impl_->languages ? impl_->languages->guess(text) : std::string();
}

const FileTyper& Engines::typer() const {
    return *impl_->typer;
}
const InspectionTools* Engines::inspection() const {
    return impl_->tools ? &*impl_->tools : nullptr;
}
const YaraRules* Engines::yara() const {
    return impl_->yara.get();
}

Engines::Engines(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engines::~Engines() = default;

const std::string& Engines::version() const {
    return impl_->version;
}

std::string Engines::describe() const {
    std::string text = impl_->clamav ? impl_->clamav->describe() : "ClamAV off";
    text += "; " + (impl_->yara ? impl_->yara->describe() : std::string("no YARA rules"));
    return text;
}

void Engines::Impl::scan_with_clamav(const PartInput& input, ClamScope scope, ScanBudget& budget,
                                     ScanReport& report) const {
    Inspection inspection(input, budget, report, this);
    if (!inspection.time_left()) return;
    const ClamResult result = clamav->scan(input.bytes, scope, time_left(budget));
    budget.unpacked_by_clamav.insert(result.layers_seen.begin(), result.layers_seen.end());
    for (const ClamAlert& alert : result.alerts) {
        switch (alert.kind) {
            case ClamAlertKind::signature:
                add_finding(report,
                            {"clamav", alert.name, severity_of(alert.name),
                             describe_match(report, input.part, "signature", alert.name), input.part});
                break;
            case ClamAlertKind::encrypted: inspection.flag(PartFlag::encrypted_archive); break;
            case ClamAlertKind::macros: inspection.flag(PartFlag::macro); break;
            case ClamAlertKind::limit:
                inspection.limit(ScanLimit::container_bytes, "ClamAV: " + alert.name);
                // The verdict is "unscannable" already; a shorter look may still find something worse.
                budget.bytes_left = std::min(budget.bytes_left, bytes_after_limit);
                break;
            case ClamAlertKind::time:
                inspection.limit(ScanLimit::engine_time, "ClamAV: " + alert.name);
                break;
            case ClamAlertKind::error:
                inspection.limit(ScanLimit::engine_error, "ClamAV: " + alert.name);
                break;
        }
    }
}

bool Engines::Impl::yara_looks_at(const PartInput& input, const ScanReport& report) const {
    if (!yara || input.bytes.size() < yara_bytes_min) return false;
    if (yara->rule_count() < heavy_rule_set) return true;
    const PartSummary& part = report.parts[input.part];
    switch (class_of_type(part.file_type)) {
        // Pictures, sound and fonts hold nothing that runs; a file that is a program too is of type "exe" or "zip".
        case TypeClass::picture:
        case TypeClass::media:
        case TypeClass::font: return false;
        // Plain text runs only under a name that makes it a script. ClamAV and our own rules read it all the same.
        case TypeClass::text:
            return std::ranges::any_of(input.file_names, [](const std::string& name) {
                return is_script_extension(extension_of(name)) || is_program_extension(extension_of(name));
            });
        // The dozens of XML parts of an Office file: our own inspector knows what to look for in them.
        case TypeClass::page: return part.origin != "member" || part.file_type != "xml";
        default: return true;
    }
}

void Engines::Impl::scan_with_yara(const PartInput& input, ScanBudget& budget, ScanReport& report) const {
    Inspection inspection(input, budget, report, this);
    if (!inspection.time_left()) return;
    const YaraResult result =
        yara->scan(input.bytes, yara_facts(input, report.parts[input.part].file_type), time_left(budget));
    for (const YaraMatch& match : result.matches) {
        std::string text = describe_match(report, input.part, "rule", match.rule);
        if (!match.description.empty()) text += fmt::format(" ({})", printable(match.description, 120));
        add_finding(report, {"yara", match.rule, match.severity, std::move(text), input.part});
    }
    if (result.end == YaraEnd::timed_out) inspection.limit(ScanLimit::engine_time, "YARA ran out of time");
    if (result.end == YaraEnd::failed) inspection.limit(ScanLimit::engine_error, result.error);
}

void Engines::Impl::scan(const PartInput& input, ScanBudget& budget, ScanReport& report) const {
    ASSERT(input.part < report.parts.size(), "the part to be scanned is listed in the report");
    report.parts[input.part].file_type = typer->identify(input.bytes);
    Inspection inspection(input, budget, report, this);
    inspect_names(inspection);
    // A personalised copy is not worth hashing: were it there twice, what differs in it would be looked at twice.
    if (!input.differing.empty() || budget.scanned.insert(identity(input)).second) {
        const bool seen_by_clamav = clamav && input.container_depth > 0 &&
                                    budget.unpacked_by_clamav.contains(clamav->layer_hash(input.bytes));
        PartInput seen = input;
        std::string excerpt;
        ClamScope scope = ClamScope::unpack;
        if (!input.differing.empty() && report.parts[input.part].file_type == input.seen_as) {
            seen.bytes = input.differing;
            if (input.seen_as == "html") {
                excerpt = page_excerpt(as_text(input.differing));
                seen.bytes = as_bytes(excerpt);
                scope = ClamScope::excerpt;
            }
        }
        if (clamav && !seen_by_clamav) scan_with_clamav(seen, scope, budget, report);
        if (yara_looks_at(seen, report)) scan_with_yara(seen, budget, report);
        if (tools) inspect_content(inspection, *tools);
    }
    conclude(inspection);
}

void Engines::scan_part(const PartInput& input, ScanBudget& budget, ScanReport& report) const {
    impl_->scan(input, budget, report);
}

std::string Engines::file_type(ByteView bytes) const {
    return impl_->typer->identify(bytes);
}

void Engines::scan_raw(ByteView bytes, std::uint32_t part, ScanBudget& budget, ScanReport& report) const {
    ASSERT(part < report.parts.size(), "the bytes belong to a part of the report");
    PartInput input;
    input.bytes = bytes;
    input.part = part;
    if (impl_->clamav) impl_->scan_with_clamav(input, ClamScope::raw, budget, report);
    if (impl_->yara && impl_->yara->rule_count() < heavy_rule_set)
        impl_->scan_with_yara(input, budget, report);
}

}  // namespace tocsin::scan
