// Addresses: a mailbox written out as text parses to the same address again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/limits.hpp"
#include "mail/addresses.hpp"

using namespace tocsin::mail;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static CharsetConverters converters;
    static DomainNames domain_names;
    const auto mailboxes =
        parse_mailboxes({reinterpret_cast<const char*>(data), size}, converters, domain_names);
    require(mailboxes.size() <= tocsin::limits::mailboxes);
    for (const Mailbox& mailbox : mailboxes) {
        require(is_valid_utf8(mailbox.display_name) && is_valid_utf8(mailbox.email.email));
        const bool has_word = mailbox.display_name.find("=?") != std::string::npos ||
                              mailbox.email.email.find("=?") != std::string::npos;
        if (!mailbox.email.domain.valid || has_word) continue;
        const auto again = parse_mailboxes(to_address_text(mailbox), converters, domain_names);
        require(again.size() == 1);
        require(again[0].email.email == mailbox.email.email);
        require(again[0].email.local_part == mailbox.email.local_part);
        require(again[0].display_name == mailbox.display_name);
    }
    return 0;
}
