#include "reported/rtf_body.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "base/limits/report.hpp"
#include "mail/ascii.hpp"
#include "reported/mapi.hpp"
#include "scan/little_endian.hpp"

namespace tocsin::reported {

namespace {

using mail::is_ascii_digit;

// [MS-OXRTFCP] section 2.2.3.1: sizes, type, checksum.
constexpr std::size_t header_bytes = 16;
constexpr std::uint32_t compressed_type = 0x75465A4C, plain_type = 0x414C454D;
constexpr std::size_t dictionary_bytes = 4096;
/// Section 2.1.2.1: what the dictionary holds at the beginning.
constexpr std::string_view first_dictionary =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(first_dictionary.size() == 207);

/// Section 3.1.1.1: runs of eight tokens, literal bytes or references into what was written.
class RtfUnpacker {
public:
    explicit RtfUnpacker(ByteView packed) : packed_(packed) {
        std::ranges::copy(first_dictionary, dictionary_.begin());
    }

    UnpackedRtf run() {
        while (at_ < packed_.size() && !ended_) {
            const std::uint8_t control = scan::u8_at(packed_, at_++);
            for (unsigned bit = 0; bit < 8 && !ended_; ++bit)
                if ((control >> bit & 1U) != 0)
                    copy_reference();
                else
                    copy_literal();
        }
        return {std::move(out_), !proper_end_};
    }

private:
    void put(char c) {
        if (out_.size() >= limits::rtf_text_bytes) {
            ended_ = true;
            return;
        }
        out_ += c;
        dictionary_[write_] = c;
        write_ = (write_ + 1) % dictionary_bytes;
    }

    void copy_literal() {
        if (at_ >= packed_.size()) {
            ended_ = true;
            return;
        }
        put(static_cast<char>(scan::u8_at(packed_, at_++)));
    }

    /// Big-endian: 12 bits of offset, 4 of length less 2. An offset where the next byte is written ends the text.
    void copy_reference() {
        if (packed_.size() - at_ < 2) {
            ended_ = true;
            return;
        }
        const unsigned token =
            static_cast<unsigned>(scan::u8_at(packed_, at_)) << 8U | scan::u8_at(packed_, at_ + 1);
        at_ += 2;
        const std::size_t offset = token >> 4U, length = (token & 0xFU) + 2;
        if (offset == write_) {
            ended_ = proper_end_ = true;
            return;
        }
        for (std::size_t i = 0; i < length && !ended_; ++i) put(dictionary_[(offset + i) % dictionary_bytes]);
    }

    ByteView packed_;
    std::array<char, dictionary_bytes> dictionary_{};
    std::size_t at_ = 0, write_ = first_dictionary.size();
    std::string out_;
    bool ended_ = false, proper_end_ = false;
};

/// What a group inherits and gives back at its end.
struct Group {
    bool hidden = false;                  ///< fonts, colours, pictures, unknown destinations
    bool html_tag = false;                ///< \*\htmltag: markup of the sender, verbatim
    bool not_of_html = false;             ///< \htmlrtf: only for programs that know no HTML
    std::size_t fallback_characters = 1;  ///< \ucN
};

/// Destinations whose text nobody reads.
bool is_hidden_destination(std::string_view word) {
    static constexpr std::array<std::string_view, 12> words = {
        "fonttbl",   "colortbl",  "stylesheet", "info",      "pict",   "object",
        "themedata", "datastore", "generator",  "listtable", "header", "footer"};
    return std::ranges::find(words, word) != words.end();
}

struct ControlWord {
    std::string_view word;
    long number = 0;
    bool has_number = false;
};

class RtfReader {
public:
    RtfReader(std::string_view rtf, mail::CharsetConverters& converters)
        : rtf_(rtf), converters_(converters) {}

    RtfText run() {
        while (at_ < rtf_.size()) {
            const char c = rtf_[at_++];
            switch (c) {
                case '{': open(); break;
                case '}': close(); break;
                case '\\': control(); break;
                case '\r':
                case '\n': break;
                default: put_byte(c); break;
            }
        }
        flush();
        return {content_, std::move(out_)};
    }

private:
    void open() {
        optional_ = false;
        if (groups_.size() >= limits::rtf_depth) {
            ++too_deep_;
            return;
        }
        groups_.push_back(groups_.back());
    }

    void close() {
        optional_ = false;
        if (too_deep_ > 0)
            --too_deep_;
        else if (groups_.size() > 1)
            groups_.pop_back();
    }

    void control() {
        if (at_ >= rtf_.size()) return;
        const char c = rtf_[at_];
        if (mail::is_ascii_alphanumeric(c) && !is_ascii_digit(c)) return apply(read_word());
        ++at_;
        switch (c) {
            case '\'': put_hex(); break;
            case '*': optional_ = true; break;
            case '~': put(content_ == RtfContent::html && !group().html_tag ? "&nbsp;" : " "); break;
            case '_': put("-"); break;
            case '{':
            case '}':
            case '\\': put_byte(c); break;
            case '\r':
            case '\n': put("\r\n"); break;
            default: break;
        }
    }

