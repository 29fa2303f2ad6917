// Any bytes as a disk image: every member lies in the image or within its room, the walk ends, and reading twice gives the same.
// The input stands for the image from its first volume descriptor on.
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "scan/iso.hpp"
#include "scan/iso_record.hpp"

namespace {

using namespace tocsin;
using namespace tocsin::scan;

constexpr std::size_t room_bytes = 1U << 16;
constexpr std::size_t members_max = 200;

class CountingSink final : public IsoSink {
public:
    bool wants_member() override { return ++asked <= members_max; }
    std::size_t room() override { return room_bytes; }
    void member(const IsoMember& member) override {
        if (asked > members_max || member.bytes.empty() || member.bytes.size() > room_bytes) std::abort();
        if (member.names.empty() || member.names.size() > limits::iso_names) std::abort();
        contents.emplace_back(member.names, as_text(member.bytes));
    }
    void problem(IsoProblem, const std::string& what) override {
        if (what.empty()) std::abort();
    }
    void conflict(const std::string& what) override {
        if (what.empty()) std::abort();
    }

    std::size_t asked = 0;
    std::vector<std::pair<std::vector<std::string>, std::string>> contents;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Bytes image(iso_first_descriptor * iso_sector_bytes);
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    image.insert(image.end(), bytes, bytes + size);
    image.shrink_to_fit();
    CountingSink first, second;
    read_iso(image, first);
    read_iso(image, second);
    if (first.contents != second.contents) std::abort();
    return 0;
}
