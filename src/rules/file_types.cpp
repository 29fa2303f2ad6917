#include "rules/file_types.hpp"

#include <algorithm>

#include "rules/exploded.hpp"
#include "rules/message_bindings.hpp"
#include "rules/message_files.hpp"

namespace tocsin::rules {

namespace bind {
TOCSIN_RULES_NAME(KeyValue, "KeyValue");
TOCSIN_RULES_NAME(FileFlavors, "Flavors");
TOCSIN_RULES_NAME(StringsScan, "StringsScan");
TOCSIN_RULES_NAME(OcrScan, "OCRScan");
TOCSIN_RULES_NAME(UrlScan, "URLScan");
TOCSIN_RULES_NAME(ExiftoolScan, "EXIF");
TOCSIN_RULES_NAME(YaraNamedMatch, "YaraMatch");
TOCSIN_RULES_NAME(YaraScan, "YaraScan");
TOCSIN_RULES_NAME(QrCode, "QRCode");
TOCSIN_RULES_NAME(QrScan, "QRScan");
TOCSIN_RULES_NAME(JavascriptScan, "JavaScriptScan");
TOCSIN_RULES_NAME(PdfScan, "PDFScan");
TOCSIN_RULES_NAME(EntropyScan, "EntropyScan");
TOCSIN_RULES_NAME(ZipScan, "ZipScan");
TOCSIN_RULES_NAME(EncryptedZipScan, "EncryptedZipScan");
TOCSIN_RULES_NAME(HtmlScript, "HTMLScript");
TOCSIN_RULES_NAME(HtmlScan, "HTMLScan");
TOCSIN_RULES_NAME(IcsPerson, "CalendarPerson");
TOCSIN_RULES_NAME(IcsAttachment, "CalendarAttachment");
TOCSIN_RULES_NAME(IcsComponent, "CalendarComponent");
TOCSIN_RULES_NAME(IcsCalendar, "Calendar");
TOCSIN_RULES_NAME(IcsScan, "ICSScan");
TOCSIN_RULES_NAME(OfficeScan, "OfficeScan");
TOCSIN_RULES_NAME(HashScan, "HashScan");
TOCSIN_RULES_NAME(XmlScan, "XMLScan");
TOCSIN_RULES_NAME(VbaScan, "VBAScan");
TOCSIN_RULES_NAME(PdfObjectHash, "PDFObjectHash");
TOCSIN_RULES_NAME(OfficeRelationship, "OfficeRelationship");
TOCSIN_RULES_NAME(MacroKeyword, "MacroKeyword");
TOCSIN_RULES_NAME(OfficeIndicator, "OfficeIndicator");
TOCSIN_RULES_NAME(OfficeFacts, "OfficeFacts");
TOCSIN_RULES_NAME(QrItems, "QRItems");
TOCSIN_RULES_NAME(CalendarEvent, "CalendarEvent");
TOCSIN_RULES_NAME(CalendarFile, "CalendarFile");
TOCSIN_RULES_NAME(ParsedText, "ParsedText");
TOCSIN_RULES_NAME(ParsedHtml, "ParsedHTML");
}  // namespace bind

namespace {

using bind::computed;
using bind::field;
using bind::field_or_null;

void declare_simple_sections(Types& types) {
    types.named("KeyValue").fields = {field<&KeyValue::key>(types, "key"),
                                      field<&KeyValue::value>(types, "value")};
    types.named("Flavors").fields = {field<&FileFlavors::mime>(types, "mime"),
                                     field<&FileFlavors::yara>(types, "yara")};
    types.named("StringsScan").fields = {field<&StringsScan::strings>(types, "strings"),
                                         long_text(field<&StringsScan::raw>(types, "raw"))};
    types.named("OCRScan").fields = {long_text(field<&OcrScan::raw>(types, "raw"))};
    types.named("URLScan").fields = {field<&UrlScan::urls>(types, "urls"),
                                     field<&UrlScan::invalid_urls>(types, "invalid_urls")};
    types.named("EXIF").fields = {
        field<&ExiftoolScan::fields>(types, "fields"),
        field<&ExiftoolScan::producer>(types, "producer"),
        field<&ExiftoolScan::creator>(types, "creator"),
        field<&ExiftoolScan::title>(types, "title"),
        field<&ExiftoolScan::author>(types, "author"),
        field<&ExiftoolScan::pdf_version>(types, "pdf_version"),
        field<&ExiftoolScan::linearized>(types, "linearized"),
        field<&ExiftoolScan::file_type>(types, "file_type"),
        field<&ExiftoolScan::page_count>(types, "page_count"),
        field<&ExiftoolScan::image_height>(types, "image_height"),
        field<&ExiftoolScan::image_width>(types, "image_width"),
        field<&ExiftoolScan::zip_file_name>(types, "zip_file_name"),
        field<&ExiftoolScan::zip_bit_flag>(types, "zip_bit_flag"),
        field<&ExiftoolScan::zip_compressed_size>(types, "zip_compressed_size"),
        field<&ExiftoolScan::zip_uncompressed_size>(types, "zip_uncompressed_size")};
    types.named("YaraMatch").fields = {field<&YaraNamedMatch::name>(types, "name"),
                                       field<&YaraNamedMatch::description>(types, "description")};
    types.named("YaraScan").fields = {field<&YaraScan::matches>(types, "matches")};
    types.named("JavaScriptScan").fields = {
        field<&JavascriptScan::identifiers>(types, "identifiers"),
        field<&JavascriptScan::strings>(types, "strings"),
        field<&JavascriptScan::keywords>(types, "keywords"),
        field<&JavascriptScan::regular_expressions>(types, "regular_expressions")};
    types.named("PDFScan").fields = {field<&PdfScan::urls>(types, "urls"),
                                     field<&PdfScan::invalid_urls>(types, "invalid_urls")};
    types.named("EntropyScan").fields = {field<&EntropyScan::entropy>(types, "entropy")};
    types.named("ZipScan").fields = {field<&ZipScan::all_paths>(types, "all_paths"),
                                     field<&ZipScan::attempted_files>(types, "attempted_files"),
                                     field<&ZipScan::encrypted>(types, "encrypted"),
                                     field<&ZipScan::total_files>(types, "total_files")};
    types.named("EncryptedZipScan").fields = {
        field<&EncryptedZipScan::cracked_password>(types, "cracked_password")};
    types.named("HashScan").fields = {field<&HashScan::md5>(types, "md5"),
                                      field<&HashScan::sha1>(types, "sha1"),
                                      field<&HashScan::sha256>(types, "sha256")};
    types.named("PDFObjectHash").fields = {field<&PdfObjectHash::object_hash>(types, "object_hash"),
                                           field<&PdfObjectHash::hash_string>(types, "hash_string")};
}

void declare_pages(Types& types) {
    types.named("QRCode").fields = {field_or_null<&QrCode::type>(types, "type"),
                                    field<&QrCode::data>(types, "data"), field<&QrCode::url>(types, "url")};
    // The first code's fields stand directly in the section.
    types.named("QRScan").fields = {
        computed<QrScan,
                 [](const QrScan& scan, Evaluation&) {
                     return scan.code.type.empty() ? Value::null()
                                                   : Value::of(std::string_view(scan.code.type));
                 }>("type", types.text()),
        computed<QrScan,
                 [](const QrScan& scan, Evaluation&) { return Value::of(std::string_view(scan.code.data)); }>(
            "data", types.text()),
        computed<QrScan, [](const QrScan& scan, Evaluation& evaluation) {
            return bind::value_of(scan.code.url, evaluation);
        }>("url", bind::type_of<mail::Url>(types))};
    types.named("HTMLScript").fields = {field<&HtmlScript::language>(types, "language"),
                                        field<&HtmlScript::type>(types, "type"),
                                        field<&HtmlScript::src>(types, "src")};
    types.named("HTMLScan").fields = {field<&HtmlScan::title>(types, "title"),
                                      field<&HtmlScan::scripts>(types, "scripts")};
    types.named("XMLScan").fields = {
        field<&XmlScan::tags>(types, "tags"), field<&XmlScan::namespaces>(types, "namespaces"),
        field<&XmlScan::doc_type>(types, "doc_type"), field<&XmlScan::version>(types, "version")};
    types.named("VBAScan").fields = {
        field<&VbaScan::auto_exec>(types, "auto_exec"), field<&VbaScan::hex>(types, "hex"),
        field<&VbaScan::suspicious>(types, "suspicious"), field<&VbaScan::total_files>(types, "total_files")};
    types.named("OfficeScan").fields = {field<&OfficeScan::author>(types, "author"),
                                        field<&OfficeScan::category>(types, "category"),
                                        field<&OfficeScan::comments>(types, "comments"),
                                        field<&OfficeScan::content_status>(types, "content_status"),
                                        field<&OfficeScan::created>(types, "created"),
                                        field<&OfficeScan::keywords>(types, "keywords"),
                                        field<&OfficeScan::last_modified_by>(types, "last_modified_by"),
                                        field<&OfficeScan::modified>(types, "modified"),
                                        field<&OfficeScan::subject>(types, "subject"),
                                        field<&OfficeScan::title>(types, "title"),
                                        field<&OfficeScan::image_count>(types, "image_count"),
                                        field<&OfficeScan::word_count>(types, "word_count"),
                                        field<&OfficeScan::slide_count>(types, "slide_count"),
                                        field<&OfficeScan::font_colors>(types, "font_colors"),
                                        field<&OfficeScan::urls>(types, "urls")};
}

void declare_calendars(Types& types) {
    types.named("CalendarPerson").fields = {
        field<&IcsPerson::mailbox>(types, "mailbox"), field<&IcsPerson::role>(types, "role"),
        field<&IcsPerson::partstat>(types, "partstat"), field<&IcsPerson::rsvp>(types, "rsvp")};
    // A rule compares an attachment with a text: it is its address.
    types.named("CalendarAttachment").fields = {
        field<&IcsAttachment::type>(types, "type"), field<&IcsAttachment::uri>(types, "uri"),
        field<&IcsAttachment::filename>(types, "filename"),
        field<&IcsAttachment::mime_type>(types, "mime_type"), field<&IcsAttachment::size>(types, "size")};
    using C = IcsComponent;
    types.named("CalendarComponent").fields = {field<&C::type>(types, "type"),
                                               field<&C::summary>(types, "summary"),
                                               field<&C::description>(types, "description"),
                                               field<&C::uid>(types, "uid"),
                                               field<&C::location>(types, "location"),
                                               field<&C::status>(types, "status"),
                                               field<&C::dtstart>(types, "dtstart"),
                                               field<&C::dtend>(types, "dtend"),
                                               field<&C::dtstamp>(types, "dtstamp"),
                                               field<&C::duration>(types, "duration"),
                                               field<&C::created>(types, "created"),
                                               field<&C::last_modified>(types, "last_modified"),
                                               field<&C::class_>(types, "class"),
                                               field<&C::priority>(types, "priority"),
                                               field<&C::sequence>(types, "sequence"),
                                               field<&C::transp>(types, "transp"),
                                               field<&C::organizers>(types, "organizers"),
                                               field<&C::attendees>(types, "attendees"),
                                               field<&C::attachments>(types, "attachments"),
                                               field<&C::urls>(types, "urls")};
    types.named("Calendar").fields = {
        field<&IcsCalendar::prodid>(types, "prodid"), field<&IcsCalendar::version>(types, "version"),
        field<&IcsCalendar::method>(types, "method"), field<&IcsCalendar::calscale>(types, "calscale"),
        field<&IcsCalendar::components>(types, "components")};
    types.named("ICSScan").fields = {field<&IcsScan::calendars>(types, "calendars")};
    types.named("CalendarEvent").fields = {field<&CalendarEvent::links>(types, "links"),
                                           field<&CalendarEvent::raw_properties>(types, "raw_properties"),
                                           field<&CalendarEvent::summary>(types, "summary"),
                                           field<&CalendarEvent::description>(types, "description"),
                                           field<&CalendarEvent::description_html>(types, "description_html"),
                                           field<&CalendarEvent::location>(types, "location"),
                                           field<&CalendarEvent::uid>(types, "uid"),
                                           field<&CalendarEvent::organizers>(types, "organizers"),
                                           field<&CalendarEvent::attendees>(types, "attendees")};
    types.named("CalendarFile").fields = {
        field<&CalendarFile::events>(types, "events"), field<&CalendarFile::product_id>(types, "product_id"),
        field<&CalendarFile::scale>(types, "scale"), field<&CalendarFile::method>(types, "method"),
        field<&CalendarFile::version>(types, "version")};
}

void declare_office(Types& types) {
    types.named("OfficeRelationship").fields = {field<&OfficeRelationship::name>(types, "name"),
                                                field<&OfficeRelationship::target>(types, "target"),
                                                field<&OfficeRelationship::target_url>(types, "target_url")};
    types.named("MacroKeyword").fields = {field<&MacroKeyword::type>(types, "type"),
                                          field<&MacroKeyword::keyword>(types, "keyword")};
    types.named("OfficeIndicator").fields = {field<&OfficeIndicator::exists>(types, "exists"),
                                             field<&OfficeIndicator::risk>(types, "risk")};
    const auto self = [](const OfficeFacts& facts, Evaluation&) { return Value::of_object(&facts); };
    types.named("OfficeIndicators").fields = {
        field<&OfficeFacts::vba_macros>(types, "vba_macros"),
        field<&OfficeFacts::xlm_macros>(types, "xlm_macros"),
        field<&OfficeFacts::encryption>(types, "encryption"),
        field<&OfficeFacts::external_relationships>(types, "external_relationships"),
        field<&OfficeFacts::object_pool>(types, "object_pool")};
    types.named("OfficeMacros").fields = {field<&OfficeFacts::macro_keywords>(types, "keywords")};
    types.named("FileFormat").fields = {field_or_null<&OfficeFacts::file_format>(types, "value")};
    types.named("OfficeFacts").fields = {
        field<&OfficeFacts::relationships>(types, "relationships"),
        computed<OfficeFacts, self>("indicators", types.object(&types.named("OfficeIndicators"))),
        computed<OfficeFacts, self>("macros", types.object(&types.named("OfficeMacros"))),
        computed<OfficeFacts, self>("file_format", types.object(&types.named("FileFormat")))};
    types.named("QRItems").fields = {field<&QrItems::found>(types, "found"),
                                     field<&QrItems::items>(types, "items")};
    types.named("ParsedText").fields = {long_text(field<&ParsedText::text>(types, "text"))};
    types.named("ParsedHTML").fields = {long_text(field<&ParsedHtml::raw>(types, "raw"), page_steps),
                                        long_text(field<&ParsedHtml::display_text>(types, "display_text")),
                                        long_text(field<&ParsedHtml::inner_text>(types, "inner_text"))};
}

/// Work for one section, in steps; most read the whole file.
constexpr std::uint64_t section_steps = 64;

/// A section is computed when it is asked for. What a limit cut off, or no engine looks for, may have been there.
template <Section wanted, auto Member>
Value section(const ExplodedView& view, Evaluation& evaluation) {
    if (!view.explosion->available(wanted)) return Value::null(bit(view.explosion->lacks(wanted)));
    if (!evaluation.spend(section_steps)) return Value::null();
    const auto& found = view.explosion->with(view.index, wanted).scan.*Member;
    if (!found)
        return Value::null(view.explosion->was_cut(view.index, wanted) ? bit(Capability::cut_off) : 0);
    Missing missing = 0;
    if constexpr (requires { found->cut; }) missing = found->cut ? bit(Capability::cut_off) : 0;
    return Value::of_object(&*found, missing);
}

/// A field that this program never tells.
template <Capability capability>
Field unanswered(std::string name, const Type* type) {
    const Getter get = [](const void*, Evaluation&) { return Value::null(bit(capability)); };
    return {std::move(name), type, get, bit(capability)};
}

/// A text of the file's own, or null.
template <auto Member>
Value own_text(const ExplodedView& view, Evaluation&) {
    const std::string& text = view.explosion->file(view.index).*Member;
    return text.empty() ? Value::null() : Value::of(std::string_view(text));
}

void declare_exploded_file(Types& types, PicturesRead pictures) {
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    const auto self = [](const ExplodedView& view, Evaluation&) { return Value::of_object(&view); };
    types.named("FileScan").fields = {
        computed<ExplodedView, section<Section::strings, &FileScan::strings>>("strings",
                                                                              object("StringsScan")),
        pictures == PicturesRead::yes
            ? computed<ExplodedView, section<Section::ocr, &FileScan::ocr>>("ocr", object("OCRScan"))
            : unanswered<Capability::text_in_pictures>("ocr", object("OCRScan")),
        computed<ExplodedView, section<Section::url, &FileScan::url>>("url", object("URLScan")),
        computed<ExplodedView, section<Section::exiftool, &FileScan::exiftool>>("exiftool", object("EXIF")),
        computed<ExplodedView, section<Section::yara, &FileScan::yara>>("yara", object("YaraScan")),
        computed<ExplodedView, section<Section::qr, &FileScan::qr>>("qr", object("QRScan")),
        computed<ExplodedView, section<Section::javascript, &FileScan::javascript>>("javascript",
                                                                                    object("JavaScriptScan")),
        computed<ExplodedView, section<Section::pdf, &FileScan::pdf>>("pdf", object("PDFScan")),
        computed<ExplodedView, section<Section::entropy, &FileScan::entropy>>("entropy",
                                                                              object("EntropyScan")),
        computed<ExplodedView, section<Section::zip, &FileScan::zip>>("zip", object("ZipScan")),
        computed<ExplodedView, section<Section::html, &FileScan::html>>("html", object("HTMLScan")),
        computed<ExplodedView, section<Section::ics, &FileScan::ics>>("ics", object("ICSScan")),
        computed<ExplodedView, section<Section::docx, &FileScan::docx>>("docx", object("OfficeScan")),
        computed<ExplodedView, section<Section::pptx, &FileScan::pptx>>("pptx", object("OfficeScan")),
        computed<ExplodedView, section<Section::hash, &FileScan::hash>>("hash", object("HashScan")),
        computed<ExplodedView, section<Section::xml, &FileScan::xml>>("xml", object("XMLScan")),
        computed<ExplodedView, section<Section::vba, &FileScan::vba>>("vba", object("VBAScan")),
        computed<ExplodedView, section<Section::encrypted_zip, &FileScan::encrypted_zip>>(
            "encrypted_zip", object("EncryptedZipScan")),
        computed<ExplodedView, section<Section::pdf_obj_hash, &FileScan::pdf_obj_hash>>(
            "pdf_obj_hash", object("PDFObjectHash"))};
    types.named("ExplodedFile").fields = {
        computed<ExplodedView,
                 [](const ExplodedView& view, Evaluation&) {
                     return Value::of(std::int64_t{view.explosion->file(view.index).depth});
                 }>("depth", types.integer()),
        computed<ExplodedView,
                 [](const ExplodedView& view, Evaluation&) {
                     return Value::of(std::int64_t{view.explosion->file(view.index).size});
                 }>("size", types.integer()),
        computed<ExplodedView, own_text<&ExplodedFile::file_name>>("file_name", types.text()),
        computed<ExplodedView, own_text<&ExplodedFile::file_extension>>("file_extension", types.text()),
        computed<ExplodedView, own_text<&ExplodedFile::file_type>>("file_type", types.text()),
        computed<ExplodedView, own_text<&ExplodedFile::content_type>>("content_type", types.text()),
        computed<ExplodedView,
                 [](const ExplodedView& view, Evaluation&) {
                     return Value::of_object(&view.explosion->with(view.index, Section::flavors).flavors);
                 }>("flavors", object("Flavors")),
        computed<ExplodedView, self>("scan", object("FileScan"))};
}

}  // namespace

void declare_file_types(Types& types, PicturesRead pictures) {
    declare_exploded_file(types, pictures);
    declare_simple_sections(types);
    declare_pages(types);
    declare_calendars(types);
    declare_office(types);
}

}  // namespace tocsin::rules
