#include "rules/rule_file.hpp"

#include <array>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "base/limits.hpp"

namespace tocsin::rules {

namespace {

constexpr std::array severity_names = {"informational", "low", "medium", "high", "critical"};
constexpr std::array type_names = {"rule", "exclusion", "query", "dlp", "triage_rule"};

Problem at_mark(const YAML::Mark& mark, std::string message) {
    if (mark.is_null()) return {.line = 1, .column = 1, .message = std::move(message)};
    return {.line = static_cast<std::size_t>(mark.line) + 1,
            .column = static_cast<std::size_t>(mark.column) + 1,
            .message = std::move(message)};
}

/// Reads the keys of one file. Throws yaml-cpp's exceptions, which end in read_rule_file().
class Reader {
public:
    explicit Reader(YAML::Node root) : root_(std::move(root)) {}

    std::optional<Problem> read(RuleFile& rule) {
        if (!root_.IsMap())
            return at_mark(root_.Mark(), "a rule file is a map of keys such as name and source");
        text("name", rule.name);
        text("source", rule.source);
        text("id", rule.id);
        text("description", rule.description);
        text("coaching", rule.coaching);
        text("shows", rule.shows);
        rule.severity = word("severity", severity_names, RuleSeverity::medium);
        rule.type = word("type", type_names, RuleType::rule);
        list("attack_types", rule.attack_types);
        list("detection_methods", rule.detection_methods);
        list("tactics_and_techniques", rule.tactics);
        list("tags", rule.tags);
        list("references", rule.references);
        for (const char* needed : {"name", "source"})
            if (!problem_ && !root_[needed])
                problem_ = at_mark(root_.Mark(), "the key '" + std::string(needed) + "' is missing");
        return problem_;
    }

private:
    void text(const char* key, std::string& out) {
        const YAML::Node node = root_[key];
        if (!node || node.IsNull()) return;
        if (node.IsScalar())
            out = node.Scalar();
        else
            wrong(node, std::string(key) + ": a text is expected");
    }

    void list(const char* key, std::vector<std::string>& out) {
        const YAML::Node node = root_[key];
        if (!node || node.IsNull()) return;
        if (!node.IsSequence()) return wrong(node, std::string(key) + ": a list is expected");
        for (const YAML::Node& one : node) {
            if (!one.IsScalar()) return wrong(one, std::string(key) + ": a list of texts is expected");
            out.push_back(one.Scalar());
        }
    }

    template <typename Enum, std::size_t Size>
    Enum word(const char* key, const std::array<const char*, Size>& words, Enum otherwise) {
        const YAML::Node node = root_[key];
        if (!node || node.IsNull()) return otherwise;
        std::string known;
        for (std::size_t at = 0; at < Size; ++at) {
            if (node.IsScalar() && node.Scalar() == words[at]) return static_cast<Enum>(at);
            known += (at == 0 ? "" : ", ") + std::string(words[at]);
        }
        wrong(node, std::string(key) + ": one of " + known + " is expected");
        return otherwise;
    }

    void wrong(const YAML::Node& node, std::string message) {
        if (!problem_) problem_ = at_mark(node.Mark(), std::move(message));
    }

