#include "rules/rule_set.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "rules/file_types.hpp"
#include "rules/functions.hpp"
#include "rules/message_types.hpp"
#include "rules/parser.hpp"
#include "rules/rule_folder.hpp"
#include "scan/rule_files.hpp"

namespace tocsin::rules {

namespace {

/// The most popular domains are a part of the longer ranking, which we may not ship.
struct PartOfList {
    std::string_view whole, part;
};
constexpr PartOfList part_of_list{"tranco_1m", "tranco_50k"};

namespace fs = std::filesystem;

constexpr std::array answer_names = {"no_match", "match", "undecided"};

/// A place in `source` as a place in the file.
Problem in_file(Problem problem, const RuleFile& file) {
    if (!file.source_is_as_written) {
        problem.line = file.source_line;
        problem.column = file.source_column;
        problem.message += " (the source is folded or in quotes, so this is where it begins; write `source: "
                           "|` to see the place)";
        return problem;
    }
    problem.line += file.source_line - 1;
    problem.column += file.source_column - 1;
    return problem;
}

/// What the result of a rule must be.
bool fits(RuleType rule, const Type* type) {
    return rule == RuleType::query || type->kind == TypeKind::boolean || type->kind == TypeKind::dynamic;
}

std::optional<Correspondents> correspondents_of(std::string_view list) {
    if (list == "recipient_emails") return Correspondents::recipient_emails;
    if (list == "recipient_domains") return Correspondents::recipient_domains;
    if (list == "sender_emails") return Correspondents::sender_emails;
    if (list == "sender_domains") return Correspondents::sender_domains;
    return std::nullopt;
}

/// A limit hid a part of the message: what a rule did not find may stand there.
bool is_cut(const mail::Message& message) {
    return message.truncated || (message.body.html && message.body.html->truncated);
}

/// Names the rule, not its place: two rules that agree in this are one.
Hash256 digest_of(const RuleFile& file) {
    ByteWriter words;
    words.u8(file.id.empty() ? 0 : 1);
    words.string(file.id.empty() ? file.name : file.id);
    words.u8(static_cast<std::uint8_t>(file.type));
    words.string(file.source);
    return sha256(as_bytes(words.data()));
}

/// Through all links; the path itself where that cannot be told.
fs::path real_path(const fs::path& path) {
    std::error_code error;
    fs::path real = fs::canonical(path, error);
    return error ? path : real;
}

/// Where the text of a node begins: an operator stands behind its first operand.
std::size_t first_byte_of(const SyntaxTree& tree, SyntaxId id) {
    std::size_t first = tree.at(id).offset;
    std::vector<SyntaxId> open{id};
    while (!open.empty()) {
        const SyntaxNode& node = tree.at(open.back());
        open.pop_back();
        first = std::min<std::size_t>(first, node.offset);
        open.insert(open.end(), node.children.begin(), node.children.end());
    }
    return first;
}

/// Without comments, line ends and the `and` that follows.
std::string on_one_line(std::string_view clause) {
    std::string out;
    for (std::size_t at = 0; at < clause.size(); ++at) {
        const bool opens =
            at == 0 || clause[at - 1] == ' ' || clause[at - 1] == '\n';  // not the one of https://
        if (opens && clause.substr(at).starts_with("//")) at = std::min(clause.find('\n', at), clause.size());
        const char letter = at < clause.size() && clause[at] != '\n' && clause[at] != '\t' ? clause[at] : ' ';
        if (letter != ' ' || (!out.empty() && out.back() != ' ')) out += letter;
    }
    const auto drop_blanks = [&out](std::string_view letters) {
        while (!out.empty() && letters.contains(out.back())) out.pop_back();
    };
    drop_blanks(" (");
    if (out.ends_with(" and")) out.resize(out.size() - 4);
    drop_blanks(" ");
    return out;
}

}  // namespace

std::string_view to_string(Answer answer) {
    return answer_names[static_cast<std::size_t>(answer)];
}

RuleSet::RuleSet(const Lists& lists, AtHand at_hand) : lists_(lists) {
    message_ = &declare_message_types(types_);
    declare_file_types(types_, at_hand.pictures);
    add_value_functions(functions_, types_);
    add_text_functions(functions_, types_);
    add_regex_functions(functions_, types_);
    add_html_functions(functions_, types_);
    add_history_functions(functions_, types_);
    add_file_functions(functions_, types_, at_hand.pictures);
    add_intent_functions(functions_, types_, at_hand.text_model);
    add_lookalike_functions(functions_, types_);
    add_unanswered_functions(functions_, types_, at_hand.pictures);
}

void RuleSet::add(std::string_view yaml, const std::string& path) {
    auto file = read_rule_file(yaml, path);
    if (!file) return reject(path, std::move(file.error()));
    const Hash256 digest = digest_of(*file);
    if (const auto known = sources_.find(digest); known != sources_.end())
        return passed_over_.add(path, 0,
                                "this rule is loaded already, from " + known->second + ", and counts once");
    const auto tree = parse(file->source);
    if (!tree) return reject(path, in_file(tree.error(), *file));
    const Language language{types_, *message_, functions_,
                            [this](std::string_view name) { return find_list(name); }};
    auto compiled = compile(*tree, file->source, language, graph_, patterns_);
    if (!compiled) return reject(path, in_file(std::move(compiled.error()), *file));
    if (!fits(file->type, compiled->type))
        return reject(path, in_file({.message = "a rule says true or false; this one says " +
                                                to_string(*compiled->type)},
                                    *file));
    Rule rule{.file = std::move(*file),
              .root = compiled->root,
              .type = compiled->type,
              .needs = graph_.at(compiled->root).needs,
              .warnings = std::move(compiled->warnings)};
    for (Problem& warning : rule.warnings) warning = in_file(std::move(warning), rule.file);
    if (auto problem = compile_shows(language, rule)) return reject(path, std::move(*problem));
    if (clauses_ == Clauses::kept) compile_clauses(*tree, language, rule);
    sources_.emplace(digest, path);
    rules_.push_back(std::move(rule));
}

/// Where it stands in the file is not remembered: it is a line or two.
std::optional<Problem> RuleSet::compile_shows(const Language& language, Rule& rule) {
    if (rule.file.shows.empty()) return std::nullopt;
    const auto tree = parse(rule.file.shows);
    if (!tree) return Problem{.message = "shows: " + tree.error().message};
    const auto compiled = compile(*tree, rule.file.shows, language, graph_, patterns_);
    if (!compiled) return Problem{.message = "shows: " + compiled.error().message};
    if (compiled->type->kind != TypeKind::text)
        return Problem{.message = "shows: a text is expected; this is " + to_string(*compiled->type)};
    rule.shows = compiled->root;
    return std::nullopt;
}

/// A clause goes from its first byte to that of the next one; what joins them is cut off.
void RuleSet::compile_clauses(const SyntaxTree& tree, const Language& language, Rule& rule) {
    const SyntaxNode& top = tree.at(tree.root);
    std::vector<SyntaxId> parts{tree.root};
    if (top.kind == SyntaxKind::conjunction) parts = top.children;
    const std::string& source = rule.file.source;
    std::vector<std::size_t> begins;
    for (const SyntaxId part : parts) begins.push_back(first_byte_of(tree, part));
    SyntaxTree alone = tree;
    for (std::size_t at = 0; at < parts.size(); ++at) {
        alone.root = parts[at];
        auto compiled = compile(alone, source, language, graph_, patterns_);
        if (!compiled) continue;  // the rule compiled, so its parts do
        const std::size_t end = at + 1 < parts.size() ? begins[at + 1] : source.size();
        rule.clauses.push_back(
            {.source = on_one_line(std::string_view(source).substr(begins[at], end - begins[at])),
             .line = rule.file.source_is_as_written
                         ? problem_at(source, begins[at], {}).line + rule.file.source_line - 1
                         : rule.file.source_line,
             .root = compiled->root,
             .type = compiled->type});
    }
}

void RuleSet::add_file(const fs::path& path) {
    const auto [first, is_new] = files_.emplace(real_path(path).string(), path.string());
    if (!is_new)
        return passed_over_.add(path.string(), 0,
                                "this file is loaded already, as " + first->second + ", and counts once");
    const Result<std::string> text = scan::read_rule_file(path.string());
    if (text)
        add(*text, path.string());
    else
        reject(path.string(), {.message = text.error().message});
}

Result<void> RuleSet::add_folder(const std::string& folder) {
    const RuleFolder found = TRY(look_into_rule_folder(folder));
    // A folder inside one that was read is told in one line, instead of a line for each file.
    const fs::path real = real_path(folder);
    for (fs::path above = real;; above = above.parent_path()) {
        if (const auto known = folders_.find(above.string()); known != folders_.end()) {
            passed_over_.add(folder, 0,
                             "the rules of this folder are loaded already, with " + known->second +
                                 ", and count once");
            return {};
        }
        if (above == above.parent_path()) break;
    }
    folders_.emplace(real.string(), folder);
    passed_over_.add_all(found.passed_over);
    for (const fs::path& link : found.broken_links)
        reject(link.string(), {.message = "this link leads nowhere"});
    for (const fs::path& path : found.files) add_file(path);
    return {};
}

Result<void> RuleSet::finish() {
    for (const Rule& rule : rules_) order_.push_back(&rule);
    std::ranges::stable_sort(order_, {}, [this](const Rule* rule) { return graph_.at(rule->root).cost; });
    std::vector<NodeId> roots;
    for (const Rule* rule : order_) roots.push_back(rule->root);
    const std::vector<NodeId> places = graph_.arrange(roots);
    for (Rule& rule : rules_) {
        rule.root = places[rule.root];
        if (rule.shows) rule.shows = places[*rule.shows];
        for (RuleClause& clause : rule.clauses) clause.root = places[clause.root];
    }
    return patterns_.finish();
}

const ListView* RuleSet::find_list(std::string_view name) {
    if (const auto known = views_.find(name); known != views_.end()) return known->second.get();
    if (lists_.state(name) == ListState::unknown) return nullptr;
    auto view = std::make_unique<ListView>();
    view->name = name;
    fill(*view);
    return views_.emplace(std::string(name), std::move(view)).first->second.get();
}

void RuleSet::fill(ListView& view) {
    if (view.name == "org_vips") {
        ObjectType& vip = types_.named("VIP");
        if (vip.fields.empty()) declare_vip(vip, types_);
        view.element = types_.object(&vip);
    }
    view.present = lists_.state(view.name) == ListState::present;
    if (!view.present) {
        view.asks_history = correspondents_of(view.name);
        view.missing = view.asks_history ? bit(Capability::history) : list_bit(view.name);
        if (view.name == part_of_list.whole) view.use(lists_.find(part_of_list.part));
        return;
    }
    std::vector<Value>& items = list_items_.emplace_back();
    if (view.element != nullptr) {
        for (const Vip& vip : *lists_.vips()) items.push_back(Value::of_object(&vip));
    } else {
        const List* const list = lists_.find(view.name);
        items.reserve(list->size());
        for (std::size_t at = 0; at < list->size(); ++at) items.push_back(Value::of((*list)[at]));
        view.use(list);
    }
    view.items = items;
}

void ListView::use(const List* list) {
    if (list == nullptr) return;
    contains = [list](std::string_view text) { return list->contains(text); };
    contains_folded = [list](std::string_view text) { return list->contains_folded(text); };
}

Missing RuleSet::list_bit(const std::string& name) {
    const std::size_t place = std::min<std::size_t>(list_bits_.size(), last_list_bit - first_list_bit);
    list_bits_.push_back(name);
    return Missing{1} << (first_list_bit + place);
}

std::vector<std::string> RuleSet::names_of(Missing missing) const {
    std::vector<std::string> names;
    for (unsigned at = 0; at < first_list_bit; ++at)
        if ((missing >> at & 1U) != 0) names.emplace_back(to_string(static_cast<Capability>(at)));
    for (std::size_t at = 0; at < list_bits_.size(); ++at) {
        const std::size_t place = std::min<std::size_t>(at, last_list_bit - first_list_bit);
        if ((missing >> (first_list_bit + place) & 1U) != 0) names.push_back("$" + list_bits_[at]);
    }
    std::ranges::sort(names);
    return names;
}

RuleAnswer RuleSet::ask(const Rule& rule, Evaluation& evaluation) const {
    const Value value = evaluation.value_of(rule.root);
    RuleAnswer answer{.rule = &rule, .missing = value.missing, .steps = evaluation.steps()};
    if (value.missing != 0)
        answer.answer = Answer::undecided;
    else if (value.is_true())
        answer.answer = Answer::match;
    else if (is_cut(evaluation.message()))
        answer = {.rule = &rule,
                  .answer = Answer::undecided,
                  .missing = bit(Capability::cut_off),
                  .steps = answer.steps};
    return answer;
}

}  // namespace tocsin::rules
