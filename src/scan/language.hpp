// In which language a text is written; the only user of libexttextcat.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::scan {

/// Compares the groups of one to five letters that a text has most with those of 69 languages (Cavnar and Trenkle 1994).
/// Loaded once, in the template; not for two threads at once.
class LanguageGuesser {
public:
    /// Errors: not_found (the files of package libexttextcat-data), io.
    [[nodiscard]] static Result<LanguageGuesser> load();
    /// ISO 639-1 code of the language that the first limits::language_text_bytes of words are written in, "pt". `text` is
    /// valid UTF-8, as a person sees it; addresses and links in it count for nothing. Empty: fewer than
    /// limits::language_letters_min letters, or no language is clearly nearer than all others; of two that look alike
    /// (languages_alike()) one is told.
    [[nodiscard]] std::string guess(std::string_view text) const;

private:
    struct Library;
    struct Close {
        void operator()(Library* library) const;
    };
    explicit LanguageGuesser(std::unique_ptr<Library, Close> library);
    std::unique_ptr<Library, Close> library_;
};

}  // namespace tocsin::scan
