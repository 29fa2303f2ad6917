// Any bytes as a compound file, as VBA's compression and as a package: nothing comes out that is larger than its bound.
#include <cstdlib>

#include "scan/ole.hpp"
#include "scan/tnef.hpp"
#include "scan/vba.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tocsin;
    using namespace tocsin::scan;
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    if (const std::optional<OleFile> file = OleFile::open(bytes)) {
        if (file->entries().size() > ole_entries_max) std::abort();
        for (const OleEntry& entry : file->entries())
            if (file->read(entry).size() > size) std::abort();
    }
    constexpr std::size_t vba_bytes_max = 1U << 20;
    if (const std::optional<std::string> source = decompress_vba(bytes, vba_bytes_max)) {
        if (source->size() > vba_bytes_max + 4096) std::abort();
        static_cast<void>(auto_exec_procedure(*source));
        static_cast<void>(dangerous_words(*source));
    }
    if (const std::optional<OlePackage> package = read_ole10_native(bytes);
        package && package->bytes.size() > size)
        std::abort();
    for (const TnefAttachment& attachment : read_tnef(bytes).attachments)
        if (attachment.bytes.size() > size) std::abort();
    return 0;
}
