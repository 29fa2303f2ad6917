// Inspectors of document formats. Each reads one part, sets flags and findings, and hands hidden files over as members.
#pragma once

#include "scan/inspection.hpp"

namespace tocsin::scan {

/// Old Office formats, .msg: macros, embedded objects, encryption, attachments.
void inspect_ole(Inspection& inspection);

/// OOXML and OpenDocument packages: the zip in every reading, macros, templates and links outside, DDE.
void inspect_office_package(Inspection& inspection);

/// RTF: objects in hexadecimal, templates fetched from elsewhere.
void inspect_rtf(Inspection& inspection);

/// HTML, SVG, HTA: files built in the browser, scripts, forms that ask for a password.
void inspect_page(Inspection& inspection);

/// Plain text: its URLs.
void inspect_plain_text(Inspection& inspection);

/// Scripts by content: words that fetch or start programs.
void inspect_script(Inspection& inspection);

/// Windows shortcuts (.lnk, .url): what they start.
void inspect_shortcut(Inspection& inspection);

/// OneNote notebooks: files inside.
void inspect_onenote(Inspection& inspection);

/// winmail.dat: attachments inside.
void inspect_tnef(Inspection& inspection);

/// Attached messages and message-like text: every part in every reading, as members. A mailbox: all its messages.
void inspect_message(Inspection& inspection);

}  // namespace tocsin::scan
