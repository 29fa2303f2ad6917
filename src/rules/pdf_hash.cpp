#include "rules/pdf_hash.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "mail/ascii.hpp"

namespace tocsin::rules {

namespace {

/// One object's dictionary is read this far; real ones take some hundred bytes.
constexpr std::size_t object_bytes_max = 64U << 10;
/// Bytes read of all objects: they may be made to overlap.
constexpr std::size_t objects_bytes_max = 256U << 20;

bool is_pdf_space(char c) {
    return c == '\0' || mail::is_ascii_space(c);
}
bool ends_name(char c) {
    return is_pdf_space(c) || std::string_view("()<>[]{}/%").find(c) != std::string_view::npos;
}

/// The keys of a dictionary that stand in it directly, and the names that are their values (ISO 32000-1 section 7.3).
class DictionaryWalk {
public:
    explicit DictionaryWalk(std::string_view text) : text_(text) {}
    struct Kinds {
        std::string_view first_key, type, subtype;
    };
    Kinds run();

private:
    std::string_view name();
    void skip_space() {
        while (at_ < text_.size() && is_pdf_space(text_[at_])) ++at_;
    }
    void skip_string();
    void skip_value();

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string_view DictionaryWalk::name() {
    if (at_ >= text_.size() || text_[at_] != '/') return {};
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && !ends_name(text_[at_])) ++at_;
    return text_.substr(begin, at_ - begin);
}

void DictionaryWalk::skip_string() {
    std::size_t depth = 0;
    for (; at_ < text_.size(); ++at_) {
        if (text_[at_] == '\\')
            ++at_;
        else if (text_[at_] == '(')
            ++depth;
        else if (text_[at_] == ')' && --depth == 0)
            break;
    }
    at_ = std::min(at_ + 1, text_.size());
}

/// To the next key or the end of the dictionary. Brackets are counted, not entered.
void DictionaryWalk::skip_value() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
        const std::string_view rest = text_.substr(at_);
        if (rest.front() == '(') {
            skip_string();
        } else if (rest.starts_with("<<") || rest.front() == '[') {
            ++depth;
            at_ += rest.front() == '[' ? 1U : 2U;
        } else if (rest.starts_with(">>") || rest.front() == ']') {
            if (depth == 0) return;
            --depth;
            at_ += rest.front() == ']' ? 1U : 2U;
        } else if (rest.front() == '/' && depth == 0) {
            return;
        } else {
            ++at_;
        }
    }
}

DictionaryWalk::Kinds DictionaryWalk::run() {
    Kinds kinds;
    if (!text_.starts_with("<<")) return kinds;
    at_ = 2;
    while (true) {
        skip_space();
        const std::string_view key = name();
        if (key.empty()) return kinds;
        if (kinds.first_key.empty()) kinds.first_key = key;
        skip_space();
        const std::string_view value = name();
        if (key == "Type" && !value.empty()) kinds.type = value;
        if (key == "Subtype" && !value.empty()) kinds.subtype = value;
        if (value.empty()) skip_value();
    }
}

/// The kind of the object whose text, up to "endobj", is given.
std::string kind_of(std::string_view object) {
    const std::string none = "None";
    const std::size_t word = object.find("obj");
    if (word == std::string_view::npos || word + 3 >= object.size()) return none;
    if (!is_pdf_space(object[word + 3]) || !is_pdf_space(object.back())) return none;
    const std::size_t dictionary = object.find("<<");
    if (dictionary == std::string_view::npos) return none;
    const DictionaryWalk::Kinds kinds = DictionaryWalk(object.substr(dictionary)).run();
    if (!kinds.type.empty() && !kinds.subtype.empty())
        return std::string(kinds.type) + "/" + std::string(kinds.subtype);
    if (!kinds.type.empty()) return std::string(kinds.type);
    return kinds.first_key.empty() ? none : std::string(kinds.first_key);
}

}  // namespace

PdfObjectHash read_pdf_hash(ByteView pdf, std::span<const std::uint64_t> offsets) {
    PdfObjectHash hash;
    std::size_t bytes_read = 0;
    for (const std::uint64_t offset : offsets) {
        if (offset >= pdf.size()) continue;
        const std::string_view rest = as_text(pdf).substr(static_cast<std::size_t>(offset));
        const std::size_t end = std::min(rest.find("endobj"), rest.size());
        bytes_read += end;
        if (bytes_read > objects_bytes_max || hash.hash_string.size() > limits::exploded_text_bytes) {
            hash.cut = true;
            break;
        }
        // Behind a stream nothing is of interest, but white space must stand before "endobj".
        std::string object(rest.substr(0, std::min(end, object_bytes_max)));
        if (end > object_bytes_max) object += rest[end - 1];
        if (object.find("/Type/Sig") != std::string::npos) continue;
        hash.hash_string += kind_of(object) + "|";
    }
    if (!hash.hash_string.empty()) hash.object_hash = md5_hex(as_bytes(hash.hash_string));
    return hash;
}

std::vector<std::uint64_t> find_pdf_objects(ByteView pdf) {
    constexpr std::size_t number_bytes_max = 12;
    std::vector<std::uint64_t> offsets;
    const std::string_view text = as_text(pdf);
    for (std::size_t word = text.find(" obj"); word != std::string_view::npos;
         word = text.find(" obj", word + 1)) {
        std::size_t at = word;
        // The generation, a blank, the number.
        while (at > 0 && word - at < number_bytes_max && mail::is_ascii_digit(text[at - 1])) --at;
        if (at == word || at == 0 || text[at - 1] != ' ') continue;
        const std::size_t number_end = --at;
        while (at > 0 && number_end - at < number_bytes_max && mail::is_ascii_digit(text[at - 1])) --at;
        if (at == number_end) continue;
        if (offsets.size() >= limits::pdf_hashed_objects) break;
        offsets.push_back(at);
    }
    return offsets;
}

}  // namespace tocsin::rules
