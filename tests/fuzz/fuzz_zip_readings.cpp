// Any bytes as a zip: every member lies within its room, the walk ends, and reading twice gives the same.
#include <cstdlib>
#include <string>
#include <vector>

#include "scan/zip_readings.hpp"
#include "scan/zip_structure.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::scan;

constexpr std::size_t room_bytes = 1U << 16;
constexpr std::size_t members_max = 200;

class CountingSink final : public ZipSink {
public:
    bool wants_member() override { return ++asked <= members_max; }
    std::size_t room(std::size_t) override { return room_bytes; }
    void member(const ZipMember& member) override {
        if (member.bytes.size() > room_bytes || member.bytes.empty()) std::abort();
        contents.emplace_back(member.name, as_text(member.bytes));
    }
    void problem(ZipProblem, const std::string&) override {}
    void conflict(const std::string& what) override {
        if (what.empty()) std::abort();
    }

    std::size_t asked = 0;
    std::vector<std::pair<std::string, std::string>> contents;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView bytes(reinterpret_cast<const std::byte*>(data), size);
    CountingSink first, second;
    read_zip(bytes, first);
    read_zip(bytes, second);
    if (first.contents != second.contents) std::abort();
    for (const ZipEntry& entry : read_zip_structure(bytes, 1000).locals)
        if (entry.data_offset > size || entry.local_offset >= size) std::abort();
    if (zip_member_names(bytes, 10).size() > 10) std::abort();
    return 0;
}
