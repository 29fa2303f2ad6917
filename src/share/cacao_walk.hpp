// Goes through the workflow of a document of CACAO from its start, and makes steps of ours. Inside of src/share/cacao*.cpp.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "respond/words.hpp"
#include "share/cacao_detail.hpp"

namespace tocsin::share::cacao {

class Walk {
public:
    /// Steps and losses go to `out`. Both outlive it.
    Walk(const nlohmann::json& document, CacaoImport& out) : document_(document), out_(out) {}

    /// Errors: invalid_input (a step that is not there, that is reached twice, that has no known type), limit.
    [[nodiscard]] Result<void> run();

private:
    using Names = std::vector<std::string>;
    using Conditions = std::vector<respond::Condition>;
    /// Where the walk is: what comes before the next step, and under which conditions it is.
    struct Branch {
        Names before;
        Conditions conditions;
    };

    /// Follows the steps from `id` to an end step. Returns what comes last, for what follows the branch.
    [[nodiscard]] Result<Names> follow(std::string id, Branch branch);
    /// Adds one step of the workflow. Returns what comes last in it.
    [[nodiscard]] Result<Names> add(const std::string& id, const nlohmann::json& step, const Branch& branch);
    [[nodiscard]] Result<Names> add_action(const std::string& id, const nlohmann::json& step,
                                           const Branch& branch);
    [[nodiscard]] Result<Names> add_parallel(const std::string& id, const nlohmann::json& step,
                                             const Branch& branch);
    [[nodiscard]] Result<Names> add_question(const std::string& id, const nlohmann::json& step,
                                             const Branch& branch);
    /// One step that a person does, with the words of all that stands below `step`.
    [[nodiscard]] Result<Names> add_in_words(const nlohmann::json& step, const Branch& branch,
                                             const std::string& words, const std::string& loss);
    [[nodiscard]] Result<void> add_failure_branch(const std::string& id, const nlohmann::json& step);

    /// The words of a branch, a line for each step; marks its steps as seen.
    [[nodiscard]] Result<std::string> words_from(std::string id);
    [[nodiscard]] Result<std::string> words_below(const nlohmann::json& step);
    [[nodiscard]] std::string command_words(const nlohmann::json& step, const std::string& name);
    /// {url} of __url__:value; other variables by their value, or as they are.
    [[nodiscard]] std::string with_our_variables(const nlohmann::json& step, std::string_view text,
                                                 const std::string& name);
    void take_agent(respond::Step& ours, const nlohmann::json& step);
    void take_time(respond::Step& ours, const nlohmann::json& step);
    void tell_what_is_left(const nlohmann::json& step, const std::string& name);

    [[nodiscard]] Result<const nlohmann::json*> find(const std::string& id, const std::string& from);
    [[nodiscard]] Result<std::optional<std::string>> next_of(const std::string& id,
                                                             const nlohmann::json& step) const;
    [[nodiscard]] bool is_end(const std::string& id) const;
    [[nodiscard]] std::string new_name(const nlohmann::json& step, std::string_view otherwise);
    [[nodiscard]] Names put(respond::Step step, const Branch& branch);
    void lose(const std::string& step, std::string field, std::string words);

    const nlohmann::json& document_;
    CacaoImport& out_;
    const nlohmann::json* workflow_ = nullptr;
    std::set<std::string> seen_;  ///< ids that were visited
    std::set<std::string> names_;
};

}  // namespace tocsin::share::cacao
