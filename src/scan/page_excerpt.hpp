// Pieces of a page as signatures are written for them.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::scan {

/// What ClamAV's signatures for pages are looked for in, made of pieces of a page that everybody reads alike
/// (`personal_places`): the pieces as they are; then in lower case with white space as one blank and without comments, as
/// signatures for markup are written; then the text and the targets of links without markup, as those for texts are. ClamAV makes
/// the same of a whole page (libclamav's htmlnorm.c: nocomment.html, notags.html), but through temporary files, which cost ten
/// times the search. Begins with "<html>", so that ClamAV takes it for a page.
[[nodiscard]] std::string page_excerpt(std::string_view pieces);

}  // namespace tocsin::scan