    ControlWord read_word() {
        ControlWord control;
        const std::size_t begin = at_;
        while (at_ < rtf_.size() && mail::is_ascii_alphanumeric(rtf_[at_]) && !is_ascii_digit(rtf_[at_]))
            ++at_;
        control.word = rtf_.substr(begin, at_ - begin);
        const std::size_t digits = at_;
        if (at_ < rtf_.size() && rtf_[at_] == '-') ++at_;
        while (at_ < rtf_.size() && is_ascii_digit(rtf_[at_])) ++at_;
        const std::string_view number = rtf_.substr(digits, at_ - digits);
        control.has_number =
            std::from_chars(number.data(), number.data() + number.size(), control.number).ec == std::errc();
        if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
        return control;
    }

    void apply(const ControlWord& control) {
        const bool optional = std::exchange(optional_, false);
        if (control.word == "fromhtml") {
            content_ = RtfContent::html;
        } else if (control.word == "ansicpg") {
            charset_ = charset_of_codepage(static_cast<std::uint32_t>(control.number));
        } else if (control.word == "htmltag" && optional) {
            group().html_tag = true;
        } else if (control.word == "htmlrtf") {
            flush();
            group().not_of_html = !control.has_number || control.number != 0;
        } else if (control.word == "uc") {
            const long count = control.has_number ? std::max(control.number, 0L) : 1L;
            group().fallback_characters = static_cast<std::size_t>(count);
        } else if (control.word == "u") {
            if (control.has_number) put_unicode(control.number);
        } else if (control.word == "bin") {
            at_ = std::min(rtf_.size(), at_ + static_cast<std::size_t>(std::max(control.number, 0L)));
        } else if (is_hidden_destination(control.word) || (optional && control.word != "mhtmltag")) {
            group().hidden = true;
        } else if (control.word == "mhtmltag") {
            group().hidden = true;  // a copy of the tag with its links rewritten
        } else {
            put_word(control.word);
        }
    }

    void put_word(std::string_view word) {
        if (word == "par" || word == "line")
            put("\r\n");
        else if (word == "tab")
            put("\t");
        else if (word == "lquote" || word == "rquote")
            put("'");
        else if (word == "ldblquote" || word == "rdblquote")
            put("\"");
        else if (word == "emdash" || word == "endash")
            put("-");
        else if (word == "bullet")
            put("*");
    }

    void put_hex() {
        const int high = at_ < rtf_.size() ? mail::hex_value(rtf_[at_]) : -1;
        const int low = at_ + 1 < rtf_.size() ? mail::hex_value(rtf_[at_ + 1]) : -1;
        if (high < 0 || low < 0) return;
        at_ += 2;
        put_byte(static_cast<char>(high * 16 + low));
    }

    /// RTF writes UTF-16 units as signed numbers, with \ucN characters behind for programs that know none.
    void put_unicode(long number) {
        char32_t unit = static_cast<std::uint16_t>(number);
        skip_ = group().fallback_characters;
        if (unit >= 0xD800 && unit < 0xDC00) {
            high_surrogate_ = unit;
            return;
        }
        if (unit >= 0xDC00 && unit < 0xE000 && high_surrogate_ != 0)
            unit = 0x10000 + ((high_surrogate_ - 0xD800) << 10U) + (unit - 0xDC00);
        high_surrogate_ = 0;
        std::string text;
        if (unit != 0) mail::append_utf8(text, unit);
        const std::size_t skip = std::exchange(skip_, 0);
        put(text);
        skip_ = skip;
    }

    [[nodiscard]] bool shown() const {
        const Group& now = groups_.back();
        return too_deep_ == 0 && !now.hidden && !(content_ == RtfContent::html && now.not_of_html);
    }

    /// One byte in the code page; bytes of one character may come one by one.
    void put_byte(char c) {
        if (skip_ > 0) {
            --skip_;
            return;
        }
        if (shown()) pending_ += c;
    }

    void put(std::string_view text) {
        skip_ = 0;
        if (!shown()) return;
        flush();
        out_ += text;
    }

    void flush() {
        if (pending_.empty()) return;
        out_ += converters_.to_utf8(pending_, charset_);
        pending_.clear();
    }

    Group& group() { return groups_.back(); }

    std::string_view rtf_;
    mail::CharsetConverters& converters_;
    std::size_t at_ = 0;
    std::vector<Group> groups_ = {Group{}};
    std::size_t too_deep_ = 0;
    std::size_t skip_ = 0;
    char32_t high_surrogate_ = 0;
    bool optional_ = false;  ///< behind "\*"
    RtfContent content_ = RtfContent::text;
    std::string charset_ = "windows-1252";
    std::string pending_, out_;
};

}  // namespace

std::optional<UnpackedRtf> unpack_rtf(ByteView compressed) {
    if (compressed.size() < header_bytes) return std::nullopt;
    const std::uint32_t type = scan::u32_at(compressed, 8);
    const ByteView content = compressed.subspan(header_bytes);
    if (type == plain_type) {
        const std::size_t size = std::min(content.size(), limits::rtf_text_bytes);
        return UnpackedRtf{std::string(as_text(content.first(size))), size < content.size()};
    }
    if (type != compressed_type) return std::nullopt;
    return RtfUnpacker(content).run();
}

RtfText read_rtf_text(std::string_view rtf, mail::CharsetConverters& converters) {
    return RtfReader(rtf, converters).run();
}

}  // namespace tocsin::reported
