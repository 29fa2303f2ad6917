// The elements by which mail clients mark what they quote.
#pragma once

#include "mail/html_tree.hpp"

namespace tocsin::mail {

/// True when a quotation of an older message begins with this element.
[[nodiscard]] bool begins_quotation(HtmlTag tag, HtmlAttributes attributes);

}  // namespace tocsin::mail
