// What rules may look at beside the message itself. Everything is optional: what is not there is "missing", never "no", unless it
// says so.
#pragma once

#include <cstdint>

#include "mail/tools.hpp"

namespace tocsin::rules {

class Confusables;
class History;
class HtmlPages;
class LookAlikes;
class MessageFiles;
class TextReadings;

/// As whom rules see the message.
enum class View : std::uint8_t {
    own,        ///< as we do: outgoing mail is outgoing
    recipient,  ///< outgoing mail as it comes in at its recipient
};

struct Surroundings {
    mail::MailTools& tools;
    const Confusables& confusables;
    View view = View::own;
    HtmlPages* pages = nullptr;        ///< nullptr: no page can be asked
    MessageFiles* files = nullptr;     ///< nullptr: no file can be looked into
    History* history = nullptr;        ///< nullptr: nobody can be asked
    TextReadings* readings = nullptr;  ///< nullptr: intents cannot be told
    /// nullptr: no name is protected, and that is an answer, as an empty list of the organisation's is.
    const LookAlikes* look_alikes = nullptr;
};

}  // namespace tocsin::rules
