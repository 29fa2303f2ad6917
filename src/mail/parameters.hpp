// Parameters of structured MIME fields (RFC 2045 section 5.1, RFC 2231), in every plausible reading.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mail/ambiguity.hpp"

namespace tocsin::mail {

/// One `name=value` as written.
struct Parameter {
    std::string name;       ///< lower case, with any RFC 2231 stars
    std::string value;      ///< without quotes, backslash escapes resolved
    std::string raw_value;  ///< as written between `=` and the next separator
    std::string
        tail;  ///< from the semicolon on, when what follows it is no parameter: `;.zip` in `file;.zip`
    bool quoted = false;
    bool well_formed = true;  ///< token or complete quoted-string with nothing around it
};

/// A structured field value: what stands before the first semicolon, and the parameters.
struct StructuredValue {
    std::string head;  ///< without comments and outer white space
    bool comment_in_head = false;
    std::vector<Parameter> parameters;
};

enum class Comments : std::uint8_t { removed, literal };

/// Takes a field value apart (unfolded; see unfold_value()).
[[nodiscard]] StructuredValue read_structured_value(std::string_view text,
                                                    Comments comments = Comments::removed);

enum class Folds : std::uint8_t {
    to_their_space,  ///< RFC 5322 section 2.2.3: only the CRLF goes
    to_nothing,      ///< the white space after it goes too
};
[[nodiscard]] std::string unfold_value(std::string_view raw_value, Folds folds = Folds::to_their_space);

/// One value that a program may take for a boundary or a name.
struct ValueCandidate {
    std::string value;
    AmbiguityKind reason{};  ///< why it is not the only one; of no meaning for the first
};

/// Everything that programs may take for the boundary in this field value; the first is what most take. At most 16.
[[nodiscard]] std::vector<ValueCandidate> boundary_candidates(std::string_view unfolded,
                                                              const StructuredValue& structured);

/// The readings of a parameter such as `name` or `filename`, RFC 2231 and RFC 2047 forms included, as UTF-8.
[[nodiscard]] std::vector<ValueCandidate> name_candidates(const StructuredValue& structured,
                                                          std::string_view parameter);

/// First parameter of that name, without RFC 2231 forms.
[[nodiscard]] const Parameter* find_parameter(const StructuredValue& structured, std::string_view name);

}  // namespace tocsin::mail
