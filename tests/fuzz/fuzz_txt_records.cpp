// What reader and daemon say to each other about TXT records: refused, or within every bound; and what was accepted encodes to
// the same bytes again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/limits.hpp"
#include "reader/codec_txt.hpp"

using namespace tocsin;
using namespace tocsin::reader;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_question(std::string_view datagram) {
    const std::optional<TxtQuestion> question = decode_txt_question(datagram);
    if (!question) return;
    require(question->names.size() <= limits::txt_names);
    for (const std::string& name : question->names) {
        require(name.empty() || is_txt_name(name));
        require(name.size() <= limits::domain_name_bytes);
        require(name.find_first_of(std::string_view("\0 \n/\\", 5)) == std::string::npos);
    }
    require(encode(*question) == datagram);
}

void check_answer(std::string_view datagram) {
    const std::optional<TxtAnswer> answer = decode_txt_answer(datagram);
    if (!answer) return;
    require(answer->records.size() <= limits::txt_names);
    for (const TxtRecords& records : answer->records) {
        require(records.status < TxtStatus::count_);
        require(records.texts.size() <= limits::txt_records);
        for (const std::string& text : records.texts) require(text.size() <= limits::txt_record_bytes);
    }
    require(encode(*answer) == datagram);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    check_question(datagram);
    check_answer(datagram);
    static_cast<void>(is_txt_name(datagram));
    return 0;
}
