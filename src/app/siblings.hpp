// Which mail is the mail of an incident: told by its content, as a confined reader sees it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "app/journal_copies.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/fiber.hpp"
#include "pool/reader_pool.hpp"
#include "respond/effect.hpp"
#include "respond/response.hpp"

namespace tocsin::app {

/// Who names the marks of a mailing.
enum class MarkedBy : std::uint8_t {
    report,  ///< a reader, about one reported mail: what its writer put in to have innocent mail taken with it is among them
    person,  ///< the desk wrote each of them down
};

/// What one reported mail is known by.
struct Marks {
    MarkedBy by = MarkedBy::report;
    std::uint64_t text = 0;  ///< fingerprint; 0: too little text
    std::string sender;      ///< lower case
    std::set<std::string> hosts, urls, files;
};

/// Last two labels of a host, three below names such as co.uk: what somebody has for himself, about. Kits give each recipient a
/// subdomain of its own.
[[nodiscard]] std::string owned_domain(std::string_view host);

/// Whether a message with `found` is the mail that has `known`. Whoever wrote the hostile mail may have copied text, files and
/// links from innocent mail, so all links and files of the reported mail must be there, and not some of them:
/// - the text is alike, and it links to all domains that the reported mail links to; or
/// - it carries all the files, links to all these domains, and has the same sender, or is hostile to the reader by itself; or
/// - where both have too little text to tell: it has the same sender, all links and all files, and there are some.
[[nodiscard]] bool is_sibling(const Marks& known, const Marks& found, scan::Verdict verdict);

/// The marks of an incident's mail: of each report that holds the mail itself (of the others only when there is none), and what
/// the effect names where there is no report.
[[nodiscard]] std::vector<Marks> marks_of(const respond::Response& response, const respond::Effect& effect);

/// Asks a reader. `seen`: what the gate saw of mail to this person, by Message-ID. Where it put a banner into the mail the text
/// is not what it was; the journal says what it was, for a message with this Message-ID and sender. Its links and files must be
/// there all the same. Errors: unavailable (it could not be told).
[[nodiscard]] Result<bool> is_one_of(net::Fiber& fiber, pool::ReaderPool& readers,
                                     const std::vector<Marks>& known,
                                     const std::map<std::string, SeenCopy>& seen, ByteView message);

}  // namespace tocsin::app
