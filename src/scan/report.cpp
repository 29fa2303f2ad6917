#include "scan/report.hpp"

#include <algorithm>
#include <array>

#include "base/assert.hpp"

namespace tocsin::scan {

namespace {

struct Named {
    std::string_view name;
    std::string_view explanation;
};

template <typename Enum>
constexpr std::size_t count_of = static_cast<std::size_t>(Enum::count_);

// In the order of PartFlag.
constexpr std::array<Named, count_of<PartFlag>> flag_table = {{
    {"encrypted_archive", "a file inside is locked with a password and could not be read"},
    {"password_in_message", "the password of the locked file stands in the message itself"},
    {"macro", "the document carries a program (a macro)"},
    {"macro_auto_exec", "the document's macro runs by itself when the document is opened"},
    {"embedded_object", "another file is hidden inside the document"},
    {"external_template", "the document fetches another document from elsewhere when it is opened"},
    {"pdf_script", "the PDF carries a script"},
    {"pdf_launch", "the PDF starts a program, opens a file or sends a form by itself"},
    {"pdf_embedded_file", "the PDF carries another file"},
    {"html_smuggling", "the page builds a file in the browser, past every scanner"},
    {"html_password_form", "the attached page asks for a password"},
    {"svg_script", "the picture carries a script"},
    {"shortcut", "the file is a shortcut that can start a program or open a page"},
    {"disk_image", "the file is a disk image, a common disguise for programs"},
    {"onenote", "the file is a OneNote notebook, a common disguise for programs"},
    {"executable", "the file is a program"},
    {"script", "the file is a script that a computer would run"},
    {"double_extension", "the name has two endings, and the last one is what counts"},
    {"bidi_name", "the name is written so that it shows a false ending"},
    {"type_mismatch", "name, declared type and content do not agree"},
    {"polyglot", "the file is valid as two kinds of file at once"},
    {"container_conflict", "programs that unpack this archive do not agree about what is inside"},
    {"qr_code", "the picture or page holds a QR code"},
    {"remote_content", "the content is fetched from elsewhere when it is opened"},
}};

// In the order of ScanLimit. The numbers stand in base/limits.hpp; the detail of a LimitHit repeats the one that was reached.
constexpr std::array<Named, count_of<ScanLimit>> limit_table = {{
    {"message_bytes", "the message is larger than what is read"},
    {"parts", "the message has more parts than are taken apart"},
    {"nesting_depth", "messages and parts are nested deeper than is followed"},
    {"alternatives", "the message can be understood in more ways than are followed"},
    {"decoded_bytes", "the decoded parts are larger together than what is kept"},
    {"header_block_bytes", "a block of header lines is larger than what is read"},
    {"container_depth", "archives lie inside archives deeper than is followed"},
    {"container_members", "the archives hold more files than are opened"},
    {"container_bytes", "the archives unpack to more bytes than are read"},
    {"container_ratio",
     "an archive unpacks to so many times its size that it is taken for a decompression bomb"},
    {"engine_time", "the time for this message ran out before everything was scanned"},
    {"engine_error", "a scan engine failed on these bytes"},
    {"html_bytes", "a page is larger than what is taken apart"},
    {"qr_pixels",
     "a picture is too large, or there are too many pictures, to look for QR codes in all of them"},
    {"findings", "there was more to report than a report holds"},
    {"unsupported_method", "a file is packed in a way that cannot be unpacked"},
    {"damaged_container", "an archive or document is damaged and could not be read completely"},
    {"locked",
     "a file is locked with a password that does not stand in the message, so that nobody can look inside"},
    {"links", "the message links to more places than a report names"},
    {"rules", "rules could not say whether they match, and the policy does not allow to do without"},
}};

/// Limits behind which all bytes were still seen by the signature engines: they cost detail, not coverage.
bool hides_bytes(ScanLimit limit) {
    switch (limit) {
        case ScanLimit::html_bytes:
        case ScanLimit::qr_pixels:
        case ScanLimit::findings: return false;
        default: return true;
    }
}

Verdict verdict_of(Severity severity) {
    switch (severity) {
        case Severity::malware: return Verdict::malware;
        case Severity::phish: return Verdict::phish;
        case Severity::suspicious: return Verdict::suspicious;
        case Severity::info: return Verdict::clean;
    }
    return Verdict::unscannable;
}

}  // namespace

const Finding* worst_finding(const std::vector<Finding>& findings) {
    const auto worst = std::ranges::max_element(findings, {}, &Finding::severity);
    return worst != findings.end() ? &*worst : nullptr;
}

std::string_view host_of(std::string_view url) {
    const std::size_t begin = url.find("://");
    if (begin == std::string_view::npos) return {};
    std::string_view host = url.substr(begin + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
    const std::size_t bracket = host.starts_with('[') ? host.find(']') : std::string_view::npos;
    return host.substr(0, bracket != std::string_view::npos ? bracket + 1 : host.find(':'));
}

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
        case Verdict::clean: return "clean";
        case Verdict::suspicious: return "suspicious";
        case Verdict::unscannable: return "unscannable";
        case Verdict::phish: return "phish";
        case Verdict::malware: return "malware";
    }
    return "unscannable";
}

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::info: return "info";
        case Severity::suspicious: return "suspicious";
        case Severity::phish: return "phish";
        case Severity::malware: return "malware";
    }
    return "suspicious";
}

std::string_view to_string(PartFlag flag) {
    ASSERT(flag < PartFlag::count_, "count_ is no flag");
    return flag_table[static_cast<std::size_t>(flag)].name;
}

std::string_view explain(PartFlag flag) {
    ASSERT(flag < PartFlag::count_, "count_ is no flag");
    return flag_table[static_cast<std::size_t>(flag)].explanation;
}

std::string_view to_string(ScanLimit limit) {
    ASSERT(limit < ScanLimit::count_, "count_ is no limit");
    return limit_table[static_cast<std::size_t>(limit)].name;
}

std::string_view explain(ScanLimit limit) {
    ASSERT(limit < ScanLimit::count_, "count_ is no limit");
    return limit_table[static_cast<std::size_t>(limit)].explanation;
}

std::string_view to_string(ReportedKind kind) {
    switch (kind) {
        case ReportedKind::bounce_hard: return "bounce_hard";
        case ReportedKind::bounce_soft: return "bounce_soft";
        case ReportedKind::delivered: return "delivered";
        case ReportedKind::complaint: return "complaint";
        case ReportedKind::count_: break;
    }
    ASSERT(false, "count_ is no kind");
    return {};
}

Verdict decide_verdict(const std::vector<Finding>& findings, const std::vector<LimitHit>& limits_hit) {
    // The order of Verdict is rank, so the worst is the greatest. A limit that hid nothing is still not "clean".
    Verdict worst = Verdict::clean;
    for (const Finding& finding : findings) worst = std::max(worst, verdict_of(finding.severity));
    for (const LimitHit& hit : limits_hit)
        worst = std::max(worst, hides_bytes(hit.limit) ? Verdict::unscannable : Verdict::suspicious);
    return worst;
}

}  // namespace tocsin::scan
