#include <bit>
#include <cstring>

#include "mail/base64.hpp"

namespace tocsin::mail {
namespace {

using ShiftedTable = std::array<std::uint32_t, 256>;
constexpr std::uint32_t bad_bit = 0x8000'0000U;

consteval ShiftedTable shifted_table(unsigned shift) {
    ShiftedTable table{};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = base64_value[i] == base64_foreign ? bad_bit
                                                     : static_cast<std::uint32_t>(base64_value[i]) << shift;
    return table;
}

constexpr ShiftedTable first_of_quad = shifted_table(18);
constexpr ShiftedTable second_of_quad = shifted_table(12);
constexpr ShiftedTable third_of_quad = shifted_table(6);
constexpr ShiftedTable fourth_of_quad = shifted_table(0);

// Stores eight bytes, of which the first six count; the output buffer has room for the other two.
constexpr std::size_t output_slack_bytes = 8;

std::uint32_t quad_at(const unsigned char* in) {
    return first_of_quad[in[0]] | second_of_quad[in[1]] | third_of_quad[in[2]] | fourth_of_quad[in[3]];
}

void store_big_endian(std::byte* to, std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little) value = std::byteswap(value);
    std::memcpy(to, &value, sizeof value);
}

class CleanDecoder {
public:
    explicit CleanDecoder(std::string_view text)
        : begin_(reinterpret_cast<const unsigned char*>(text.data())), in_(begin_),
          end_(begin_ + text.size()), line_start_(begin_), out_(text.size() / 4 * 3 + 3 + output_slack_bytes),
          to_(out_.data()) {}

    std::optional<Bytes> run() {
        while (true) {
            if (symbols_ == 0) whole_quads();
            if (in_ == end_) break;
            if (base64_value[*in_] != base64_foreign) {
                if (blank_line_) return std::nullopt;  // data after a blank line: decoders differ
                single_symbol();
            } else if (*in_ == '=') {
                if (!padding()) return std::nullopt;
                break;
            } else if (!line_end()) {
                return std::nullopt;
            }
        }
        if (symbols_ == 1 || shape_.disputed()) return std::nullopt;
        finish_quad();
        out_.resize(static_cast<std::size_t>(to_ - out_.data()));
        return std::move(out_);
    }

private:
    // Quads that stand together on one line: nearly all of the data, and all of the time.
    void whole_quads() {
        if (blank_line_) return;
        const unsigned char* in = in_;
        std::byte* to = to_;
        while (end_ - in >= 8) {
            const std::uint32_t first = quad_at(in);
            const std::uint32_t second = quad_at(in + 4);
            if (((first | second) & bad_bit) != 0) break;
            store_big_endian(to, std::uint64_t{first} << 40 | std::uint64_t{second} << 16);
            in += 8;
            to += 6;
        }
        while (end_ - in >= 4) {
            const std::uint32_t quad = quad_at(in);
            if ((quad & bad_bit) != 0) break;
            store_big_endian(to, std::uint64_t{quad} << 40);
            in += 4;
            to += 3;
        }
        in_ = in;
        to_ = to;
    }

    void single_symbol() {
        bits_ = bits_ << 6 | base64_value[*in_++];
        if (++symbols_ == 4) finish_quad();
    }

    // Writes what two, three or four symbols make.
    void finish_quad() {
        if (symbols_ >= 2) {
            const std::uint32_t quad = bits_ << (6 * (4 - symbols_));
            store_big_endian(to_, std::uint64_t{quad} << 40);
            to_ += symbols_ - 1;
        }
        symbols_ = 0;
        bits_ = 0;
    }

    // [ \t]* CR* LF, or blanks up to the end of the text. CR CR LF is what a careless gateway makes of CR LF.
    bool line_end() {
        const unsigned char* const line_stop = in_;
        while (in_ != end_ && (*in_ == ' ' || *in_ == '\t' || *in_ == '\r')) ++in_;
        if (in_ != end_ && *in_ != '\n') return false;
        const auto length = static_cast<std::size_t>(line_stop - line_start_);
        if (length != 0) {
            shape_.line(length, static_cast<std::uint64_t>(line_start_ - begin_));
            seen_data_ = true;
        } else if (seen_data_) {
            blank_line_ = true;
        }
        if (in_ != end_) ++in_;
        line_start_ = in_;
        return true;
    }

    // RFC 2045 section 6.8: padding is the end of the data. A surplus or missing `=` there changes no
    // decoder's output.
    bool padding() {
        const bool after_whole_quads = symbols_ == 0 && seen_data();
        if (symbols_ < 2 && !after_whole_quads) return false;
        const auto length = static_cast<std::size_t>(in_ - line_start_);
        if (length != 0) shape_.line(length, static_cast<std::uint64_t>(line_start_ - begin_));
        for (; in_ != end_; ++in_)
            if (*in_ != '=' && *in_ != '\r' && *in_ != '\n' && *in_ != ' ' && *in_ != '\t') return false;
        return true;
    }

    [[nodiscard]] bool seen_data() const { return to_ != out_.data(); }

    const unsigned char* begin_;
    const unsigned char* in_;
    const unsigned char* end_;
    const unsigned char* line_start_;
    Bytes out_;
    std::byte* to_;
    std::uint32_t bits_ = 0;
    unsigned symbols_ = 0;
    bool seen_data_ = false;
    bool blank_line_ = false;
    LineShape shape_;
};

}  // namespace

std::optional<Bytes> decode_clean_base64(std::string_view text) {
    return CleanDecoder(text).run();
}

}  // namespace tocsin::mail
