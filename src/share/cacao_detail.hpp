// What the halves of the CACAO translation have in common. Inside of src/share/cacao*.cpp.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "share/cacao.hpp"

namespace tocsin::share::cacao {

inline constexpr std::string_view spec_version = "cacao-2.0";
/// The member of our extension that holds a playbook as respond::to_json() writes it.
inline constexpr std::string_view extension_member = "tocsin_playbook";
/// Our extension, and the agent that stands for Tocsin.
[[nodiscard]] std::string extension_id();
[[nodiscard]] std::string tocsin_agent_id();

// ---- the order of steps --------------------------------------------------------------------------------------------------
/// Steps as CACAO can order them: one after the other, or side by side.
struct Plan {
    enum class Kind : std::uint8_t { step, series, parallel };
    Kind kind = Kind::step;
    std::size_t step = 0;  ///< index in the playbook
    std::vector<Plan> parts;
};
/// An order in which no step comes before what it waits for. Where the waiting of steps has no such form, some wait for more.
[[nodiscard]] Plan plan_of(const respond::Playbook& playbook);

// ---- words ---------------------------------------------------------------------------------------------------------------
/// What a step does, for people and programs that do not know Tocsin; variables as CACAO writes them.
[[nodiscard]] std::string words_of(const respond::Step& step);
/// From CACAO's vocabulary of activities; empty: none fits.
[[nodiscard]] std::string_view activity_of(respond::Action action);
/// {url} as __url__:value, "{{" as a brace.
[[nodiscard]] std::string with_cacao_variables(std::string_view text);
/// Letters, digits, - and _, at most limits::respond_name_bytes: what our files allow as a name.
[[nodiscard]] bool is_plain_name(std::string_view name);
/// The same made of any text; empty if nothing of it is left.
[[nodiscard]] std::string plain_name(std::string_view text);

/// A member that is text; empty if there is none.
[[nodiscard]] std::string text_of(const nlohmann::json& object, const char* name);

// ---- documents -----------------------------------------------------------------------------------------------------------
[[nodiscard]] nlohmann::json document_of(const respond::Playbook& playbook, TimePoint modified,
                                         CacaoExtension extension);
/// JSON within limits::share_document_*, no key twice in one object. Errors name line and column.
[[nodiscard]] Result<nlohmann::json> parse_document(std::string_view text);
/// What everybody reads in the document, our extension left aside.
[[nodiscard]] Result<CacaoImport> read_steps(const nlohmann::json& document);
/// What differs between what was written and what was read again without the extension, in words.
[[nodiscard]] std::vector<Loss> differences(const respond::Playbook& written, const respond::Playbook& read);

}  // namespace tocsin::share::cacao
