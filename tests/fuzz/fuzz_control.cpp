// The words on a template's channel: what decodes encodes to the same bytes, and no process number means more than
// one process.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "reader/control.hpp"

using namespace tocsin::reader;

namespace {
void require(bool condition) {
    if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view datagram(reinterpret_cast<const char*>(data), size);
    if (std::optional<ForkCommand> command = decode_fork_command(datagram))
        require(encode(*command) == datagram);
    if (std::optional<TemplateWord> word = decode_template_word(datagram)) {
        require(encode(*word) == datagram);
        if (const auto* forked = std::get_if<ChildForked>(&*word)) require(forked->pid >= 2);
    }
    return 0;
}
