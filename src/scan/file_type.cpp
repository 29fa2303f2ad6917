#include "scan/file_type.hpp"

#include <fmt/format.h>
#include <magic.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tocsin::scan {

namespace {

struct MagicDeleter {
    void operator()(magic_set* cookie) const { magic_close(cookie); }
};

/// libmagic looks at the start only; its text heuristics are left out (ours came first) and it never starts a decompressor.
constexpr int magic_flags = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TOKENS |
                            MAGIC_NO_CHECK_ENCODING | MAGIC_NO_CHECK_TEXT | MAGIC_NO_CHECK_CDF |
                            MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_APPTYPE | MAGIC_NO_CHECK_CSV |
                            MAGIC_NO_CHECK_JSON | MAGIC_ERROR;
constexpr std::size_t magic_look_bytes = 64U << 10;

struct TypeInfo {
    std::string_view type;
    TypeClass type_class;
    std::string_view words;
};

// Sorted by type.
constexpr std::array type_table = {
    TypeInfo{"7z", TypeClass::archive, "an archive (7z)"},
    TypeInfo{"ace", TypeClass::archive, "an archive (ace)"},
    TypeInfo{"apk", TypeClass::program, "an Android program (apk)"},
    TypeInfo{"appx", TypeClass::program, "a Windows program package (appx)"},
    TypeInfo{"ar", TypeClass::archive, "an archive (ar)"},
    TypeInfo{"arj", TypeClass::archive, "an archive (arj)"},
    TypeInfo{"avi", TypeClass::media, "a film (avi)"},
    TypeInfo{"avif", TypeClass::picture, "a picture (avif)"},
    TypeInfo{"bat", TypeClass::script, "a script (bat)"},
    TypeInfo{"bmp", TypeClass::picture, "a picture (bmp)"},
    TypeInfo{"bz2", TypeClass::archive, "a packed file (bz2)"},
    TypeInfo{"cab", TypeClass::archive, "an archive (cab)"},
    TypeInfo{"chm", TypeClass::document, "a help file that can run programs (chm)"},
    TypeInfo{"class", TypeClass::program, "a Java program (class)"},
    TypeInfo{"cpio", TypeClass::archive, "an archive (cpio)"},
    TypeInfo{"dex", TypeClass::program, "an Android program (dex)"},
    TypeInfo{"doc", TypeClass::document, "a Word document (doc)"},
    TypeInfo{"docm", TypeClass::document, "a Word document with macros (docm)"},
    TypeInfo{"docx", TypeClass::document, "a Word document (docx)"},
    TypeInfo{"elf", TypeClass::program, "a Linux program (elf)"},
    TypeInfo{"eml", TypeClass::message, "a message (eml)"},
    TypeInfo{"epub", TypeClass::document, "a book (epub)"},
    TypeInfo{"exe", TypeClass::program, "a program (exe)"},
    TypeInfo{"gif", TypeClass::picture, "a picture (gif)"},
    TypeInfo{"gz", TypeClass::archive, "a packed file (gz)"},
    TypeInfo{"heic", TypeClass::picture, "a picture (heic)"},
    TypeInfo{"hta", TypeClass::script, "a page that runs as a program (hta)"},
    TypeInfo{"html", TypeClass::page, "a web page (html)"},
    TypeInfo{"ico", TypeClass::picture, "an icon (ico)"},
    TypeInfo{"ics", TypeClass::text, "a calendar entry (ics)"},
    TypeInfo{"img", TypeClass::disk_image, "a disk image (img)"},
    TypeInfo{"iso", TypeClass::disk_image, "a disk image (iso)"},
    TypeInfo{"j2k", TypeClass::picture, "a picture (j2k)"},
    TypeInfo{"jar", TypeClass::program, "a Java program (jar)"},
    TypeInfo{"jp2", TypeClass::picture, "a picture (jp2)"},
    TypeInfo{"jpg", TypeClass::picture, "a picture (jpg)"},
    TypeInfo{"js", TypeClass::script, "a script (js)"},
    TypeInfo{"lnk", TypeClass::shortcut, "a shortcut (lnk)"},
    TypeInfo{"lz", TypeClass::archive, "a packed file (lz)"},
    TypeInfo{"lz4", TypeClass::archive, "a packed file (lz4)"},
    TypeInfo{"lzh", TypeClass::archive, "an archive (lzh)"},
    TypeInfo{"macho", TypeClass::program, "a macOS program"},
    TypeInfo{"mp3", TypeClass::media, "a sound (mp3)"},
    TypeInfo{"mp4", TypeClass::media, "a film (mp4)"},
    TypeInfo{"msg", TypeClass::message, "an Outlook message (msg)"},
    TypeInfo{"msi", TypeClass::program, "an installer (msi)"},
    TypeInfo{"odp", TypeClass::document, "a presentation (odp)"},
    TypeInfo{"ods", TypeClass::document, "a spreadsheet (ods)"},
    TypeInfo{"odt", TypeClass::document, "a text document (odt)"},
    TypeInfo{"ogg", TypeClass::media, "a sound (ogg)"},
    TypeInfo{"ole", TypeClass::document, "an Office document"},
    TypeInfo{"ole_encrypted", TypeClass::document, "an encrypted Office document"},
    TypeInfo{"one", TypeClass::document, "a OneNote notebook (one)"},
    TypeInfo{"onetoc2", TypeClass::document, "a OneNote notebook (onetoc2)"},
    TypeInfo{"pdf", TypeClass::document, "a PDF document (pdf)"},
    TypeInfo{"png", TypeClass::picture, "a picture (png)"},
    TypeInfo{"ppt", TypeClass::document, "a presentation (ppt)"},
    TypeInfo{"pptm", TypeClass::document, "a presentation with macros (pptm)"},
    TypeInfo{"pptx", TypeClass::document, "a presentation (pptx)"},
    TypeInfo{"ps1", TypeClass::script, "a PowerShell script (ps1)"},
    TypeInfo{"psd", TypeClass::picture, "a picture (psd)"},
    TypeInfo{"pst", TypeClass::data, "a mailbox file (pst)"},
    TypeInfo{"py", TypeClass::script, "a script (py)"},
    TypeInfo{"qcow", TypeClass::disk_image, "a disk image (qcow)"},
    TypeInfo{"rar", TypeClass::archive, "an archive (rar)"},
    TypeInfo{"rtf", TypeClass::document, "a text document (rtf)"},
    TypeInfo{"sh", TypeClass::script, "a script (sh)"},
    TypeInfo{"svg", TypeClass::page, "a drawing (svg)"},
    TypeInfo{"swf", TypeClass::program, "a Flash program (swf)"},
    TypeInfo{"szdd", TypeClass::archive, "a packed file (szdd)"},
    TypeInfo{"tar", TypeClass::archive, "an archive (tar)"},
    TypeInfo{"tif", TypeClass::picture, "a picture (tif)"},
    TypeInfo{"tnef", TypeClass::archive, "an Outlook container (winmail.dat)"},
    TypeInfo{"txt", TypeClass::text, ""},
    TypeInfo{"udf", TypeClass::disk_image, "a disk image (udf)"},
    TypeInfo{"unknown", TypeClass::unknown, ""},
    TypeInfo{"url", TypeClass::shortcut, "a shortcut (url)"},
    TypeInfo{"vbs", TypeClass::script, "a script (vbs)"},
    TypeInfo{"vcf", TypeClass::text, "a contact (vcf)"},
    TypeInfo{"vhd", TypeClass::disk_image, "a disk image (vhd)"},
    TypeInfo{"vhdx", TypeClass::disk_image, "a disk image (vhdx)"},
    TypeInfo{"vmdk", TypeClass::disk_image, "a disk image (vmdk)"},
    TypeInfo{"vsd", TypeClass::document, "a Visio drawing (vsd)"},
    TypeInfo{"vsdx", TypeClass::document, "a Visio drawing (vsdx)"},
    TypeInfo{"wasm", TypeClass::program, "a program (wasm)"},
    TypeInfo{"wav", TypeClass::media, "a sound (wav)"},
    TypeInfo{"webp", TypeClass::picture, "a picture (webp)"},
    TypeInfo{"wmf", TypeClass::picture, "a drawing (wmf)"},
    TypeInfo{"woff", TypeClass::font, "a font"},
    TypeInfo{"woff2", TypeClass::font, "a font"},
    TypeInfo{"xar", TypeClass::archive, "a macOS installer (xar)"},
    TypeInfo{"xls", TypeClass::document, "a spreadsheet (xls)"},
    TypeInfo{"xlsb", TypeClass::document, "a spreadsheet (xlsb)"},
    TypeInfo{"xlsm", TypeClass::document, "a spreadsheet with macros (xlsm)"},
    TypeInfo{"xlsx", TypeClass::document, "a spreadsheet (xlsx)"},
    TypeInfo{"xml", TypeClass::page, "an XML file"},
    TypeInfo{"xz", TypeClass::archive, "a packed file (xz)"},
    TypeInfo{"z", TypeClass::archive, "a packed file (Z)"},
    TypeInfo{"zip", TypeClass::archive, "an archive (zip)"},
    TypeInfo{"zst", TypeClass::archive, "a packed file (zst)"},
};
static_assert(std::ranges::is_sorted(type_table, {}, &TypeInfo::type));

const TypeInfo* find_type(std::string_view type) {
    const auto place = std::ranges::lower_bound(type_table, type, {}, &TypeInfo::type);
    return place != type_table.end() && place->type == type ? &*place : nullptr;
}

/// libmagic's media types → short names, for types that our table does not know.
std::string short_name(std::string_view media_type) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> known = {{
        {"application/octet-stream", "unknown"},
        {"text/plain", "txt"},
        {"image/x-ms-bmp", "bmp"},
        {"image/bmp", "bmp"},
        {"application/x-dosexec", "exe"},
        {"application/x-rpm", "rpm"},
        {"application/x-shockwave-flash", "swf"},
        {"audio/mpeg", "mp3"},
    }};
    for (const auto& [type, name] : known)
        if (media_type == type) return std::string(name);
    const std::size_t slash = media_type.find('/');
    if (slash == std::string_view::npos) return "unknown";
    std::string_view name = media_type.substr(slash + 1);
    for (const std::string_view prefix : {"x-", "vnd."})
        if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
    return name.empty() || name.size() > 40 ? "unknown" : std::string(name);
}

}  // namespace

