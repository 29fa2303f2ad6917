#include "scan/pdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>

#include "mail/ascii.hpp"
#include "scan/pdf_document.hpp"

namespace tocsin::scan {

namespace {

/// Scripts and embedded files handed over.
constexpr std::size_t streams_max = 256;
constexpr std::size_t script_bytes_max = 4U << 20;

/// Page content read in search of drawn codes, over the whole document.
constexpr std::size_t content_bytes_max = 8U << 20;
/// The smallest code has some 200 dark modules, in no fewer runs than this.
constexpr std::size_t shapes_min = 60;
constexpr std::size_t strips_min = 3;

/// One document under inspection.
class PdfInspection {
public:
    PdfInspection(Inspection& inspection, const QrReader& reader)
        : inspection_(inspection), reader_(reader) {}

    void run(QPDF& document);
    /// A code can only be drawn by many filled shapes, by pictures inside the page's own text, or by pictures that are strips of
    /// one. Pictures in one piece were searched already, and drawing a page costs 20 ms.
    [[nodiscard]] bool may_draw_code() const { return draws_shapes_ || pictures_ >= strips_min; }

private:
    void look_at_dictionary(QPDFObjectHandle object);
    void look_at_action(QPDFObjectHandle action);
    void look_at_stream(QPDFObjectHandle stream);
    void take_script(QPDFObjectHandle script);
    void take_embedded(QPDFObjectHandle specification);
    void search_for_codes(QPDFObjectHandle stream);
    void look_for_shapes(QPDFObjectHandle stream);
    std::optional<Bytes> unpack(QPDFObjectHandle stream, qpdf_stream_decode_level_e level,
                                std::size_t bytes_max);

