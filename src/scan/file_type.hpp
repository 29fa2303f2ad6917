// What a file is, by its content.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace tocsin::scan {

/// The kind of a file by our own table of magic numbers and shapes, in the names of the Message Data Model: "pdf", "docx",
/// "exe", "html", "txt" …; empty when the table does not know it. Looks at bounded pieces of the bytes only.
[[nodiscard]] std::string_view known_file_type(ByteView bytes);

/// "a program (exe)", "a PDF document (pdf)"; empty for "unknown" and plain text.
[[nodiscard]] std::string_view words_for_type(std::string_view file_type);

/// What kind of thing a type is, for gating engines and for comparing with names.
enum class TypeClass : std::uint8_t {
    unknown,
    text,
    page,
    picture,
    media,
    document,
    archive,
    program,
    script,
    shortcut,
    disk_image,
    message,
    font,
    data,
};
[[nodiscard]] TypeClass class_of_type(std::string_view file_type);

/// The table first, then libmagic. libmagic's database is loaded once, before the process is confined.
class FileTyper {
public:
    static Result<FileTyper> load();
    FileTyper(FileTyper&&) noexcept;
    FileTyper& operator=(FileTyper&&) noexcept;
    ~FileTyper();

    /// Never empty: "unknown" when nobody knows.
    [[nodiscard]] std::string identify(ByteView bytes) const;

private:
    struct Magic;
    explicit FileTyper(std::unique_ptr<Magic> magic);
    std::unique_ptr<Magic> magic_;
};

}  // namespace tocsin::scan
