// Any bytes as base64: the relations that every input must satisfy, and decode(encode(input)) == input.
#include <cstdlib>
#include <set>
#include <string>

#include "base/limits.hpp"
#include "mail/transfer_decoding.hpp"
#include "support/encoders.hpp"

using namespace tocsin;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    const mail::Decoded decoded = mail::decode_base64(input, limits::alternatives_per_place);
    std::set<std::string> outputs{std::string(as_text(decoded.bytes))};
    require(decoded.bytes.size() <= size / 4 * 3 + 3);
    require(decoded.alternatives.size() <= limits::alternatives_per_place);
    for (const auto& alternative : decoded.alternatives) {
        require(alternative.bytes.size() <= size / 4 * 3 + 3);
        require(alternative.offset <= size);
        require(outputs.insert(std::string(as_text(alternative.bytes))).second);
    }
    for (const auto& ambiguity : decoded.ambiguities) require(ambiguity.offset <= size);
    if (!decoded.alternatives.empty()) require(!decoded.ambiguities.empty());

    const std::size_t width = size == 0 ? 76 : 4 * (1U + data[0] % 64U);
    const std::string encoded = testing::base64_encode(as_text(input), width, size % 2 == 0 ? "\n" : "\r\n");
    const mail::Decoded again = mail::decode_base64(as_bytes(encoded), limits::alternatives_per_place);
    require(as_text(again.bytes) == as_text(input));
    require(again.alternatives.empty() && again.ambiguities.empty());
    return 0;
}
