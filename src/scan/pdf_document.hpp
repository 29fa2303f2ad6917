// What the readers of PDF files share of qpdf. Private to src/scan/pdf*.cpp: the only header that includes it.
#pragma once

// qpdf asks which smart pointers we use: std::shared_ptr only.
#define POINTERHOLDER_TRANSITION 4

// qpdf 11.3's JSON.hh holds a vector of a type that is not complete yet, which clang refuses since C++20. Nothing here uses JSON,
// and the headers below only name it: keep that one out.
#ifdef __clang__
#define JSON_HH
class JSON;
#endif
#include <qpdf/Pipeline.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFExc.hh>
#include <qpdf/QPDFObjectHandle.hh>

#include <cstdint>
#include <exception>
#include <optional>

#include "base/bytes.hpp"
#include "scan/image.hpp"
#include "scan/pdf_facts.hpp"

namespace tocsin::scan {

/// Objects of one PDF that are looked at. A scanned book has some ten thousand.
inline constexpr std::size_t pdf_objects_max = 50'000;

/// A stream unpacks to more than is read.
struct TooMuch : std::exception {};

/// Where qpdf writes an unpacked stream; stops it at a bound by TooMuch.
class BoundedSink final : public Pipeline {
public:
    explicit BoundedSink(std::size_t bytes_max) : Pipeline("bounded", nullptr), bytes_max_(bytes_max) {}
    void write(unsigned char const* data, size_t size) override;
    void finish() override {}
    Bytes take() { return std::move(bytes_); }

private:
    std::size_t bytes_max_;
    Bytes bytes_;
};

/// Opens `bytes` as `document`; without a password for nullptr.
[[nodiscard]] PdfOpening open_pdf(QPDF& document, ByteView bytes, const char* password);

/// /Width, /Height and the like; 0 when it is no usable number.
[[nodiscard]] std::uint32_t pdf_dimension(QPDFObjectHandle dictionary, const char* key);

/// Plain pixels of a picture, one byte or more or one bit for each; nullopt when they do not fit its size, or are more than
/// limits::qr_pixels.
[[nodiscard]] std::optional<GreyImage> grey_from_pdf(const Bytes& pixels, QPDFObjectHandle dictionary);

}  // namespace tocsin::scan
