// What the tests of exploded files share: engines, loaded once, and one explosion with all that it needs.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "rules/explode.hpp"

namespace tocsin::rules::test {

inline const scan::FileTyper& typer() {
    static const scan::FileTyper loaded = std::move(scan::FileTyper::load().value());
    return loaded;
}
inline const scan::InspectionTools& inspection_tools() {
    static const scan::InspectionTools loaded = std::move(scan::InspectionTools::load().value());
    return loaded;
}

/// Owns the bytes, the budget and the tools of one explosion.
class Exploded {
public:
    explicit Exploded(std::string bytes, std::string name = "file.bin", std::string content_type = "",
                      std::vector<std::string_view> passwords = {},
                      std::vector<const scan::YaraRules*> yara = {})
        : bytes_(std::move(bytes)), tools_{typer(), inspection_tools(), std::move(yara), mail_} {
        budget.deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        files = std::make_unique<Explosion>(
            SourceFile{as_bytes(bytes_), std::move(name), std::move(content_type)}, tools_, budget,
            std::move(passwords));
    }
    Explosion* operator->() { return files.get(); }
    Explosion& operator*() { return *files; }

    const FileScan& scan(std::size_t index, Section section) { return files->with(index, section).scan; }
    /// Index of the file with this name; fails the test by an index beyond the end.
    std::size_t named(std::string_view name) {
        const std::size_t count = files->size();
        for (std::size_t i = 0; i < count; ++i)
            if (files->file(i).file_name == name) return i;
        return count;
    }
    std::vector<std::string> names() {
        std::vector<std::string> out;
        for (std::size_t i = 0; i < files->size(); ++i) out.push_back(files->file(i).file_name);
        return out;
    }
    bool has_limit(std::string_view name, bool exhausted) {
        return std::ranges::any_of(files->limits(), [&](const ExplodeLimit& limit) {
            return limit.name == name && limit.exhausted == exhausted;
        });
    }

    ExplodeBudget budget;
    std::unique_ptr<Explosion> files;

private:
    std::string bytes_;
    mail::MailTools mail_;
    ExplodeTools tools_;
};

/// A PDF whose objects are given; the cross-reference table is left to the reader's recovery.
inline std::string make_pdf(const std::vector<std::string>& objects, const std::string& root_extra = "",
                            const std::string& trailer_extra = "", const std::string& content = "") {
    std::string pdf = "%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R" + root_extra +
                      ">>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                      "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 "
                      "R/Resources<</Font<</F<</Type/Font"
                      "/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n4 0 obj<</Length " +
                      std::to_string(content.size()) + ">>stream\n" + content + "\nendstream endobj\n";
    std::size_t number = 5;
    for (const std::string& object : objects)
        pdf += std::to_string(number++) + " 0 obj" + object + "endobj\n";
    return pdf + "trailer<</Root 1 0 R" + trailer_extra + ">>\n%%EOF\n";
}

inline std::string pdf_stream(const std::string& dictionary, const std::string& data) {
    return "<<" + dictionary + "/Length " + std::to_string(data.size()) + ">>stream\n" + data +
           "\nendstream ";
}

}  // namespace tocsin::rules::test
