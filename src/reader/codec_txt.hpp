// Which TXT records of DNS a reader wants: keys of DKIM, policies of DMARC. The daemon asks DNS and knows nothing of either; what
// DNS says is parsed by the reader alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::reader {

/// Reader → daemon, at most once per request. Names come from the message: at most limits::txt_names.
struct TxtQuestion {
    std::uint64_t id = 0;
    std::vector<std::string> names;
};

enum class TxtStatus : std::uint8_t {
    found,
    none,    ///< the name, or a TXT record of it, does not exist
    failed,  ///< no answer, a damaged one, more than the bounds, or a name that cannot be asked for
    count_,
};

/// The texts of one name, each record's pieces put together.
struct TxtRecords {
    TxtStatus status = TxtStatus::failed;
    std::vector<std::string> texts{};
    bool operator==(const TxtRecords&) const = default;
};

/// Daemon → reader: one entry per name, in order.
struct TxtAnswer {
    std::uint64_t id = 0;
    std::vector<TxtRecords> records;
};

/// A host name as DNS takes it without more ado: letters, digits, "-", "_" and dots, labels of 1 to 63 bytes, at most
/// limits::domain_name_bytes, at least two labels.
[[nodiscard]] bool is_txt_name(std::string_view name);

/// Names beyond the bound, or that are none, are left empty.
[[nodiscard]] std::string encode(const TxtQuestion& question);
/// Fits into limits::reply_bytes: records over limits::txt_records or limits::txt_record_bytes make an entry `failed`.
[[nodiscard]] std::string encode(const TxtAnswer& answer);

/// nullopt: not well-formed or over a bound. A name is_txt_name() or empty. Texts are bytes of a stranger's DNS.
[[nodiscard]] std::optional<TxtQuestion> decode_txt_question(std::string_view datagram);
[[nodiscard]] std::optional<TxtAnswer> decode_txt_answer(std::string_view datagram);

}  // namespace tocsin::reader
