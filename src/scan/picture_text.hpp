// The text in pictures, read by Tesseract. It is given grey pixels and nothing else: no decoder of its libraries sees a byte of a
// message.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "scan/image.hpp"

namespace tocsin::scan {

struct PictureText {
    std::string text;  ///< UTF-8, as lines
    bool cut = false;  ///< there was no time, or more text than limits::picture_text_bytes
};

/// What happens when Tesseract does not come back. Finding the lines of a picture has no deadline, and a small picture of crossed
/// lines keeps it for minutes.
enum class OnStall : std::uint8_t {
    wait,
    end_process,  ///< by SIGALRM: for a process whose work somebody else does again without pictures (pool/reader_pool.cpp)
};

/// Loaded at run time, and only where rules ask for it (rules/judge.cpp): Tesseract brings forty libraries along, most for
/// formats and for a network that it is never asked to read. One for a process; used by one thread.
class PictureReader {
public:
    /// True where the data of a language lies. The library itself is looked for by load().
    [[nodiscard]] static bool installed();
    /// Before the process is confined: files are read here, and no more later. Errors: not_found (what is to be installed),
    /// unavailable.
    [[nodiscard]] static Result<PictureReader> load(OnStall on_stall);
    PictureReader(PictureReader&&) noexcept;
    PictureReader& operator=(PictureReader&&) noexcept;
    ~PictureReader();

    /// Reads lines of Latin letters. The same picture is read once. Reading takes at most `time_max`; where finding the lines
    /// takes limits::picture_grace_ms longer, the process stalls.
    [[nodiscard]] PictureText read(const GreyImage& picture, std::chrono::milliseconds time_max) const;

private:
    struct Impl;
    explicit PictureReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace tocsin::scan
