// What stands in braces in playbooks and notices, and how hostile values are shown to people.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "respond/incident.hpp"

namespace tocsin::respond {

/// The values of each variable (variable_names()); most have one or none.
using Variables = std::map<std::string, std::vector<std::string>, std::less<>>;

/// Those of an incident. `reporters`: addresses of reporters who are known to be who they say.
[[nodiscard]] Variables variables_of(const Incident& incident, const Values& values,
                                     const std::vector<std::string>& reporters);

/// Parameters with their variables filled in: once for each value of the one that has many, at most limits::respond_values.
/// Empty when a variable has no value; `missing` then names it.
[[nodiscard]] std::vector<std::map<std::string, std::string>>
fill_in(const std::map<std::string, std::string>& parameters, const Variables& variables,
        std::string& missing);

/// A text for people: several values are listed, the first five of them, and what may be hostile is defanged.
[[nodiscard]] std::string for_people(std::string_view text, const Variables& variables);

/// The first few of the texts; of more it says how many.
[[nodiscard]] std::string first_of(const std::vector<std::string>& texts);

/// A value that no program makes a link of and no terminal obeys: hxxps://evil[.]example/, control bytes as spaces.
[[nodiscard]] std::string defanged(std::string_view value);

/// A key of these parts; a target that could not stand in one is replaced by the first 128 bits of its SHA-256.
[[nodiscard]] EffectKey make_key(std::string_view incident, std::uint32_t run, std::string_view step,
                                 std::string_view purpose, std::string_view target);

}  // namespace tocsin::respond
