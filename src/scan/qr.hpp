// QR codes in grey pixels (zbar).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "scan/image.hpp"
#include "scan/inspection.hpp"

namespace tocsin::scan {

/// Codes read from one picture.
inline constexpr std::size_t qr_codes_max = 16;

/// Made once, before the process is confined: the character sets that QR codes use are loaded then.
class QrReader {
public:
    static Result<QrReader> load();
    QrReader(QrReader&&) noexcept;
    QrReader& operator=(QrReader&&) noexcept;
    ~QrReader();

    /// The texts of all codes in the picture.
    [[nodiscard]] std::vector<std::string> read(const GreyImage& image) const;

private:
    struct Impl;
    explicit QrReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// Searches the part's own picture.
void inspect_picture(Inspection& inspection, const QrReader& reader);
/// Searches any picture that belongs to the part, within the message's budget of pictures.
void search_picture(Inspection& inspection, const QrReader& reader, const DecodedImage& picture);

}  // namespace tocsin::scan
