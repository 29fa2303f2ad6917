#include "scan/language.hpp"

#include <libexttextcat/textcat.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "base/languages.hpp"
#include "base/limits/watch.hpp"
#include "base/unique_fd.hpp"
#include "mail/ascii.hpp"

namespace tocsin::scan {

namespace {

/// Where Debian has the languages, a file for each.
constexpr const char* data_folder = "/usr/share/libexttextcat/";

struct Language {
    std::string_view file, code;
};
/// Those in which mail is written; each one more that is near another makes both harder to tell. The most frequent come first:
/// the library gives up on the others sooner. Chinese, Japanese and Korean are told by their scripts.
constexpr std::array languages = {
    Language{"en", "en"},      Language{"de", "de"},      Language{"es", "es"}, Language{"fr", "fr"},
    Language{"pt", "pt"},      Language{"it", "it"},      Language{"nl", "nl"}, Language{"pl", "pl"},
    Language{"ru", "ru"},      Language{"tr", "tr"},      Language{"ar", "ar"}, Language{"af", "af"},
    Language{"am", "am"},      Language{"az", "az"},      Language{"be", "be"}, Language{"bg", "bg"},
    Language{"bn", "bn"},      Language{"bs", "bs"},      Language{"ca", "ca"}, Language{"cs", "cs"},
    Language{"cy", "cy"},      Language{"da", "da"},      Language{"el", "el"}, Language{"et", "et"},
    Language{"eu", "eu"},      Language{"fa", "fa"},      Language{"fi", "fi"}, Language{"ga", "ga"},
    Language{"gl", "gl"},      Language{"gu", "gu"},      Language{"he", "he"}, Language{"hi", "hi"},
    Language{"hr", "hr"},      Language{"hu", "hu"},      Language{"hy", "hy"}, Language{"id", "id"},
    Language{"is", "is"},      Language{"ka", "ka"},      Language{"kk", "kk"}, Language{"km", "km"},
    Language{"kn", "kn"},      Language{"lo", "lo"},      Language{"lt", "lt"}, Language{"lv", "lv"},
    Language{"mk", "mk"},      Language{"ml", "ml"},      Language{"mn", "mn"}, Language{"mr", "mr"},
    Language{"ms", "ms"},      Language{"mt", "mt"},      Language{"my", "my"}, Language{"nb", "no"},
    Language{"ne", "ne"},      Language{"nn", "no"},      Language{"pa", "pa"}, Language{"ro", "ro"},
    Language{"si", "si"},      Language{"sk", "sk"},      Language{"sl", "sl"}, Language{"sq", "sq"},
    Language{"sr-Cyrl", "sr"}, Language{"sr-Latn", "sr"}, Language{"sv", "sv"}, Language{"sw", "sw"},
    Language{"ta", "ta"},      Language{"th", "th"},      Language{"tl", "tl"}, Language{"uk", "uk"},
    Language{"ur", "ur"},      Language{"uz", "uz"},      Language{"vi", "vi"},
};

/// The list of files and names that the library reads, in a file without a name.
Result<UniqueFd> make_list() {
    std::string list;
    for (const Language& language : languages) {
        const std::string file = fmt::format("{}.lm", language.file);
        std::error_code error;
        if (!std::filesystem::exists(data_folder + file, error))
            return fail(ErrorCode::not_found,
                        fmt::format("{}{}: no such file; install libexttextcat-data", data_folder, file));
        list += fmt::format("{} {}\n", file, language.code);
    }
    UniqueFd fd(::memfd_create("languages", MFD_CLOEXEC));
    if (!fd.valid() || ::write(fd.get(), list.data(), list.size()) != static_cast<ssize_t>(list.size()))
        return std::unexpected(errno_error("a list of languages in memory", errno));
    return fd;
}

/// A character of UTF-8 that is a letter, or as good as: not ASCII's other signs, not Latin-1's and not those of U+2000.
bool begins_letter(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (mail::is_ascii_alphanumeric(c) && !mail::is_ascii_digit(c)) || (byte > 0xC2 && byte != 0xE2);
}

/// Not what stands in any language alike: addresses of mail and places.
bool is_word(std::string_view token) {
    return token.find_first_of("@/_") == std::string_view::npos && !token.starts_with("www.") &&
           std::ranges::any_of(token, begins_letter);
}

struct Words {
    std::string text;  ///< with one blank between words
    std::size_t letters = 0;
};

/// The language of a script that no other has, where most letters are of it: groups of letters say little of so many.
std::string_view language_by_script(const Words& words) {
    std::size_t han = 0, kana = 0, hangul = 0;
    for (std::size_t at = 0; at + 1 < words.text.size(); ++at) {
        const auto first = static_cast<unsigned char>(words.text[at]);
        const auto second = static_cast<unsigned char>(words.text[at + 1]);
        if (first >= 0xE4 && first <= 0xE9) ++han;                      // U+4000 to U+9FFF
        if (first == 0xE3 && second >= 0x81 && second <= 0x83) ++kana;  // U+3040 to U+30FF
        if (first > 0xEA && first < 0xED) ++hangul;                     // U+B000 to U+CFFF
        if ((first == 0xEA && second >= 0xB0) || (first == 0xED && second < 0x9F)) ++hangul;
    }
    if (hangul > words.letters / 2) return "ko";
    if (han + kana <= words.letters / 2) return {};
    constexpr std::size_t letters_per_kana = 10;  // a name in Kana does not make a Chinese text Japanese
    return kana * letters_per_kana > han + kana ? "ja" : "zh";
}

Words words_of(std::string_view text) {
    Words words;
    for (std::size_t at = 0; at < text.size() && words.text.size() < limits::language_text_bytes;) {
        std::size_t end = at;
        while (end < text.size() && !mail::is_ascii_space(text[end])) ++end;
        std::string_view token = text.substr(at, end - at);
        at = end + 1;
        if (!is_word(token)) continue;
        // Some scripts have no blanks.
        if (token.size() > limits::language_text_bytes - words.text.size()) {
            std::size_t size = limits::language_text_bytes - words.text.size();
            while (size > 0 && (static_cast<unsigned char>(token[size]) & 0xC0U) == 0x80U) --size;
            token = token.substr(0, size);
            at = text.size();
        }
        if (!words.text.empty()) words.text += ' ';
        words.text += token;
        words.letters += static_cast<std::size_t>(std::ranges::count_if(token, begins_letter));
    }
    return words;
}

}  // namespace

struct LanguageGuesser::Library {
    void* handle = nullptr;
    candidate_t* candidates = nullptr;
};

void LanguageGuesser::Close::operator()(Library* library) const {
    if (library->candidates != nullptr)
        textcat_ReleaseClassifyFullOutput(library->handle, library->candidates);
    if (library->handle != nullptr) textcat_Done(library->handle);
    delete library;
}

LanguageGuesser::LanguageGuesser(std::unique_ptr<Library, Close> library) : library_(std::move(library)) {}

Result<LanguageGuesser> LanguageGuesser::load() {
    const UniqueFd list = TRY(make_list());
    std::unique_ptr<Library, Close> library(std::make_unique<Library>().release());
    library->handle = special_textcat_Init(fmt::format("/proc/self/fd/{}", list.get()).c_str(), data_folder);
    if (library->handle != nullptr) library->candidates = textcat_GetClassifyFullOutput(library->handle);
    if (library->candidates == nullptr)
        return fail(ErrorCode::io, fmt::format("{}: languages cannot be read from it", data_folder));
    return LanguageGuesser(std::move(library));
}

std::string LanguageGuesser::guess(std::string_view text) const {
    const Words words = words_of(text);
    if (words.letters < limits::language_letters_min) return {};
    if (const std::string_view code = language_by_script(words); !code.empty()) return std::string(code);
    const int found =
        textcat_ClassifyFull(library_->handle, words.text.c_str(), words.text.size(), library_->candidates);
    if (found <= 0) return {};  // too many are as near, or too little could be read
    const std::span nearest(library_->candidates, static_cast<std::size_t>(found));
    const std::string_view best = nearest.front().name;
    const bool clear =
        std::ranges::all_of(nearest, [&](const candidate_t& one) { return languages_alike(best, one.name); });
    return clear ? std::string(best) : std::string();
}

}  // namespace tocsin::scan
