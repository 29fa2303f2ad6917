// Bounds of single texts in a report, in bytes. Longer ones are cut by the encoder and refused by the decoder.
#pragma once

#include <cstddef>

namespace tocsin::reader {

inline constexpr std::size_t name_bytes = 64;       // of an engine, an origin, a file type, a source
inline constexpr std::size_t rule_bytes = 256;      // name of a rule or signature
inline constexpr std::size_t sentence_bytes = 512;  // what an engine saw, details, notes, addresses
inline constexpr std::size_t type_bytes = 128;      // media types
inline constexpr std::size_t title_bytes = 1024;    // subjects, file names, engine versions
inline constexpr std::size_t reported_url_bytes = 2048;
inline constexpr std::size_t digest_bytes = 64;  // SHA-256 as hexadecimal

}  // namespace tocsin::reader
