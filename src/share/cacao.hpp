// Playbooks in the common form of other houses, both ways: CACAO Security Playbooks 2.0 (OASIS, 2023). What the other form
// cannot say is named, never dropped in silence.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "respond/playbook.hpp"

namespace tocsin::share {

/// Something that one form says and the other cannot.
struct Loss {
    std::string step;   ///< its name; empty: the playbook as a whole
    std::string field;  ///< what it is about: a key of our file, or a property of CACAO
    std::string words;  ///< what becomes of it
};

/// "step reset: retries: …", one line.
[[nodiscard]] std::string to_line(const Loss& loss);

/// Whether what CACAO cannot say goes along in an extension of ours: who reads it back loses nothing.
enum class CacaoExtension : std::uint8_t { with, without };

struct CacaoExport {
    std::string text;  ///< JSON
    /// What a reader who does not know our extension does not see, or sees as something else.
    std::vector<Loss> losses;
};

/// The same playbook and moment give the same text. The playbook must have no flaws. `modified`: when it was last changed.
[[nodiscard]] CacaoExport to_cacao(const respond::Playbook& playbook, TimePoint modified,
                                   CacaoExtension extension = CacaoExtension::with);

struct CacaoImport {
    respond::Playbook playbook;  ///< without flaws
    std::vector<Loss> losses;    ///< at most limits::share_losses, then one that says so
};

/// Reads what anybody wrote. Our extension is believed only if the steps that everybody sees are exactly those that it would
/// have given. What Tocsin cannot do becomes a step that a person does, with the words of the playbook, and a loss.
/// Errors: limit (size, depth, number of steps); invalid_input (what is wrong, and at which step or line).
[[nodiscard]] Result<CacaoImport> from_cacao(std::string_view text);

}  // namespace tocsin::share
