// What a PDF says of itself, and the pictures in it (qpdf). Read on demand, without judging anything; what a PDF does by itself
// is for pdf.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

enum class PdfOpening : std::uint8_t {
    opened,
    locked,  ///< needs a password that was not among the given ones
    broken,  ///< qpdf finds no document in the bytes
};

struct PdfFacts {
    PdfOpening opening = PdfOpening::broken;
    bool repaired = false;  ///< the table of objects did not fit the bytes, and was made anew
    bool linearized = false;
    std::string version;     ///< "1.7"
    std::string encryption;  ///< "Standard V4.4 (128-bit)"; empty when the document is not encrypted
    std::optional<std::uint32_t> page_count;
    /// The document's information dictionary (ISO 32000-1 section 14.3.3): keys without slash, values in UTF-8.
    std::vector<std::pair<std::string, std::string>> info;
    /// The signature that certifies the document (section 12.8.4), if there is one: Reason, Name, Location, M.
    std::vector<std::pair<std::string, std::string>> signature;
    std::string metadata;  ///< the document's XMP packet (section 14.3.2)
    /// Where the objects in use stand that are not packed into others, ascending; at most limits::pdf_hashed_objects.
    std::vector<std::uint64_t> object_offsets;
    bool cut = false;  ///< something was longer, or more, than is read
};

/// Never fails: what cannot be read is empty.
[[nodiscard]] PdfFacts read_pdf_facts(ByteView pdf, std::span<const std::string_view> passwords);

/// A picture as a file of its own: a JPEG as it stands, anything else as a grey PNG. False: no more are wanted.
using PdfPictureSink = std::function<bool(std::string_view name, std::string_view media_type, ByteView file)>;

/// Hands over at most limits::pdf_pictures pictures, none that unpacks to more than `bytes_max`. True when there were others.
[[nodiscard]] bool read_pdf_pictures(ByteView pdf, std::span<const std::string_view> passwords,
                                     std::size_t bytes_max, const PdfPictureSink& sink);

}  // namespace tocsin::scan
