// Whether a piece of an attack names somebody who was hit by it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>

namespace tocsin::share {

class PersonalNames {
public:
    void add(std::string_view address);

    [[nodiscard]] bool is_known(std::string_view address) const;
    /// Whether a text (a part of a path, a label of a host) holds an address, or one of the people's names, plainly, escaped, in
    /// base64 or in hexadecimal. Mailboxes of an office (RFC 2142: abuse, postmaster, sales) are nobody's name.
    [[nodiscard]] bool names_somebody(std::string_view text) const;

private:
    [[nodiscard]] bool holds_name(std::string_view plain) const;

    /// Looked up by string_view without a copy.
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    using Texts = std::unordered_set<std::string, TextHash, std::equal_to<>>;

    Texts addresses_, names_;
    Texts whole_names_;  ///< "annaadler" of anna.adler: all words of a name in one
    std::set<std::size_t> whole_name_lengths_;
};

}  // namespace tocsin::share
