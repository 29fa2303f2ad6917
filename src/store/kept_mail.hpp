// Mail that went through and is kept for a while, so that rules of tomorrow can be asked about it: what one entry holds.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace tocsin::store {

/// What judging needs beside the bytes, and what a person is told when the journal no longer knows. Texts are cut as in a record.
struct KeptFacts {
    std::string record_id;
    TimePoint time;  ///< of the record
    std::string direction, mail_from, customer, subject, verdict, disposition;
    std::string recipient;         ///< the first, as the reader was told
    std::uint64_t recipients = 0;  ///< all of them
    std::uint64_t passed_to = 0;   ///< those who got it; of what HTTP asked about, nobody says who gets it
    std::uint64_t text_fingerprint = 0;  ///< as in the record; 0: too little text
};

struct KeptMail {
    KeptFacts facts;
    Bytes content;  ///< as it came
};

/// Why a message was not kept.
enum class NotKeptWhy : std::uint8_t {
    copy,         ///< one of the same campaign is kept
    too_large,    ///< larger than the configuration keeps
    queue_full,   ///< more came than the disk took
    not_written,  ///< disk full or broken
    count_,
};

/// "copy", "too_large", "queue_full", "not_written"
[[nodiscard]] std::string_view to_string(NotKeptWhy why);

/// How many messages of one direction were not kept since the note before.
struct NotKept {
    TimePoint time;  ///< when it was written down
    std::string direction;
    std::array<std::uint64_t, static_cast<std::size_t>(NotKeptWhy::count_)> counts{};

    [[nodiscard]] std::uint64_t& of(NotKeptWhy why) { return counts.at(static_cast<std::size_t>(why)); }
    [[nodiscard]] std::uint64_t of(NotKeptWhy why) const { return counts.at(static_cast<std::size_t>(why)); }
};

using KeptEntry = std::variant<KeptMail, NotKept>;

/// The plain text of one entry, before it is sealed.
[[nodiscard]] std::string encode_kept(const KeptFacts& facts, ByteView content);
[[nodiscard]] std::string encode_not_kept(const NotKept& note);
/// nullopt: it is none, or of a program that writes them otherwise.
[[nodiscard]] std::optional<KeptEntry> decode_kept(std::string_view plain);

}  // namespace tocsin::store
