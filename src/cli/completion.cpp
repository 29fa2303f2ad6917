#include "cli/completion.hpp"

#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace tocsin::cli {

namespace {

using nlohmann::json;

/// Commands inside commands; ours have two levels.
constexpr std::size_t depth_max = 8;

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
    std::vector<const CLI::App*> shown;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
        if (!command->get_group().empty()) shown.push_back(command);
    return shown;
}

/// The values of an option that has a fixed set: the library writes them as `{a,b,c}` into its type's name.
std::vector<std::string> choices_of(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const std::size_t begin = type.find('{'), end = type.find('}');
    std::vector<std::string> choices;
    if (begin == std::string::npos || end == std::string::npos) return choices;
    std::string word;
    for (char c : type.substr(begin + 1, end - begin - 1)) {
        if (c != ',') {
            word.push_back(c);
            continue;
        }
        choices.push_back(std::exchange(word, {}));
    }
    choices.push_back(word);
    return choices;
}

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : between) + word;
    return out;
}

/// The parts of the script that differ from command to command.
struct Cases {
    std::string paths;   ///< "tocsin order"|"tocsin order list"|...
    std::string values;  ///< what follows an option
    std::string words;   ///< what may stand at a command
};

void add_cases(Cases& cases, const CLI::App& app, const std::string& path, std::size_t depth) {
    std::vector<std::string> options, commands;
    for (const CLI::Option* option : app.get_options()) {
        const std::vector<std::string> names = names_of(*option);
        options.insert(options.end(), names.begin(), names.end());
        if (option->get_items_expected_max() == 0) continue;
        const std::string choices = joined(choices_of(*option), " ");
        for (const std::string& name : names)
            cases.values += fmt::format("        \"{} {}\") {} ;;\n", path, name,
                                        choices.empty() ? "files=yes" : "words=\"" + choices + "\"");
    }
    for (const CLI::App* command : commands_of(app)) commands.push_back(command->get_name());
    cases.words += fmt::format("        \"{}\") words=\"{}\" options=\"{}\" ;;\n", path,
                               joined(commands, " "), joined(options, " "));
    if (depth == 0) return;
    for (const CLI::App* command : commands_of(app)) {
        const std::string inner = path + " " + command->get_name();
        cases.paths += fmt::format("{}\"{}\"", cases.paths.empty() ? "" : "|", inner);
        add_cases(cases, *command, inner, depth - 1);
    }
}

json tree_of(const CLI::App& app, std::size_t depth) {
    json options = json::array(), positionals = json::array(), commands = json::array();
    for (const CLI::Option* option : app.get_options()) {
        const bool positional = !option->nonpositional();
        const std::string default_text = option->get_default_str();
        json one{{"help", option->get_description()},
                 {"choices", choices_of(*option)},
                 {"required", option->get_required()},
                 {"flag", option->get_items_expected_max() == 0},
                 {"default", default_text}};
        if (positional)
            one["name"] = option->get_name(true);
        else
            one["names"] = names_of(*option);
        (positional ? positionals : options).push_back(std::move(one));
    }
    if (depth > 0)
        for (const CLI::App* command : commands_of(app)) commands.push_back(tree_of(*command, depth - 1));
    return {{"name", app.get_name()}, {"help", app.get_description()}, {"footer", app.get_footer()},
            {"options", options},     {"positionals", positionals},    {"commands", commands}};
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
    Cases cases;
    add_cases(cases, app, app.get_name(), depth_max);
    return "# Completion of " + app.get_name() + " for bash; written by `tocsin completion bash`.\n" +
           R"(_tocsin() {
    local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD - 1]}"
    local path=tocsin words= options= files= word
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case "$path $word" in
        )" +
           cases.paths + R"() path="$path $word" ;;
        esac
    done
    COMPREPLY=()
    case "$path $previous" in
)" + cases.values +
           R"(    esac
    if [[ -z $words$files ]]; then
        case "$path" in
)" + cases.words +
           R"(        esac
        if [[ $current == -* ]]; then
            words=$options
        elif [[ -z $words ]]; then
            files=yes
        fi
    fi
    if [[ -n $files ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    fi
}
complete -F _tocsin tocsin
)";
}

std::string command_tree_json(const CLI::App& app) {
    return tree_of(app, depth_max).dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace tocsin::cli
