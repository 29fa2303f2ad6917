// Whether a message itself shows one of the banner's texts.
#pragma once

#include <span>
#include <string>

#include "mail/message.hpp"
#include "mail/tools.hpp"
#include "rules/confusables.hpp"
#include "scan/banner_place.hpp"

namespace tocsin::banner {

/// Letters, digits and look-alikes count, nothing else: not case, blanks, punctuation, or into how many elements a page cuts a
/// text. Looked at are texts and pages with what is hidden in them, the subject and the sender's display name. A text with
/// fewer than limits::banner_letters_min bytes of letters is not looked for. `confusables`: may be null, then look-alikes are
/// not seen.
[[nodiscard]] scan::BannerCopy copy_in(const mail::MimeTree& tree, std::span<const std::string> texts,
                                       const rules::Confusables* confusables, mail::MailTools& tools);

/// `text` as it is compared.
[[nodiscard]] std::string letters_only(std::string_view text, const rules::Confusables* confusables);

}  // namespace tocsin::banner
