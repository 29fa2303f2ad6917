// The header fields that Tocsin writes in front of a message that passes: the ecosystem's form and our own explained one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "gate/banner.hpp"
#include "gate/policy.hpp"
#include "scan/report.hpp"

namespace tocsin::gate {

/// Which messages get header fields.
enum class HeaderPolicy : std::uint8_t { none, tagged, all };

struct HeaderField {
    std::string name;
    std::string value;  ///< ASCII; folded with CRLF and a blank where it is long
};

/// X-Tocsin-Verdict (verdict, record, reasons in words), X-Spam-Flag and X-Spam-Status (what mail programs sort by), and
/// MIME-Ambiguity-Results when the message has several readings (draft-chen-email-mime-ambiguity-defense-00). Text that came from
/// the message is ASCII without control bytes and cannot end a line. `authserv` is our host name.
[[nodiscard]] std::vector<HeaderField> header_fields(HeaderPolicy policy, const Decision& decision,
                                                     const scan::ScanReport& report,
                                                     const std::string& record_id,
                                                     const std::string& authserv);

/// X-Tocsin-Banner: why the message has a banner, or should have one, and whether it is shown.
[[nodiscard]] HeaderField banner_field(const Banner& banner);

/// The fields as they stand in a message, each ended by CRLF.
/// The bytes of a `From ` line that a mailbox file left in front of a header: fields go behind it, for it would end the header
/// there. 0 without one.
[[nodiscard]] std::size_t bytes_before_header(ByteView content);
/// The fields as text, to stand in front of `content`. Where that begins with a blank, its first line would continue the last of
/// them, and say in our name what its sender wants: an empty field of nobody's takes it.
[[nodiscard]] std::string fields_in_front(const std::vector<HeaderField>& fields, ByteView content);

[[nodiscard]] std::string to_text(const std::vector<HeaderField>& fields);

}  // namespace tocsin::gate