struct FileTyper::Magic {
    std::unique_ptr<magic_set, MagicDeleter> cookie;
};

Result<FileTyper> FileTyper::load() {
    auto magic = std::make_unique<Magic>();
    magic->cookie.reset(magic_open(magic_flags));
    if (!magic->cookie) return fail(ErrorCode::unavailable, "libmagic: out of memory");
    if (magic_load(magic->cookie.get(), nullptr) != 0)
        return fail(ErrorCode::unavailable, fmt::format("libmagic has no database (package libmagic-mgc): {}",
                                                        magic_error(magic->cookie.get())));
    return FileTyper(std::move(magic));
}

FileTyper::FileTyper(std::unique_ptr<Magic> magic) : magic_(std::move(magic)) {}
FileTyper::FileTyper(FileTyper&&) noexcept = default;
FileTyper& FileTyper::operator=(FileTyper&&) noexcept = default;
FileTyper::~FileTyper() = default;

std::string FileTyper::identify(ByteView bytes) const {
    if (const std::string_view known = known_file_type(bytes); !known.empty()) return std::string(known);
    const ByteView look = bytes.first(std::min(bytes.size(), magic_look_bytes));
    const char* media_type = magic_buffer(magic_->cookie.get(), look.data(), look.size());
    return media_type == nullptr ? "unknown" : short_name(media_type);
}

std::string_view words_for_type(std::string_view file_type) {
    const TypeInfo* info = find_type(file_type);
    return info == nullptr ? std::string_view() : info->words;
}

TypeClass class_of_type(std::string_view file_type) {
    const TypeInfo* info = find_type(file_type);
    return info == nullptr ? TypeClass::unknown : info->type_class;
}

}  // namespace tocsin::scan
