#include <algorithm>

#include "rules/calendar.hpp"
#include "rules/explode.hpp"
#include "rules/functions.hpp"
#include "rules/message_bindings.hpp"
#include "rules/message_files.hpp"
#include "rules/record.hpp"

namespace tocsin::rules {

namespace {

constexpr float unpacking = 5000;  // steps, about

Value not_at_hand() {
    return Value::null(bit(Capability::file_contents));
}

Missing cut_if(bool cut) {
    return cut ? bit(Capability::cut_off) : 0;
}

/// What a function needs of the file that it is called with.
struct Asked {
    MessageFiles& files;
    Explosion& explosion;
};

/// Nothing: there are no files here, this is none of them, or the budget is spent.
std::optional<Asked> asked(Evaluation& evaluation, const Arguments& arguments) {
    MessageFiles* const files = evaluation.surroundings().files;
    if (files == nullptr || arguments[0].kind != Kind::object) return std::nullopt;
    Explosion* const explosion = files->explosion(arguments[0].object);
    if (explosion == nullptr || !evaluation.spend_bytes(explosion->bytes(0).size())) return std::nullopt;
    return Asked{*files, *explosion};
}

Value explode(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    const std::deque<ExplodedView>& views = file->files.views(file->explosion);
    evaluation.spend(views.size());
    const std::span<Value> items = evaluation.arena().values(views.size());
    for (std::size_t at = 0; at < items.size(); ++at) items[at] = Value::of_object(&views[at]);
    return Value::of(std::span<const Value>(items), cut_if(file->explosion.members_cut()));
}

Value expand(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    const std::vector<std::uint32_t> members = expand_archives(file->explosion);
    const std::span<Value> items = evaluation.arena().values(members.size());
    for (std::size_t at = 0; at < items.size(); ++at)
        items[at] = Value::of_object(&file->files.member(file->explosion, members[at]));
    const Missing cut = cut_if(file->explosion.members_cut());
    return make_record(evaluation, {Value::of(std::span<const Value>(items), cut)});
}

Value eml(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file || !evaluation.spend_bytes(16 * file->explosion.bytes(0).size())) return not_at_hand();
    const mail::Message* const message =
        file->files.message(arguments[0].object, evaluation.surroundings().tools);
    return message == nullptr ? Value::null(bit(Capability::cut_off)) : Value::of_object(message);
}

Value html(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file || !evaluation.spend_bytes(16 * file->explosion.bytes(0).size())) return not_at_hand();
    ParsedHtml page = parse_html(file->explosion.bytes(0), file->files.content_type(arguments[0].object),
                                 evaluation.surroundings().tools);
    const Missing cut = cut_if(page.cut);
    return Value::of_object(&evaluation.arena().keep(std::move(page)), cut);
}

Value text(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    std::vector<std::string_view> encodings;
    if (arguments[1].kind == Kind::array)
        for (const Value& name : arguments[1].items())
            if (name.kind == Kind::text) encodings.push_back(name.text());
    ParsedText parsed =
        parse_text(file->explosion.bytes(0), encodings, evaluation.surroundings().tools.converters);
    const Missing cut = cut_if(parsed.cut);
    return Value::of_object(&evaluation.arena().keep(std::move(parsed)), cut);
}

Value exif(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    const ExiftoolScan* const found = parse_exif(file->explosion);
    return found == nullptr ? Value::null() : Value::of_object(found, cut_if(found->cut));
}

Value qr(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    QrItems items = scan_qr(file->explosion);
    const Missing cut = cut_if(items.cut);
    return Value::of_object(&evaluation.arena().keep(std::move(items)), cut);
}

/// A picture, or the pages of a document.
Value ocr(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    if (!file->explosion.available(Section::ocr))
        return Value::null(bit(file->explosion.lacks(Section::ocr)));
    const std::optional<OcrScan>& found = file->explosion.with(0, Section::ocr).scan.ocr;
    const Missing cut = cut_if(file->explosion.was_cut(0, Section::ocr));
    const Value text = Value::of(found ? std::string_view(found->raw) : std::string_view(), cut);
    const std::span<Value> pages = evaluation.arena().values(1);
    pages[0] = make_record(evaluation, {text});
    return make_record(evaluation, {text, Value::of(true), Value::of(std::span<const Value>(pages))});
}

Value office(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    OfficeFacts facts = office_facts(file->explosion);
    const Missing cut = cut_if(facts.cut);
    return Value::of_object(&evaluation.arena().keep(std::move(facts)), cut);
}

Value ics(Evaluation& evaluation, const Arguments& arguments) {
    const std::optional<Asked> file = asked(evaluation, arguments);
    if (!file) return not_at_hand();
    mail::MailTools& tools = evaluation.surroundings().tools;
    const ParsedText source = parse_text(file->explosion.bytes(0), {}, tools.converters);
    CalendarFile calendar = parse_ics(source.text, tools);
    calendar.cut |= source.cut;
    const Missing cut = cut_if(calendar.cut);
    return Value::of_object(&evaluation.arena().keep(std::move(calendar)), cut);
}

}  // namespace

void add_file_functions(Functions& functions, Types& types, PicturesRead pictures) {
    const auto object = [&](const char* name) { return types.object(&types.named(name)); };
    // What is no file of the message (a page, a screenshot, a download) is accepted and cannot be told.
    const Parameter file{"",
                         {object("Attachment"), object("ExplodedFile"), object("Download"),
                          object("Screenshot"), object("Response"), object("HTMLNode"), object("FinalDOM"),
                          object("HTML"), object("ParsedHTML")}};
    const auto add = [&](const char* name, const Type* result, FunctionBody body,
                         const std::vector<Parameter>& more = {}) {
        std::vector<Parameter> parameters{file};
        parameters.insert(parameters.end(), more.begin(), more.end());
        functions.add({.name = name,
                       .parameters = std::move(parameters),
                       .result = result,
                       .body = body,
                       .cost = unpacking,
                       .worth_remembering = true});
    };
    add("file.explode", types.array_of(object("ExplodedFile")), explode);
    add("file.parse_eml", object("Message"), eml);
    add("file.parse_html", object("ParsedHTML"), html);
    add("file.parse_text", object("ParsedText"), text, {{"encodings", {types.array_of(types.text())}, true}});
    add("beta.parse_exif", object("EXIF"), exif);
    add("beta.scan_qr", object("QRItems"), qr);
    add("beta.file.parse_ics", object("CalendarFile"), ics);
    add("file.oletools", object("OfficeFacts"), office);
    if (pictures == PicturesRead::yes) {
        ObjectType& page = types.named("OCRPage");
        page.fields = {slot<0>("text", types.text())};
        ObjectType& read = types.named("OCR");
        read.fields = {slot<0>("text", types.text()), slot<1>("success", types.boolean()),
                       slot<2>("page_results", types.array_of(types.object(&page)))};
        add("beta.ocr", types.object(&read), ocr);
    }
    ObjectType& expanded = types.named("ExpandedFiles");
    expanded.fields = {slot<0>("files", types.array_of(object("Attachment")))};
    add("file.expand_archives", types.object(&expanded), expand);
}

}  // namespace tocsin::rules
