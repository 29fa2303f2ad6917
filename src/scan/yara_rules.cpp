#include "scan/yara_rules.hpp"

#include <fmt/format.h>
#include <yara.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/limits.hpp"
#include "mail/ascii.hpp"
#include "scan/rule_files.hpp"

namespace tocsin::scan {

namespace {

struct CompilerDeleter {
    void operator()(YR_COMPILER* compiler) const { yr_compiler_destroy(compiler); }
};
using CompilerPointer = std::unique_ptr<YR_COMPILER, CompilerDeleter>;
struct RulesDeleter {
    void operator()(YR_RULES* rules) const { yr_rules_destroy(rules); }
};
struct ScannerDeleter {
    void operator()(YR_SCANNER* scanner) const { yr_scanner_destroy(scanner); }
};

constexpr std::array<const char*, 5> external_variables = {"filename", "filepath", "extension", "filetype",
                                                           "owner"};

/// What a compiler has to say about a source.
struct Complaints {
    std::string error;                    ///< the first one
    std::vector<std::string> slow_rules;  ///< rules with a string that YARA itself calls slow
};

void keep_complaint(int level, const char*, int line, const YR_RULE* rule, const char* message, void* into) {
    auto* complaints = static_cast<Complaints*>(into);
    const std::string_view text = message;
    if (level == YARA_ERROR_LEVEL_ERROR && complaints->error.empty())
        complaints->error = fmt::format("line {}: {}", line, text);
    if (level == YARA_ERROR_LEVEL_WARNING && rule != nullptr && text.find("slow") != std::string_view::npos)
        complaints->slow_rules.emplace_back(rule->identifier);
}

CompilerPointer make_compiler(Complaints* complaints) {
    YR_COMPILER* compiler = nullptr;
    if (yr_compiler_create(&compiler) != ERROR_SUCCESS) return nullptr;
    // A rule file must not read other files of this machine.
    yr_compiler_set_include_callback(compiler, nullptr, nullptr, nullptr);
    yr_compiler_set_callback(compiler, keep_complaint, complaints);
    for (const char* name : external_variables) yr_compiler_define_string_variable(compiler, name, "");
    return CompilerPointer(compiler);
}

/// The module "magic" loads libmagic's database at the first use, which is after confinement; "cuckoo" wants a sandbox's report.
std::string_view forbidden_module(std::string_view source) {
    for (const std::string_view module : {"magic", "cuckoo"})
        if (source.find(fmt::format("import \"{}\"", module)) != std::string_view::npos) return module;
    return {};
}

/// Empty, or why this file cannot be used.
std::string why_unusable(const std::string& source) {
    if (const std::string_view module = forbidden_module(source); !module.empty())
        return fmt::format("uses the module {}, which does not work in a confined process", module);
    Complaints complaints;
    const CompilerPointer compiler = make_compiler(&complaints);
    if (!compiler) return "out of memory";
    if (yr_compiler_add_string(compiler.get(), source.c_str(), nullptr) == 0) return {};
    return complaints.error.empty() ? "does not compile" : complaints.error;
}

Severity severity_from_number(std::int64_t number) {
    // The scale of signature-base and of Elastic: 0 to 100; 80 and more is "surely bad".
    return number >= 80 ? Severity::malware : number >= 40 ? Severity::suspicious : Severity::info;
}

std::optional<Severity> severity_from_word(std::string_view word) {
    for (const Severity severity : {Severity::info, Severity::suspicious, Severity::phish, Severity::malware})
        if (mail::equals_ignoring_case(word, to_string(severity))) return severity;
    if (mail::equals_ignoring_case(word, "critical") || mail::equals_ignoring_case(word, "high"))
        return Severity::malware;
    if (mail::equals_ignoring_case(word, "medium")) return Severity::suspicious;
    if (mail::equals_ignoring_case(word, "low")) return Severity::info;
    return std::nullopt;
}

/// The rule's own statement: `tocsin_severity` before `severity` before `score`. Nothing said: suspicious.
YaraMatch describe(const YR_RULE* rule) {
    YaraMatch match{.rule = rule->identifier, .severity = Severity::suspicious, .description = {}};
    int rank = 0;
    const auto take = [&](int rank_of_source, std::optional<Severity> severity) {
        if (!severity || rank_of_source <= rank) return;
        rank = rank_of_source;
        match.severity = *severity;
    };
    const YR_META* meta = nullptr;
    yr_rule_metas_foreach(rule, meta) {
        const std::string_view key = meta->identifier;
        const bool word = meta->type == META_TYPE_STRING && meta->string != nullptr;
        const bool number = meta->type == META_TYPE_INTEGER;
        if (key == "tocsin_severity" && word) take(3, severity_from_word(meta->string));
        if (key == "severity" && word) take(2, severity_from_word(meta->string));
        if (key == "severity" && number) take(2, severity_from_number(meta->integer));
        if (key == "score" && number) take(1, severity_from_number(meta->integer));
        if (key == "description" && word) match.description = meta->string;
    }
    return match;
}

int collect_match(YR_SCAN_CONTEXT*, int message, void* data, void* into) {
    auto* result = static_cast<YaraResult*>(into);
    if (message != CALLBACK_MSG_RULE_MATCHING) return CALLBACK_CONTINUE;
    const auto* rule = static_cast<const YR_RULE*>(data);
    if (result->matches.size() < limits::findings) result->matches.push_back(describe(rule));
    return CALLBACK_CONTINUE;
}

/// Switches the slow rules off. Returns how many rules are on.
/// One string without fixed bytes is tried at every offset of every file: with 25,000 public rules, 60 such rules took as much
/// time as all the others together, and they were of the sort "holds a domain name".
std::size_t count_and_disable(YR_RULES* rules, const std::set<std::string>& slow) {
    std::size_t count = 0;
    YR_RULE* rule = nullptr;
    yr_rules_foreach(rules, rule) {
        if (slow.contains(fmt::format("{}:{}", rule->ns->name, rule->identifier)))
            yr_rule_disable(rule);
        else if (!RULE_IS_PRIVATE(rule))
            ++count;
    }
    return count;
}

struct Source {
    std::string path;
    std::string text;
};

/// The usable rule files of one place.
Result<std::vector<Source>> usable_sources(const std::string& place, Log& log) {
    std::vector<Source> sources;
    Result<std::vector<std::string>> files = find_rule_files(place, {".yar", ".yara"});
    if (!files) {
        log.write(LogLevel::warning, "yara.rules_missing",
                  {{"path", place}, {"error", files.error().message}});
        return sources;
    }
    for (const std::string& path : *files) {
        Result<std::string> text = read_rule_file(path);
        const std::string why = text ? why_unusable(*text) : text.error().message;
        if (why.empty())
            sources.push_back({path, std::move(*text)});
        else
            log.write(LogLevel::warning, "yara.file_left_out", {{"path", path}, {"error", why}});
    }
    if (sources.empty())
        return fail(ErrorCode::invalid_input,
                    fmt::format("{}: no YARA rule in it can be used (the log says why)", place));
    return sources;
}

}  // namespace

struct YaraRules::Impl {
    std::unique_ptr<YR_RULES, RulesDeleter> rules;
    std::unique_ptr<YR_SCANNER, ScannerDeleter> scanner;
    std::size_t rule_count = 0;
    std::string version;
};

Result<std::unique_ptr<YaraRules>> YaraRules::load(const std::vector<std::string>& places, Log& log) {
    if (yr_initialize() != ERROR_SUCCESS)
        return fail(ErrorCode::unavailable, "YARA cannot start (out of memory)");
    std::vector<Source> sources;
    for (const std::string& place : places) {
        std::vector<Source> more = TRY(usable_sources(place, log));
        std::ranges::move(more, std::back_inserter(sources));
    }
    Complaints complaints;
    const CompilerPointer compiler = make_compiler(&complaints);
    if (!compiler) return fail(ErrorCode::unavailable, "YARA: out of memory");
    std::vector<std::string> paths;
    std::set<std::string> slow;  // "namespace:rule"
    for (const Source& source : sources) {
        complaints.slow_rules.clear();
        // Every file compiled by itself, in a namespace of its own: together they can only fail for lack of memory.
        if (yr_compiler_add_string(compiler.get(), source.text.c_str(), source.path.c_str()) > 0)
            return fail(ErrorCode::corrupt, fmt::format("{}: {}", source.path, complaints.error));
        paths.push_back(source.path);
        for (const std::string& rule : complaints.slow_rules) {
            if (slow.insert(source.path + ":" + rule).second)
                log.write(LogLevel::warning, "yara.slow_rule_left_out",
                          {{"path", source.path}, {"rule", rule}});
        }
    }
    auto impl = std::make_unique<Impl>();
    YR_RULES* rules = nullptr;
    if (yr_compiler_get_rules(compiler.get(), &rules) != ERROR_SUCCESS)
        return fail(ErrorCode::corrupt, "YARA: the rules do not compile together (out of memory)");
    impl->rules.reset(rules);
    YR_SCANNER* scanner = nullptr;
    if (yr_scanner_create(rules, &scanner) != ERROR_SUCCESS)
        return fail(ErrorCode::unavailable, "YARA: out of memory");
    impl->scanner.reset(scanner);
    // Fast mode: the first match of a string is enough. No signal handlers: a crash here is the reader's to end with.
    yr_scanner_set_flags(scanner,
                         SCAN_FLAGS_FAST_MODE | SCAN_FLAGS_NO_TRYCATCH | SCAN_FLAGS_REPORT_RULES_MATCHING);

    impl->rule_count = count_and_disable(rules, slow);
    impl->version = fmt::format("yara {} {}", YR_VERSION, digest_of_files(paths));
    // tidy: the constructor is private
    return std::unique_ptr<YaraRules>(new YaraRules(std::move(impl)));
}

YaraRules::YaraRules(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
YaraRules::~YaraRules() = default;

YaraResult YaraRules::scan(ByteView bytes, const YaraFacts& facts,
                           std::chrono::milliseconds time_left) const {
    YaraResult result;
    YR_SCANNER* scanner = impl_->scanner.get();
    yr_scanner_define_string_variable(scanner, "filename", facts.file_name.c_str());
    yr_scanner_define_string_variable(scanner, "extension", facts.extension.c_str());
    yr_scanner_define_string_variable(scanner, "filetype", facts.file_type.c_str());
    // YARA counts whole seconds; its check of the clock is coarse anyway.
    yr_scanner_set_timeout(scanner,
                           static_cast<int>(std::clamp<std::int64_t>(time_left.count() / 1000, 1, 60)));
    yr_scanner_set_callback(scanner, collect_match, &result);
    const auto* data = reinterpret_cast<const std::uint8_t*>(bytes.data());
    const int status = yr_scanner_scan_mem(scanner, data, bytes.size());
    if (status == ERROR_SCAN_TIMEOUT)
        result.end = YaraEnd::timed_out;
    else if (status != ERROR_SUCCESS && status != ERROR_TOO_MANY_MATCHES) {
        result.end = YaraEnd::failed;
        result.error = fmt::format("YARA error {}", status);
    }
    return result;
}

std::size_t YaraRules::rule_count() const {
    return impl_->rule_count;
}
const std::string& YaraRules::version() const {
    return impl_->version;
}
std::string YaraRules::describe() const {
    return fmt::format("YARA {}, {:L} rules", YR_VERSION, impl_->rule_count);
}

}  // namespace tocsin::scan