    YAML::Node root_;
    std::optional<Problem> problem_;
};

/// Finds what yaml-cpp drops without a word when it builds its nodes: a second document, and all but one of the values that a
/// key is given. Hears each event once, so that aliases cost nothing.
class DroppedParts final : public YAML::EventHandler {
public:
    [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 2)
            tell(mark, "a second document begins here; a rule file holds one rule: make two files of it");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { scalar(mark, anchor, ""); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchored_.find(anchor);
        node(mark, known == anchored_.end() ? nullptr : &known->second);
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        scalar(mark, anchor, value);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        node(mark, nullptr);
        open_.emplace_back();
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        node(mark, nullptr);
        open_.emplace_back().next = Next::key;
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    enum class Next : std::uint8_t { item, key, value };
    /// A sequence or a map that has not ended.
    struct Collection {
        Next next = Next::item;
        std::map<std::string, int> lines;  ///< of a map: where each key stood first, from 0
    };

    void scalar(const YAML::Mark& mark, YAML::anchor_t anchor, const std::string& value) {
        if (anchor != 0) anchored_[anchor] = value;
        node(mark, &value);
    }
    /// `text`: of a scalar; nullptr: a collection, which is never compared with another one.
    void node(const YAML::Mark& mark, const std::string* text) {
        if (open_.empty() || open_.back().next == Next::item) return;
        Collection& map = open_.back();
        const bool is_key = map.next == Next::key;
        map.next = is_key ? Next::value : Next::key;
        if (!is_key || text == nullptr) return;
        const auto [first, is_new] = map.lines.emplace(*text, mark.line);
        if (!is_new)
            tell(mark, fmt::format("the key '{}' is given twice, first on line {}; which one is meant?",
                                   *text, first->second + 1));
    }
    void tell(const YAML::Mark& mark, std::string message) {
        if (!problem_) problem_ = at_mark(mark, std::move(message));
    }

    std::size_t documents_ = 0;
    std::vector<Collection> open_;
    std::map<YAML::anchor_t, std::string> anchored_;
    std::optional<Problem> problem_;
};

/// Throws yaml-cpp's exceptions, which end in read_rule_file().
std::optional<Problem> dropped_part(const std::string& yaml) {
    std::istringstream stream(yaml);
    YAML::Parser parser(stream);
    DroppedParts parts;
    while (!parts.problem() && parser.HandleNextDocument(parts)) {
    }
    return parts.problem();
}

/// Where the text of `source` stands: a block scalar ("source: |") begins on the next line, in the column of its first word.
void locate_source(std::string_view yaml, const YAML::Node& source, RuleFile& rule) {
    const auto line = static_cast<std::size_t>(source.Mark().line),
               column = static_cast<std::size_t>(source.Mark().column);
    rule.source_line = line + 1;
    rule.source_column = column + 1;
    std::size_t begin = 0;
    for (std::size_t passed = 0; passed < line && begin != std::string_view::npos; ++passed) {
        begin = yaml.find('\n', begin);
        if (begin != std::string_view::npos) ++begin;
    }
    if (begin == std::string_view::npos || begin + column >= yaml.size()) return;
    const char style = yaml[begin + column];
    const bool on_one_line = rule.source.find('\n') == std::string::npos &&
                             yaml.substr(begin + column).starts_with(rule.source);
    rule.source_is_as_written = style == '|' || on_one_line;
    if (style != '|') return;
    rule.source_line = line + 1;
    do {
        begin = yaml.find('\n', begin);
        if (begin == std::string_view::npos) return;
        ++begin;
        ++rule.source_line;
        rule.source_column = yaml.find_first_not_of(' ', begin) - begin + 1;
    } while (begin < yaml.size() && yaml.find_first_not_of(" \r", begin) == yaml.find('\n', begin) &&
             !rule.source.starts_with('\n'));
}

/// YAML 1.2.2 §5.1: of the control characters only tab and line breaks may stand in a file. yaml-cpp would take a NUL and the
/// letter after it for a line break, and every place after it would be told wrongly.
std::optional<Problem> control_character(std::string_view yaml) {
    Problem problem{.line = 1, .column = 1, .message = {}};
    for (const char letter : yaml) {
        const auto code = static_cast<unsigned char>(letter);
        if ((code < 0x20 && letter != '\t' && letter != '\n' && letter != '\r') || code == 0x7F) {
            problem.message =
                fmt::format("the control character 0x{:02X} may not stand in a YAML file", code);
            return problem;
        }
        ++problem.column;
        if (letter == '\n') problem = {.line = problem.line + 1, .column = 1, .message = {}};
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(RuleSeverity severity) {
    return severity_names[static_cast<std::size_t>(severity)];
}

std::expected<RuleFile, Problem> read_rule_file(std::string_view yaml, std::string path) {
    if (yaml.size() > limits::rule_file_bytes)
        return std::unexpected(Problem{.message = "the file is longer than " +
                                                  std::to_string(limits::rule_file_bytes) + " bytes"});
    if (std::optional<Problem> problem = control_character(yaml)) return std::unexpected(std::move(*problem));
    RuleFile rule;
    rule.path = std::move(path);
    try {
        const std::string text(yaml);
        if (std::optional<Problem> problem = dropped_part(text)) return std::unexpected(std::move(*problem));
        const YAML::Node root = YAML::Load(text);
        if (std::optional<Problem> problem = Reader(root).read(rule))
            return std::unexpected(std::move(*problem));
        locate_source(yaml, root["source"], rule);
    } catch (const YAML::Exception& error) {
        return std::unexpected(at_mark(error.mark, "this is no YAML: " + error.msg));
    }
    return rule;
}

}  // namespace tocsin::rules
