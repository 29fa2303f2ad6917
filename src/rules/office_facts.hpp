// What Office files hold and refer to: the sections docx, pptx and vba, and `file.oletools`.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "mail/domain_names.hpp"
#include "rules/exif.hpp"
#include "rules/exploded.hpp"

namespace tocsin::rules {

/// Word documents: properties, pictures, words, colours of letters.
[[nodiscard]] OfficeScan read_docx(std::span<const PackagePart> parts);
/// Presentations: properties, slides, pictures, words, links.
[[nodiscard]] OfficeScan read_pptx(std::span<const PackagePart> parts, mail::DomainNames& domain_names);

/// The words of a document or presentation, a line for each paragraph: runs of letters are cut over many elements in the
/// source. Bounded by limits::exploded_text_bytes.
[[nodiscard]] std::string office_text(std::span<const PackagePart> parts);

/// Names by which macros run unasked, hexadecimal texts, and words that fetch, write or start something, out of VBA source.
[[nodiscard]] VbaScan read_vba(std::span<const std::string_view> sources);

/// Relationships that lead out of the package, at most limits::office_relationships; true when there were more.
[[nodiscard]] bool read_relationships(std::span<const PackagePart> parts, mail::DomainNames& domain_names,
                                      std::vector<OfficeRelationship>& relationships);

/// "MS Word 2007+ Document (.docx)"; empty for what is no Office file.
[[nodiscard]] std::string_view office_format(std::string_view file_type);

}  // namespace tocsin::rules
