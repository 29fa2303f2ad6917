// A file taken apart for rules: `file.explode` and what asks about the same file (`beta.parse_exif`, `file.oletools`,
// `beta.scan_qr`, `file.expand_archives`). The unpackers are those of src/scan; here is what rules see of their work.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "base/limits/pictures.hpp"
#include "mail/tools.hpp"
#include "rules/exif.hpp"
#include "rules/exploded.hpp"
#include "rules/missing.hpp"
#include "scan/file_type.hpp"
#include "scan/inspect.hpp"
#include "scan/yara_rules.hpp"

namespace tocsin::scan {
class PictureReader;  // picture_text.hpp
}

namespace tocsin::rules {

/// Engines, loaded once by the reader.
struct ExplodeTools {
    const scan::FileTyper& typer;
    const scan::InspectionTools& inspection;
    std::vector<const scan::YaraRules*> yara;  ///< none: `scan.yara` is not available
    mail::MailTools& mail;
    const scan::PictureReader* pictures = nullptr;               ///< nullptr: `scan.ocr` is not available,
    Capability without_pictures = Capability::text_in_pictures;  ///< ... and this is why
    const scan::FoundCodes* codes = nullptr;                     ///< of files that were searched already
};

/// What all rules together may still spend on the files of one message.
struct ExplodeBudget {
    std::chrono::steady_clock::time_point deadline;
    std::size_t members_left = limits::exploded_members;
    std::size_t bytes_left = limits::exploded_bytes;                  ///< unpacked
    std::size_t section_bytes_left = limits::exploded_section_bytes;  ///< read by sections
    std::size_t qr_images_left = limits::qr_images;
    std::size_t pictures_left = limits::pictures_read;  ///< of which the text is read
    std::chrono::milliseconds pictures_time_left{limits::pictures_read_ms};
};

/// The file as a rule hands it over. Bytes must outlive the explosion.
struct SourceFile {
    ByteView bytes;
    std::string file_name;
    std::string content_type;  ///< declared
};

enum class Section : std::uint8_t {
    flavors,
    strings,
    ocr,
    url,
    exiftool,
    yara,
    qr,
    javascript,
    pdf,
    entropy,
    zip,
    html,
    ics,
    docx,
    pptx,
    hash,
    xml,
    vba,
    encrypted_zip,
    pdf_obj_hash,
    count_,
};
[[nodiscard]] std::string_view to_string(Section section);

/// A limit that was reached, or bytes that could not be read.
struct ExplodeLimit {
    std::string name;  ///< "container_members", "locked", "scan.strings"
    std::uint32_t file = 0;
    std::string detail;
    /// Ours: there was more than is read, and a rule that did not match is undecided. Otherwise the file is locked, damaged or
    /// of a kind that nobody here reads.
    bool exhausted = false;
};

/// The file itself first (depth 0), then its members, level by level. Nothing is unpacked, and no section computed, before it
/// is asked for; each is done once. The bytes of members belong to the explosion.
class Explosion {
public:
    /// `tools` and `budget` must outlive the explosion. `passwords`: words of the message that may open what is locked; a few
    /// that everybody uses are tried as well.
    Explosion(SourceFile source, const ExplodeTools& tools, ExplodeBudget& budget,
              std::vector<std::string_view> passwords = {});
    ~Explosion();
    Explosion(const Explosion&) = delete;
    Explosion& operator=(const Explosion&) = delete;

    /// How many files there are, the file itself counted. Unpacks.
    [[nodiscard]] std::size_t size();
    /// Name, size and depth. File 0 is there without unpacking.
    [[nodiscard]] const ExplodedFile& file(std::size_t index) const;
    [[nodiscard]] ByteView bytes(std::size_t index) const;
    /// The file with this section computed; absent where it does not apply, where no engine is there for it, or where the
    /// budget was spent (see limits()).
    const ExplodedFile& with(std::size_t index, Section section);
    /// False: the engine for it is missing here, so that its absence says nothing. Rules that need it are undecided.
    [[nodiscard]] bool available(Section section) const;
    /// Why a section is not.
    [[nodiscard]] Capability lacks(Section section) const {
        return section == Section::ocr ? tools_.without_pictures : Capability::file_contents;
    }
    /// A limit of ours hid something of this section of the file, or of the whole file.
    [[nodiscard]] bool was_cut(std::uint32_t file, Section section) const;

