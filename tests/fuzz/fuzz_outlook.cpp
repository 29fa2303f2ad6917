// Any bytes as .msg, winmail.dat, compressed RTF, RTF, ARF and X-ARF: what is rebuilt is one mail whose header was not ended
// early.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/limits/report.hpp"
#include "mail/charset.hpp"
#include "mail/mime.hpp"
#include "reported/feedback.hpp"
#include "reported/msg_file.hpp"
#include "reported/rebuild.hpp"
#include "reported/rtf_body.hpp"
#include "reported/tnef_message.hpp"

using namespace tocsin;
using namespace tocsin::reported;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

void check_rebuilt(MapiMessage& message, mail::CharsetConverters& converters) {
    const std::size_t attachments = message.attachments.size();
    const std::string rebuilt = rebuild_message(message, converters).message;
    require(rebuilt.size() <= limits::report_originals_bytes);
    if (rebuilt.empty()) return;
    const mail::MimeTree tree = mail::parse_mime(as_bytes(rebuilt));
    if (!tree.limits_hit.empty()) return;
    require(tree.root().media_type() == "multipart/mixed");
    // The text, then each attachment: nothing in a property closes a part or opens another.
    std::size_t parts = 0;
    for (const std::uint32_t slot : tree.root().slots)
        if (tree.entities[tree.slots[slot].alternatives.front()].origin == mail::Origin::multipart) ++parts;
    require(parts == attachments + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const ByteView input(reinterpret_cast<const std::byte*>(data), size);
    static mail::CharsetConverters converters;
    for (auto* read : {read_msg, read_tnef_message})
        if (std::optional<MapiMessage> message = read(input)) check_rebuilt(*message, converters);
    if (const std::optional<UnpackedRtf> rtf = unpack_rtf(input)) {
        require(rtf->text.size() <= limits::rtf_text_bytes);
        static_cast<void>(read_rtf_text(rtf->text, converters));
    }
    require(mail::is_valid_utf8(read_rtf_text(as_text(input), converters).text));
    ReportedMail about;
    note_feedback(input, about);
    for (const std::optional<Xarf>& xarf : {read_xarf_fields(as_text(input)), read_xarf_json(as_text(input))})
        if (xarf) require(xarf->evidence.size() <= limits::xarf_evidence);
    return 0;
}
