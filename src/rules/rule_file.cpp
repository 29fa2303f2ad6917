#include "rules/rule_file.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

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

/// A value of the file. An alias is the node that it names, not a copy: aliases of aliases cost nothing. The Builder owns them
/// all, side by side: however long a chain they make, none ends inside of another one's end.
struct Node {
    enum class Kind : std::uint8_t { null, scalar, sequence, map } kind = Kind::null;
    YAML::Mark mark;
    std::string text;              ///< of a scalar
    std::vector<const Node*> all;  ///< of a sequence; of a map: a key, its value, a key, …

    /// Of a map; nullptr: the key is not there.
    [[nodiscard]] const Node* find(std::string_view key) const {
        for (std::size_t at = 0; at + 1 < all.size(); at += 2)
            if (all[at]->kind == Kind::scalar && all[at]->text == key) return all[at + 1];
        return nullptr;
    }
};

/// Makes nodes of what yaml-cpp says. It refuses what would be dropped without a word: a second document, and all but one of the
/// values that a key is given.
class Builder final : public YAML::EventHandler {
public:
    [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }
    /// Of the first document; null when the file has none.
    [[nodiscard]] const Node& root() const { return root_ == nullptr ? nothing_ : *root_; }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (++documents_ == 2)
            tell(mark, "a second document begins here; a rule file holds one rule: make two files of it");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        add(mark, anchor, Node::Kind::null);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = anchored_.find(anchor);
        if (known == anchored_.end()) return;
        if (std::ranges::find(open_, known->second, &Collection::node) != open_.end())
            return tell(mark, "an alias stands inside of what it names");
        place(mark, known->second);
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        add(mark, anchor, Node::Kind::scalar, value);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open_.push_back({add(mark, anchor, Node::Kind::sequence), {}});
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open_.push_back({add(mark, anchor, Node::Kind::map), {}});
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    /// A sequence or a map that has not ended.
    struct Collection {
        Node* node;
        std::map<std::string, int> lines;  ///< of a map: where each key stood first, from 0
    };

    Node* add(const YAML::Mark& mark, YAML::anchor_t anchor, Node::Kind kind,
              const std::string& text = {}) {
        Node* const made = &nodes_.emplace_back();
        made->kind = kind;
        made->mark = mark;
        made->text = text;
        if (anchor != 0) anchored_[anchor] = made;
        place(mark, made);
        return made;
    }
    /// Into the collection that is open; without one it is the root.
    void place(const YAML::Mark& mark, const Node* node) {
        if (open_.empty()) {
            if (root_ == nullptr) root_ = node;
            return;
        }
        Collection& into = open_.back();
        const bool is_key = into.node->kind == Node::Kind::map && into.node->all.size() % 2 == 0;
        into.node->all.push_back(node);
        // A key that is a collection is never compared with another one.
        if (!is_key || node->kind == Node::Kind::sequence || node->kind == Node::Kind::map) return;
        const auto [first, is_new] = into.lines.emplace(node->text, mark.line);
        if (!is_new)
            tell(mark, fmt::format("the key '{}' is given twice, first on line {}; which one is meant?",
                                   node->text, first->second + 1));
    }
    void tell(const YAML::Mark& mark, std::string message) {
        if (!problem_) problem_ = at_mark(mark, std::move(message));
    }

    std::size_t documents_ = 0;
    Node nothing_;
    std::deque<Node> nodes_;
    const Node* root_ = nullptr;
    std::vector<Collection> open_;
    std::map<YAML::anchor_t, const Node*> anchored_;
    std::optional<Problem> problem_;
};

/// Reads the keys of one file.
class Reader {
public:
    explicit Reader(const Node& root) : root_(root) {}

    std::optional<Problem> read(RuleFile& rule) {
        if (root_.kind != Node::Kind::map)
            return at_mark(root_.mark, "a rule file is a map of keys such as name and source");
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
            if (!problem_ && root_.find(needed) == nullptr)
                problem_ = at_mark(root_.mark, "the key '" + std::string(needed) + "' is missing");
        return problem_;
    }

private:
    /// nullptr: it is not there, or null.
    [[nodiscard]] const Node* given(const char* key) const {
        const Node* const node = root_.find(key);
        return node == nullptr || node->kind == Node::Kind::null ? nullptr : node;
    }

    void text(const char* key, std::string& out) {
        const Node* const node = given(key);
        if (node == nullptr) return;
        if (node->kind == Node::Kind::scalar)
            out = node->text;
        else
            wrong(*node, std::string(key) + ": a text is expected");
    }

    void list(const char* key, std::vector<std::string>& out) {
        const Node* const node = given(key);
        if (node == nullptr) return;
        if (node->kind != Node::Kind::sequence) return wrong(*node, std::string(key) + ": a list is expected");
        for (const Node* one : node->all) {
            if (one->kind != Node::Kind::scalar)
                return wrong(*one, std::string(key) + ": a list of texts is expected");
            out.push_back(one->text);
        }
    }

    template <typename Enum, std::size_t Size>
    Enum word(const char* key, const std::array<const char*, Size>& words, Enum otherwise) {
        const Node* const node = given(key);
        if (node == nullptr) return otherwise;
        std::string known;
        for (std::size_t at = 0; at < Size; ++at) {
            if (node->kind == Node::Kind::scalar && node->text == words[at]) return static_cast<Enum>(at);
            known += (at == 0 ? "" : ", ") + std::string(words[at]);
        }
        wrong(*node, std::string(key) + ": one of " + known + " is expected");
        return otherwise;
    }

    void wrong(const Node& node, std::string message) {
        if (!problem_) problem_ = at_mark(node.mark, std::move(message));
    }

    const Node& root_;
    std::optional<Problem> problem_;
};

/// Where the text of `source` stands: a block scalar ("source: |") begins on the next line, in the column of its first word.
void locate_source(std::string_view yaml, const Node& source, RuleFile& rule) {
    const auto line = static_cast<std::size_t>(source.mark.line),
               column = static_cast<std::size_t>(source.mark.column);
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
        std::istringstream stream{std::string(yaml)};
        YAML::Parser parser(stream);
        Builder builder;
        while (!builder.problem() && parser.HandleNextDocument(builder)) {
        }
        if (builder.problem()) return std::unexpected(*builder.problem());
        if (std::optional<Problem> problem = Reader(builder.root()).read(rule))
            return std::unexpected(std::move(*problem));
        locate_source(yaml, *builder.root().find("source"), rule);
    } catch (const YAML::Exception& error) {
        return std::unexpected(at_mark(error.mark, "this is no YAML: " + error.msg));
    }
    return rule;
}

}  // namespace tocsin::rules