    [[nodiscard]] const std::vector<ExplodeLimit>& limits() const { return limits_; }
    /// A limit of ours cut the list of files.
    [[nodiscard]] bool members_cut() const { return members_cut_; }

    /// What the unpackers noticed about the file.
    [[nodiscard]] bool has_flag(std::size_t index, scan::PartFlag flag) const;
    /// The members that stand in the file directly.
    [[nodiscard]] std::vector<PackagePart> parts_of(std::size_t index);
    /// Every QR code of the file itself: its picture, or its pages. Nothing is unpacked.
    [[nodiscard]] const std::vector<QrCode>& codes(std::size_t index);
    [[nodiscard]] mail::DomainNames& domain_names();

private:
    struct Node;
    class Collector;

    void unpack();
    void open_file(std::uint32_t index);
    void add_own_members(scan::Inspection& inspection, std::uint32_t index);
    void add_pdf_members(scan::Inspection& inspection, std::uint32_t index);
    void add_script_members(scan::Inspection& inspection, std::uint32_t index);
    void keep_what_was_found(std::uint32_t index);
    void note(std::string_view name, std::uint32_t file, std::string detail, bool exhausted);
    [[nodiscard]] bool may_read(const Node& node, Section section);
    void cut_members(std::string_view name, std::uint32_t file, std::string detail);
    [[nodiscard]] std::chrono::milliseconds time_left() const;  ///< zero: none

    void compute(Node& node, std::uint32_t index, Section section);
    void compute_text(Node& node, Section section);
    void compute_document(Node& node, std::uint32_t index, Section section);
    void compute_yara(Node& node);
    void compute_qr(Node& node, std::uint32_t index);
    void compute_ocr(Node& node);
    [[nodiscard]] bool may_read_picture() const;
    template <typename Work>
    [[nodiscard]] auto charged(const Work& work);
    void read_picture(const std::function<scan::GreyImage()>& draw, OcrScan& into);
    void read_pages(ByteView pdf, OcrScan& into);
    void read_file(const Node& node, OcrScan& into);
    void compute_javascript(Node& node);
    void search_codes(Node& node);
    scan::FoundCodes::OfFile search_file_for_codes(const Node& node);
    [[nodiscard]] std::optional<std::string> find_password(const Node& node) const;
    [[nodiscard]] std::vector<std::string_view> macro_sources(std::uint32_t index) const;
    [[nodiscard]] bool was_cut(const Node& node, Section section) const;

    const ExplodeTools& tools_;
    ExplodeBudget& budget_;
    std::vector<std::string_view> passwords_;
    std::deque<Node> nodes_;
    std::unique_ptr<scan::ScanReport> report_;  ///< what the inspectors write into; one part for each node
    std::unique_ptr<scan::ScanBudget> scan_budget_;
    std::vector<ExplodeLimit> limits_;
    bool unpacked_ = false;
    bool members_cut_ = false;
};

/// `beta.parse_exif`: the section exiftool of the file itself.
[[nodiscard]] const ExiftoolScan* parse_exif(Explosion& explosion);
/// `beta.scan_qr`: the codes of the file itself.
[[nodiscard]] QrItems scan_qr(Explosion& explosion);
/// `file.oletools`.
[[nodiscard]] OfficeFacts office_facts(Explosion& explosion);
/// `file.expand_archives`: the members of an archive and of the archives in it; of any other file the file itself. Indices into
/// the explosion.
[[nodiscard]] std::vector<std::uint32_t> expand_archives(Explosion& explosion);

/// `file.parse_text`: the bytes as text in the first of `encodings` ("ascii", "utf8", "utf16-le", "utf16-be") in which they are
/// valid; with none given, or none fitting, by byte order mark, else UTF-8, else windows-1252. Bounded by
/// limits::exploded_text_bytes.
[[nodiscard]] ParsedText parse_text(ByteView bytes, std::span<const std::string_view> encodings,
                                    mail::CharsetConverters& converters);
/// `file.parse_html`: the file read as a page.
[[nodiscard]] ParsedHtml parse_html(ByteView bytes, std::string_view content_type, mail::MailTools& tools);

/// What a QR code says: kind and link.
[[nodiscard]] QrCode describe_code(std::string_view text, mail::DomainNames& domain_names);

}  // namespace tocsin::rules
