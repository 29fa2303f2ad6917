// Text put together as a renderer does it: white space collapsed, blocks on lines of their own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tocsin::mail {

/// True when `text` holds a character that takes no visible space: soft hyphen, zero-width, direction marks,
/// fillers, tags.
[[nodiscard]] bool has_invisible_characters(std::string_view text);

/// What happens to characters that nobody sees.
enum class Invisible { kept, blanked };

/// Collects text. Breaks and spaces are remembered and written only when something follows, so that the
/// result has no white space at its ends. Stops growing at limits::text_bytes.
class TextFlow {
public:
    explicit TextFlow(Invisible invisible) : invisible_(invisible) {}

    /// Valid UTF-8 with white space collapsed to single blanks (CSS Text 3 section 4.1); U+00A0 is not white
    /// space.
    void add(std::string_view text);
    /// As it is, line ends unified to LF (the text of `pre`).
    void add_preformatted(std::string_view text);
    void line_break();       ///< <br>
    void block_break();      ///< the edge of a block: what follows stands on a new line
    void paragraph_break();  ///< the edge of a paragraph: an empty line
    void space() { pending_space_ = true; }

    [[nodiscard]] const std::string& text() const { return text_; }
    [[nodiscard]] std::string take();
    [[nodiscard]] bool full() const;
    [[nodiscard]] bool cut() const { return cut_; }  ///< words came when it was full
    /// Where text that is added now will begin.
    [[nodiscard]] std::size_t next_offset() const;
    void set_invisible(Invisible invisible) { invisible_ = invisible; }

private:
    void flush();
    void add_word(std::string_view word);

    std::string text_;
    Invisible invisible_;
    std::size_t pending_newlines_ = 0;
    bool pending_space_ = false;
    bool cut_ = false;
};

}  // namespace tocsin::mail