    Inspection& inspection_;
    const QrReader& reader_;
    std::size_t streams_ = 0;
    std::size_t pictures_ = 0;
    std::size_t content_left_ = content_bytes_max;
    bool draws_shapes_ = false;
    bool opens_by_itself_ = false;
    bool launches_ = false;
};

void PdfInspection::run(QPDF& document) {
    QPDFObjectHandle root = document.getRoot();
    opens_by_itself_ = root.hasKey("/OpenAction") || root.hasKey("/AA");
    const std::vector<QPDFObjectHandle> objects = document.getAllObjects();
    std::size_t looked_at = 0;
    for (QPDFObjectHandle object : objects) {
        if (++looked_at > pdf_objects_max) {
            inspection_.limit(ScanLimit::container_members,
                              fmt::format("more than {} objects in a PDF", pdf_objects_max));
            break;
        }
        if (looked_at % 64 == 0 && !inspection_.time_left()) break;
        if (object.isStream())
            look_at_stream(object);
        else if (object.isDictionary())
            look_at_dictionary(object);
    }
    if (opens_by_itself_ && inspection_.has_flag(PartFlag::pdf_script))
        inspection_.finding("pdf_script_runs", Severity::suspicious,
                            "carries a script that runs as soon as it is opened");
    if (launches_)
        inspection_.finding("pdf_launch", Severity::suspicious,
                            "starts a program or opens another file by itself");
}

/// ISO 32000-1 section 12.6: actions may stand in any dictionary; values one level down are looked at too.
void PdfInspection::look_at_dictionary(QPDFObjectHandle object) {
    if (object.hasKey("/S")) look_at_action(object);
    if (object.hasKey("/JS") || object.hasKey("/JavaScript")) inspection_.flag(PartFlag::pdf_script);
    if (object.hasKey("/JS") && !object.hasKey("/S")) take_script(object.getKey("/JS"));
    if (object.hasKey("/EF")) take_embedded(object);
    for (const char* key : {"/A", "/OpenAction", "/Action"}) {
        if (!object.hasKey(key)) continue;
        QPDFObjectHandle action = object.getKey(key);
        if (action.isDictionary() && !action.isIndirect()) look_at_action(action);
    }
    if (!object.hasKey("/AA") || !object.getKey("/AA").isDictionary()) return;
    opens_by_itself_ = true;
    for (const std::string& key : object.getKey("/AA").getKeys()) {
        QPDFObjectHandle action = object.getKey("/AA").getKey(key);
        if (action.isDictionary() && !action.isIndirect()) look_at_action(action);
    }
}

void PdfInspection::look_at_action(QPDFObjectHandle action) {
    QPDFObjectHandle kind = action.getKey("/S");
    if (!kind.isName()) return;
    const std::string name = kind.getName();
    if (name == "/JavaScript") {
        inspection_.flag(PartFlag::pdf_script);
        if (action.hasKey("/JS")) take_script(action.getKey("/JS"));
    } else if (name == "/Launch" || name == "/GoToE" || name == "/ImportData") {
        inspection_.flag(PartFlag::pdf_launch);
        launches_ = true;
    } else if (name == "/SubmitForm" || name == "/GoToR") {
        inspection_.flag(PartFlag::pdf_launch);
    }
    for (const char* key : {"/URI", "/F"}) {
        if (!action.hasKey(key)) continue;
        QPDFObjectHandle target = action.getKey(key);
        if (target.isDictionary() && target.hasKey("/F")) target = target.getKey("/F");
        if (!target.isString()) continue;
        const std::string url = target.getUTF8Value();
        if (url.find(':') != std::string::npos) inspection_.url(mail::trim(url), "pdf");
    }
}

void PdfInspection::look_at_stream(QPDFObjectHandle stream) {
    QPDFObjectHandle dictionary = stream.getDict();
    look_at_dictionary(dictionary);
    QPDFObjectHandle subtype = dictionary.getKey("/Subtype");
    const std::string kind = subtype.isName() ? subtype.getName() : "";
    if (kind == "/Image") search_for_codes(stream);
    // Page contents have no type; drawings that pages share are of subtype "Form".
    if (kind == "/Form" || (kind.empty() && !dictionary.hasKey("/Type"))) look_for_shapes(stream);
    if (kind == "/3D" || kind == "/RichMedia") inspection_.flag(PartFlag::embedded_object);
}

std::optional<Bytes> PdfInspection::unpack(QPDFObjectHandle stream, qpdf_stream_decode_level_e level,
                                           std::size_t bytes_max) {
    if (!stream.isStream()) return std::nullopt;
    BoundedSink sink(bytes_max);
    try {
        if (!stream.pipeStreamData(&sink, nullptr, 0, level, true)) {
            inspection_.limit(ScanLimit::damaged_container, "a stream of the PDF cannot be read");
            return std::nullopt;
        }
    } catch (const TooMuch&) {
        inspection_.limit(ScanLimit::container_ratio, "a stream of the PDF unpacks to more than is read");
    }
    return sink.take();
}

void PdfInspection::take_script(QPDFObjectHandle script) {
    if (++streams_ > streams_max) return;
    if (script.isString()) {
        const std::string text = script.getUTF8Value();
        inspection_.claim_and_scan(
            {.name = "script.js", .media_type = "text/javascript", .bytes = as_bytes(text)});
    } else if (const std::optional<Bytes> bytes = unpack(script, qpdf_dl_all, script_bytes_max)) {
        inspection_.claim_and_scan({.name = "script.js", .media_type = "text/javascript", .bytes = *bytes});
    }
}

/// A file specification (ISO 32000-1 section 7.11.3).
void PdfInspection::take_embedded(QPDFObjectHandle specification) {
    QPDFObjectHandle files = specification.getKey("/EF");
    if (!files.isDictionary()) return;
    inspection_.flag(PartFlag::pdf_embedded_file);
    std::string name;
    for (const char* key : {"/UF", "/F"}) {
        QPDFObjectHandle value = specification.getKey(key);
        if (name.empty() && value.isString()) name = value.getUTF8Value();
    }
    for (const std::string& key : files.getKeys()) {
        if (++streams_ > streams_max) {
            inspection_.limit(ScanLimit::container_members,
                              fmt::format("more than {} files in a PDF", streams_max));
            return;
        }
        QPDFObjectHandle file = files.getKey(key);
        const std::size_t room =
            std::min(Inspection::ratio_bound(inspection_.bytes().size()), inspection_.budget().bytes_left);
        const std::optional<Bytes> bytes = unpack(file, qpdf_dl_all, room);
        if (bytes && !inspection_.claim_and_scan({.name = name, .media_type = {}, .bytes = *bytes})) return;
    }
}

/// Pictures: a JPEG as it stands, or plain pixels.
void PdfInspection::search_for_codes(QPDFObjectHandle stream) {
    if (inspection_.budget().qr_images_left == 0) return;
    QPDFObjectHandle dictionary = stream.getDict();
    QPDFObjectHandle filter = dictionary.getKey("/Filter");
    const std::string filters = filter.isNull() ? "" : filter.unparseResolved();
    const std::uint32_t width = pdf_dimension(dictionary, "/Width"),
                        height = pdf_dimension(dictionary, "/Height");
    if (width == 0 || height == 0 || std::uint64_t{width} * height > limits::qr_pixels) return;
    const std::size_t pixels = std::size_t{width} * height;
    const bool jpeg = filters.find("DCTDecode") != std::string::npos;
    std::optional<Bytes> bytes = unpack(stream, qpdf_dl_generalized, pixels * 4 + 4096);
    if (!bytes) return;
    ++pictures_;
    DecodedImage picture;
    if (jpeg) {
        picture = decode_image(*bytes, "jpg");
    } else if (std::optional<GreyImage> grey = grey_from_pdf(*bytes, dictionary)) {
        picture = {ImageEnd::decoded, std::move(*grey)};
    }
    search_picture(inspection_, reader_, picture);
}

/// Operators that draw shapes (ISO 32000-1 table 59) or begin a picture inside the content (section 8.9.7).
void PdfInspection::look_for_shapes(QPDFObjectHandle stream) {
    if (draws_shapes_) return;
    BoundedSink sink(content_left_);
    try {
        stream.pipeStreamData(&sink, nullptr, 0, qpdf_dl_generalized, true);
    } catch (const TooMuch&) {
        draws_shapes_ = true;  // more than anybody reads: the drawing will tell
        return;
    }
    const Bytes content = sink.take();
    content_left_ -= content.size();
    std::size_t shapes = 0;
    std::string_view text = as_text(content);
    while (!text.empty() && !draws_shapes_) {
        const std::size_t end = std::min(text.find_first_of(" \t\r\n"), text.size());
        const std::string_view word = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        if (word == "re" || word == "l" || word == "h" || word == "c") ++shapes;
        draws_shapes_ = shapes >= shapes_min || word == "BI";
    }
}

/// The document, opened without a password or with a word of the message; null when that fails.
std::unique_ptr<QPDF> open_document(Inspection& inspection) {
    auto document = std::make_unique<QPDF>();
    const PdfOpening opened = open_pdf(*document, inspection.bytes(), nullptr);
    if (opened == PdfOpening::opened) return document;
    if (opened == PdfOpening::broken) {
        inspection.limit(ScanLimit::damaged_container, "the PDF is damaged and cannot be taken apart");
        return nullptr;
    }
    inspection.flag(PartFlag::encrypted_archive);
    for (const std::string_view word : inspection.input().passwords) {
        if (!inspection.time_left()) return nullptr;
        document = std::make_unique<QPDF>();
        if (open_pdf(*document, inspection.bytes(), std::string(word).c_str()) != PdfOpening::opened)
            continue;
        inspection.flag(PartFlag::password_in_message);
        return document;
    }
    return nullptr;
}

}  // namespace

void inspect_pdf(Inspection& inspection, const QrReader& reader, const PageDrawer& drawer) {
    const std::unique_ptr<QPDF> document = open_document(inspection);
    if (!document) return;
    PdfInspection pdf(inspection, reader);
    try {
        pdf.run(*document);
    } catch (const std::exception& error) {
        inspection.limit(ScanLimit::damaged_container, fmt::format("PDF: {}", error.what()));
    }
    if (inspection.has_flag(PartFlag::qr_code) || !pdf.may_draw_code()) return;
    drawer.draw(inspection.bytes(), [&](const GreyImage& page) {
        search_picture(inspection, reader, {ImageEnd::decoded, page});
        return !inspection.has_flag(PartFlag::qr_code) && inspection.time_left();
    });
}

}  // namespace tocsin::scan
