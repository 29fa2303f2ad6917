#include "scan/pdf_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <memory>

#include "base/limits.hpp"
#include "scan/image.hpp"
#include "scan/image_write.hpp"
#include "scan/pdf_document.hpp"

#include <qpdf/QPDFXRefEntry.hh>

namespace tocsin::scan {

namespace {

/// The XMP packet of a document; real ones reach some ten kilobytes.
constexpr std::size_t metadata_bytes_max = 1U << 20;

/// The document, and how it could be opened: without a password, or with one of those.
std::pair<std::unique_ptr<QPDF>, PdfOpening> open_document(ByteView bytes,
                                                           std::span<const std::string_view> passwords) {
    auto document = std::make_unique<QPDF>();
    const PdfOpening opening = open_pdf(*document, bytes, nullptr);
    if (opening != PdfOpening::locked) return {std::move(document), opening};
    for (const std::string_view password : passwords) {
        document = std::make_unique<QPDF>();
        if (open_pdf(*document, bytes, std::string(password).c_str()) == PdfOpening::opened)
            return {std::move(document), PdfOpening::opened};
    }
    return {nullptr, PdfOpening::locked};
}

/// False: more than `bytes_max`, or unreadable; then `out` is empty.
bool unpack(QPDFObjectHandle stream, qpdf_stream_decode_level_e level, std::size_t bytes_max, Bytes& out) {
    BoundedSink sink(bytes_max);
    try {
        if (!stream.pipeStreamData(&sink, nullptr, 0, level, true)) return false;
    } catch (const std::exception&) {
        return false;
    }
    out = sink.take();
    return true;
}

std::string text_of(QPDFObjectHandle value, bool& cut) {
    std::string text = value.isString() ? value.getUTF8Value()
                       : value.isName() ? value.getName().substr(1)
                                        : "";
    if (text.size() > limits::exif_value_bytes) {
        text.resize(limits::exif_value_bytes);
        cut = true;
    }
    return text;
}

void read_info(QPDF& document, PdfFacts& facts) {
    QPDFObjectHandle info = document.getTrailer().getKey("/Info");
    if (!info.isDictionary()) return;
    for (const std::string& key : info.getKeys()) {
        if (facts.info.size() >= limits::exif_fields) {
            facts.cut = true;
            return;
        }
        QPDFObjectHandle value = info.getKey(key);
        if (value.isString() || value.isName())
            facts.info.emplace_back(key.substr(1), text_of(value, facts.cut));
    }
}

void read_signature(QPDFObjectHandle root, PdfFacts& facts) {
    QPDFObjectHandle permissions = root.getKey("/Perms");
    if (!permissions.isDictionary()) return;
    QPDFObjectHandle signature = permissions.getKey("/DocMDP");
    if (!signature.isDictionary()) return;
    for (const char* key : {"/Reason", "/Name", "/Location", "/M"})
        if (QPDFObjectHandle value = signature.getKey(key); value.isString())
            facts.signature.emplace_back(key + 1, text_of(value, facts.cut));
}

/// As exiftool writes it: filter, version and revision, length of the key.
std::string describe_encryption(QPDF& document) {
    QPDFObjectHandle encrypt = document.getTrailer().getKey("/Encrypt");
    if (!encrypt.isDictionary()) return {};
    const auto number = [&encrypt](const char* key, long long otherwise) {
        QPDFObjectHandle value = encrypt.getKey(key);
        return value.isInteger() ? value.getIntValue() : otherwise;
    };
    QPDFObjectHandle filter = encrypt.getKey("/Filter");
    constexpr long long bits_by_default = 40;
    return fmt::format("{} V{}.{} ({}-bit)", filter.isName() ? filter.getName().substr(1) : "Standard",
                       number("/V", 0), number("/R", 0), number("/Length", bits_by_default));
}

void read_objects(QPDF& document, PdfFacts& facts) {
    constexpr int in_the_open = 1;  // not packed into an object stream (QPDFXRefEntry::getType)
    for (auto& [id, entry] : document.getXRefTable()) {
        if (entry.getType() != in_the_open || entry.getOffset() < 0) continue;
        if (facts.object_offsets.size() >= limits::pdf_hashed_objects) {
            facts.cut = true;
            break;
        }
        facts.object_offsets.push_back(static_cast<std::uint64_t>(entry.getOffset()));
    }
    std::ranges::sort(facts.object_offsets);
}

/// Each part by itself: a document of which one is broken tells the others all the same.
template <typename Read>
void attempt(Read read) {
    try {
        read();
    } catch (const std::exception&) {
        // What cannot be read stays empty; that the document is damaged was told when it was inspected.
    }
}

/// qpdf tells of it while it opens the document.
bool table_was_made_anew(QPDF& document) {
    return std::ranges::any_of(document.getWarnings(), [](const QPDFExc& warning) {
        const std::string text = warning.getMessageDetail();
        return text.find("xref") != std::string::npos || text.find("cross-reference") != std::string::npos;
    });
}

void read_opened(QPDF& document, PdfFacts& facts) {
    facts.repaired = table_was_made_anew(document);
    attempt([&] { facts.version = document.getPDFVersion(); });
    attempt([&] { facts.encryption = describe_encryption(document); });
    attempt([&] { read_info(document, facts); });
    attempt([&] { read_objects(document, facts); });
    attempt([&] { facts.linearized = document.isLinearized(); });
    attempt([&] { facts.page_count = static_cast<std::uint32_t>(document.getAllPages().size()); });
    attempt([&] { read_signature(document.getRoot(), facts); });
    attempt([&] {
        Bytes packet;
        QPDFObjectHandle stream = document.getRoot().getKey("/Metadata");
        if (!stream.isStream()) return;
        if (unpack(stream, qpdf_dl_generalized, metadata_bytes_max, packet))
            facts.metadata = std::string(as_text(packet));
        else
            facts.cut = true;
    });
}

// ---- pictures ---------------------------------------------------------------------------------------------------------

/// False: no more pictures are wanted.
bool hand_over(QPDFObjectHandle stream, std::size_t bytes_max, const PdfPictureSink& sink, bool& cut) {
    QPDFObjectHandle dictionary = stream.getDict();
    QPDFObjectHandle filter = dictionary.getKey("/Filter");
    const std::string filters = filter.isNull() ? "" : filter.unparseResolved();
    const bool jpeg = filters.find("DCTDecode") != std::string::npos;
    const bool jpeg2000 = filters.find("JPXDecode") != std::string::npos;
    Bytes bytes;
    if (!unpack(stream, qpdf_dl_generalized, bytes_max, bytes)) {
        cut = true;
        return true;
    }
    const std::string name = fmt::format("object_{}", stream.getObjectID());
    if (jpeg || jpeg2000) return sink(name, jpeg ? "image/jpeg" : "image/jp2", bytes);
    const std::optional<GreyImage> grey = grey_from_pdf(bytes, dictionary);
    const std::optional<Bytes> png = grey ? write_png(*grey) : std::nullopt;
    if (png) return sink(name, "image/png", *png);
    cut = true;  // there is a picture, and nobody will see what is on it
    return true;
}

bool is_picture(QPDFObjectHandle object) {
    if (!object.isStream()) return false;
    QPDFObjectHandle kind = object.getDict().getKey("/Subtype");
    return kind.isName() && kind.getName() == "/Image";
}

}  // namespace

PdfFacts read_pdf_facts(ByteView pdf, std::span<const std::string_view> passwords) {
    PdfFacts facts;
    const auto [document, opening] = open_document(pdf, passwords);
    facts.opening = opening;
    if (opening == PdfOpening::opened) read_opened(*document, facts);
    return facts;
}

bool read_pdf_pictures(ByteView pdf, std::span<const std::string_view> passwords, std::size_t bytes_max,
                       const PdfPictureSink& sink) {
    const auto [document, opening] = open_document(pdf, passwords);
    if (opening != PdfOpening::opened) return false;
    bool cut = false;
    std::size_t pictures = 0, looked_at = 0;
    try {
        for (const QPDFObjectHandle& object : document->getAllObjects()) {
            if (++looked_at > pdf_objects_max) return true;
            if (!is_picture(object)) continue;
            if (++pictures > limits::pdf_pictures) return true;
            if (!hand_over(object, bytes_max, sink, cut)) return cut;
        }
    } catch (const std::exception&) {
        return true;
    }
    return cut;
}

}  // namespace tocsin::scan
