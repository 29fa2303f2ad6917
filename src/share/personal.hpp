// Whether a piece of an attack names somebody who was hit by it.
#pragma once

#include <set>
#include <string>
#include <string_view>

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

    std::set<std::string, std::less<>> addresses_, names_;
    std::set<std::string, std::less<>> whole_names_;  ///< "annaadler" of anna.adler: all words of a name in one
};

}  // namespace tocsin::share
