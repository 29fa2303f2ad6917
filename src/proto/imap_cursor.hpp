// Reads the parts of one whole IMAP answer (RFC 9051 section 9), literals included. Included by imap_*.cpp only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/limits/imap.hpp"
#include "base/result.hpp"

namespace tocsin::proto {

/// A place in an answer. Each function takes what it names and moves on, or fails with `corrupt` and the place is of no use.
class ImapCursor {
public:
    explicit ImapCursor(std::string_view rest) : rest_(rest) {}
    [[nodiscard]] std::string_view rest() const { return rest_; }
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    [[nodiscard]] bool at(char c) const { return !rest_.empty() && rest_.front() == c; }
    /// Takes `c` if it is next.
    bool take(char c);
    /// Takes `word`, whatever its case, if it is next.
    bool take_word(std::string_view word);
    [[nodiscard]] Result<void> expect(char c);
    /// Letters up to a blank or a special; `[` and `]` are specials too, a leading `\` belongs to it.
    [[nodiscard]] Result<std::string_view> atom();
    [[nodiscard]] Result<std::uint64_t> number(std::uint64_t largest);
    [[nodiscard]] Result<std::uint32_t> number32();
    /// A quoted text or a literal of at most `bytes_max`.
    [[nodiscard]] Result<std::string> string(std::uint64_t bytes_max);
    /// The same, or an atom, in which `]` is allowed.
    [[nodiscard]] Result<std::string> astring(std::uint64_t bytes_max);
    /// Passes over one value, whatever it is: atom, number, string, list of these.
    [[nodiscard]] Result<void> skip_value();

private:
    [[nodiscard]] Result<std::string> quoted(std::uint64_t bytes_max);
    [[nodiscard]] Result<std::string_view> literal(std::uint64_t bytes_max);
    std::string_view rest_;
};

/// Whether a literal follows a line that ends like this, `{12}`, and its length; one that is no 64-bit number is the largest.
[[nodiscard]] bool announces_literal(std::string_view line, std::uint64_t& bytes);

}  // namespace tocsin::proto
