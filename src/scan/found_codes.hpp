// QR codes that a search through a file found, for whoever asks about the same file again.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace tocsin::scan {

/// One for each message. Decoding a picture or drawing a PDF takes up to a tenth of a second: engines and rules share the answer.
class FoundCodes {
public:
    struct OfFile {
        std::vector<std::string> texts;  ///< each once
        bool cut = false;                ///< a limit ended the search: there may be more
    };

    /// `file` must stay where it is: a file is known by its place, not by its content.
    void note(ByteView file, OfFile codes) { files_.insert_or_assign(place(file), std::move(codes)); }
    /// nullptr: nobody searched it.
    [[nodiscard]] const OfFile* find(ByteView file) const {
        const auto at = files_.find(place(file));
        return at == files_.end() ? nullptr : &at->second;
    }

private:
    using Place = std::pair<const std::byte*, std::size_t>;
    static Place place(ByteView file) { return {file.data(), file.size()}; }
    std::map<Place, OfFile> files_;
};

}  // namespace tocsin::scan
