#include "scan/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "mail/ascii.hpp"
#include "mail/mbox.hpp"
#include "scan/archive.hpp"
#include "scan/documents.hpp"
#include "scan/file_type.hpp"
#include "scan/iso.hpp"
#include "scan/pdf.hpp"
#include "scan/zip_readings.hpp"

namespace tocsin::scan {

namespace {

bool is_one_of(std::string_view type, std::span<const std::string_view> types) {
    return std::ranges::find(types, type) != types.end();
}

constexpr auto zip_types = std::to_array<std::string_view>({"zip", "jar", "apk", "appx", "epub"});
constexpr auto package_types = std::to_array<std::string_view>(
    {"docx", "docm", "xlsx", "xlsm", "xlsb", "pptx", "pptm", "vsdx", "odt", "ods", "odp"});
constexpr auto archive_types =
    std::to_array<std::string_view>({"7z", "rar", "tar", "cab", "ar", "cpio", "lzh"});
constexpr auto image_types = std::to_array<std::string_view>({"iso", "udf"});
constexpr auto stream_types = std::to_array<std::string_view>({"gz", "bz2", "xz", "zst", "lz4", "lz", "z"});
constexpr auto ole_types =
    std::to_array<std::string_view>({"ole", "ole_encrypted", "doc", "xls", "ppt", "msg", "msi", "vsd"});
/// The first four are searched for QR codes; of the others only the declared size is judged.
constexpr auto picture_types = std::to_array<std::string_view>(
    {"png", "jpg", "gif", "bmp", "tif", "j2k", "jp2", "webp", "heic", "avif", "psd"});
constexpr auto page_types = std::to_array<std::string_view>({"html", "svg", "hta", "xml"});
/// Containers that we do not take apart. xar: a small file makes libarchive loop without end.
constexpr auto closed_types =
    std::to_array<std::string_view>({"ace", "vhd", "vhdx", "vmdk", "qcow", "img", "xar"});

/// A text that begins like a message is taken apart when it was sent as a file or declared as a message. The body of an ordinary
/// mail that begins with somebody's forwarded header lines is not.
bool stands_alone(Inspection& inspection) {
    const PartSummary& part = inspection.report().parts[inspection.input().part];
    return part.origin == "member" || part.origin == "file" || !inspection.input().file_names.empty() ||
           inspection.input().declared_type.starts_with("message/") ||
           inspection.input().declared_type == "application/mbox" ||
           !mail::split_mbox(inspection.bytes(), 2).empty();
}

bool inspect_container(Inspection& inspection, std::string_view type) {
    if (is_one_of(type, zip_types))
        unpack_zip(inspection, {});
    else if (is_one_of(type, package_types))
        inspect_office_package(inspection);
    else if (is_one_of(type, archive_types))
        unpack_archive(inspection, ArchiveForm::archive);
    else if (is_one_of(type, image_types))
        unpack_iso(inspection);
    else if (is_one_of(type, stream_types))
        unpack_archive(inspection, ArchiveForm::packed_stream);
    else if (type == "tnef")
        inspect_tnef(inspection);
    else if (type == "eml" && stands_alone(inspection))
        inspect_message(inspection);
    else if (is_one_of(type, closed_types))
        inspection.limit(ScanLimit::unsupported_method, fmt::format("{} cannot be taken apart", type));
    else
        return false;
    return true;
}

/// What is packed in something is gone when the rules are asked, and of what stayed locked nothing is known.
void search_for_codes(Inspection& inspection, std::string_view type, const InspectionTools& tools) {
    if (type == "pdf")
        inspect_pdf(inspection, tools.qr, tools.pages);
    else
        inspect_picture(inspection, tools.qr);
    const bool locked = inspection.has_flag(PartFlag::encrypted_archive) &&
                        !inspection.has_flag(PartFlag::password_in_message);
    if (inspection.input().container_depth == 0 && !locked)
        inspection.budget().codes.note(inspection.bytes(), {inspection.codes(), inspection.codes_cut()});
}

void inspect_document(Inspection& inspection, std::string_view type, const InspectionTools& tools) {
    if (is_one_of(type, page_types))
        inspect_page(inspection);
    else if (type == "txt" || type == "ics" || type == "eml")
        inspect_plain_text(inspection);
    else if (is_one_of(type, ole_types))
        inspect_ole(inspection);
    else if (type == "rtf")
        inspect_rtf(inspection);
    else if (type == "pdf" || is_one_of(type, picture_types))
        search_for_codes(inspection, type, tools);
    else if ((type == "lnk" || type == "url"))
        inspect_shortcut(inspection);
    else if ((type == "one" || type == "onetoc2"))
        inspect_onenote(inspection);
    else if (class_of_type(type) == TypeClass::script)
        inspect_script(inspection);
}

/// An end-of-directory record where unpackers look for it: within the last comment's length of the end.
bool ends_as_zip(ByteView bytes) {
    constexpr std::size_t look = 22 + 65'535;
    const std::string_view tail = as_text(bytes.last(std::min(bytes.size(), look)));
    return mail::contains(tail, "PK\5\6", 2);
}

/// A volume descriptor where readers of disk images look for it; the 32 KiB before may hold anything (ECMA-119 section 6.2.1).
bool holds_disk_image(ByteView bytes) {
    constexpr std::size_t mark_at = 16 * 2048 + 1;
    return as_text(bytes.subspan(std::min(bytes.size(), mark_at))).starts_with("CD001");
}

/// A file that another program reads as something else (a picture that is also a zip, a PDF inside a picture).
void inspect_second_format(Inspection& inspection, std::string_view type, const InspectionTools& tools) {
    const bool zip_like = is_one_of(type, zip_types) || is_one_of(type, package_types) ||
                          is_one_of(type, archive_types) || is_one_of(type, stream_types) ||
                          class_of_type(type) == TypeClass::disk_image;
    const ByteView bytes = inspection.bytes();
    if (!zip_like && ends_as_zip(bytes)) {
        // A self-extracting archive is a program that is meant to be both. Messages and Office files hold zips as parts.
        const bool meant = class_of_type(type) == TypeClass::program || type == "eml" ||
                           is_one_of(type, ole_types) || type == "one";
        if (!meant) {
            inspection.flag(PartFlag::polyglot);
            inspection.note("The file is also a zip archive.");
        }
        if (class_of_type(type) != TypeClass::text) unpack_zip(inspection, {});
    }
    if (!is_one_of(type, image_types) && holds_disk_image(bytes)) {
        inspection.flag(PartFlag::polyglot);
        inspection.note("The file is also a disk image.");
        unpack_iso(inspection);
    }
    const std::string_view head = as_text(bytes.first(std::min<std::size_t>(bytes.size(), 1024)));
    if (type != "pdf" && type != "eml" && class_of_type(type) != TypeClass::text &&
        head.find("%PDF-") != std::string_view::npos) {
        inspection.flag(PartFlag::polyglot);
        inspection.note("The file is also a PDF document.");
        inspect_pdf(inspection, tools.qr, tools.pages);
    }
}

}  // namespace

Result<InspectionTools> InspectionTools::load() {
    return InspectionTools{.qr = TRY(QrReader::load()), .pages = PageDrawer()};
}

void inspect_content(Inspection& inspection, const InspectionTools& tools) {
    if (inspection.bytes().empty() || !inspection.time_left()) return;
    // A copy: members are appended to the list of parts meanwhile.
    const std::string type(inspection.file_type());
    if (!inspect_container(inspection, type)) inspect_document(inspection, type, tools);
    inspect_second_format(inspection, type, tools);
}

void conclude(Inspection& inspection) {
    if (inspection.has_flag(PartFlag::encrypted_archive) &&
        !inspection.has_flag(PartFlag::password_in_message)) {
        inspection.finding("encrypted", Severity::suspicious,
                           "is locked with a password, so that no scanner can look inside");
        inspection.limit(ScanLimit::locked, "the password is not in the message");
    }
    if (inspection.has_flag(PartFlag::password_in_message))
        inspection.finding(
            "password_in_message", Severity::suspicious,
            "is locked with a password that stands in the message itself, a trick to get past scanners");
    if (inspection.has_flag(PartFlag::executable))
        inspection.finding("executable", Severity::suspicious, "is a program");
    if (inspection.has_flag(PartFlag::disk_image))
        inspection.finding("disk_image", Severity::suspicious,
                           "is a disk image, a common disguise for programs");
}

}  // namespace tocsin::scan
