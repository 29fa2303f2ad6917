// Any bytes as text with files in it. The first byte chooses the scope.
#include <algorithm>
#include <cstdlib>

#include "base/limits.hpp"
#include "mail/transfer_decoding.hpp"

using namespace tocsin;

namespace {

constexpr std::size_t files_max = 8;

void require(bool condition) {
    if (!condition) std::abort();
}

void check(const std::vector<mail::EmbeddedFile>& files, std::size_t size, std::size_t bytes_max) {
    require(files.size() <= files_max);
    std::size_t total = 0;
    for (const auto& file : files) {
        require(!file.bytes.empty());
        require(file.offset <= size && file.length <= size - file.offset);
        total += file.bytes.size();
    }
    require(total <= bytes_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto scope =
        data[0] % 2 == 0 ? mail::EmbeddedScope::anywhere_in_text : mail::EmbeddedScope::whole_body;
    const ByteView text(reinterpret_cast<const std::byte*>(data + 1), size - 1);
    const std::size_t bytes_max = std::max(text.size(), limits::embedded_bytes);
    check(mail::find_uuencoded(text, scope, files_max), text.size(), bytes_max);
    check(mail::find_yencoded(text, scope, files_max), text.size(), 3 * text.size());
    check(mail::find_binhex(text, scope, files_max), text.size(), bytes_max);
    const auto uris = mail::find_data_uris(text, files_max);
    require(uris.size() <= files_max);
    for (const auto& uri : uris) require(uri.offset + uri.bytes.size() <= text.size());
    constexpr std::size_t unpacked_max = 1U << 20;
    if (const auto unpacked = mail::gunzip(text, unpacked_max)) require(unpacked->size() <= unpacked_max);
    return 0;
}
