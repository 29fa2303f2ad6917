// Reports made by hand, read from buffers of exactly their size.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/limits/report.hpp"
#include "reported/report_reader.hpp"
#include "support/encoders.hpp"
#include "support/exact_buffer.hpp"
#include "support/parsed_mail.hpp"

namespace tocsin::reported::test {

using testing::crlf;

struct Read {
    ReadReport report;
    std::string originals;

    [[nodiscard]] std::string original(std::size_t index) const {
        return originals.substr(report.mails.at(index).offset, report.mails.at(index).length);
    }
};

inline Read read(std::string_view text, ReportForm form = ReportForm::report,
                 std::size_t checks_in_time = 1'000'000) {
    Read out;
    const ExactBuffer bytes(text);
    mail::MailTools tools;
    const auto keep = [&out](ByteView original) -> Result<std::uint64_t> {
        if (out.originals.size() + original.size() > limits::report_originals_bytes)
            return fail(ErrorCode::limit, "full");
        const std::uint64_t offset = out.originals.size();
        out.originals += as_text(original);
        return offset;
    };
    out.report =
        read_report(bytes.view(), {.form = form,
                                   .keep = keep,
                                   .time_left = [&] { return checks_in_time > 0 && checks_in_time-- > 0; },
                                   .tools = tools});
    return out;
}

inline bool warns(const std::vector<ReportWarning>& warnings, ReportWarning warning) {
    return std::ranges::find(warnings, warning) != warnings.end();
}

inline std::string phish(std::string_view id = "p1@evil.example") {
    return crlf(
        "Received: from evil.example ([203.0.113.9]) by mx.company.example; Tue, 3 Mar 2026 12:00:00 +0000\n"
        "From: \"Bank\" <notice@evil.example>\nTo: anna@company.example\nSubject: Act now\n"
        "Date: Tue, 3 Mar 2026 12:00:00 +0000\nMessage-ID: <" +
        std::string(id) + ">\n\nhttps://evil.example/pay\n");
}

/// A part of a multipart: its header lines and its body.
inline std::string part(std::string_view header, std::string_view body) {
    return "--@\r\n" + crlf(header) + "\r\n" + std::string(body) + "\r\n";
}
inline std::string message_part(std::string_view message) {
    return part("Content-Type: message/rfc822\n", message);
}
inline std::string file_part(std::string_view name, std::string_view content,
                             std::string_view type = "application/octet-stream") {
    return part("Content-Type: " + std::string(type) + "; name=\"" + std::string(name) +
                    "\"\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n",
                testing::base64_encode(content));
}
/// A report with these parts, between boundaries that no report inside of it has.
inline std::string report_of(std::string parts, std::string_view subject = "Fwd: strange",
                             std::string_view type = "multipart/mixed") {
    const std::string boundary = "b" + std::to_string(parts.size());
    constexpr std::string_view place = "--@\r\n";
    std::size_t at = 0;
    while ((at = parts.find(place, at)) != std::string::npos)
        parts.replace(at, place.size(), "--" + boundary + "\r\n");
    return crlf(
               "From: Anna <anna@company.example>\nTo: report@esp.example\nSubject: " + std::string(subject) +
               "\nMessage-ID: <r1@company.example>\nMIME-Version: 1.0\nContent-Type: " + std::string(type) +
               "; boundary=" + boundary + "\n\n") +
           parts + "--" + boundary + "--\r\n";
}

}  // namespace tocsin::reported::test
