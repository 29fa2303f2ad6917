// Any bytes as RTF: objects are bounded by what two hexadecimal digits a byte can give.
#include <cstdlib>

#include "scan/markup.hpp"
#include "scan/password_words.hpp"
#include "scan/rtf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin;
    using namespace tocsin::scan;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    const RtfFindings rtf = read_rtf(bytes);
    if (rtf.objects.size() > rtf_objects_max) std::abort();
    std::size_t total = 0;
    for (const RtfObject& object : rtf.objects) total += object.data.size();
    if (total > size / 2) std::abort();

    TagWalk walk(as_text(bytes));
    Tag tag;
    std::size_t tags = 0;
    while (walk.next(tag)) {
        if (++tags > size || tag.text.size() > size) std::abort();
        static_cast<void>(attribute(tag, "href"));
    }
    if (password_words(as_text(bytes)).size() > password_words_max) std::abort();
    return 0;
}
